"""What can be watched while a training runs: a CSV file with a line an epoch, and how fast it goes."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pandas as pd

COLUMNS = ["epoch", "loss", "val_miou"]
"""What the result keeps of the log: timings differ from run to run, and the learning rate follows from the recipe."""


class Pace:
    """Images a second over the training steps of an epoch, and its seconds."""

    def __init__(self) -> None:
        self.images, self.seconds, self._begun = 0, 0.0, time.perf_counter()

    def begin(self) -> None:
        """A step begins here; what happened since the last one, validation say, does not count."""
        self._begun = time.perf_counter()

    def end(self, images: int) -> None:
        """A step of so many images ends here."""
        self.images += images
        self.seconds += time.perf_counter() - self._begun

    @property
    def rate(self) -> float:
        """Images a second so far."""
        return self.images / self.seconds if self.seconds else math.nan


def write_csv(path: Path, rows: list[dict[str, float]]) -> None:
    """Write all lines so far: epoch, loss, val_miou, learning_rate, images_per_second, seconds (of training steps)."""
    pd.DataFrame(rows).to_csv(path, index=False)


def since_best(rows: list[dict[str, float]]) -> int | None:
    """How many validations ago val mIoU was highest, 0 for the last one; None without any."""
    found = [row["val_miou"] for row in rows if not math.isnan(row["val_miou"])]
    return len(found) - 1 - found.index(max(found)) if found else None

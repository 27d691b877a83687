"""What can be watched while a training runs: its bar, a CSV file with a line an epoch, how fast it goes, what it keeps.

Nothing here decides a result.
"""

from __future__ import annotations

import math
import time
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from hazards.data.batches import Decoded
from hazards.messages import say

_WORTH_SAYING = 1 << 30
"""Bytes of decoded images from which on it is said what becomes of them."""


class Pace:
    """Images a second over the training steps of an epoch, and its seconds."""

    def __init__(self) -> None:
        self.images = 0
        self.seconds = 0.0
        self._begun = time.perf_counter()

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


def show_step(progress: tqdm, loss: float, pace: Pace) -> None:
    """Count a step on the bar, with its loss and the pace so far."""
    progress.set_postfix_str(f"loss {loss:.3f}, {pace.rate:.0f} images/s", refresh=False)
    progress.update(1)


def write_csv(path: Path, rows: list[dict[str, float]]) -> None:
    """Write all lines so far: epoch, loss, val_miou, learning_rate, images_per_second, seconds (of training steps)."""
    pd.DataFrame(rows).to_csv(path, index=False)


def say_what_is_kept(split: str, images: Decoded) -> None:
    """Say beforehand how much memory decoded images will take, or that they are decoded anew each epoch."""
    if images.bytes >= _WORTH_SAYING:
        size = f"{images.bytes / 2**30:.1f} GiB"
        fate = f"are kept in memory, {size}" if images.cached else f"are decoded each time: {size} are over the limit"
        say(f"decoded images of {split} {fate} (HAZARDS_CACHE sets the limit)")

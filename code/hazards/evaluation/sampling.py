"""What a sample of the pixels, or half precision, does to the anomaly figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from torch import Tensor

from hazards.evaluation.fitting import Statistics, scorer
from hazards.evaluation.passes import Inference, Seen, measured
from hazards.labels import NO_LABEL
from hazards.messages import bar
from hazards.metrics.figures import figures
from hazards.metrics.ranking import rank
from hazards.networks.models import Output
from hazards.scores.method import Method, Score, as_method
from hazards.store import step


@step(name="sampling")
def sampled_figures(
    inference: Inference,
    score: Score | Method,
    sizes: Callable[[int], tuple[int, ...]],
    draws: int = 100,
    statistics: Statistics | None = None,
) -> pd.DataFrame:
    """Pooled figures of one score from all test pixels, in half precision, and from random samples of them.

    Keeps all scores in memory, 4 bytes a pixel, as whoever draws a sample does.

    Args:
        sizes: of the number of all pixels, how many are in a sample, drawn without replacement.
        draws: samples of each size, with seeds 0 … `draws` - 1.
        statistics: see `fitting.fit`.

    Returns:
        A data frame with pixels (how many were ranked), kind (``all``, ``float16`` or ``sample``), draw, auroc, aupr,
        fpr95 (first recall of at least 95 %), tpr5.
    """
    measure = AllPixels(scorer(as_method(score), statistics or {}), inference.data.labels.anomaly)
    values, anomaly = measured(measure, inference, inference.data.split("test"))
    return pd.DataFrame(_rows(values, anomaly, sizes(len(values)), draws))


class AllPixels:
    """The scores of all pixels with a label, and which of them are anomalous.

    Args:
        score: scorer.
        anomaly: the label of anomalous pixels.
    """

    def __init__(self, score: Callable[[Output], Tensor], anomaly: int):
        self._score, self._anomaly = score, anomaly
        self._scores: list[np.ndarray] = []
        self._masks: list[np.ndarray] = []

    def update(self, seen: Seen) -> None:
        """Take in an image."""
        labels = seen.labels.cpu().numpy()
        counted = labels != NO_LABEL
        self._scores.append(self._score(seen.output).float().cpu().numpy()[counted])
        self._masks.append((labels == self._anomaly)[counted])

    def result(self) -> tuple[np.ndarray, np.ndarray]:
        """Scores, float32 (N,), and where they are of anomalous pixels, boolean (N,)."""
        return np.concatenate(self._scores), np.concatenate(self._masks)


def _rows(values: np.ndarray, anomaly: np.ndarray, sizes: tuple[int, ...], draws: int) -> Iterator[dict[str, Any]]:
    yield _row("all", 0, values, anomaly)
    yield _row("float16", 0, values.astype(np.float16).astype(np.float32), anomaly)
    with bar(len(sizes) * draws, "samples of the pixels", "sample") as progress:
        for size in sizes:
            for draw in range(draws):
                chosen = np.random.default_rng(draw).choice(len(values), min(size, len(values)), replace=False)
                if anomaly[chosen].any():
                    yield _row("sample", draw, values[chosen], anomaly[chosen])
                progress.update(1)


def _row(kind: str, draw: int, values: np.ndarray, anomaly: np.ndarray) -> dict[str, Any]:
    exact, _ = figures(rank(values[~anomaly], values[anomaly]))
    return {"kind": kind, "pixels": len(values), "draw": draw} | exact.row()

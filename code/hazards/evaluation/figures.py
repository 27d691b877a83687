"""The figures of a network on a split: how right its labels are, and how well each score finds what is anomalous."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd
from torch import Tensor

from hazards.data.layout import DataSet
from hazards.evaluation.fitting import Scores, Statistics, scorer
from hazards.evaluation.passes import Inference, Seen, measured
from hazards.labels import NO_LABEL, labelled
from hazards.metrics.anomaly import AnomalyMetrics, AnomalyResult
from hazards.metrics.intervals import Intervals
from hazards.metrics.pixels import Array, not_labelled, pixels_of
from hazards.metrics.segmentation import confusion_matrix, mean_iou
from hazards.networks.models import Output
from hazards.scores.logit_cache import largest
from hazards.scores.method import as_method
from hazards.store import step

FIGURES = ("auroc", "aupr", "fpr95")
"""Those that most tables show."""
KEPT_DRAWS = 300
"""Draws of images whose pooled figures are kept: 3.6 KB a score. They give a standard error to about 4 %."""
Source = TypeVar("Source")


@step
def evaluate(
    inference: Inference,
    split: str,
    scores: Scores,
    statistics: Statistics | None = None,
    ignore: tuple[int, ...] = (),
) -> dict[str, Any]:
    """Evaluate a trained network on every pixel of a split; each image passes through it once.

    Args:
        statistics: see `fitting.fit`.
        ignore: labels whose pixels count in no anomaly figure; the confusion matrix has them all the same.

    Returns:
        ``images``: a data frame with image (see `DataSet.name`), miou (over the labels that occur in it), anomaly
        (share of pixels) and each score's `FIGURES`, as in ``auroc msp``, float32, NaN for an image without both kinds
        of pixel;
        ``confusion``: int64 (K, K), pooled over the split;
        ``anomaly``: a data frame with score, convention, auroc, aupr, fpr95, tpr5, and for each its bootstrap interval
        of 95 % over images, as in ``auroc low`` and ``auroc high``, and ``auroc bound``, how far the exact figure can
        be away. Convention ``pooled`` ranks all pixels together and takes FPR95 at the first recall of at least 95 %;
        it has also ``f1``, the highest F1 of any threshold, and ``f1 threshold``;
        ``per-image`` is the mean over images with both kinds of pixel, FPR95 at the recall nearest to 95 %; there is
        none of either where there is no such pixel or image;
        ``draws``: by score, the pooled figures of the first draws of the bootstrap, float32 (KEPT_DRAWS, FIGURES), NaN
        for a draw without both kinds of pixel; the draws are those of all scores and networks on the same images;
        ``curves``: a data frame with score, threshold, recall, fpr, precision, pooled, float32, at most 256
        points a score by falling threshold.
        Hazards are looked for in the test split alone: for the others there are no scores.
    """
    methods = map(as_method, scores if split == "test" else ())
    by_score = [ScoreFigures(method.name, scorer(method, statistics or {})) for method in methods]
    measure = SplitFigures(inference.data, by_score, ignore)
    return measured(measure, inference, inference.data.split(split))


class SplitFigures:
    """The measure of `evaluate`: labels counted, and every score's figures."""

    def __init__(self, data: DataSet, scores: list[ScoreFigures[Output]], ignore: tuple[int, ...]):
        self._data, self._labels, self._scores, self._ignore = data, data.labels, scores, ignore
        self._confusion = np.zeros((self._labels.known, self._labels.known), np.int64)
        self._rows: list[dict[str, Any]] = []

    def update(self, seen: Seen) -> None:
        """Take in an image."""
        anomaly = seen.labels == self._labels.anomaly
        valid: Array | None = labelled(seen.labels)
        if self._ignore:
            valid = not_labelled(seen.labels, (*self._ignore, NO_LABEL))
        for score in self._scores:
            score.update(seen.output, anomaly, valid)
        _, predicted = largest(seen.output.logits)
        counts = confusion_matrix(predicted, seen.labels, self._labels.known).cpu().numpy()
        self._confusion += counts
        share = anomaly.float().mean().item()
        self._rows.append({"image": self._data.name(seen.sample), "miou": mean_iou(counts), "anomaly": share})

    def result(self) -> dict[str, Any]:
        """What `evaluate` returns."""
        results = {score.name: score.result() for score in self._scores if score.defined}
        return {
            "images": pd.concat([pd.DataFrame(self._rows), *(score.images() for score in self._scores)], axis=1),
            "confusion": self._confusion,
            "anomaly": pd.DataFrame([row for rows, _, _ in results.values() for row in rows]),
            "draws": {name: draws for name, (_, _, draws) in results.items()},
            "curves": pd.concat([curve for _, curve, _ in results.values()]) if results else pd.DataFrame(),
        }


class ScoreFigures(Generic[Source]):
    """The figures of one score, by both conventions.

    Args:
        score: from a network's output, or those of several, to scores (1, H, W).
    """

    def __init__(self, name: str, score: Callable[[Source], Tensor]):
        self.name = name
        self._score = score
        self._pooled = AnomalyMetrics("pooled", "first", intervals=True)
        self._per_image = AnomalyMetrics("per-image", "nearest")

    @property
    def defined(self) -> bool:
        """Whether both kinds of pixel were there."""
        return self._pooled.defined

    def update(self, output: Source, anomaly: Tensor, valid: Array | None = None) -> None:
        """Take in an image: what `score` takes, where it is anomalous and where it counts, both (1, H, W)."""
        for pixels in pixels_of(self._score(output), anomaly, valid):
            self._pooled.add(pixels)
            self._per_image.add(pixels)

    def images(self) -> pd.DataFrame:
        """The figures of each image, in order."""
        return pd.DataFrame(
            self._per_image.per_image[:, : len(FIGURES)],
            columns=[f"{figure} {self.name}" for figure in FIGURES],
            dtype=np.float32,
        )

    def result(self) -> tuple[list[dict[str, Any]], pd.DataFrame, np.ndarray]:
        """A row a convention with figures, intervals and bounds, points of the pooled curves, and the draws kept."""
        pooled, intervals = self._pooled.compute(), self._pooled.intervals()
        rows = [self._row("pooled", pooled, intervals)]
        if self._per_image.defined:
            rows.append(self._row("per-image", self._per_image.compute(), self._per_image.intervals()))
        draws = np.stack([intervals.draws[figure][:KEPT_DRAWS] for figure in FIGURES], 1)
        points = pd.DataFrame(vars(pooled.curve), dtype=np.float32)
        points.insert(0, "score", self.name)
        return rows, points, draws.astype(np.float32)

    def _row(self, convention: str, result: AnomalyResult, intervals: Intervals) -> dict[str, Any]:
        row: dict[str, Any] = {"score": self.name, "convention": convention} | result.figures.row()
        for suffix, values in (("low", intervals.low), ("high", intervals.high), ("bound", result.bounds)):
            row |= {f"{figure} {suffix}": value for figure, value in values.row().items()}
        if result.f1:
            row["f1"], row["f1 threshold"] = result.f1
        return row

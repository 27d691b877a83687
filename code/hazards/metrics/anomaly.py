"""Streaming pixel-level anomaly metrics over any number of images: AUROC, AUPR, FPR95, TPR at 5 % FPR.

    metrics = AnomalyMetrics()
    for scores, labels in images:
        metrics.update(scores, labels == ANOMALY, valid=not_labelled(labels, (OTHER,)))
    result = metrics.compute()
    result.figures.auroc, result.bounds.auroc

Pooled scores are kept, and the figures exact, up to `exact_up_to` pixels; beyond, they are counted in a histogram of
bounded memory and `compute` says how far the exact figures can at most be away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch

from hazards.determinism import one_thread_on_cpu
from hazards.metrics.curves import Curve, best_f1, curve
from hazards.metrics.figures import FIGURES, AnomalyFigures, Aupr, FprRule, as_floats, figures
from hazards.metrics.histogram import ScoreHistogram
from hazards.metrics.intervals import ImageSketches, Intervals, mean_intervals
from hazards.metrics.pixels import Array, Pixels, pixels_of
from hazards.metrics.ranking import Ranking, rank, rank_rising
from hazards.metrics.tpr5 import PARTS

Aggregate = Literal["pooled", "per-image"]
State = dict[str, np.ndarray]


@dataclass(frozen=True)
class AnomalyResult:
    """What `AnomalyMetrics.compute` found.

    Args:
        figures: pooled, or means over images (their threshold is then NaN, as every image has its own).
        bounds: how far each exact figure can at most be from `figures`; 0 where they are exact.
        normal, anomalous: pixels counted.
        images: images in the mean; 0 where pixels are pooled.
        skipped: images without both kinds of pixel, left out of the mean; 0 where pixels are pooled.
        curve: points of the ROC and precision-recall curves; None for means.
        f1: highest F1 of any threshold, and that threshold; None for means.
    """

    figures: AnomalyFigures
    bounds: AnomalyFigures
    normal: int
    anomalous: int
    images: int = 0
    skipped: int = 0
    curve: Curve | None = None
    f1: tuple[float, float] | None = None


class AnomalyMetrics:
    """Streaming anomaly metrics; a higher score is more anomalous, the anomaly is the positive class.

    Args:
        aggregate: `pooled` ranks the pixels of all images together; `per-image` takes the mean of each image's
            exact figures and leaves out images without both kinds of pixel, as the data set's authors do.
        fpr_rule, aupr: see `hazards.metrics.figures.figures`.
        exact_up_to: pooled pixels that are kept for exact figures (4 bytes each); None keeps all, 0 none.
        bins: of the histogram that counts more pixels than those, 8 bytes each.
        intervals: whether pooled metrics keep a sketch of each image (at most 10 KiB) for `intervals`.
    """

    def __init__(
        self,
        aggregate: Aggregate = "pooled",
        fpr_rule: FprRule = "first",
        aupr: Aupr = "step",
        exact_up_to: int | None = 1 << 22,
        bins: int = 1 << 20,
        intervals: bool = False,
    ):
        for name, value, known in (
            ("aggregate", aggregate, Aggregate),
            ("fpr_rule", fpr_rule, FprRule),
            ("aupr", aupr, Aupr),
        ):
            if value not in get_args(known):
                raise ValueError(f"{name} is {value!r}, not one of {', '.join(get_args(known))}")
        self.aggregate, self.fpr_rule, self.aupr = aggregate, fpr_rule, aupr
        self._exact_up_to = math.inf if exact_up_to is None else exact_up_to
        self._bins = bins
        self._pixels = np.zeros(2, np.int64)  # normal and anomalous
        self._kept: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])  # scores of normal and of anomalous pixels
        self._histogram: ScoreHistogram | None = None
        self._sketches = ImageSketches() if intervals and aggregate == "pooled" else None
        self._rows: list[np.ndarray] = []  # per image: `FIGURES`; NaN where skipped
        self._ranking: Ranking | None = None  # of all pooled pixels given so far, once it was asked for

    @property
    def defined(self) -> bool:
        """Whether `compute` has what it needs: both kinds of pixel; in a mean, an image with both."""
        if self.aggregate == "pooled":
            return bool(self._pixels.all())
        return bool(self._evaluated.size)

    @property
    def per_image(self) -> np.ndarray:
        """`FIGURES` of each image in the order of the updates, (images, 4); NaN where skipped."""
        return np.reshape(self._rows, (-1, len(FIGURES)))

    @property
    def _evaluated(self) -> np.ndarray:
        return self.per_image[np.isfinite(self.per_image).all(1)]

    def update(self, scores: Array, anomaly: Array, valid: Array | None = None) -> None:
        """Add the pixels of one image, (H, W) or flat (N,), or of a batch of images, (B, H, W).

        Args:
            scores: float32, float16 or bfloat16, on any device.
            anomaly: boolean, same shape; True where a pixel is anomalous.
            valid: boolean, same shape; pixels where it is False are left out and may have any score.

        Raises:
            ValueError: where shapes or types do not fit or a score is not finite; nothing is added then.
        """
        with one_thread_on_cpu(torch.device("cpu")):
            for pixels in pixels_of(scores, anomaly, valid):
                self.add(pixels)

    def add(self, pixels: Pixels) -> None:
        """Add the pixels of an image; several metrics that are given the same ones sort them once."""
        anomalous = int(pixels.anomaly.count_nonzero())
        self._pixels += [len(pixels.anomaly) - anomalous, anomalous]
        self._ranking = None
        if self.aggregate == "per-image":
            self._rows.append(self._evaluate(pixels))
            return
        self._spill(pixels.scores.device)
        if self._sketches is not None:
            self._sketches.add(*pixels.rising)
        if self._histogram is not None:
            self._histogram.add(pixels.scores, pixels.anomaly)
            return
        for kept, values in zip(self._kept, pixels.by_kind, strict=True):
            kept.append(values)

    def _evaluate(self, pixels: Pixels) -> np.ndarray:
        """`FIGURES` of one image, (4,); NaN where it lacks a kind of pixel."""
        normal, anomalous = pixels.rising
        if not len(normal) or not len(anomalous):
            return np.full(len(FIGURES), np.nan)
        exact, _ = figures(rank_rising(normal, anomalous), self.fpr_rule, self.aupr)
        return np.array(list(exact.row().values()))

    def _spill(self, device: torch.device) -> None:
        """Count in a histogram from now on where more pixels were given than are to be kept."""
        if self._pixels.sum() > self._exact_up_to:
            self._histogram = self._histogram or ScoreHistogram(self._bins, device)
            for anomalous, arrays in zip((False, True), self._kept, strict=True):
                for array in arrays:
                    self._histogram.add(torch.from_numpy(array), torch.full(array.shape, anomalous))
            self._kept = ([], [])

    def merge(self, other: AnomalyMetrics) -> None:
        """Add what another object with the same conventions was given; the order of merging changes no figure.

        Raises:
            ValueError: where the conventions differ.
        """
        if self._settings != other._settings:
            raise ValueError(f"metrics with {self._settings} and with {other._settings} cannot be merged")
        self._ranking = None
        self._pixels += other._pixels
        self._rows += other._rows
        for mine, theirs in zip(self._kept, other._kept, strict=True):
            mine += theirs
        if self._sketches is not None and other._sketches is not None:
            self._sketches.merge(other._sketches)
        if other._histogram is not None:
            self._histogram = self._histogram or ScoreHistogram(self._bins, other._histogram.device)
            self._histogram.merge(other._histogram)
        if self.aggregate == "pooled":
            self._spill(torch.device("cpu"))

    def state(self) -> State:
        """All that was given, as arrays to store or to send; conventions are not part of it."""
        state = {"pixels": self._pixels.copy(), "rows": self.per_image}
        for name, arrays in zip(("normal", "anomalous"), self._kept, strict=True):
            state[name] = np.concatenate([np.empty(0, np.float32), *arrays])
        if self._histogram is not None:
            state |= {f"histogram.{name}": array for name, array in self._histogram.state().items()}
        if self._sketches is not None:
            state |= {f"sketches.{name}": array for name, array in self._sketches.state().items()}
        return state

    def load(self, state: State) -> AnomalyMetrics:
        """Take over the state of another object with the same conventions; returns itself."""
        self._ranking = None
        self._pixels, self._rows = np.array(state["pixels"]), list(state["rows"])
        self._kept = ([state["normal"]], [state["anomalous"]])
        histogram, sketches = _part(state, "histogram."), _part(state, "sketches.")
        self._histogram = ScoreHistogram.from_state(histogram, torch.device("cpu")) if histogram else None
        self._sketches = ImageSketches.from_state(sketches) if sketches else None
        return self

    def compute(self) -> AnomalyResult:
        """The figures of all pixels given so far.

        Raises:
            ValueError: where there are no anomalous or no normal pixels; in a mean, no image with both.
        """
        self._require_both_kinds()
        normal, anomalous = self._pixels.tolist()
        if self.aggregate == "per-image":
            rows = self._evaluated
            auroc, aupr, fpr95, tpr5 = [math.fsum(column) / len(rows) for column in rows.T]
            return AnomalyResult(
                figures=AnomalyFigures(auroc, aupr, fpr95, tpr5, threshold=math.nan),
                bounds=AnomalyFigures(0, 0, 0, 0, 0),
                normal=normal,
                anomalous=anomalous,
                images=len(rows),
                skipped=len(self._rows) - len(rows),
            )
        ranking = self.ranking()
        middles, bounds = figures(ranking, self.fpr_rule, self.aupr)
        return AnomalyResult(
            figures=as_floats(middles),
            bounds=as_floats(bounds),
            normal=normal,
            anomalous=anomalous,
            curve=curve(ranking),
            f1=best_f1(ranking),
        )

    def intervals(self, resamples: int = 1000, level: float = 0.95, seed: int = 0) -> Intervals:
        """Bootstrap intervals over the images given, by the aggregate of the figures.

        Raises:
            ValueError: as `compute`, and for pooled pixels where `intervals` was not asked for at the start.
        """
        self._require_both_kinds()
        with one_thread_on_cpu(torch.device("cpu")):
            if self.aggregate == "per-image":
                return mean_intervals(self._evaluated, resamples, level, seed)
            if self._sketches is None:
                raise ValueError("pooled intervals need sketches of the images: AnomalyMetrics(intervals=True)")
            exact, _ = figures(self.ranking(), self.fpr_rule, self.aupr)
            return self._sketches.intervals(exact, self.fpr_rule, self.aupr, resamples, level, seed)

    @property
    def _settings(self) -> tuple[object, ...]:
        sketched = self._sketches is not None
        return (self.aggregate, self.fpr_rule, self.aupr, self._exact_up_to, self._bins, sketched)

    def _require_both_kinds(self) -> None:
        if not self.defined:
            normal, anomalous = self._pixels
            where = "" if self.aggregate == "pooled" else f" in none of {len(self._rows)} images both"
            raise ValueError(f"no figures without both kinds: {normal} normal and {anomalous} anomalous pixels{where}")

    def ranking(self) -> Ranking:
        """How the pooled pixels are ranked, for figures at thresholds of one's own."""
        if self._ranking is None and self._histogram is not None:
            self._ranking = self._histogram.ranking()
        if self._ranking is None:
            normal, anomalous = self._kept
            self._ranking = rank(np.concatenate(normal), np.concatenate(anomalous))
        return self._ranking

    def threshold_at_5_fpr(self) -> float:
        """The lowest score of a pooled pixel that at most 5 % of the normal ones reach, infinity where there is none.

        Where pixels are counted in a histogram it is the first float over a bin, up to its width from the exact one.
        """
        self._require_both_kinds()
        allowed = int(self._pixels[0]) // PARTS
        if self._histogram is not None:
            return self._histogram.threshold(allowed)
        normal, anomalous = map(np.concatenate, self._kept)
        too_many = np.partition(normal, -1 - allowed)[-1 - allowed]
        scores = np.concatenate([normal, anomalous])
        return float(scores[scores > too_many].min(initial=np.inf))


def _part(state: State, prefix: str) -> State:
    """The arrays of a state whose names begin with a prefix, by the rest of their names."""
    return {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}

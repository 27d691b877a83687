"""Component-level anomaly metrics of SegmentMeIfYouCan: how many anomalous objects are found, whatever their size.

Chan et al., SegmentMeIfYouCan: a benchmark for anomaly segmentation, 2021, section 4.2, by the rules of the authors'
published code: components are 8-connected, small predictions are dropped, pixels of small ground-truth components and
pixels that are not valid count for nothing. Two things differ from that code. It marks scores strictly over a
threshold; here a score at the threshold is marked, too, as everywhere in this library, so that what is marked is the
mask whose F1 the threshold was chosen by. And it leaves out a background smaller than a ground-truth component must be;
here a background always counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

THRESHOLDS = np.linspace(0.25, 0.75, 11)
"""Of sIoU and PPV, over which the F1 is averaged."""


@dataclass(frozen=True)
class ComponentFigures:
    """Figures over all components of all images, each 0–1; NaN where there is no component that they are over.

    Args:
        siou: mean over ground-truth components of the adjusted IoU (equation 3 of the paper).
        ppv: mean over predicted components of the share of their pixels that is anomalous (equation 5).
        f1: mean of the F1 at `THRESHOLDS`.
        f1_at: F1 at each of `THRESHOLDS`, (11,).
        truths, predictions: components counted.
    """

    siou: float
    ppv: float
    f1: float
    f1_at: np.ndarray
    truths: int
    predictions: int


class Truth:
    """The ground truth of an image, alike for all scores.

    Args:
        anomaly: boolean mask of the anomalous pixels, (H, W).
        valid: of those that count; None for all.
        smallest: components with fewer pixels are left out, and so are their pixels.

    Raises:
        ValueError: where the shapes differ or are not of one image.
    """

    def __init__(self, anomaly: np.ndarray, valid: np.ndarray | None = None, smallest: int = 100):
        self.valid = np.ones_like(anomaly) if valid is None else valid
        if anomaly.shape != self.valid.shape or anomaly.ndim != 2:
            raise ValueError(f"anomaly {anomaly.shape} and valid {self.valid.shape} are not one image")
        components = _components(anomaly & self.valid)
        counted = self.valid & ((components == 0) | (_large(components, smallest) > 0))
        self.numbers = (components + 1) * counted
        """What each pixel belongs to, (H, W): 0 to nothing that counts, 1 to the background, more to a component."""


@dataclass(frozen=True)
class Matched:
    """The components of an image that count, and how they match.

    Args:
        siou: of each ground-truth component, (truths,), 0–1.
        truths: their numbers in `Truth.numbers`, (truths,).
        ppv: of each predicted component, (predictions,), 0–1.
        predictions: their numbers in `marked`, (predictions,).
        marked: the predicted component of each pixel, 0 for none, (H, W).
    """

    siou: np.ndarray
    truths: np.ndarray
    ppv: np.ndarray
    predictions: np.ndarray
    marked: np.ndarray


class ComponentMetrics:
    """Streaming component metrics.

    Args:
        threshold: pixels with at least this score are predicted anomalous. The authors take the one with the best pixel
            F1.
        smallest_prediction: predicted components with fewer pixels are left out; that and `Truth.smallest` are 500 and
            100 in the authors' anomaly track, 50 and 10 in their obstacle track.
    """

    def __init__(self, threshold: float, smallest_prediction: int = 500):
        self.threshold = threshold
        self.smallest_prediction = smallest_prediction
        self._siou: list[np.ndarray] = []
        self._ppv: list[np.ndarray] = []

    def update(self, scores: np.ndarray, truth: Truth) -> Matched:
        """Add one image, float scores (H, W) and its ground truth; returns its components.

        Raises:
            ValueError: where scores are of another shape, or that of a valid pixel is not finite.
        """
        valid = truth.valid
        if scores.shape != valid.shape:
            raise ValueError(f"scores {scores.shape} and ground truth {valid.shape} are not one image")
        wrong = valid & ~np.isfinite(scores)
        if wrong.any():
            raise ValueError(f"{wrong.sum()} of {valid.sum()} scores are not finite")
        marked = _large(_components((scores >= self.threshold) & valid), self.smallest_prediction)
        overlap = _overlap(truth.numbers, marked)[1:]
        shared, beside = overlap[1:, 1:], overlap[0, 1:]  # pixels of each prediction in each truth, and in none
        truths, predictions = overlap[1:].sum(1), overlap[:, 1:].sum(0)
        unions = truths + (shared > 0) @ beside
        siou = shared.sum(1)[truths > 0] / unions[truths > 0]
        ppv = 1 - beside[predictions > 0] / predictions[predictions > 0]
        self._siou.append(siou)
        self._ppv.append(ppv)
        return Matched(siou, np.flatnonzero(truths) + 2, ppv, np.flatnonzero(predictions) + 1, marked)

    def merge(self, other: ComponentMetrics) -> None:
        """Add the components of other images, found with the same settings."""
        self._siou += other._siou
        self._ppv += other._ppv

    def compute(self) -> ComponentFigures:
        """The figures over all images given so far."""
        siou = np.concatenate([np.empty(0), *self._siou])
        ppv = np.concatenate([np.empty(0), *self._ppv])
        hits = (siou[:, None] >= THRESHOLDS).sum(0)
        misses = len(siou) - hits
        false_alarms = (ppv[:, None] < THRESHOLDS).sum(0)
        f1 = np.full(len(THRESHOLDS), np.nan)
        if len(siou) + len(ppv):
            f1 = 2 * hits / (2 * hits + (misses + false_alarms))
        return ComponentFigures(_mean(siou), _mean(ppv), float(f1.mean()), f1, len(siou), len(ppv))


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _components(mask: np.ndarray) -> np.ndarray:
    """Numbers of the 8-connected components of a mask (H, W), from 1; 0 outside."""
    return ndimage.label(mask, np.ones((3, 3)))[0]


def _large(components: np.ndarray, smallest: int) -> np.ndarray:
    """The components of at least so many pixels; the others become 0."""
    sizes = np.bincount(components.ravel())
    kept = np.arange(len(sizes)) * (sizes >= smallest)
    return kept[components]


def _overlap(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Pixels by number in the ground truth (row) and predicted component (column), both from 0.

    The background, 1 in the ground truth, has a row also where no pixel counts.
    """
    rows, columns = max(truth.max(), 1) + 1, predicted.max() + 1
    places = truth * columns + predicted
    return np.bincount(places.ravel(), minlength=rows * columns).reshape(rows, columns)

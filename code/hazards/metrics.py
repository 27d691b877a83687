"""Segmentation and pixel-level anomaly metrics, exact over every pixel given.

Conventions stand in the names and arguments. A label that does not occur in the ground truth has no IoU and is left
out of a mean. The positive class of anomaly detection is the anomaly; ties between scores count half in AUROC.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from hazards.labels import KNOWN

FprRule = Literal["first", "nearest"]


def confusion_matrix(predicted: Tensor, labels: Tensor) -> Tensor:
    """Count pixels by true label (row) and predicted label (column): int64 (13, 13).

    Args:
        predicted: integer labels 0–12, any shape.
        labels: integer labels of the same shape; pixels with a label over 12 (anomalies) are left out.

    Raises:
        ValueError: where the shapes differ.
    """
    if predicted.shape != labels.shape:
        raise ValueError(f"predicted {tuple(predicted.shape)} and labels {tuple(labels.shape)} differ in shape")
    known = labels < KNOWN
    pairs = labels[known].long() * KNOWN + predicted[known].long()
    return torch.bincount(pairs, minlength=KNOWN * KNOWN).view(KNOWN, KNOWN)


def iou(confusion: np.ndarray) -> np.ndarray:
    """Intersection over union of each label, 0–1, shape (..., 13); NaN for a label absent from the ground truth."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1).astype(float)
    truth = confusion.sum(-1)
    union = truth + confusion.sum(-2) - hits
    return np.where(truth > 0, hits / np.maximum(union, 1), np.nan)


def mean_iou(confusion: np.ndarray) -> float:
    """Mean IoU over the labels that occur in the ground truth, 0–1; NaN where none does."""
    values = iou(confusion)
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def counted_labels(confusion: np.ndarray) -> int:
    """How many labels occur in the ground truth, and so count in `mean_iou`."""
    return int((confusion.sum(-1) > 0).sum())


def pixel_accuracy(confusion: np.ndarray) -> float:
    """Share of pixels with the right label, 0–1."""
    return float(np.trace(confusion) / confusion.sum())


@dataclass(frozen=True)
class AnomalyFigures:
    """Figures of one set of scores, each 0–1: area under the ROC curve, average precision (step-wise area under
    the precision-recall curve), and the false positive rate at 95 % of anomalous pixels found."""

    auroc: float
    aupr: float
    fpr95: float

    def row(self) -> dict[str, float]:
        """The figures by name."""
        return asdict(self)


def anomaly_figures(scores: np.ndarray, anomaly: np.ndarray, fpr_rule: FprRule = "first") -> AnomalyFigures | None:
    """AUROC, average precision and FPR at 95 % recall over all pixels given.

    Args:
        scores: float array, higher is more anomalous.
        anomaly: boolean array of the same shape.
        fpr_rule: `first` takes the highest threshold with a recall of at least 0.95; `nearest` the recall
            nearest to 0.95 and, of the thresholds with that recall, the lowest, as the data set's authors do.

    Returns:
        None where all pixels are of one kind, for which the figures are not defined.

    Raises:
        ValueError: where the shapes differ or a score is not finite.
    """
    if scores.shape != anomaly.shape:
        raise ValueError(f"scores {scores.shape} and anomaly {anomaly.shape} differ in shape")
    if not np.isfinite(scores).all():
        raise ValueError(f"{np.count_nonzero(~np.isfinite(scores))} of {scores.size} scores are not finite")
    normal = np.sort(scores[~anomaly])
    thresholds, hits = np.unique(scores[anomaly], return_counts=True)
    if not len(normal) or not len(thresholds):
        return None
    below = np.searchsorted(normal, thresholds, side="left")
    up_to = np.searchsorted(normal, thresholds, side="right")
    positives = hits.sum()
    auroc = float((hits * (below + up_to)).sum() / (2 * positives * len(normal)))
    found = hits[::-1].cumsum()[::-1]  # anomalous pixels at or over each threshold
    false = len(normal) - below  # normal pixels at or over it
    aupr = float((hits * (found / (found + false))).sum() / positives)
    fpr95 = _false_at_recall(found / positives, false, len(normal) - up_to, fpr_rule) / len(normal)
    return AnomalyFigures(auroc, aupr, float(fpr95))


def _false_at_recall(recall: np.ndarray, false: np.ndarray, false_over: np.ndarray, rule: FprRule) -> int:
    """Normal pixels called anomalous at a recall of 0.95; arrays by rising threshold, recall falling from 1."""
    if rule == "first":
        return int(false[np.flatnonzero(recall >= 0.95)[-1]])
    nearest = int(np.argmin(np.abs(recall - 0.95)))
    return int(false_over[nearest - 1] if nearest else false[0])

"""Segmentation metrics, exact over every pixel given.

A label that does not occur in the ground truth has no IoU and is left out of a mean.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def confusion_matrix(predicted: Tensor, labels: Tensor, known: int) -> Tensor:
    """Count pixels by true label (row) and predicted label (column): int64 (K, K).

    Args:
        predicted: integer labels 0 … K - 1, any shape.
        labels: integer labels of the same shape; pixels with a label from K on (anomalies) are left out.
        known: K, the number of known labels.

    Raises:
        ValueError: where the shapes differ.
    """
    if predicted.shape != labels.shape:
        raise ValueError(f"predicted {tuple(predicted.shape)} and labels {tuple(labels.shape)} differ in shape")
    rows = labels.clamp(max=known).long()  # anomalies have a row of their own, left out
    pairs = (rows * known).add_(predicted).flatten()
    return torch.bincount(pairs, minlength=(known + 1) * known).view(known + 1, known)[:known]


def iou(confusion: np.ndarray) -> np.ndarray:
    """Intersection over union of each label, 0–1, shape (..., K); NaN for a label absent from the ground truth."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1).astype(float)
    truth = confusion.sum(-1)
    union = truth + confusion.sum(-2) - hits
    return np.where(truth > 0, hits / np.maximum(union, 1), np.nan)


def mean_iou(confusion: np.ndarray, of: np.ndarray | None = None) -> float:
    """Mean IoU over the labels that occur in the ground truth, 0–1; NaN where none does.

    Args:
        of: which labels may count, boolean (K,); all by default.
    """
    values = iou(confusion) if of is None else iou(confusion)[of]
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def occurring(confusions: Sequence[np.ndarray]) -> np.ndarray:
    """Which labels occur in the ground truth of all of several matrices, boolean (K,)."""
    return np.logical_and.reduce([confusion.sum(-1) > 0 for confusion in confusions])


def counted_labels(confusion: np.ndarray) -> int:
    """How many labels occur in the ground truth, and so count in `mean_iou`."""
    return int((confusion.sum(-1) > 0).sum())


def pixel_accuracy(confusion: np.ndarray) -> float:
    """Share of pixels with the right label, 0–1."""
    return float(np.trace(confusion) / confusion.sum())

"""Open-set segmentation: how right labels are, when pixels that a score flags get a label of their own.

Open mIoU of Grcić et al., DenseHybrid: hybrid anomaly detection for dense open-set recognition, 2022: a known label's
IoU suffers from hazards taken for it and from its own pixels that are flagged; the mean is over known labels.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from hazards.metrics.segmentation import iou


def open_confusion(predicted: Tensor, flagged: Tensor, labels: Tensor, known: int) -> Tensor:
    """Count pixels by true label (row) and what is said of them (column): int64 (K + 1, K + 1).

    Row K holds the anomalous pixels, column K those flagged.

    Args:
        predicted: integer labels 0 … K - 1, any shape.
        flagged: boolean of the same shape; where True, the pixel is called anomalous whatever is predicted.
        labels: integer labels of the same shape, K for the anomaly; pixels with a label over that are left out.
        known: K, the number of known labels.

    Raises:
        ValueError: where the shapes differ.
    """
    if not predicted.shape == flagged.shape == labels.shape:
        shapes = [tuple(part.shape) for part in (predicted, flagged, labels)]
        raise ValueError(f"predicted, flagged and labels differ in shape: {shapes}")
    said = predicted.masked_fill(flagged, known)
    counted = labels <= known
    pairs = labels[counted].long() * (known + 1) + said[counted]
    return torch.bincount(pairs, minlength=(known + 1) ** 2).view(known + 1, known + 1)


def open_mean_iou(confusion: np.ndarray) -> float:
    """Mean over the known labels that occur in the ground truth of their IoU, 0–1, NaN where none does.

    Args:
        confusion: see `open_confusion`.
    """
    values = iou(confusion)[:-1]
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")

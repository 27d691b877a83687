"""Calibration: whether a network is right as often as it is confident, counted over every pixel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from hazards.data.layout import DataSet
from hazards.evaluation.passes import load, outputs
from hazards.store import Entry, step


@step(name="calibration")
def calibration(
    model: Callable[[], nn.Module],
    trained: Entry,
    data: DataSet,
    split: str,
    size: tuple[int, int],
    bins: int = 15,
    temperature: float = 1.0,
) -> pd.DataFrame:
    """Count the pixels of a split, at `size`, in bins of equal width of the largest softmax probability.

    Args:
        temperature: by which logits are divided first.

    Returns:
        A data frame with a row a bin, by rising confidence, known pixels before anomalous ones: anomalous (whether its
        pixels are), middle (of the bin, 0–1), pixels, confident (sum of their confidences) and right (how many have
        the right label; none that is anomalous).
    """
    network = load(model, trained, data)
    counts = np.zeros((2, 3, bins))
    for _, output, labels in outputs(network, data.split(split), size, f"calibration on {split}"):
        confidence, predicted = (output.logits / temperature).softmax(1).max(1)
        anomaly = labels == data.labels.anomaly
        for kind, pixels in enumerate((~anomaly, anomaly)):
            counts[kind] += binned(confidence[pixels], (predicted == labels)[pixels], bins)
    middles = (np.arange(bins) + 0.5) / bins
    return pd.concat(
        [
            pd.DataFrame(dict(zip(("pixels", "confident", "right"), own, strict=True))).assign(
                anomalous=bool(kind), middle=middles
            )
            for kind, own in enumerate(counts)
        ],
        ignore_index=True,
    )


def binned(confidence: Tensor, right: Tensor, bins: int) -> np.ndarray:
    """Pixels, sum of confidences, and right pixels of each bin, (3, bins), of confidences (N,) in 0–1."""
    place = (confidence * bins).long().clamp(max=bins - 1)
    weights = torch.stack([torch.ones_like(confidence), confidence, right]).double()
    return torch.stack([torch.bincount(place, each, bins) for each in weights]).cpu().numpy()


def diagram(counts: pd.DataFrame, anomalous: bool = False) -> pd.DataFrame:
    """Points of a reliability diagram: middle, pixels, confidence (mean) and accuracy of each bin, NaN where empty.

    Args:
        counts: see `calibration`.
        anomalous: whether anomalous pixels count, each as wrong.
    """
    kept = counts if anomalous else counts[~counts["anomalous"]]
    sums = kept.groupby("middle", as_index=False)[["pixels", "confident", "right"]].sum()
    filled = sums["pixels"].where(sums["pixels"] > 0)
    return sums.assign(confidence=sums["confident"] / filled, accuracy=sums["right"] / filled)


def expected_error(counts: pd.DataFrame, anomalous: bool = False) -> float:
    """Expected calibration error, 0–1: mean over pixels of how far accuracy and confidence of their bin lie apart."""
    points = diagram(counts, anomalous)
    return float((points["right"] - points["confident"]).abs().sum() / points["pixels"].sum())

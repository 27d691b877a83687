"""Calibration: whether a network is right as often as it is confident, counted over every pixel."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from hazards.evaluation.passes import Inference, Seen, measured
from hazards.store import step


@step(name="calibration")
def calibration(inference: Inference, split: str, bins: int = 15, temperature: float = 1.0) -> pd.DataFrame:
    """Count the pixels of a split in bins of equal width of the largest softmax probability.

    Args:
        temperature: by which logits are divided first.

    Returns:
        A data frame with a row a bin, by rising confidence, known pixels before anomalous ones: pixels, confident (sum
        of their confidences), right (how many have the right label; none that is anomalous), anomalous (whether its
        pixels are) and middle (of the bin, 0–1).
    """
    measure = Calibration(inference.data.labels.anomaly, bins, temperature)
    return measured(measure, inference, inference.data.split(split))


class Calibration:
    """The measure of `calibration`.

    Args:
        anomaly: the label of anomalous pixels.
        bins, temperature: see there.
    """

    def __init__(self, anomaly: int, bins: int, temperature: float):
        self._anomaly, self._temperature = anomaly, temperature
        self._known = np.zeros((3, bins))
        self._anomalous = np.zeros((3, bins))

    def update(self, seen: Seen) -> None:
        """Take in an image."""
        confidence, predicted = (seen.output.logits / self._temperature).softmax(1).max(1)
        right = predicted == seen.labels
        known, anomalous = seen.labels < self._anomaly, seen.labels == self._anomaly
        for counts, pixels in ((self._known, known), (self._anomalous, anomalous)):
            counts += binned(confidence[pixels], right[pixels], counts.shape[1])

    def result(self) -> pd.DataFrame:
        """What `calibration` returns."""
        parts = []
        for counts, anomalous in ((self._known, False), (self._anomalous, True)):
            pixels, confident, right = counts
            middles = (np.arange(len(pixels)) + 0.5) / len(pixels)
            columns = {"pixels": pixels, "confident": confident, "right": right}
            parts.append(pd.DataFrame(columns).assign(anomalous=anomalous, middle=middles))
        return pd.concat(parts, ignore_index=True)


def binned(confidence: Tensor, right: Tensor, bins: int) -> np.ndarray:
    """Pixels, sum of confidences, and right pixels of each bin, (3, bins), of confidences (N,) in 0–1."""
    place = (confidence * bins).long().clamp(max=bins - 1)
    weights = torch.stack([torch.ones_like(confidence), confidence, right]).double()
    return torch.stack([torch.bincount(place, weight, bins) for weight in weights]).cpu().numpy()


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

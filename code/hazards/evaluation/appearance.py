"""Whether hazards give themselves away by colour alone: scores of the image that know nothing of things and labels.

A score that sees one pixel's colour, or a patch of a few pixels, cannot know what is out of place in a street. If it
ranks hazards well all the same, they are painted unlike the rest of the world, and a network may learn that instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np
import pandas as pd

from hazards.data.colors import KnownColors, chroma, contrast, lab, read_rgb
from hazards.data.layout import DataSet, Sample
from hazards.data.transforms import read_labels_resized
from hazards.labels import labelled
from hazards.messages import tracked
from hazards.metrics.anomaly import AnomalyMetrics
from hazards.store import step

Score = Callable[[np.ndarray], np.ndarray]
"""From the colours of an image in CIELAB, (H, W, 3), to scores (H, W), higher where more conspicuous."""


@step(name="appearance")
def appearance_figures(data: DataSet, size: tuple[int, int]) -> pd.DataFrame:
    """How well hazards of the test split are told by what single pixels look like.

    Returns:
        A data frame with score (``chroma``; ``color distance``, Mahalanobis', and ``color rarity`` among the train
        split's pixels; ``contrast`` of lightness in a patch of 7×7 pixels), town (the folder of the images; ``all``),
        auroc, aupr and fpr95 of all pixels pooled, and ``auroc per image``, the mean over images.
    """
    train, test = data.split("train"), data.split("test")
    seen = tracked(train, len(train), "colours of train")
    known = KnownColors.of(_known_colors(sample, size) for sample in seen)
    scores: dict[str, Score] = {
        "chroma": chroma,
        "color distance": known.distance,
        "color rarity": known.rarity,
        "contrast": contrast,
    }
    figures = _Figures(scores)
    for sample in tracked(test, len(test), "colours of test"):
        labels = read_labels_resized(sample, size).numpy()
        colors = lab(read_rgb(sample, size))
        figures.update(sample.image.parent.name, colors, labels == data.labels.anomaly, labelled(labels))
    return figures.result()


def _known_colors(sample: Sample, size: tuple[int, int]) -> np.ndarray:
    """The colours (N, 3) of a sample's known pixels, in the order of the image."""
    known = read_labels_resized(sample, size).numpy() < sample.label_set.known
    return lab(read_rgb(sample, size))[known]


class _Figures:
    """Figures of scores of colours, in each town and in all."""

    def __init__(self, scores: dict[str, Score]):
        self._scores = scores
        self._pooled: dict[tuple[str, str], AnomalyMetrics] = defaultdict(AnomalyMetrics)
        self._by_image: dict[tuple[str, str], AnomalyMetrics] = defaultdict(_by_image)

    def update(self, town: str, colors: np.ndarray, anomaly: np.ndarray, valid: np.ndarray | None) -> None:
        """Take in an image of a town: its colours (H, W, 3), and where it is anomalous and where it counts, (H, W)."""
        for name, score in self._scores.items():
            values = score(colors).astype(np.float32)
            for part in ("all", town):
                self._pooled[name, part].update(values, anomaly, valid)
                self._by_image[name, part].update(values, anomaly, valid)

    def result(self) -> pd.DataFrame:
        """What `appearance_figures` returns."""
        rows = []
        for (name, town), metrics in self._pooled.items():
            if metrics.defined:
                mean = self._by_image[name, town].compute().figures.auroc
                row = metrics.compute().figures.row()
                rows.append({"score": name, "town": town} | row | {"auroc per image": mean})
        return pd.DataFrame(rows)


def _by_image() -> AnomalyMetrics:
    return AnomalyMetrics("per-image", "nearest")

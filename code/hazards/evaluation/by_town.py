"""Each test town by itself: how right labels are, how well scores find hazards, and what thresholds from there do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from torch import Tensor

from hazards.evaluation.figures import FIGURES
from hazards.evaluation.fitting import Scores, Statistics, scorers
from hazards.evaluation.passes import Inference, Seen, measured
from hazards.evaluation.thresholds import applied, carried
from hazards.labels import LabelSet, labelled
from hazards.metrics.anomaly import AnomalyMetrics
from hazards.metrics.curves import curve
from hazards.metrics.segmentation import confusion_matrix, mean_iou
from hazards.networks.models import Output
from hazards.scores.logit_cache import largest
from hazards.store import step


@step(name="by_town")
def town_figures(inference: Inference, scores: Scores, statistics: Statistics | None = None) -> dict[str, Any]:
    """Figures and thresholds of each test town, all pixels of a town pooled; a town is the folder of its images.

    Args:
        statistics: see `fitting.fit`.

    Returns:
        ``segmentation``: a data frame with town, images (their number) and miou over the labels that occur there;
        ``anomaly``: a data frame with score, town, auroc, aupr and fpr95;
        ``curves``: a data frame with score, town, threshold, recall and precision, at most 256 points a town;
        ``applied`` and ``carried``: data frames of thresholds from one town and from all others, with score and what
        `thresholds.applied` and `thresholds.carried` return.
        A town without known pixels has no miou, one without both kinds of pixel no figures and no thresholds of its
        own: it has no row there. Towns are in the order of their first images.
    """
    measure = TownFigures(scorers(scores, statistics), inference.data.labels)
    return measured(measure, inference, inference.data.split("test"))


class TownFigures:
    """The measure of `town_figures`.

    Args:
        scores: scorers by name.
        labels: the label set of the data.
    """

    def __init__(self, scores: Mapping[str, Callable[[Output], Tensor]], labels: LabelSet):
        self._scores, self._labels = scores, labels
        self._images: dict[str, int] = defaultdict(int)
        self._confusions: dict[str, np.ndarray] = {}
        self._metrics: dict[str, dict[str, AnomalyMetrics]] = {name: defaultdict(AnomalyMetrics) for name in scores}

    def update(self, seen: Seen) -> None:
        """Take in an image."""
        _, predicted = largest(seen.output.logits)
        counts = confusion_matrix(predicted, seen.labels, self._labels.known).cpu().numpy()
        self._images[seen.town] += 1
        self._confusions[seen.town] = self._confusions.get(seen.town, 0) + counts
        anomaly, valid = seen.labels == self._labels.anomaly, labelled(seen.labels)
        for name, score in self._scores.items():
            self._metrics[name][seen.town].update(score(seen.output), anomaly, valid)

    def result(self) -> dict[str, Any]:
        """What `town_figures` returns."""
        tables: dict[str, list[pd.DataFrame]] = {table: [] for table in _TABLES}
        for name, every in self._metrics.items():
            towns = {town: metrics for town, metrics in every.items() if metrics.defined}
            for table, tabulated in _TABLES.items():
                rows = tabulated(towns)
                rows.insert(0, "score", name)
                tables[table].append(rows)
        by_score = {table: pd.concat(parts, ignore_index=True) for table, parts in tables.items()}
        return {"segmentation": self._segmentation()} | by_score

    def _segmentation(self) -> pd.DataFrame:
        rows = []
        for town, confusion in self._confusions.items():
            if confusion.any():
                rows.append({"town": town, "images": self._images[town], "miou": mean_iou(confusion)})
        return pd.DataFrame(rows, columns=["town", "images", "miou"])


def _figures(towns: Mapping[str, AnomalyMetrics]) -> pd.DataFrame:
    """The figures of each town."""
    rows = []
    for town, metrics in towns.items():
        figures = metrics.compute().figures.row()
        rows.append({"town": town} | {figure: figures[figure] for figure in FIGURES})
    return pd.DataFrame(rows, columns=["town", *FIGURES])


def _curves(towns: Mapping[str, AnomalyMetrics]) -> pd.DataFrame:
    """Points of the curve of each town."""
    columns = ["town", "threshold", "recall", "precision"]
    parts = [pd.DataFrame(vars(curve(metrics.ranking()))).assign(town=town) for town, metrics in towns.items()]
    return pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)


_TABLES: dict[str, Callable[[Mapping[str, AnomalyMetrics]], pd.DataFrame]] = {
    "anomaly": _figures,
    "curves": _curves,
    "applied": applied,
    "carried": carried,
}
"""What is said of a score's metrics of each town that has both kinds of pixel."""

"""Each test town by itself: how right labels are there, and how well each score finds what is anomalous."""

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
from hazards.labels import LabelSet, labelled
from hazards.messages import tracked
from hazards.metrics.anomaly import AnomalyMetrics
from hazards.metrics.segmentation import confusion_matrix, mean_iou
from hazards.networks.models import Output
from hazards.scores.logit_cache import largest
from hazards.store import step


@step(name="by_town")
def town_figures(inference: Inference, scores: Scores, statistics: Statistics | None = None) -> dict[str, Any]:
    """Figures of each test town; a town is the folder of its images.

    Args:
        statistics: see `fitting.fit`.

    Returns:
        ``segmentation``: a data frame with town, images (their number) and miou over the labels that occur there;
        ``anomaly``: a data frame with score, town, auroc, aupr and fpr95, all pixels of a town pooled; a town without
        both kinds of pixel has no row. Towns are in the order of their first images.
    """
    samples = inference.data.split("test")
    measure = TownFigures(scorers(scores, statistics), inference.data.labels)
    return measured(measure, tracked(inference.over(samples), len(samples), "figures by town"))


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
        self._metrics: dict[tuple[str, str], AnomalyMetrics] = defaultdict(AnomalyMetrics)

    def update(self, seen: Seen) -> None:
        """Take in an image."""
        town = seen.sample.image.parent.name
        _, predicted = largest(seen.output.logits)
        counts = confusion_matrix(predicted, seen.labels, self._labels.known).cpu().numpy()
        self._images[town] += 1
        self._confusions[town] = self._confusions.get(town, 0) + counts
        anomaly, valid = seen.labels == self._labels.anomaly, labelled(seen.labels)
        for name, score in self._scores.items():
            self._metrics[name, town].update(score(seen.output), anomaly, valid)

    def result(self) -> dict[str, Any]:
        """What `town_figures` returns."""
        segmentation = []
        for town, confusion in self._confusions.items():
            segmentation.append({"town": town, "images": self._images[town], "miou": mean_iou(confusion)})
        anomaly = []
        for (name, town), metrics in self._metrics.items():
            if metrics.defined:
                figures = metrics.compute().figures.row()
                anomaly.append({"score": name, "town": town} | {figure: figures[figure] for figure in FIGURES})
        return {"segmentation": pd.DataFrame(segmentation), "anomaly": pd.DataFrame(anomaly)}

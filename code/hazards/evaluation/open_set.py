"""Open-set segmentation of each test town, at thresholds that its own hazards did not choose.

As published for StreetHazards by Grcić et al., DenseHybrid, 2022: the threshold of one test town comes from the other.
Here from all others together, where there are more than two. Their code flags scores strictly over the threshold; here
a score at the threshold is flagged, too, as everywhere in this library.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from torch import Tensor

from hazards.evaluation.fitting import Scores, Statistics, scorers
from hazards.evaluation.passes import Inference, Seen, measured
from hazards.labels import labelled
from hazards.messages import tracked
from hazards.metrics.anomaly import AnomalyMetrics
from hazards.metrics.fpr95 import fpr_at_first
from hazards.metrics.open_set import open_confusion, open_mean_iou
from hazards.metrics.segmentation import mean_iou
from hazards.networks.models import Output
from hazards.scores.logit_cache import largest
from hazards.store import Entry, step

_THRESHOLDS = ("score", "rule", "town", "threshold")
_FIGURES = (*_THRESHOLDS, "images", "closed", "open", "recall", "fpr")


@step
def carried_thresholds(inference: Inference, scores: Scores, statistics: Statistics | None = None) -> pd.DataFrame:
    """The thresholds that each test town gets from the others; a town is the folder of its images.

    Args:
        statistics: see `fitting.fit`.

    Returns:
        A data frame with score, rule, town (in which it is to be used) and threshold: by the rule ``95 % TPR`` the
        highest with which at least 95 % of the anomalous pixels of all other towns together are flagged; by ``5 % FPR``
        the lowest with which at most 5 % of their known pixels are. Without rows where there is one town alone, or the
        others have no anomalous pixel.
    """
    samples = inference.data.split("test")
    measure = CarriedThresholds(scorers(scores, statistics), inference.data.labels.anomaly)
    return measured(measure, tracked(inference.over(samples), len(samples), "thresholds for other towns"))


class CarriedThresholds:
    """The measure of `carried_thresholds`.

    Args:
        scores: scorers by name.
        anomaly: the label of anomalous pixels.
    """

    def __init__(self, scores: Mapping[str, Callable[[Output], Tensor]], anomaly: int):
        self._scores, self._anomaly = scores, anomaly
        self._towns: dict[str, dict[str, AnomalyMetrics]] = {name: defaultdict(AnomalyMetrics) for name in scores}

    def update(self, seen: Seen) -> None:
        """Take in an image."""
        town = seen.sample.image.parent.name
        anomaly, valid = seen.labels == self._anomaly, labelled(seen.labels)
        for name, score in self._scores.items():
            self._towns[name][town].update(score(seen.output), anomaly, valid)

    def result(self) -> pd.DataFrame:
        """What `carried_thresholds` returns."""
        rows: list[dict[str, Any]] = []
        for name, towns in self._towns.items():
            for town in towns:
                others = AnomalyMetrics()
                for other, metrics in towns.items():
                    if other != town:
                        others.merge(metrics)
                if others.defined:
                    rows += [{"score": name, "town": town} | row for row in _by_rule(others)]
        return pd.DataFrame(rows, columns=list(_THRESHOLDS))


def _by_rule(metrics: AnomalyMetrics) -> list[dict[str, Any]]:
    """Rule and threshold; of a cell of unknown order its lowest score, which surely flags all of it."""
    _, (at_95_tpr, _) = fpr_at_first(metrics.ranking())
    return [
        {"rule": "95 % TPR", "threshold": float(at_95_tpr)},
        {"rule": "5 % FPR", "threshold": metrics.threshold_at_5_fpr()},
    ]


@step
def open_set(
    inference: Inference, scores: Scores, thresholds: Entry, statistics: Statistics | None = None
) -> pd.DataFrame:
    """How well each test town is segmented when flagged pixels are a label of their own, see `metrics.open_set`.

    Args:
        thresholds: result of `carried_thresholds`.
        statistics: see `fitting.fit`.

    Returns:
        A data frame with score, rule, town, threshold, images (of the town), closed (mIoU over the known labels where
        nothing is flagged and hazards do not count), open (open mIoU), recall and fpr (share of the anomalous and of
        the known pixels flagged), 0–1.
    """
    samples = inference.data.split("test")
    labels = inference.data.labels
    measure = OpenSet(scorers(scores, statistics), thresholds.value, labels.known)
    return measured(measure, tracked(inference.over(samples), len(samples), "open-set segmentation"))


class OpenSet:
    """The measure of `open_set`.

    Args:
        scores: scorers by name.
        thresholds: see `carried_thresholds`.
        known: number of known labels.
    """

    def __init__(self, scores: Mapping[str, Callable[[Output], Tensor]], thresholds: pd.DataFrame, known: int):
        self._scores, self._known = scores, known
        self._thresholds = thresholds.to_dict("records")
        self._images: dict[str, int] = defaultdict(int)
        self._closed: dict[str, np.ndarray] = defaultdict(self._empty)
        self._open = [self._empty() for _ in self._thresholds]

    def _empty(self) -> np.ndarray:
        return np.zeros((self._known + 1, self._known + 1), np.int64)

    def update(self, seen: Seen) -> None:
        """Take in an image."""
        town = seen.sample.image.parent.name
        predicted = largest(seen.output.logits)[1]
        values = {name: score(seen.output).float() for name, score in self._scores.items()}
        nowhere = predicted < 0
        self._images[town] += 1
        self._closed[town] += self._counted(predicted, nowhere, seen)
        for row, counts in zip(self._thresholds, self._open, strict=True):
            if row["town"] == town:
                counts += self._counted(predicted, values[row["score"]] >= row["threshold"], seen)

    def _counted(self, predicted: Tensor, flagged: Tensor, seen: Seen) -> np.ndarray:
        return open_confusion(predicted, flagged, seen.labels, self._known).cpu().numpy()

    def result(self) -> pd.DataFrame:
        """What `open_set` returns."""
        rows = []
        for row, counts in zip(self._thresholds, self._open, strict=True):
            closed = self._closed[row["town"]][:-1, :-1]
            flagged = counts[:, -1]
            pixels = counts.sum(1)
            figures = {
                "images": self._images[row["town"]],
                "closed": mean_iou(closed),
                "open": open_mean_iou(counts),
                "recall": flagged[-1] / pixels[-1] if pixels[-1] else np.nan,
                "fpr": flagged[:-1].sum() / pixels[:-1].sum(),
            }
            rows.append(row | figures)
        return pd.DataFrame(rows, columns=list(_FIGURES))

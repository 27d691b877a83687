"""Open-set segmentation of each test town, at thresholds that its own hazards did not choose.

As published for StreetHazards by Grcić et al., DenseHybrid, 2022: the threshold of one test town comes from the other.
Here from all others together, where there are more than two. Their code flags scores strictly over the threshold; here
a score at the threshold is flagged, too, as everywhere in this library.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from torch import Tensor

from hazards.evaluation.fitting import Scores, Statistics, scorers
from hazards.evaluation.passes import Inference, Seen, measured
from hazards.metrics.open_set import open_confusion, open_mean_iou
from hazards.metrics.segmentation import mean_iou
from hazards.networks.models import Output
from hazards.scores.logit_cache import largest
from hazards.store import Entry, step

_FIGURES = ("score", "rule", "town", "threshold", "images", "closed", "open", "recall", "fpr")


@step
def open_set(inference: Inference, scores: Scores, towns: Entry, statistics: Statistics | None = None) -> pd.DataFrame:
    """How well each test town is segmented when flagged pixels are a label of their own, see `metrics.open_set`.

    Args:
        towns: result of `by_town.town_figures` with these scores, at whose carried thresholds pixels are flagged.
        statistics: see `fitting.fit`.

    Returns:
        A data frame with score, rule, town, threshold, images (of the town), closed (mIoU over the known labels where
        nothing is flagged and hazards do not count), open (open mIoU), recall and fpr (share of the anomalous and of
        the known pixels flagged), 0–1. A town without both kinds of pixel has no thresholds, and so no row.
    """
    measure = OpenSet(scorers(scores, statistics), towns.value["carried"], inference.data.labels.known)
    return measured(measure, inference, inference.data.split("test"))


class OpenSet:
    """The measure of `open_set`.

    Args:
        scores: scorers by name.
        thresholds: of each score and town, see `thresholds.carried`.
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
        predicted = largest(seen.output.logits)[1]
        values = {name: score(seen.output).float() for name, score in self._scores.items()}
        nowhere = predicted < 0
        self._images[seen.town] += 1
        self._closed[seen.town] += self._counted(predicted, nowhere, seen)
        for row, counts in zip(self._thresholds, self._open, strict=True):
            if row["town"] == seen.town:
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
                "recall": flagged[-1] / pixels[-1],
                "fpr": flagged[:-1].sum() / pixels[:-1].sum(),
            }
            rows.append(row | figures)
        return pd.DataFrame(rows, columns=list(_FIGURES))

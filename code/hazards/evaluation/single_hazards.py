"""One hazard at a time: its size, colour and surroundings, what the network takes it for, and how well it is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import ndimage
from torch import Tensor

from hazards.data.colors import chroma, lab, read_rgb
from hazards.data.layout import DataSet
from hazards.evaluation.fitting import Scores, Statistics, scorers
from hazards.evaluation.passes import Inference, Seen, measured
from hazards.metrics.figures import figures
from hazards.metrics.ranking import rank_rising
from hazards.networks.models import Output
from hazards.scores.logit_cache import largest
from hazards.store import step

_RING = 3
"""Width in pixels of the ring around a region in which its surroundings are counted."""


@step(name="regions")
def hazard_regions(inference: Inference, scores: Scores, statistics: Statistics | None = None) -> pd.DataFrame:
    """Every connected anomalous region of the test split, and how each score ranks it.

    Args:
        statistics: see `fitting.fit`.

    Returns:
        A data frame with image, share (of the image's pixels, 0–1), chroma (mean distance from grey in CIELAB of what
        of it the network sees), surroundings (the label most frequent within
        three pixels around the region; None where nothing known touches it), taken for (the label predicted most
        often in it) and, by each score's name, the AUROC of the region's pixels against the image's known ones. An
        image without known pixels has no row.
    """
    measure = SingleHazards(scorers(scores, statistics), inference.data)
    return measured(measure, inference, inference.data.split("test"))


class SingleHazards:
    """The measure of `hazard_regions`.

    Args:
        scores: scorers by name.
        data: the data set that images are of.
    """

    def __init__(self, scores: Mapping[str, Callable[[Output], Tensor]], data: DataSet):
        self._scores, self._data, self._labels = scores, data, data.labels
        self._rows: list[dict[str, Any]] = []

    def update(self, seen: Seen) -> None:
        """Take in the hazards of an image."""
        maps = {name: score(seen.output)[0].float().cpu().numpy() for name, score in self._scores.items()}
        predicted = largest(seen.output.logits)[1][0].cpu().numpy()
        labels = seen.labels[0].cpu().numpy()
        colorfulness = chroma(lab(read_rgb(seen.sample, labels.shape)))
        known = labels < self._labels.known
        if not known.any():
            return  # there is nothing to rank a hazard against
        normal = {name: np.sort(values[known]) for name, values in maps.items()}
        regions, count = ndimage.label(labels == self._labels.anomaly, np.ones((3, 3)))
        for number in range(1, count + 1):
            region = regions == number
            ring = ndimage.binary_dilation(region, iterations=_RING) & known
            row = {
                "image": self._data.name(seen.sample),
                "share": float(region.mean()),
                "chroma": float(colorfulness[region].mean()),
                "surroundings": self._most_frequent(labels[ring]),
                "taken for": self._most_frequent(predicted[region]),
            }
            for name, values in maps.items():
                exact, _ = figures(rank_rising(normal[name], np.sort(values[region])))
                row[name] = float(exact.auroc)
            self._rows.append(row)

    def result(self) -> pd.DataFrame:
        """What `hazard_regions` returns."""
        return pd.DataFrame(self._rows)

    def _most_frequent(self, labels: np.ndarray) -> str | None:
        return self._labels.names[np.bincount(labels).argmax()] if labels.size else None

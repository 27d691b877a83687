"""Whole hazards: how many are found, and how much of what is marked belongs to one, at one threshold a score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import ndimage
from torch import Tensor

from hazards.data.layout import DataSet
from hazards.evaluation.fitting import Scores, Statistics, scorers
from hazards.evaluation.passes import Inference, Seen, measured
from hazards.labels import labelled
from hazards.metrics.components import ComponentMetrics, Truth
from hazards.networks.models import Output
from hazards.scores.logit_cache import largest
from hazards.store import Entry, step

_BEGIN = ("score", "image")
_DESCRIBED = ("pixels", "top", "left", "bottom", "right", "label", "taken for")


@step(name="components")
def component_figures(
    inference: Inference, scores: Scores, thresholds: Entry, statistics: Statistics | None = None
) -> dict[str, pd.DataFrame]:
    """Component-level figures of SegmentMeIfYouCan on the test split, see `metrics.components.ComponentMetrics`.

    The authors' smallest components, of 500 predicted and 100 anomalous pixels, are scaled from 1280×720 to `size`.

    Args:
        thresholds: result of `selection.best_thresholds`, by the name of each score.
        statistics: see `fitting.fit`.

    Returns:
        ``figures``: a data frame with score, siou, ppv, f1, truths, predictions and threshold;
        ``hazards``: a row a score and hazard, with score, image and siou (0–1);
        ``marked``: a row a score and component over the threshold, with score, image and ppv (0–1); both also with
        pixels, top, left, bottom and right (of its box, in pixels, the last two just beyond it), label (the known label
        most frequent in the box, None where all of it is anomalous) and taken for (predicted most often within it).
    """
    height, width = inference.size
    scale = height * width / (720 * 1280)
    measure = Components(
        scorers(scores, statistics),
        thresholds.value,
        round(500 * scale),
        round(100 * scale),
        inference.data,
    )
    return measured(measure, inference, inference.data.split("test"))


class Components:
    """The measure of `component_figures`.

    Args:
        scores: scorers by name.
        thresholds: by the name of the score.
        smallest_prediction, smallest_truth: pixels, see `ComponentMetrics` and `Truth`.
        data: the data set that images are of.
    """

    def __init__(
        self,
        scores: Mapping[str, Callable[[Output], Tensor]],
        thresholds: Mapping[str, float],
        smallest_prediction: int,
        smallest_truth: int,
        data: DataSet,
    ):
        self._scores, self._data, self._labels, self._smallest_truth = scores, data, data.labels, smallest_truth
        self._metrics = {name: ComponentMetrics(thresholds[name], smallest_prediction) for name in scores}
        self._hazards: list[dict[str, Any]] = []
        self._marked: list[dict[str, Any]] = []

    def update(self, seen: Seen) -> None:
        """Take in an image."""
        labels = seen.labels[0].cpu().numpy()
        predicted = largest(seen.output.logits)[1][0].cpu().numpy()
        truth = Truth(labels == self._labels.anomaly, labelled(labels), smallest=self._smallest_truth)
        hazards = self._described(truth.numbers, labels, predicted)
        for name, score in self._scores.items():
            values = score(seen.output)[0].float().cpu().numpy()
            matched = self._metrics[name].update(values, truth)
            marked = self._described(matched.marked, labels, predicted)
            row = {"score": name, "image": self._data.name(seen.sample)}
            for number, siou in zip(matched.truths, matched.siou, strict=True):
                self._hazards.append(row | {"siou": float(siou)} | hazards[number])
            for number, ppv in zip(matched.predictions, matched.ppv, strict=True):
                self._marked.append(row | {"ppv": float(ppv)} | marked[number])

    def _described(self, numbers: np.ndarray, labels: np.ndarray, predicted: np.ndarray) -> dict[int, dict[str, Any]]:
        """Size, box and most frequent labels of the components of an image, by number."""
        described = {}
        for number, box in enumerate(ndimage.find_objects(numbers), 1):
            if box is None:
                continue
            inside = numbers[box] == number
            known = labels[box][labels[box] < self._labels.known]
            rows, columns = box
            described[number] = {
                "pixels": int(inside.sum()),
                "top": rows.start,
                "left": columns.start,
                "bottom": rows.stop,
                "right": columns.stop,
                "label": self._most_frequent(known),
                "taken for": self._most_frequent(predicted[box][inside]),
            }
        return described

    def _most_frequent(self, labels: np.ndarray) -> str | None:
        return self._labels.names[np.bincount(labels).argmax()] if labels.size else None

    def result(self) -> dict[str, pd.DataFrame]:
        """What `component_figures` returns."""
        rows = []
        for name, metrics in self._metrics.items():
            figures = metrics.compute()
            values = {key: getattr(figures, key) for key in ("siou", "ppv", "f1", "truths", "predictions")}
            rows.append({"score": name} | values | {"threshold": metrics.threshold})
        return {
            "figures": pd.DataFrame(rows),
            "hazards": pd.DataFrame(self._hazards, columns=[*_BEGIN, "siou", *_DESCRIBED]),
            "marked": pd.DataFrame(self._marked, columns=[*_BEGIN, "ppv", *_DESCRIBED]),
        }

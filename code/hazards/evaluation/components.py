"""Whole hazards: how many are found, and how much of what is marked belongs to one, at one threshold a score."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
from torch import Tensor

from hazards.evaluation.fitting import Scores, Statistics, scorers
from hazards.evaluation.passes import Inference, Seen, measured
from hazards.messages import tracked
from hazards.metrics.components import ComponentMetrics, Truth
from hazards.networks.models import Output
from hazards.store import Entry, step


@step(name="components")
def component_figures(
    inference: Inference, scores: Scores, thresholds: Entry, statistics: Statistics | None = None
) -> pd.DataFrame:
    """Component-level figures of SegmentMeIfYouCan on the test split, see `metrics.components.ComponentMetrics`.

    The authors' smallest components, of 500 predicted and 100 anomalous pixels, are scaled from 1280×720 to `size`.

    Args:
        thresholds: result of `selection.best_thresholds`, by the name of each score.
        statistics: see `fitting.fit`.

    Returns:
        A data frame with score, siou, ppv, f1, truths, predictions and threshold.
    """
    samples = inference.data.split("test")
    height, width = inference.size
    scale = height * width / (720 * 1280)
    measure = Components(
        scorers(scores, statistics),
        thresholds.value,
        round(500 * scale),
        round(100 * scale),
        inference.data.labels.anomaly,
    )
    return measured(measure, tracked(inference.over(samples), len(samples), "hazards as components"))


class Components:
    """The measure of `component_figures`.

    Args:
        scores: scorers by name.
        thresholds: by the name of the score.
        smallest_prediction, smallest_truth: pixels, see `ComponentMetrics` and `Truth`.
        anomaly: the label of anomalous pixels.
    """

    def __init__(
        self,
        scores: Mapping[str, Callable[[Output], Tensor]],
        thresholds: Mapping[str, float],
        smallest_prediction: int,
        smallest_truth: int,
        anomaly: int,
    ):
        self._scores, self._anomaly, self._smallest_truth = scores, anomaly, smallest_truth
        self._metrics = {name: ComponentMetrics(thresholds[name], smallest_prediction) for name in scores}

    def update(self, seen: Seen) -> None:
        """Take in an image."""
        anomaly = (seen.labels[0] == self._anomaly).cpu().numpy()
        truth = Truth(anomaly, smallest=self._smallest_truth)
        for name, score in self._scores.items():
            values = score(seen.output)[0].float().cpu().numpy()
            self._metrics[name].update(values, truth)

    def result(self) -> pd.DataFrame:
        """What `component_figures` returns."""
        rows = []
        for name, metrics in self._metrics.items():
            figures = metrics.compute()
            values = {key: getattr(figures, key) for key in ("siou", "ppv", "f1", "truths", "predictions")}
            rows.append({"score": name} | values | {"threshold": metrics.threshold})
        return pd.DataFrame(rows)

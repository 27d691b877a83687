"""Several networks of one recipe as one detector: the mean of their scores at each pixel.

Lakshminarayanan et al., Simple and scalable predictive uncertainty estimation using deep ensembles, 2017, average the
predictions of networks that differ in their seed alone; here it is a score of their logits.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import torch
from torch import Tensor

from hazards.evaluation.figures import ScoreFigures
from hazards.evaluation.passes import Inference, Seen, side_by_side
from hazards.labels import labelled
from hazards.messages import tracked
from hazards.networks.models import Output
from hazards.scores.logits import energy
from hazards.scores.method import Method, Score, as_method
from hazards.store import step


@step(name="ensemble")
def evaluate_ensemble(members: tuple[Inference, ...], score: Score = energy) -> dict[str, Any]:
    """Evaluate the mean of a score over trained networks on every pixel of the test split.

    Args:
        members: of one data set and size.
        score: plain, so that no network has statistics of its own.

    Returns:
        ``anomaly``, ``curves`` and ``draws`` of `figures.evaluate`, for this one score. There is one ensemble however
        many members it has: the intervals are over images alone, and say nothing about other seeds.
    """
    data = members[0].data
    samples = data.split("test")
    method = as_method(score)
    images = tracked(side_by_side(members, samples), len(samples), f"evaluate {len(members)} networks together")
    measure = EnsembleFigures(method, len(members), data.labels.anomaly)
    for seen in images:
        measure.update(seen)
    return measure.result()


class EnsembleFigures:
    """The measure of `evaluate_ensemble`.

    Args:
        method: without statistics.
        members: number of networks.
        anomaly: the label of anomalous pixels.
    """

    def __init__(self, method: Method, members: int, anomaly: int):
        self._anomaly = anomaly
        self._scorers = [method.scorer({}) for _ in range(members)]
        self._figures = ScoreFigures(f"{method.name}, {members} networks", self._mean)

    def update(self, seen: tuple[Seen, ...]) -> None:
        """Take in what all networks say about an image."""
        labels = seen[0].labels
        self._figures.update([view.output for view in seen], labels == self._anomaly, labelled(labels))

    def result(self) -> dict[str, Any]:
        """What `evaluate_ensemble` returns."""
        if not self._figures.defined:
            return {"anomaly": pd.DataFrame(), "curves": pd.DataFrame(), "draws": {}}
        rows, curves, draws = self._figures.result()
        return {"anomaly": pd.DataFrame(rows), "curves": curves, "draws": {self._figures.name: draws}}

    def _mean(self, outputs: list[Output]) -> Tensor:
        """Mean over the networks, (1, H, W)."""
        pairs = zip(self._scorers, outputs, strict=True)
        return torch.stack([scorer(output) for scorer, output in pairs]).mean(0)

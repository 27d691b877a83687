"""What measures cost in an evaluation, as a share of a pass that only decodes images and predicts.

    OMP_NUM_THREADS=1 python benchmarks/evaluation.py [rounds [images]]

The test images of profile mini, the small DeepLabV3 with random weights, one thread. A pass with figures, intervals and
components of the scores that every study has, and of all scores on logits; those on features and the suppression of
borders are apart, see `scores.py` here. Components are counted in the same pass, at thresholds that mark 2 % of an
image: in a study they have a pass of their own, after the thresholds are known. In each round every pass is made once,
one after the other; medians over rounds are shown. Aim: at most 1.3.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import nn

from hazards import profiles
from hazards.data import DataSet, Sample, current_data_set
from hazards.evaluation.components import Components
from hazards.evaluation.figures import ScoreFigures, SplitFigures
from hazards.evaluation.passes import Inference, Measure, Seen
from hazards.networks.models import deeplabv3_mini
from hazards.scores import (
    LogHeat,
    Method,
    Scorer,
    StandardizedMaxLogit,
    as_method,
    energy,
    entropy,
    max_logit,
    msp,
)

AIM = 1.3
MARKED = 0.02
BARE = "decode and predict"
OF_A_STUDY = (as_method(max_logit), as_method(msp))
ON_LOGITS = (
    *OF_A_STUDY,
    as_method(entropy),
    as_method(energy),
    as_method(energy, temperature=2.0),
    StandardizedMaxLogit(),
    StandardizedMaxLogit(smooth=True),
    LogHeat(),
)
STATISTICS = {"mean": torch.zeros(13), "std": torch.ones(13)}


class Untrained(Inference):
    """A network with random weights, and how it sees the images of a data set."""

    def load(self) -> nn.Module:
        torch.manual_seed(0)
        return deeplabv3_mini().eval()


class Together:
    """Several measures of one pass; none measures nothing."""

    def __init__(self, *measures: Measure[Any]):
        self.measures = measures

    def update(self, seen: Seen) -> None:
        for measure in self.measures:
            measure.update(seen)

    def result(self) -> None:
        for measure in self.measures:
            measure.result()


class Maps:
    """Scores alone."""

    def __init__(self, scorers: dict[str, Scorer]):
        self.scorers = scorers

    def update(self, seen: Seen) -> None:
        for score in self.scorers.values():
            score(seen.output)

    def result(self) -> None:
        """Nothing is kept."""


def scorers(methods: tuple[Method, ...]) -> dict[str, Scorer]:
    return {method.name: method.scorer(STATISTICS) for method in methods}


def figures(methods: tuple[Method, ...], data: DataSet) -> SplitFigures:
    by_score = [ScoreFigures(name, score) for name, score in scorers(methods).items()]
    return SplitFigures(data, by_score, ())


def components(methods: tuple[Method, ...], data: DataSet, thresholds: dict[str, float]) -> Components:
    return Components(scorers(methods), thresholds, 20, 4, data)


def main(rounds: int, images: int | None) -> None:
    torch.set_num_threads(1)
    profile = profiles.PROFILES["mini"]
    data = current_data_set(profile)
    samples = data.split("test")[:images]
    inference = Untrained(deeplabv3_mini, None, data, profile.size)
    first = next(inference.over(samples[:1]))
    thresholds = {
        name: float(np.quantile(score(first.output).numpy(), 1 - MARKED)) for name, score in scorers(ON_LOGITS).items()
    }
    passes: dict[str, Callable[[], Measure[Any]]] = {BARE: Together}
    for title, methods in (("MaxLogit and MSP", OF_A_STUDY), ("all on logits", ON_LOGITS)):
        passes[f"{title}: scores"] = lambda methods=methods: Maps(scorers(methods))
        passes[f"{title}: figures and intervals"] = lambda methods=methods: figures(methods, data)
        passes[f"{title}: and components"] = lambda methods=methods: Together(
            figures(methods, data), components(methods, data, thresholds)
        )
    show(measure(inference, samples, passes, rounds), len(samples))


def measure(
    inference: Inference, samples: list[Sample], passes: dict[str, Callable[[], Measure[Any]]], rounds: int
) -> dict[str, float]:
    """Median seconds of each pass; a first one, of few images, only warms up."""
    list(inference.over(samples[:8]))
    times: dict[str, list[float]] = {name: [] for name in passes}
    for _ in range(rounds):
        for name, made in passes.items():
            begun = time.perf_counter()
            accumulator = made()
            for seen in inference.over(samples):
                accumulator.update(seen)
            accumulator.result()
            times[name].append(time.perf_counter() - begun)
    return {name: median(spent) for name, spent in times.items()}


def show(seconds: dict[str, float], images: int) -> None:
    """Print the table, and whether the aim is met."""
    bare = seconds[BARE]
    print(f"{images} images {'':<26} {'ms/image':>9} {'ratio':>6}")
    for name, spent in seconds.items():
        verdict = "" if spent <= AIM * bare else f"  over the aim of {AIM}"
        print(f"{name:<37} {spent / images * 1e3:>9.2f} {spent / bare:>6.2f}{verdict}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, int(sys.argv[2]) if len(sys.argv) > 2 else None)

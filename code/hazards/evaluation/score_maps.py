"""The maps that a panel shows of some images: labels, confidence and scores, pixel by pixel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from torch import Tensor

from hazards.data.layout import DataSet, Sample
from hazards.data.transforms import read_resized
from hazards.evaluation.fitting import Scores, Statistics, scorers
from hazards.evaluation.passes import Inference, Seen, measured
from hazards.metrics import masks
from hazards.networks.models import Output
from hazards.scores.logit_cache import largest
from hazards.store import Entry, step


@step
def maps(
    inference: Inference,
    split: str,
    images: tuple[str, ...] | Entry,
    scores: Scores,
    statistics: Statistics | None = None,
) -> dict[str, Any]:
    """What a panel shows of some images of a split.

    A method with a memory of the stream sees these images alone.

    Args:
        images: their names, see `DataSet.name`, or the result of a step that names them.
        statistics: see `fitting.fit`.

    Returns:
        ``image`` uint8 (N, H, W, 3), ``labels`` and ``predicted`` uint8 (N, H, W), ``confidence`` float32 (N, H, W)
        in 0–1 (the largest softmax probability), and ``scores``: float32 (N, H, W) by the score's name.
    """
    samples = named(inference.data, split, images.value if isinstance(images, Entry) else images)
    pictures = [np.asarray(read_resized(sample, inference.size)[0]).transpose(1, 2, 0) for sample in samples]
    return {"image": np.stack(pictures)} | _seen_maps(inference, samples, scores, statistics)


def _seen_maps(
    inference: Inference, samples: list[Sample], scores: Scores, statistics: Statistics | None
) -> dict[str, Any]:
    """What `maps` returns of some samples, but for the pictures."""
    return measured(ScoreMaps(scorers(scores, statistics)), inference, samples)


def named(data: DataSet, split: str, names: Iterable[str]) -> list[Sample]:
    """The samples of a split that have these names, see `DataSet.name`, in that order."""
    by_name = {data.name(sample): sample for sample in data.split(split)}
    return [by_name[name] for name in names]


@step
def stepped_maps(
    inference: Inference,
    images: tuple[str, ...] | Entry,
    evaluated: Entry,
    scores: Scores,
    statistics: Statistics | None = None,
    steps: int = 255,
) -> dict[str, Any]:
    """Maps of scores on some test images in steps, a byte a pixel: which of a few thresholds each pixel reaches.

    Args:
        images, statistics: see `maps`.
        evaluated: result of `evaluation.evaluate` on the test split with these scores.
        steps: at most as many thresholds a score, 255 at most, see `masks.walk`.

    Returns:
        ``curves``: a data frame with score, threshold, recall, fpr and precision of all test pixels pooled, threshold
        rising; ``levels``: uint8 (N, H, W) by the score's name, how many of its thresholds a pixel reaches.
    """
    curves = evaluated.value["curves"]
    samples = named(inference.data, "test", images.value if isinstance(images, Entry) else images)
    rows, levels = [], {}
    for name, values in _seen_maps(inference, samples, scores, statistics)["scores"].items():
        walked = masks.walk(curves[curves["score"] == name], steps)
        rows.append(walked)
        levels[name] = masks.levels(values, walked["threshold"].to_numpy())
    return {"curves": pd.concat(rows, ignore_index=True), "levels": levels}


class ScoreMaps:
    """The measure of `maps`: all that it returns but the pictures.

    Args:
        scores: scorers by name.
    """

    def __init__(self, scores: Mapping[str, Callable[[Output], Tensor]]):
        self._scores = scores
        self._maps: dict[str, list[np.ndarray]] = defaultdict(list)
        self._score_maps: dict[str, list[np.ndarray]] = {name: [] for name in scores}

    def update(self, seen: Seen) -> None:
        """Take in an image."""
        for name, score in self._scores.items():
            self._score_maps[name].append(score(seen.output).float().cpu().numpy())
        logits = seen.output.logits
        self._maps["labels"].append(seen.labels.byte().cpu().numpy())
        self._maps["predicted"].append(largest(logits)[1].byte().cpu().numpy())
        self._maps["confidence"].append(logits.softmax(1).amax(1).cpu().numpy())

    def result(self) -> dict[str, Any]:
        """Maps by name, those of scores apart; all (N, H, W)."""
        scores = {name: np.concatenate(maps) for name, maps in self._score_maps.items()}
        return {"scores": scores} | {name: np.concatenate(maps) for name, maps in self._maps.items()}

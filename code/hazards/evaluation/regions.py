"""One hazard at a time: how large it is, what surrounds it, what the network takes it for, and how well it is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd
from scipy import ndimage
from torch import nn

from hazards.data.layout import DataSet
from hazards.evaluation.passes import load, outputs, scorers
from hazards.labels import LabelSet
from hazards.metrics.components import ComponentMetrics
from hazards.metrics.ranking import figures, rank
from hazards.scores.logit_cache import largest
from hazards.scores.method import Method, Score
from hazards.store import Entry, step

_RING = 3
"""Width in pixels of the ring around a region in which its surroundings are counted."""


@step(name="regions")
def hazard_regions(
    model: Callable[[], nn.Module],
    trained: Entry,
    data: DataSet,
    size: tuple[int, int],
    scores: tuple[Score | Method, ...],
    statistics: Mapping[str, Entry] | None = None,
) -> pd.DataFrame:
    """Every connected anomalous region of the test split, at `size`, and how each score ranks it.

    Returns:
        A data frame with image, share (of the image's pixels, 0–1), surroundings (the label most frequent within
        three pixels around the region; None where nothing known touches it), taken for (the label predicted most
        often in it) and, by each score's name, the AUROC of the region's pixels against the image's known ones.
    """
    network = load(model, trained, data)
    by_score = scorers(scores, statistics or {})
    rows = []
    for image, output, labels in outputs(network, data.split("test"), size, "hazards one by one"):
        maps = {name: score(output)[0].float().cpu().numpy() for name, score in by_score.items()}
        predicted = largest(output.logits)[1][0].cpu().numpy()
        found = _regions(labels[0].cpu().numpy(), predicted, maps, data.labels)
        rows += [{"image": image} | row for row in found]
    return pd.DataFrame(rows)


@step(name="components")
def component_figures(
    model: Callable[[], nn.Module],
    trained: Entry,
    data: DataSet,
    size: tuple[int, int],
    scores: tuple[Score | Method, ...],
    thresholds: Entry,
    statistics: Mapping[str, Entry] | None = None,
) -> pd.DataFrame:
    """Component-level figures of SegmentMeIfYouCan on the test split, see `components.ComponentMetrics`.

    The authors' smallest components, of 500 predicted and 100 anomalous pixels, are scaled from 1280×720 to `size`.

    Args:
        thresholds: result of `choices.best_thresholds`, by the name of each score.

    Returns:
        A data frame with score, siou, ppv, f1, truths, predictions and threshold.
    """
    network = load(model, trained, data)
    by_score = scorers(scores, statistics or {})
    scale = size[0] * size[1] / (720 * 1280)
    smallest = round(500 * scale), round(100 * scale)
    metrics = {name: ComponentMetrics(thresholds.value[name], *smallest) for name in by_score}
    for _, output, labels in outputs(network, data.split("test"), size, "hazards as components"):
        anomaly = (labels[0] == data.labels.anomaly).cpu().numpy()
        for name, score in by_score.items():
            metrics[name].update(score(output)[0].float().cpu().numpy(), anomaly)
    figures = ("siou", "ppv", "f1", "truths", "predictions")
    found = {name: metric.compute() for name, metric in metrics.items()}
    rows = [{"score": name} | {key: getattr(one, key) for key in figures} for name, one in found.items()]
    return pd.DataFrame(rows).assign(threshold=[thresholds.value[name] for name in by_score])


def _regions(
    labels: np.ndarray, predicted: np.ndarray, maps: dict[str, np.ndarray], label_set: LabelSet
) -> Iterator[dict[str, object]]:
    regions, count = ndimage.label(labels == label_set.anomaly, np.ones((3, 3)))
    known = labels != label_set.anomaly
    normal = {name: values[known] for name, values in maps.items()}
    for number in range(1, count + 1):
        region = regions == number
        ring = ndimage.binary_dilation(region, iterations=_RING) & known
        yield {
            "share": float(region.mean()),
            "surroundings": _most_frequent(labels[ring], label_set),
            "taken for": _most_frequent(predicted[region], label_set),
            **{name: float(figures(rank(normal[name], values[region]))[0].auroc) for name, values in maps.items()},
        }


def _most_frequent(labels: np.ndarray, label_set: LabelSet) -> str | None:
    return label_set.names[np.bincount(labels).argmax()] if labels.size else None

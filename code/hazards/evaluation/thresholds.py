"""What a threshold makes of a ranking: precision, recall, F1 and IoU of the mask, and what it does in another town."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from torch import nn

from hazards.data.layout import DataSet
from hazards.evaluation.passes import load, outputs, scorers
from hazards.metrics.anomaly import AnomalyMetrics
from hazards.metrics.masks import f1
from hazards.metrics.ranking import operating_point
from hazards.scores.method import Method, Score
from hazards.store import Entry, step


@step(name="thresholds")
def town_thresholds(
    model: Callable[[], nn.Module],
    trained: Entry,
    data: DataSet,
    size: tuple[int, int],
    scores: tuple[Score | Method, ...],
    statistics: Mapping[str, Entry] | None = None,
) -> dict[str, Any]:
    """Thresholds of each test town, and what they do in each other one; a town is the folder of its images.

    Returns:
        ``curves``: a data frame with score, town, threshold, recall and precision (at most 512 points a town);
        ``applied``: a data frame with score, chosen (the town in which the threshold has the best F1), applied (the
        town in which it is used), threshold, recall, precision and f1, all pixels of a town pooled.
    """
    network = load(model, trained, data)
    by_score = scorers(scores, statistics or {})
    samples = data.split("test")
    towns: dict[tuple[str, str], AnomalyMetrics] = defaultdict(AnomalyMetrics)
    for sample, (_, output, labels) in zip(samples, outputs(network, samples, size, "thresholds by town"), strict=True):
        for name, score in by_score.items():
            towns[name, sample.image.parent.name].update(score(output), labels == data.labels.anomaly)
    return {
        "curves": pd.concat([_curve(metrics).assign(score=name, town=town) for (name, town), metrics in towns.items()]),
        "applied": pd.DataFrame(
            [
                {"score": name, "chosen": chosen, "applied": applied} | _applied(own, other)
                for (name, chosen), own in towns.items()
                for (same, applied), other in towns.items()
                if same == name
            ]
        ),
    }


def _curve(metrics: AnomalyMetrics) -> pd.DataFrame:
    curve = metrics.compute().curve
    assert curve is not None  # pooled metrics always have one
    return pd.DataFrame({name: getattr(curve, name) for name in ("threshold", "recall", "precision")})


def _applied(own: AnomalyMetrics, other: AnomalyMetrics) -> dict[str, float]:
    """What the threshold with the best F1 of `own` does to the pixels of `other`."""
    best = own.compute().f1
    assert best is not None  # pooled metrics always have one
    recall, precision = operating_point(other.ranking(), best[1])
    return {"threshold": best[1], "recall": recall, "precision": precision, "f1": float(f1(recall, precision))}


def with_masks(curve: pd.DataFrame) -> pd.DataFrame:
    """A curve's finite thresholds, with f1 and iou (intersection over union) of the anomaly mask, 0–1.

    Args:
        curve: threshold, recall and precision.
    """
    found = curve[np.isfinite(curve["threshold"])]
    values = f1(found["recall"], found["precision"])
    return found.assign(f1=values, iou=values / (2 - values))


@dataclass(frozen=True)
class Window:
    """Thresholds whose F1 is near the best.

    Args:
        low, high: thresholds at its ends.
        most, least: share of all pixels that these call anomalous, 0–1.
        best: the best F1.
    """

    low: float
    high: float
    most: float
    least: float
    best: float


def window(curve: pd.DataFrame, share: float = 0.9) -> Window:
    """The stretch of thresholds around the best in which F1 is at least `share` of it, at the points of a curve.

    Args:
        curve: threshold, recall and precision, by falling threshold; its last point calls every pixel anomalous.
    """
    anomalous = curve["precision"].iloc[-1]
    points = with_masks(curve)
    best = points["f1"].max()
    near = (points["f1"] >= share * best).to_numpy()
    top = int(points["f1"].to_numpy().argmax())
    first = top - int(np.argmin(np.r_[near[: top + 1][::-1], False])) + 1
    last = top + int(np.argmin(np.r_[near[top:], False])) - 1
    ends = points.iloc[[last, first]]
    called = ends["recall"] * anomalous / ends["precision"]
    low, high = ends["threshold"]
    most, least = called
    return Window(float(low), float(high), float(most), float(least), float(best))


def transfer(applied: pd.DataFrame) -> pd.DataFrame:
    """One row a score and pair of towns, means over seeds where there are several.

    Args:
        applied: see `town_thresholds`, with the column seed.

    Returns:
        score, chosen, applied, own (F1 at the applied town's own best threshold), carried (at the chosen town's),
        lost (own minus carried), recall and precision as carried over, 0–1.
    """
    keys = ["score", "seed", "applied"]
    own = applied[applied["chosen"] == applied["applied"]].set_index(keys)["f1"].rename("own")
    carried = applied[applied["chosen"] != applied["applied"]].rename(columns={"f1": "carried"})
    table = carried.join(own, on=keys)
    return table.assign(lost=table["own"] - table["carried"])

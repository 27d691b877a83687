"""What a threshold makes of a ranking: precision, recall, F1 and IoU of the mask, and what it does in another town."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from torch import Tensor

from hazards.evaluation.fitting import Scores, Statistics, scorers
from hazards.evaluation.passes import Inference, Seen, measured
from hazards.labels import labelled
from hazards.messages import tracked
from hazards.metrics.anomaly import AnomalyMetrics
from hazards.metrics.curves import operating_point
from hazards.metrics.masks import f1
from hazards.networks.models import Output
from hazards.store import step


@step(name="thresholds")
def town_thresholds(inference: Inference, scores: Scores, statistics: Statistics | None = None) -> dict[str, Any]:
    """Thresholds of each test town, and what they do in each other one; a town is the folder of its images.

    Args:
        statistics: see `fitting.fit`.

    Returns:
        ``curves``: a data frame with threshold, recall and precision (at most 512 points a town), score and town;
        ``applied``: a data frame with score, chosen (the town in which the threshold has the best F1), applied (the
        town in which it is used), threshold, recall, precision and f1, all pixels of a town pooled.
    """
    samples = inference.data.split("test")
    measure = TownThresholds(scorers(scores, statistics), inference.data.labels.anomaly)
    return measured(measure, tracked(inference.over(samples), len(samples), "thresholds by town"))


class TownThresholds:
    """The measure of `town_thresholds`.

    Args:
        scores: scorers by name.
        anomaly: the label of anomalous pixels.
    """

    def __init__(self, scores: Mapping[str, Callable[[Output], Tensor]], anomaly: int):
        self._scores, self._anomaly = scores, anomaly
        self._towns: dict[tuple[str, str], AnomalyMetrics] = defaultdict(AnomalyMetrics)

    def update(self, seen: Seen) -> None:
        """Take in an image."""
        town = seen.sample.image.parent.name
        anomaly, valid = seen.labels == self._anomaly, labelled(seen.labels)
        for name, score in self._scores.items():
            self._towns[name, town].update(score(seen.output), anomaly, valid)

    def result(self) -> dict[str, Any]:
        """What `town_thresholds` returns."""
        curves, rows = [], []
        for (name, chosen), metrics in self._towns.items():
            result = metrics.compute()
            assert result.curve is not None  # pooled metrics always have both
            assert result.f1 is not None
            curve = pd.DataFrame(vars(result.curve)).drop(columns="fpr")
            curves.append(curve.assign(score=name, town=chosen))
            _, threshold = result.f1
            for (other_name, applied), elsewhere in self._towns.items():
                if other_name == name:
                    recall, precision = operating_point(elsewhere.ranking(), threshold)
                    row = {"score": name, "chosen": chosen, "applied": applied, "threshold": threshold}
                    rows.append(row | {"recall": recall, "precision": precision, "f1": float(f1(recall, precision))})
        return {"curves": pd.concat(curves), "applied": pd.DataFrame(rows)}


def with_masks(curve: pd.DataFrame) -> pd.DataFrame:
    """A curve's finite thresholds, with f1 and iou (intersection over union) of the anomaly mask, 0–1.

    Args:
        curve: threshold, recall and precision.
    """
    points = curve[np.isfinite(curve["threshold"])]
    values = f1(points["recall"], points["precision"])
    return points.assign(f1=values, iou=values / (2 - values))


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
    far = np.flatnonzero(~near)
    top = int(points["f1"].to_numpy().argmax())
    first = far[far < top].max(initial=-1) + 1
    last = far[far > top].min(initial=len(near)) - 1
    called = points["recall"] * anomalous / points["precision"]
    return Window(
        low=float(points["threshold"].iloc[last]),
        high=float(points["threshold"].iloc[first]),
        most=float(called.iloc[last]),
        least=float(called.iloc[first]),
        best=float(best),
    )


def transfer(applied: pd.DataFrame) -> pd.DataFrame:
    """One row a score and pair of towns, means over seeds where there are several.

    Args:
        applied: see `town_thresholds`, with the column seed.

    Returns:
        score, chosen, applied, own (F1 at the applied town's own best threshold), carried (at the chosen town's),
        lost (own minus carried), recall and precision as carried over, 0–1.
    """
    keys = ["score", "seed", "applied"]
    at_home = applied["chosen"] == applied["applied"]
    home_f1 = applied[at_home].set_index(keys)["f1"].rename("own")
    carried = applied[~at_home].rename(columns={"f1": "carried"})
    table = carried.join(home_f1, on=keys)
    return table.assign(lost=table["own"] - table["carried"])


def transfer_by_town(applied: pd.DataFrame) -> pd.DataFrame:
    """One row a score and town in which thresholds are used: means over seeds and over the towns that these come from.

    Args:
        applied: see `transfer`.

    Returns:
        score, applied, own, carried, lost, recall and precision, see `transfer`; towns as they follow in `applied`.
    """
    figures = ["own", "carried", "lost", "recall", "precision"]
    means = transfer(applied).groupby(["score", "applied"])[figures].mean()
    order = applied[["score", "applied"]].drop_duplicates()
    return order.merge(means, left_on=["score", "applied"], right_index=True)

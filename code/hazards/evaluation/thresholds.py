"""What a threshold makes of a ranking: precision, recall, F1 and IoU of the mask, and what it does in another town."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hazards.metrics.anomaly import AnomalyMetrics
from hazards.metrics.curves import best_f1, operating_point
from hazards.metrics.fpr95 import fpr_at_first
from hazards.metrics.masks import f1

RULES = ("95 % TPR", "5 % FPR")
"""How `carried` chooses thresholds."""


def applied(towns: Mapping[str, AnomalyMetrics]) -> pd.DataFrame:
    """What the threshold with a town's best F1 does in each town, also in that one.

    Args:
        towns: a score's metrics of each town, with both kinds of pixel.

    Returns:
        A data frame with chosen (the town whose best threshold it is), applied (the town in which it is used),
        threshold, recall, precision and f1, 0–1.
    """
    rows = []
    for chosen, metrics in towns.items():
        _, threshold = best_f1(metrics.ranking())
        for town, elsewhere in towns.items():
            recall, precision = operating_point(elsewhere.ranking(), threshold)
            row = {"chosen": chosen, "applied": town, "threshold": threshold}
            rows.append(row | {"recall": recall, "precision": precision, "f1": float(f1(recall, precision))})
    return pd.DataFrame(rows, columns=["chosen", "applied", "threshold", "recall", "precision", "f1"])


def carried(towns: Mapping[str, AnomalyMetrics]) -> pd.DataFrame:
    """The thresholds that each town gets from the others.

    Args:
        towns: a score's metrics of each town, with both kinds of pixel.

    Returns:
        A data frame with rule, town (in which it is to be used) and threshold: by the rule ``95 % TPR`` the highest
        with which at least 95 % of the anomalous pixels of all other towns together are flagged; by ``5 % FPR`` the
        lowest with which at most 5 % of their known pixels are. Without rows where there is one town alone.
    """
    rows = []
    for town in towns if len(towns) > 1 else ():
        others = AnomalyMetrics()
        for other, metrics in towns.items():
            if other != town:
                others.merge(metrics)
        _, (at_95_tpr, _) = fpr_at_first(others.ranking())  # of a cell of unknown order the lowest flags all of it
        for rule, threshold in zip(RULES, (float(at_95_tpr), others.threshold_at_5_fpr()), strict=True):
            rows.append({"rule": rule, "town": town, "threshold": threshold})
    return pd.DataFrame(rows, columns=["rule", "town", "threshold"])


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
        applied: see `applied`, with the columns score and seed.

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

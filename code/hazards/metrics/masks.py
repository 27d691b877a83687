"""What a threshold makes of an anomaly score: which pixels it marks, and how right that is.

A pixel is marked where its score is at least the threshold.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike


class Rates(NamedTuple):
    """Shares, 0–1; NaN where there is nothing to take a share of.

    recall: of the anomalous pixels, those marked; precision: of the marked pixels, the anomalous ones;
    fpr: of the normal pixels, those marked.
    """

    recall: float
    precision: float
    fpr: float


def rates(marked: np.ndarray, anomaly: np.ndarray) -> Rates:
    """Recall, precision and false-positive share of boolean arrays of one shape."""
    hits = (marked & anomaly).sum()
    false_alarms = (marked & ~anomaly).sum()
    return Rates(
        recall=_share(hits, anomaly.sum()),
        precision=_share(hits, marked.sum()),
        fpr=_share(false_alarms, (~anomaly).sum()),
    )


def _share(part: int, whole: int) -> float:
    return float(part / whole) if whole else float("nan")


def f1(recall: ArrayLike, precision: ArrayLike) -> np.ndarray:
    """Harmonic mean of recalls and precisions, 0–1, any shape; 0 where both are 0."""
    recalls, precisions = np.asarray(recall), np.asarray(precision)
    total = recalls + precisions
    return np.divide(2 * recalls * precisions, total, out=np.zeros_like(total), where=total > 0)


def prevalence(curve: pd.DataFrame) -> float:
    """Share of anomalous pixels, the precision of a random score; NaN where no row of the curve has false alarms.

    It follows from any other row: with a share p, precision = p recall / (p recall + (1 - p) fpr).
    """
    row = curve.loc[curve["fpr"].idxmax()]
    if not row["fpr"] or not row["recall"]:
        return float("nan")
    odds = row["precision"] * row["fpr"] / ((1 - row["precision"]) * row["recall"])
    return float(odds / (1 + odds))


def walk(curve: pd.DataFrame, steps: int) -> pd.DataFrame:
    """At most so many rows of a precision-recall curve, threshold rising, that lead along all of it evenly.

    A stretch of the curve gets steps by how far recall, false-positive share and precision move on it together, each
    of which moves by at most 1 in all. Precision counts as the best at that recall or a higher one: what a few pixels
    make it jump up and down at the highest thresholds would use up the steps.

    Args:
        curve: threshold, recall, precision and fpr, in any order of rows; one at an infinite threshold is left out.
    """
    finite = curve[np.isfinite(curve["threshold"])]
    rows = finite.sort_values("threshold").drop_duplicates("threshold").reset_index(drop=True)
    best = np.maximum.accumulate(rows["precision"].to_numpy())
    moved = sum(np.abs(np.diff(values, prepend=values[0])) for values in (rows["recall"], rows["fpr"], best))
    way = np.cumsum(moved)
    places = np.searchsorted(way, np.linspace(0, way[-1], steps - 1))
    chosen = np.unique([*places, len(rows) - 1])
    return rows.iloc[chosen].reset_index(drop=True)


def levels(score: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """How many of at most 255 rising thresholds each score reaches, uint8: threshold k marks where that is over k.

    Raises:
        ValueError: where a score is not a number; it would be marked nowhere or everywhere.
    """
    if np.isnan(score).any():
        raise ValueError(f"{np.isnan(score).sum()} scores are not a number")
    return np.searchsorted(thresholds, score, side="right").astype(np.uint8)

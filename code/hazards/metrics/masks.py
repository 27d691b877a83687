"""What a threshold makes of an anomaly score: which pixels it marks, how right that is, and how it is painted.

A pixel is marked where its score is at least the threshold. Hits, false alarms and misses differ in colour and in
texture, so that neither a print in grey nor an eye that sees fewer colours mixes them up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

HIT, FALSE_ALARM, MISS = COLORS = ("#56b4e9", "#e66100", "#fff15c")
"""Solid, striped and dotted. Light blue, dark orange and lighter yellow stay apart for every kind of colour vision."""
FINENESS = 2
"""Painted pixels along each side of a pixel of the score."""
LIGHT, STRONG = 70, 235
"""Opacities, 0–255, between and on the stripes and dots."""


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
    hits = np.count_nonzero(marked & anomaly)
    parts = (hits, anomaly.sum()), (hits, marked.sum()), (np.count_nonzero(marked & ~anomaly), (~anomaly).sum())
    return Rates(*(float(part / whole) if whole else float("nan") for part, whole in parts))


def paint(marked: np.ndarray, anomaly: np.ndarray) -> np.ndarray:
    """A layer to lay over the picture: boolean (H, W) twice to RGBA uint8 (2 H, 2 W, 4), clear where all is well."""
    marked, anomaly = (np.kron(part, np.ones((FINENESS, FINENESS), bool)) for part in (marked, anomaly))
    y, x = np.indices(marked.shape)
    stripe, dot = (x + y) % 6 < 3, (x // 2 + y // 2) % 2 == 0
    layer = np.zeros((*marked.shape, 4), np.uint8)
    for color, where, pattern in (
        (HIT, marked & anomaly, True),
        (FALSE_ALARM, marked & ~anomaly, stripe),
        (MISS, ~marked & anomaly, dot),
    ):
        layer[where, :3] = list(bytes.fromhex(color[1:]))
        layer[..., 3] = np.where(where, np.where(pattern, STRONG, LIGHT), layer[..., 3])
    return layer


def f1(recall: ArrayLike, precision: ArrayLike) -> np.ndarray:
    """Harmonic mean of recalls and precisions, 0–1, any shape; 0 where both are 0."""
    found, right = np.asarray(recall), np.asarray(precision)
    total = found + right
    return np.divide(2 * found * right, total, out=np.zeros_like(total), where=total > 0)


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
    rows = (
        curve[np.isfinite(curve["threshold"])]
        .sort_values("threshold")
        .drop_duplicates("threshold")
        .reset_index(drop=True)
    )
    best = np.maximum.accumulate(rows["precision"].to_numpy())
    moved = sum(np.abs(np.diff(values, prepend=values[0])) for values in (rows["recall"], rows["fpr"], best))
    way = np.cumsum(moved)
    picked = np.searchsorted(way, np.linspace(0, way[-1], steps - 1))
    return rows.iloc[np.unique([*picked, len(rows) - 1])].reset_index(drop=True)


def levels(score: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """How many of at most 255 rising thresholds each score reaches, uint8: threshold k marks where that is over k.

    Raises:
        ValueError: where a score is not a number; it would be marked nowhere or everywhere.
    """
    if np.isnan(score).any():
        raise ValueError(f"{np.isnan(score).sum()} scores are not a number")
    return np.searchsorted(thresholds, score, side="right").astype(np.uint8)

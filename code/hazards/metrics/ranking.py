"""How pixels are ranked by their scores, in counts by cell.

Pixels are counted in cells: intervals of the score, in rising order. Where a cell is known to hold one score only its
pixels are tied and every figure is exact. Elsewhere the order within the cell is unknown; the figures then lie between
those of its worst and its best order, a `Range`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

Range = tuple[np.ndarray, np.ndarray]
"""Lowest and highest value that a figure can have, each of the shape of a ranking's leading axes."""


@dataclass(frozen=True)
class Ranking:
    """Counts of pixels by cell, in rising order of the score; cells without an anomalous pixel may be left out.

    Counts may have leading axes, one ranking an entry; the cells are then common to all.

    Args:
        low, high: lowest and highest score that may lie in each cell, (cells,).
        hits: anomalous pixels in each cell, (..., cells).
        false: normal pixels in or over each cell, (..., cells).
        false_over: normal pixels over each cell, (..., cells).
        normal: all normal pixels, (..., 1).
        tied: whether all pixels of a cell are known to have one score, (cells,).
    """

    low: np.ndarray
    high: np.ndarray
    hits: np.ndarray
    false: np.ndarray
    false_over: np.ndarray
    normal: np.ndarray
    tied: np.ndarray

    @cached_property
    def true(self) -> np.ndarray:
        """Anomalous pixels in or over each cell, (..., cells)."""
        return np.flip(np.flip(self.hits, -1).cumsum(-1), -1)

    @property
    def positives(self) -> np.ndarray:
        """All anomalous pixels, (...)."""
        return self.true[..., 0]


def rank(normal: np.ndarray, anomalous: np.ndarray) -> Ranking:
    """The exact ranking of scores (N,) of normal and (P,) of anomalous pixels, in any order; neither may be empty."""
    return rank_rising(np.sort(normal), np.sort(anomalous))


def rank_rising(normal: np.ndarray, anomalous: np.ndarray) -> Ranking:
    """The ranking that `rank` makes of the same scores, given in rising order."""
    starts = np.flatnonzero(np.diff(anomalous, prepend=-np.inf))
    scores = anomalous[starts]
    false = len(normal) - np.searchsorted(normal, scores, side="left")
    false_over = len(normal) - np.searchsorted(normal, scores, side="right")
    return Ranking(
        low=scores,
        high=scores,
        hits=np.diff(starts, append=len(anomalous)),
        false=false,
        false_over=false_over,
        normal=np.array([len(normal)]),
        tied=np.ones(len(scores), bool),
    )


def rank_cells(
    low: np.ndarray, high: np.ndarray, normal: np.ndarray, anomalous: np.ndarray, tied: np.ndarray
) -> Ranking:
    """The ranking of cells that hold `normal` and `anomalous` pixels, each (..., cells), in rising order."""
    false = np.flip(np.flip(normal, -1).cumsum(-1), -1)
    kept = (anomalous > 0).reshape(-1, len(low)).any(0)
    return Ranking(
        low=low[kept],
        high=high[kept],
        hits=anomalous[..., kept],
        false=false[..., kept],
        false_over=(false - normal)[..., kept],
        normal=normal.sum(-1, keepdims=True),
        tied=tied[kept],
    )


def precision(true: np.ndarray, false: np.ndarray) -> np.ndarray:
    """Share of the pixels called anomalous that are; 1 where none is called so."""
    called = true + false
    with np.errstate(invalid="ignore"):
        shares = true / called
    return np.where(called > 0, shares, 1)


def next_over(scores: np.ndarray) -> np.ndarray:
    """The next float over each score; infinity over the largest."""
    with np.errstate(over="ignore"):
        return np.nextafter(scores, np.inf, dtype=scores.dtype)

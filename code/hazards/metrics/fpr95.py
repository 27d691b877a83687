"""FPR95: share of the normal pixels that are called anomalous where 95 % of the anomalous ones are found.

Where the recall passes 95 % without being 95 %, two conventions differ: the highest threshold with a recall of at least
95 %, or the one with the recall nearest to it.
"""

from __future__ import annotations

import numpy as np

from hazards.metrics.ranking import Range, Ranking, next_over

TARGET = 0.95
"""The recall at which the rate is taken."""


def fpr_at_first(ranking: Ranking) -> tuple[Range, Range]:
    """False positive rate, 0–1, and threshold: the highest with a recall of at least 0.95."""
    cell = _last_reached(_recall(ranking))
    most = _at(ranking.false, cell)
    least = np.where(ranking.tied[cell], most, _at(ranking.false_over, cell))
    threshold = (ranking.low[cell].astype(float), ranking.high[cell].astype(float))
    return _rates(ranking, least, most), threshold


def fpr_at_nearest(ranking: Ranking) -> tuple[Range, Range]:
    """False positive rate, 0–1, and threshold: the lowest with the recall nearest to 0.95.

    That threshold is just over the next anomalous score, in the cell `under`. In a cell of unknown order any recall
    between its ends may be the nearest, so the range begins at the top of the cell in which 0.95 is passed.
    """
    recall = _recall(ranking)
    passed = _last_reached(recall)
    nearest = np.abs(recall - TARGET).argmin(-1)
    complete = _at(recall, nearest) >= 1  # the lowest anomalous score, in the cell passed last: none is under it
    under = np.where(complete, passed, nearest - 1)
    tied = ranking.tied[under]
    inner = (_at(recall, nearest) >= TARGET) & ~ranking.tied[passed]

    false, false_over = _at(ranking.false, under), _at(ranking.false_over, under)
    most = np.where(complete | ~tied, false, false_over)
    least = np.where(complete & tied, false, false_over)
    least = np.where(inner, _at(ranking.false_over, passed), least)

    above = next_over(ranking.high)
    top = np.where(complete, ranking.high[under], above[under])
    top = np.where(inner, above[passed], top).astype(float)
    bottom = np.where(tied & ~inner, top, ranking.low[under])
    return _rates(ranking, least, most), (bottom, top)


def _recall(ranking: Ranking) -> np.ndarray:
    """Recall at the bottom of each cell, falling from 1, (..., cells)."""
    return ranking.true / ranking.positives[..., None]


def _last_reached(recall: np.ndarray) -> np.ndarray:
    """Index of the highest cell at whose bottom the recall is at least 0.95."""
    return (recall >= TARGET).sum(-1) - 1


def _at(values: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """The values (..., cells) at one cell of each ranking, (...)."""
    return np.take_along_axis(values, np.expand_dims(cell, -1), -1)[..., 0]


def _rates(ranking: Ranking, least: np.ndarray, most: np.ndarray) -> Range:
    normal = ranking.normal[..., 0]
    return least / normal, most / normal

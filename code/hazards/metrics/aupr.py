"""AUPR: area under the curve of precision over recall, as a sum of steps or of trapezoids."""

from __future__ import annotations

import numpy as np

from hazards.metrics.ranking import Range, Ranking, precision


def average_precision(ranking: Ranking) -> Range:
    """Mean over anomalous pixels of the precision at their score, 0–1: the area under steps.

    With a anomalous and f normal pixels over a cell, its k-th pixel found adds (a + k) / (a + k + f): most where all
    normal pixels of the cell come after it and the anomalous are tied. The least is with all of them before it; that
    sum is over a concave function of k, so it is at least the number of terms times the mean of first and last.
    """
    hits, true = ranking.hits, ranking.true
    last = precision(true, ranking.false)
    if ranking.tied.all():
        exact = _mean(last, ranking)
        return exact, exact
    first = precision(true - hits + 1, ranking.false)
    worst = np.where(ranking.tied, last, (first + last) / 2)
    best = np.where(ranking.tied, last, precision(true, ranking.false_over))
    return _mean(worst, ranking), _mean(best, ranking)


def trapezoids(ranking: Ranking) -> Range:
    """Area under lines between the curve's points, 0–1, from recall 0 and the precision there, 1 where none is called.

    Lines are optimistic (Davis and Goadrich, The relationship between precision-recall and ROC curves, 2006). As
    precision is concave in the anomalous pixels found at a fixed number of normal ones, the lines lie over the chord
    with all normal pixels of a cell first, and under the curve with all of them last.
    """
    hits, true = ranking.hits, ranking.true
    after = precision(true, ranking.false)
    tied = (precision(true - hits, ranking.false_over) + after) / 2
    least = (precision(true - hits, ranking.false) + after) / 2
    most = precision(true - hits / 2, ranking.false_over)
    worst = np.where(ranking.tied, tied, least)
    best = np.where(ranking.tied, tied, most)
    return _mean(worst, ranking), _mean(best, ranking)


def _mean(values: np.ndarray, ranking: Ranking) -> np.ndarray:
    """Mean over anomalous pixels of what each has in its cell."""
    return (ranking.hits * values).sum(-1) / ranking.positives

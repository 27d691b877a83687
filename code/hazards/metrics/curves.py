"""The ROC and precision-recall curves of a ranking: points of them, the best F1, and what one threshold makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hazards.metrics.ranking import Ranking, next_over, precision


@dataclass(frozen=True)
class Curve:
    """Points of the ROC and the precision-recall curve, each exact at its threshold, by falling threshold.

    Args:
        threshold, recall, fpr, precision: (points,); recall is also the ROC curve's true positive rate.
    """

    threshold: np.ndarray
    recall: np.ndarray
    fpr: np.ndarray
    precision: np.ndarray


def curve(ranking: Ranking, points: int = 256) -> Curve:
    """At most `points` points of the curves of a ranking without leading axes.

    They are spread evenly over recall and, for the small false positive rates that matter, over its logarithm.
    """
    positives, normal = ranking.hits.sum(), ranking.normal[0]
    threshold = _falling(ranking.low, next_over(ranking.high), -np.inf)
    true = _falling(ranking.true, ranking.true - ranking.hits, positives)
    false = _falling(ranking.false, ranking.false_over, normal)
    recall, fpr = true / positives, false / normal
    half = points // 2 - 1
    last = len(true) - 1
    by_recall = np.searchsorted(recall, np.linspace(0, 1, half))
    by_fpr = np.searchsorted(fpr, np.geomspace(1 / normal, 1, half))
    chosen = np.unique(np.r_[0, by_recall, by_fpr, last].clip(max=last))
    return Curve(threshold[chosen], recall[chosen], fpr[chosen], precision(true, false)[chosen])


def _falling(bottom: np.ndarray, top: np.ndarray, end: float) -> np.ndarray:
    """Values at the top and at the bottom of each cell, from the highest cell down, and one under all of them."""
    return np.r_[np.stack([bottom, top], -1).ravel()[::-1], end]


def best_f1(ranking: Ranking) -> tuple[float, float]:
    """The highest F1 at the bottom of a cell, 0–1, and its threshold; for a ranking without leading axes."""
    true, positives = ranking.true, ranking.hits.sum()
    f1 = 2 * true / (true + ranking.false + positives)
    best = int(f1.argmax())
    return float(f1[best]), float(ranking.low[best])


def operating_point(ranking: Ranking, threshold: float) -> tuple[float, float]:
    """Recall and precision, 0–1, where pixels from `threshold` on are called anomalous; no leading axes.

    Of the normal pixels between `threshold` and the next anomalous score over it, half are taken to be called: their
    own scores are not kept.
    """
    cell = int(np.searchsorted(ranking.low, threshold))
    true = int(np.r_[ranking.true, 0][cell])
    false = float(np.r_[ranking.false, 0][cell])
    if threshold not in ranking.low[cell : cell + 1]:
        under = np.r_[ranking.normal, ranking.false_over][cell]
        false = (false + float(under)) / 2
    called = true + false
    return true / int(ranking.hits.sum()), true / called if called else 1.0

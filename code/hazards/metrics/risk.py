"""Risk against coverage: how often a network errs on the pixels that it keeps, when it gives up the most doubtful ones.

Of a ranking of pixels by a score of doubt, where what is ranked as anomalous are the errors: wrong labels, and hazards,
which no label fits. Coverage is the share of pixels kept, those under a threshold; risk the share of errors among them
(Geifman and El-Yaniv, Selective classification for deep neural networks, 2017).
"""

from __future__ import annotations

import numpy as np
from scipy import special

from hazards.metrics.curves import Curve
from hazards.metrics.ranking import Range, Ranking


def aurc(ranking: Ranking) -> Range:
    """Area under the risk-coverage curve, 0–1: the mean risk over all numbers of pixels kept.

    Tied pixels come in random order, of which it is the mean. In a cell of unknown order the risk is highest with all
    errors first, least with all of them last. For a ranking without leading axes.
    """
    wrong = ranking.hits
    right = ranking.false - ranking.false_over
    positives, normal = wrong.sum(), ranking.normal[0]
    errors = positives - ranking.true  # kept before each cell
    kept = errors + normal - ranking.false
    pixels = wrong + right
    tied = _summed(kept, errors, pixels, wrong / pixels)
    errors_first = _summed(kept, errors, wrong, 1) + _summed(kept + wrong, errors + wrong, right, 0)
    errors_last = _summed(kept, errors, right, 0) + _summed(kept + right, errors, wrong, 1)
    between = ranking.false_over - np.append(ranking.false[1:], 0)  # right pixels up to the next cell
    after = _summed(kept + pixels, errors + wrong, between, 0).sum()
    least = np.where(ranking.tied, tied, errors_last).sum()
    most = np.where(ranking.tied, tied, errors_first).sum()
    return (least + after) / (positives + normal), (most + after) / (positives + normal)


def least_aurc(right: int, wrong: int) -> float:
    """The area under the curve of the best score there can be, 0–1: it doubts every error more than what is right."""
    return float(_summed(np.array(right), np.array(0), np.array(wrong), 1) / (right + wrong))


def _summed(kept: np.ndarray, errors: np.ndarray, pixels: np.ndarray, share: np.ndarray | int) -> np.ndarray:
    """Sum of the risks while so many further pixels are kept, of which this share are errors, evenly: any shape.

    It is the sum over j = 1 … pixels of (errors + share j) / (kept + j), by differences of harmonic numbers.
    """
    harmonic = special.digamma(kept + pixels + 1) - special.digamma(kept + 1)
    return pixels * share + (errors - share * kept) * harmonic


def risk_curve(curve: Curve, right: int, wrong: int) -> tuple[np.ndarray, np.ndarray]:
    """Coverage and risk at the points of a curve, by rising coverage; without those that keep no pixel.

    Args:
        curve: of the ranking, where recall is the share of the errors given up and fpr that of what is right.
        right, wrong: pixels with a right label, and errors.
    """
    kept_errors = wrong * (1 - curve.recall)
    kept = kept_errors + right * (1 - curve.fpr)
    some = kept > 0
    order = np.argsort(kept[some])
    coverage = kept[some] / (right + wrong)
    risk = kept_errors[some] / kept[some]
    return coverage[order], risk[order]

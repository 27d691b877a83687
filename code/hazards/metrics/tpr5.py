"""TPR at 5 % FPR: share of the anomalous pixels found where at most 5 % of the normal ones are called anomalous."""

from __future__ import annotations

import numpy as np

from hazards.metrics.ranking import Range, Ranking

PARTS = 20
"""At most one normal pixel of so many may be called anomalous."""


def tpr_at_5_fpr(ranking: Ranking) -> Range:
    """Highest recall, 0–1, of the thresholds with a false positive rate of at most 5 %."""
    complete = _allowed(ranking.false, ranking)
    begun = np.where(ranking.tied, complete, _allowed(ranking.false_over, ranking))
    positives = ranking.hits.sum(-1)
    return (ranking.hits * complete).sum(-1) / positives, (ranking.hits * begun).sum(-1) / positives


def _allowed(false: np.ndarray, ranking: Ranking) -> np.ndarray:
    """Whether so many normal pixels, (..., cells), are at most 5 % of them; exact, as whole numbers are compared."""
    return false * PARTS <= ranking.normal

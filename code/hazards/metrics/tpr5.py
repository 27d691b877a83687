"""TPR at 5 % FPR: share of the anomalous pixels found where at most 5 % of the normal ones are called anomalous."""

from __future__ import annotations

import numpy as np

from hazards.metrics.ranking import Range, Ranking

PARTS = 20
"""At most one normal pixel of so many may be called anomalous."""


def tpr_at_5_fpr(ranking: Ranking) -> Range:
    """Highest recall, 0–1, of the thresholds with a false positive rate of at most 5 %.

    Of the highest cell that calls too many, some pixels may come before that if their order is unknown.
    """
    allowed = ranking.normal / PARTS  # exact where it is compared with whole numbers
    cells = (ranking.false > allowed).sum(-1, keepdims=True)  # that call too many
    highest = len(ranking.low) - 1
    passed, allowed_first = np.maximum(cells - 1, 0), np.minimum(cells, highest)
    found = np.take_along_axis(ranking.true, allowed_first, -1)
    least = np.where(cells > highest, 0, found)
    over = np.take_along_axis(ranking.false_over, passed, -1)
    begun = (over <= allowed) & ~ranking.tied[passed]
    most = np.where(begun, np.take_along_axis(ranking.true, passed, -1), least)
    return least[..., 0] / ranking.positives, most[..., 0] / ranking.positives

"""AUROC: area under the curve of true over false positive rate (Fawcett, An introduction to ROC analysis, 2006)."""

from __future__ import annotations

import numpy as np

from hazards.metrics.ranking import Range, Ranking


def auroc(ranking: Ranking) -> Range:
    """Share of the pairs of an anomalous and a normal pixel that are in order, 0–1; a tied pair counts half."""
    tie = (ranking.false + ranking.false_over) / 2
    worst = np.where(ranking.tied, tie, ranking.false)
    best = np.where(ranking.tied, tie, ranking.false_over)
    pairs = ranking.positives * ranking.normal[..., 0].astype(float)
    most_disorder = (ranking.hits * worst).sum(-1) / pairs
    least_disorder = (ranking.hits * best).sum(-1) / pairs
    return 1 - most_disorder, 1 - least_disorder

"""Recipes over seeds, compared: means, intervals, rules of decision, and what follows for the claims of the log.

In: recipes and scores. Out: data frames and verdicts. Imports all that computes.
"""

from hazards.studies.experiment import (
    SPLITS,
    Interval,
    NoAnomalyError,
    Study,
    Verdict,
    all_of,
    anomaly_table,
    drop,
    gain,
    headline,
    interval,
    paired,
    quoted_figures,
    score_gain,
    study,
)

__all__ = [
    "SPLITS",
    "Interval",
    "NoAnomalyError",
    "Study",
    "Verdict",
    "all_of",
    "anomaly_table",
    "drop",
    "gain",
    "headline",
    "interval",
    "paired",
    "quoted_figures",
    "score_gain",
    "study",
]

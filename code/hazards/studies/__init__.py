"""Recipes over seeds, compared: means, intervals, rules of decision, and what follows for the claims of the log.

In: recipes and scores. Out: data frames and verdicts, and what each chapter concludes from its studies: one module a
chapter, with a function `conclude`. Imports all that computes.
"""

from hazards.studies import ablations, anomaly_methods, architectures, augmentation, baseline, data_set, summary
from hazards.studies.claims import Finding
from hazards.studies.conclusions import Conclusions
from hazards.studies.differences import drop, effects, gain, paired, score_gain
from hazards.studies.experiment import SPLITS, NoAnomalyError, Study, study
from hazards.studies.tables import (
    anomaly_table,
    beside_quoted,
    change_table,
    cost_table,
    evaluation_minutes,
    headline,
    minutes,
    outcome,
    quoted_figures,
    reached,
    spread_and_cost,
    trainings,
)
from hazards.studies.verdicts import Interval, Verdict, all_of, interval

__all__ = [
    "SPLITS",
    "Conclusions",
    "Finding",
    "Interval",
    "NoAnomalyError",
    "Study",
    "Verdict",
    "ablations",
    "all_of",
    "anomaly_methods",
    "anomaly_table",
    "architectures",
    "augmentation",
    "baseline",
    "beside_quoted",
    "change_table",
    "cost_table",
    "data_set",
    "drop",
    "effects",
    "evaluation_minutes",
    "gain",
    "headline",
    "interval",
    "minutes",
    "outcome",
    "paired",
    "quoted_figures",
    "reached",
    "score_gain",
    "spread_and_cost",
    "study",
    "summary",
    "trainings",
]

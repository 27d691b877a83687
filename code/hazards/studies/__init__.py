"""Recipes over seeds, compared: means, intervals, rules of decision, and what follows for the claims of the log.

In: recipes and scores. Out: data frames and verdicts, and what each chapter concludes from its studies: one module a
chapter, with a function `conclude`. Imports all that computes.
"""

from hazards.studies import (
    ablations,
    anomaly_methods,
    architectures,
    augmentation,
    baseline,
    claims,
    data_set,
    detectors,
    scoring,
)
from hazards.studies.bootstrap import score_figure, score_gain
from hazards.studies.budgets import compute, hyperparameters, search
from hazards.studies.conclusions import Conclusions, Finding
from hazards.studies.decisions import Decision, Joint, holm
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
    published,
    quoted_figures,
    reached,
    spread_and_cost,
    trainings,
)
from hazards.studies.verdicts import Interval, Verdict, effects, gain, interval, paired

__all__ = [
    "SPLITS",
    "Conclusions",
    "Decision",
    "Finding",
    "Interval",
    "Joint",
    "NoAnomalyError",
    "Study",
    "Verdict",
    "ablations",
    "anomaly_methods",
    "anomaly_table",
    "architectures",
    "augmentation",
    "baseline",
    "beside_quoted",
    "change_table",
    "claims",
    "compute",
    "cost_table",
    "data_set",
    "detectors",
    "effects",
    "evaluation_minutes",
    "gain",
    "headline",
    "holm",
    "hyperparameters",
    "interval",
    "minutes",
    "outcome",
    "paired",
    "published",
    "quoted_figures",
    "reached",
    "score_figure",
    "score_gain",
    "scoring",
    "search",
    "spread_and_cost",
    "study",
    "trainings",
]

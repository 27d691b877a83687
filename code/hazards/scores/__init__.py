"""Anomaly scores, a module a family; see method.py for what a score is.

In: a network's output, and for some statistics of a split. Out: a score for each pixel. Imports networks.
"""

from hazards.scores.features import DenseNeighbors, Mahalanobis
from hazards.scores.heat import LogHeat
from hazards.scores.logits import energy, entropy, max_logit, msp
from hazards.scores.method import Method, Score, Scorer, State, as_method
from hazards.scores.standardized import StandardizedMaxLogit

__all__ = [
    "DenseNeighbors",
    "LogHeat",
    "Mahalanobis",
    "Method",
    "Score",
    "Scorer",
    "StandardizedMaxLogit",
    "State",
    "as_method",
    "energy",
    "entropy",
    "max_logit",
    "msp",
]

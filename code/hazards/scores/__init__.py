"""Anomaly scores, a module a family; see method.py for what a score is.

In: a network's output, and for some statistics of a split. Out: a score for each pixel. Imports networks.

method.py                  what a score is: plain, or a method with parameters and statistics
logits.py                  scores of the logits alone: MaxLogit, MSP, entropy, energy
standardized_max_logit.py  SML: each label's largest logits on one scale
heat.py                    the work log's HEAT
mahalanobis.py             distance of features from each label's mean
dense_neighbors.py         distance of features from the nearest known ones
logit_cache.py             what several scores need of the same logits
features.py                dense features of known pixels, as vectors
moments.py                 means and scatter matrices of a stream
window_sums.py             sums over small windows of score maps
"""

from hazards.scores.dense_neighbors import DenseNeighbors
from hazards.scores.heat import LogHeat
from hazards.scores.logits import energy, entropy, max_logit, msp
from hazards.scores.mahalanobis import Mahalanobis
from hazards.scores.method import Method, Score, Scorer, State, as_method
from hazards.scores.standardized_max_logit import StandardizedMaxLogit

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

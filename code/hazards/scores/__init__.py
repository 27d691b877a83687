"""Anomaly scores, a module a family; see method.py for what a score is.

In: a network's output, and for some statistics of a split. Out: a score for each pixel. Imports networks.

method.py                  what a score is: plain, or a method with parameters and statistics
logits.py                  scores of the logits alone: MaxLogit, MSP, entropy, GEN, energy
standardized_max_logit.py  SML: each label's largest logits on one scale
heat.py                    the work log's HEAT
mahalanobis.py             distance of features from each label's mean
dense_neighbors.py         distance of features from the nearest known ones
vim.py                     ViM: features outside the subspace of known ones, as a further logit
neco.py                    NECO: the share of features in the subspace of the labels' means
superpixels.py             means of a score over regions of alike colour
logit_cache.py             what several scores need of the same logits
features.py                dense features of known pixels, as vectors
reservoir.py               a random sample of a stream
moments.py                 means and scatter matrices of a stream
window_sums.py             sums over small windows of score maps
"""

from hazards.scores.dense_neighbors import DenseNeighbors
from hazards.scores.heat import LogHeat
from hazards.scores.logits import energy, entropy, gen, max_logit, msp
from hazards.scores.mahalanobis import Mahalanobis
from hazards.scores.method import Fitting, Method, Score, Scorer, State, as_method
from hazards.scores.neco import NeuralCollapse
from hazards.scores.standardized_max_logit import StandardizedMaxLogit
from hazards.scores.superpixels import SuperpixelMean
from hazards.scores.vim import VirtualLogit

__all__ = [
    "DenseNeighbors",
    "Fitting",
    "LogHeat",
    "Mahalanobis",
    "Method",
    "NeuralCollapse",
    "Score",
    "Scorer",
    "StandardizedMaxLogit",
    "State",
    "SuperpixelMean",
    "VirtualLogit",
    "as_method",
    "energy",
    "entropy",
    "gen",
    "max_logit",
    "msp",
]

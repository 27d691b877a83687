"""What trained networks say about a split, as results of the store.

In: a trained network, a data set, scores. Out: figures, curves and maps. Imports data, networks, scores and metrics.
"""

from hazards.evaluation.passes import FIGURES, evaluate, fit, maps

__all__ = ["FIGURES", "evaluate", "fit", "maps"]

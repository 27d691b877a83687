"""What trained networks say about a split, as results of the store.

In: a trained network, a data set, scores. Out: figures, curves and maps. Imports data, networks, scores and metrics.

passes.py            the one pass: a network sees a split image by image, a measure takes the images in
figures.py           `evaluate`: segmentation and every score's figures; what most tables are made of
fitting.py           `fit`: the statistics that methods take from a split in one pass, and scorers that use them
score_maps.py        `maps`: the maps that panels show, also in steps of a threshold
single_hazards.py    hazards one by one
components.py        whole hazards found at one threshold
open_set.py          open-set segmentation of each town, at thresholds from the others
risk.py              risk against coverage
failures.py          the worst failures of the best score
thresholds.py        thresholds of each town, and what they do in another
calibration.py       whether confidence means what it says
sampling.py          what a sample of the pixels, or half precision, does to figures
selection.py         images and thresholds chosen by the results of an evaluation
by_town.py           figures of each test town
trivial_baselines.py predictors that look at no image
appearance.py        scores that look at colours alone
"""

from hazards.evaluation.figures import FIGURES, evaluate
from hazards.evaluation.fitting import fit, fits
from hazards.evaluation.passes import Inference
from hazards.evaluation.score_maps import maps

__all__ = ["FIGURES", "Inference", "evaluate", "fit", "fits", "maps"]

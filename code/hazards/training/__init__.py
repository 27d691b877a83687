"""Training: a recipe, the loop that follows it, and what the loop consists of.

In: a `Recipe`, a data set and a seed. Out: weights and a log. recipe.py says what can be set, loop.py is the training
itself; feed.py brings its images, optimisation.py holds the optimiser and its learning rate, loss.py the loss,
batch_norm.py batch norm over several processes, checkpoints.py what a killed training resumes from, watch.py what can
be watched while it runs, and failures.py what it says when it cannot go on. Imports networks, data, metrics, jobs and
store.
"""

from hazards.training.failures import TrainingError
from hazards.training.loop import train
from hazards.training.loss import segmentation_loss
from hazards.training.recipe import Recipe, RecipeError

__all__ = ["Recipe", "RecipeError", "TrainingError", "segmentation_loss", "train"]

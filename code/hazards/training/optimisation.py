"""The optimiser, its learning rate over the training, and the labels' weights in the loss."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from hazards.data.errors import DataSetError
from hazards.data.layout import DataSet
from hazards.data.statistics import label_shares, label_statistics
from hazards.training.recipe import Recipe

POWER = 0.9
"""Of the fall of the learning rate over the steps.

Chen et al., DeepLab: semantic image segmentation with deep convolutional nets, atrous convolution, and fully connected
CRFs, 2017, who call it the policy `poly`.
"""


def optimizer(recipe: Recipe, network: nn.Module) -> torch.optim.Optimizer:
    """The recipe's optimiser of all parameters of a network."""
    parameters, rate, decay = network.parameters(), recipe.learning_rate, recipe.weight_decay
    fused = recipe.precision != "16-mixed"  # a fused optimiser unscales gradients itself, so they cannot be clipped
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(parameters, lr=rate, momentum=recipe.momentum, weight_decay=decay, fused=fused)
    return torch.optim.AdamW(parameters, lr=rate, weight_decay=decay, fused=fused)


def learning_rate(recipe: Recipe, done: float) -> float:
    """The learning rate when the share `done` (0–1) of all steps is done: a linear rise, then a polynomial fall."""
    if done < recipe.warmup:
        return recipe.learning_rate * done / recipe.warmup
    return recipe.learning_rate * (1 - (done - recipe.warmup) / (1 - recipe.warmup)) ** POWER


def label_weights(data: DataSet, balance: float) -> Tensor | None:
    """Weights (K,) of the known labels in the loss, ``share ** -balance``.

    Their mean over pixels is 1 where all labels occur in train, and no other pixels do. None for a balance of 0. A
    label that the train split does not hold counts as the rarest one there.

    Raises:
        DataSetError: where no pixel of the train split has a known label.
    """
    if not balance:
        return None
    images = label_statistics(data, "train").value["images"]
    shares = label_shares(images, data.labels).to_numpy()[: data.labels.known]
    if not shares.any():
        raise DataSetError(f"no pixel of the train split of {data.root} has a known label: nothing can be learned")
    shares = shares.clip(min=shares[shares > 0].min())
    weights = shares**-balance
    return torch.tensor(weights / (weights * shares).sum(), dtype=torch.float32)

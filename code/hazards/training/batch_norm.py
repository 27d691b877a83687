"""Batch norm over the images of all processes, so that a training does not depend on how many share its batch."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.nn.modules.batchnorm import _BatchNorm

from hazards.training.failures import TrainingError
from hazards.training.recipe import Recipe


def require_two_values(network: nn.Module, recipe: Recipe, images: int, device: torch.device) -> None:
    """Refuse to train a network on one image at a time where a batch norm of it then sees a map of 1×1 cells.

    The mean of one value is the value itself: nothing would be left of it. Tried on a copy.

    Args:
        network: on `device`.
        images: of the training, of which a batch takes no more than there are.

    Raises:
        TrainingError: with the settings that lead there.
    """
    trial = copy.deepcopy(network).train()
    try:
        with torch.no_grad():
            trial(torch.zeros(1, 3, *recipe.size, device=device))
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        raise TrainingError(
            f"{recipe.model.__name__} cannot be trained on one image at a time, since its batch norm over a map of 1×1 "
            f"needs two: batch_size={recipe.batch_size} and accumulation={recipe.accumulation} leave one of the "
            f"{images} images of share={recipe.share:g} at once; choose a batch_size of at least twice accumulation, "
            "and a share that holds as many images"
        ) from None


def synchronise(network: nn.Module, device: torch.device) -> nn.Module:
    """The network with its batch norms taken over all processes; names of parameters and buffers stay.

    Raises:
        TrainingError: on the CPU, for a network with batch norms other than `nn.BatchNorm2d` and timm's.
    """
    from timm.layers import BatchNormAct2d, convert_sync_batchnorm

    if device.type == "cuda":
        return convert_sync_batchnorm(network)  # torch's own forgets the activation in timm's batch norms
    shared: dict[type, type] = {nn.BatchNorm2d: _GlobalBatchNorm2d, BatchNormAct2d: _GlobalBatchNormAct2d}
    for name, module in network.named_modules():
        if type(module) in shared:
            module.__class__ = shared[type(module)]  # differs in `forward` alone
        elif isinstance(module, _BatchNorm):
            raise TrainingError(f"{name}: {type(module).__name__} cannot be shared by processes on the CPU: use one")
    return network


class _Sum(torch.autograd.Function):
    """The sum of a tensor over all processes, which depends on each process's."""

    @staticmethod
    def forward(context: Any, values: Tensor) -> Tensor:
        total = values.clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> Tensor:
        return _Sum.apply(gradient)


class _GlobalBatchNorm2d(nn.BatchNorm2d):
    """What `nn.SyncBatchNorm` is on a GPU: that refuses tensors on the CPU. All processes have equally many images."""

    def forward(self, images: Tensor) -> Tensor:
        if not self.training:
            return super().forward(images)
        processes, floats = distributed.get_world_size(), images.float()
        mean = _Sum.apply(floats.mean((0, 2, 3))) / processes
        centred = floats - mean[:, None, None]
        variance = _Sum.apply(centred.square().mean((0, 2, 3))) / processes
        with torch.no_grad():
            assert self.momentum is not None
            mean_so_far, variance_so_far, batches = self.buffers()
            count = processes * images.numel() / len(mean)
            mean_so_far.lerp_(mean, self.momentum)
            variance_so_far.lerp_(variance * count / (count - 1), self.momentum)
            batches.add_(1)
        scale = self.weight * (variance + self.eps).rsqrt()
        return (centred * scale[:, None, None] + self.bias[:, None, None]).to(images.dtype)


class _GlobalBatchNormAct2d(_GlobalBatchNorm2d):
    """The same for timm's batch norm, which drops values and applies an activation, too."""

    drop: nn.Module
    act: nn.Module

    def forward(self, images: Tensor) -> Tensor:
        return self.act(self.drop(super().forward(images)))

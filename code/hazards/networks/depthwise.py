"""Depthwise convolutions that a CPU computes in float32 although the training is in bfloat16.

OneDNN gets the gradient of a dilated one's weights wrong in bfloat16 (channels last; torch 2.13, AMD Zen 4): parts of
it are whatever the memory held before, up to 1e35 and now and then not a number, which an optimiser that divides by
the gradient's size hides for long. Those of 5×5 are right, but take twice as long as in float32. Ordinary 3×3 ones
are right, and several times faster than in float32.
"""

from __future__ import annotations

import torch
from timm.layers import Conv2dSame
from torch import Tensor, nn


class Float32Conv2d(nn.Conv2d):
    """A convolution that stays in float32 on a CPU under autocast."""

    def forward(self, images: Tensor) -> Tensor:
        if not _lowered(images):
            return super().forward(images)
        with torch.autocast("cpu", enabled=False):
            return super().forward(images.float())


class Float32Conv2dSame(Conv2dSame):
    """The same of a convolution that pads as TensorFlow's do."""

    def forward(self, images: Tensor) -> Tensor:
        if not _lowered(images):
            return super().forward(images)
        with torch.autocast("cpu", enabled=False):
            return super().forward(images.float())


_KINDS: dict[type, type] = {nn.Conv2d: Float32Conv2d, Conv2dSame: Float32Conv2dSame}


def _lowered(images: Tensor) -> bool:
    """Whether autocast would compute in bfloat16 on a CPU."""
    return images.device.type == "cpu" and torch.is_autocast_enabled("cpu")


def in_float32(network: nn.Module) -> None:
    """Let the depthwise convolutions of a network that are dilated or wider than 3×3 stay in float32, see above."""
    for module in network.modules():
        if type(module) in _KINDS and _is_slow_or_wrong(module):
            module.__class__ = _KINDS[type(module)]


def _is_slow_or_wrong(convolution: nn.Module) -> bool:
    assert isinstance(convolution, nn.Conv2d)
    depthwise = convolution.groups == convolution.in_channels > 1
    return depthwise and (max(convolution.dilation) > 1 or max(convolution.kernel_size) > 3)

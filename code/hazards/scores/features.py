"""A network's dense features as vectors with labels, and what is computed from them as a map of the input's size.

A method on features sees no anomaly when it is fitted: pixels of that label are left out. It works at the network's
stride; its scores are upsampled bilinearly.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from hazards.networks.models import Output


def vectors_of(features: Tensor) -> Tensor:
    """Features (B, C, h, w) as (B·h·w, C)."""
    return features.movedim(1, -1).flatten(0, -2)


def known_pixels(output: Output, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Features (N, C) and labels (N,) of a batch's known pixels, labels taken from the nearest pixel."""
    size = output.features.shape[-2:]
    small = functional.interpolate(labels[:, None].byte(), size=size, mode="nearest-exact").flatten()
    known = small < output.known
    return vectors_of(output.features)[known], small[known].long()


def to_input_size(values: Tensor, output: Output) -> Tensor:
    """Values (B·h·w,) at the network's stride as (B, H, W), bilinearly."""
    batch, _, height, width = output.features.shape
    size = output.logits.shape[-2:]
    grid = values.view(batch, 1, height, width)
    return functional.interpolate(grid, size=size, mode="bilinear", align_corners=False)[:, 0]

"""Joint transforms of image and label map, and the data set as networks see it.

Every random choice depends on (seed, epoch, index) alone, never on the number of processes or on what was drawn
before, so that a resumed training sees exactly what an unbroken one would have seen.

Torchvision is imported where it is used: a render from the store does not need it, and it takes seconds to import.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import Dataset

from hazards import determinism
from hazards.data.layout import Sample
from hazards.errors import HazardsError

if TYPE_CHECKING:
    from torchvision import tv_tensors

Transform = Callable[["tv_tensors.Image", "tv_tensors.Mask"], "tuple[tv_tensors.Image, tv_tensors.Mask]"]


class AugmentationError(HazardsError, ValueError):
    """An augmentation does not leave what a network takes; the message names it and says what to add."""


def read_resized(sample: Sample, size: tuple[int, int]) -> tuple[tv_tensors.Image, tv_tensors.Mask]:
    """Image uint8 (3, H, W), bilinear with antialiasing, and labels uint8 (H, W), nearest, at `size` = (H, W)."""
    from torchvision import tv_tensors
    from torchvision.transforms import v2

    pixels, labels = sample.read()
    channels_first = torch.from_numpy(pixels).permute(2, 0, 1)  # last in memory, where resizing is fastest
    image = v2.functional.resize(tv_tensors.Image(channels_first), list(size))
    return image, resize_labels(tv_tensors.Mask(torch.from_numpy(labels)), size)


def read_labels_resized(sample: Sample, size: tuple[int, int]) -> tv_tensors.Mask:
    """Labels as `read_resized` gives them, without decoding the image."""
    from torchvision import tv_tensors

    return resize_labels(tv_tensors.Mask(torch.from_numpy(sample.read_labels())), size)


def resize_labels(labels: tv_tensors.Mask, size: tuple[int, int]) -> tv_tensors.Mask:
    """Labels uint8 (H, W) at another size: those at the centres of the new pixels.

    Torchvision's own takes those at their corners, half a pixel off the image, which is resampled at centres.
    """
    from torchvision import tv_tensors

    if labels.shape[-2:] == size:
        return labels
    batch = labels.as_subclass(Tensor)[None, None]
    nearest = functional.interpolate(batch, list(size), mode="nearest-exact")
    return tv_tensors.Mask(nearest[0, 0])


def augment(
    image: Tensor, labels: Tensor, transform: Transform, seed: int, epoch: int, index: int
) -> tuple[Tensor, Tensor]:
    """Transform an image uint8 (3, H, W) and its labels uint8 (H, W), on whichever device they are.

    The random numbers are those of (seed, epoch, index), each image's own: transforms draw their settings on the CPU,
    so that these are the same on all devices.
    """
    from torchvision import tv_tensors

    with torch.random.fork_rng(devices=[image.device] if image.is_cuda else []):
        determinism.seed(hash((seed, epoch, index)) & 0x7FFF_FFFF)
        changed, mask = transform(tv_tensors.Image(image), tv_tensors.Mask(labels))
    return changed.as_subclass(Tensor), mask.as_subclass(Tensor)


def require_size(name: str, image: Tensor, labels: Tensor, size: tuple[int, int]) -> None:
    """Raise AugmentationError where what an augmentation of this name left is not at the network's size, (H, W)."""
    left = image.shape[-2:]
    if left != size or labels.shape[-2:] != size:
        raise AugmentationError(
            f"augmentation {name!r} leaves an image at {tuple(left)} and its label map at {tuple(labels.shape[-2:])}, "
            f"not at {size}, the network's height and width: let it end with Fit(size), from hazards.data.crops"
        )


def as_input(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Images float in 0–1 and labels int64, of uint8 ones, as networks and losses take them."""
    return images.float().div(255), labels.long()


class Segmentation(Dataset[tuple[Tensor, Tensor]]):
    """Images float (3, H, W) in 0–1 and labels int64 (H, W) at `size`, decoded whenever they are asked for."""

    def __init__(self, samples: list[Sample], size: tuple[int, int]):
        self.samples, self.size = samples, size

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        image, mask = read_resized(self.samples[index], self.size)
        return as_input(image.as_subclass(Tensor), mask.as_subclass(Tensor))

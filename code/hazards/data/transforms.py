"""Joint transforms of image and label map, and the data set as PyTorch sees it.

Every random choice depends on (seed, epoch, index) alone, never on the number of workers or on what was drawn
before, so that a resumed training sees exactly what an unbroken one would have seen.

Torchvision is imported where it is used: a render from the store does not need it, and it takes seconds to import.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.utils.data import Dataset

from hazards.data.layout import Sample

if TYPE_CHECKING:
    from torchvision import tv_tensors

Transform = Callable[["tv_tensors.Image", "tv_tensors.Mask"], "tuple[tv_tensors.Image, tv_tensors.Mask]"]


def flip_and_jitter() -> Transform:
    """The log's baseline augmentation: horizontal flip and colour jitter."""
    from torchvision.transforms import v2

    return v2.Compose([v2.RandomHorizontalFlip(), v2.ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2)])


def read_resized(sample: Sample, size: tuple[int, int]) -> tuple[tv_tensors.Image, tv_tensors.Mask]:
    """Image uint8 (3, H, W), bilinear with antialiasing, and labels uint8 (H, W), nearest, at `size` = (H, W)."""
    from torchvision import tv_tensors
    from torchvision.transforms import v2

    image, labels = (v2.functional.pil_to_tensor(picture) for picture in sample.read())
    joint = v2.Resize(size, antialias=True)
    resized, mask = joint(tv_tensors.Image(image), tv_tensors.Mask(labels[0]))
    return resized, mask


def read_labels_resized(sample: Sample, size: tuple[int, int]) -> tv_tensors.Mask:
    """Labels as `read_resized` gives them, without decoding the image."""
    from torchvision import tv_tensors
    from torchvision.transforms import v2

    labels = v2.functional.pil_to_tensor(sample.read_labels())
    return v2.functional.resize(tv_tensors.Mask(labels[0]), list(size))


class Segmentation(Dataset[tuple[Tensor, Tensor]]):
    """Images float (3, H, W) in 0–1 and labels int64 (H, W), augmented by `transform`.

    Decoded images are kept in memory while all of them take less than `cache_bytes`.
    """

    def __init__(
        self,
        samples: list[Sample],
        size: tuple[int, int],
        transform: Transform | None = None,
        seed: int = 0,
        cache_bytes: int = 2 << 30,
    ):
        self.samples, self.size, self.transform, self.seed = samples, size, transform, seed
        self.epoch = 0
        fits = 4 * size[0] * size[1] * len(samples) <= cache_bytes
        self.cache: dict[int, tuple[tv_tensors.Image, tv_tensors.Mask]] | None = {} if fits else None

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        image, mask = self._decoded(index)
        if self.transform is not None:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(hash((self.seed, self.epoch, index)) & 0x7FFF_FFFF)
                image, mask = self.transform(image, mask)
        return image.as_subclass(Tensor).float().div(255), mask.as_subclass(Tensor).long()

    def _decoded(self, index: int) -> tuple[tv_tensors.Image, tv_tensors.Mask]:
        if self.cache is None:
            return read_resized(self.samples[index], self.size)
        if index not in self.cache:
            self.cache[index] = read_resized(self.samples[index], self.size)
        return self.cache[index]

"""Batches of decoded images, read ahead of the computation that needs them and kept in memory where they fit."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from hazards.data.layout import Sample
from hazards.data.transforms import read_resized
from hazards.devices import cache_bytes, readers


def decoded_bytes(images: int, size: tuple[int, int]) -> int:
    """What decoded images take with their labels, at `size`."""
    return 4 * size[0] * size[1] * images


class Decoded(Dataset[tuple[Tensor, Tensor]]):
    """Images uint8 (3, H, W) and labels uint8 (H, W) of samples at `size`, by lists of indices.

    They are kept once decoded if all of them, `bytes`, take no more than `devices.cache_bytes`. Processes that read for
    this one share what is kept.
    """

    def __init__(self, samples: list[Sample], size: tuple[int, int]):
        self.samples, self.size = samples, size
        self.bytes = decoded_bytes(len(samples), size)
        self.cached = self.bytes <= cache_bytes()
        if self.cached:
            self._images = _shared(len(samples), 3, *size)
            self._labels = _shared(len(samples), *size)
            self._known = _shared(len(samples))

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def complete(self) -> bool:
        """Whether nothing is left to decode."""
        return self.cached and bool(self._known.all())

    def __getitem__(self, indices: list[int]) -> tuple[Tensor, Tensor]:
        """Images uint8 (B, 3, H, W) and labels uint8 (B, H, W)."""
        if not self.cached:
            pairs = [read_resized(self.samples[index], self.size) for index in indices]
            images, labels = zip(*pairs, strict=True)
            return torch.stack(images).as_subclass(Tensor), torch.stack(labels).as_subclass(Tensor)
        for index in indices:
            if not self._known[index]:
                self._images[index], self._labels[index] = read_resized(self.samples[index], self.size)
                self._known[index] = 1
        return self._images[indices], self._labels[indices]


def _shared(*shape: int) -> Tensor:
    """Zeros uint8 that child processes share; memory is taken as it is written to, and not from /dev/shm."""
    size = torch.Size(shape)
    return torch.frombuffer(mmap.mmap(-1, size.numel()), dtype=torch.uint8).view(size)


def batches(images: Decoded, chosen: Iterable[list[int]], device: torch.device) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of these indices on `device`, as `Decoded` has them; for a GPU, processes read ahead."""
    workers = 0 if images.complete else readers(device)
    pinned = device.type == "cuda"
    loader = DataLoader(images, sampler=chosen, batch_size=None, num_workers=workers, pin_memory=pinned)
    for pictures, labels in loader:
        yield pictures.to(device, non_blocking=pinned), labels.to(device, non_blocking=pinned)

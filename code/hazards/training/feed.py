"""Which images a training sees at which step, augmented and on its device."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from hazards.data.batches import Decoded, batches
from hazards.data.layout import Sample
from hazards.data.transforms import as_input, augment, require_size
from hazards.training.failures import TrainingError
from hazards.training.recipe import Recipe

if TYPE_CHECKING:
    from lightning_fabric import Fabric


class Batch(NamedTuple):
    """This process's images of a step: float (B, 3, H, W) in 0–1, labels int64 (B, H, W), and the files' names."""

    images: Tensor
    labels: Tensor
    names: list[str]


def share_of(samples: list[Sample], share: float) -> list[Sample]:
    """A share (over 0, up to 1) of the samples, spread evenly over their order by name, at least one.

    Half of the samples hold those of a quarter, so that less data is only less. The order of the list stays.
    """
    count = max(1, round(share * len(samples)))
    by_name = sorted(samples, key=lambda sample: sample.image)
    chosen = {by_name[index * len(samples) // count] for index in range(count)}
    return [sample for sample in samples if sample in chosen]


class Feed:
    """Batches of a training, in an order and with an augmentation that follow from seed, epoch and image alone.

    Raises:
        TrainingError: for a batch that cannot be shared evenly.
    """

    def __init__(self, samples: list[Sample], recipe: Recipe, seed: int, fabric: Fabric):
        samples = share_of(samples, recipe.share)
        self.images = Decoded(samples, recipe.source or recipe.size)
        self.size = recipe.size
        self.transform = recipe.transform(recipe.size)
        self.name = getattr(recipe.transform, "__name__", type(recipe.transform).__name__)
        self.seed, self.fabric, self.accumulation = seed, fabric, recipe.accumulation
        self.batch_size = min(recipe.batch_size, len(samples))
        self.steps_per_epoch = len(samples) // self.batch_size
        self.steps = recipe.epochs * self.steps_per_epoch
        if self.batch_size % (fabric.world_size * recipe.accumulation):
            raise TrainingError(
                f"a batch of {self.batch_size} images cannot be shared evenly among {fabric.world_size} processes with "
                f"{recipe.accumulation} micro-batches each: choose a batch_size that is a multiple of their product"
            )

    def batches(self, step: int) -> Iterator[Batch]:
        """The batches from `step` to the end. Raises AugmentationError where a transform leaves another size."""
        numbers = range(step, self.steps)
        chosen, ahead = itertools.tee(map(self._chosen, numbers))
        decoded = batches(self.images, ahead, self.fabric.device)
        for number, indices, (images, labels) in zip(numbers, chosen, decoded, strict=True):
            epoch = number // self.steps_per_epoch
            pairs = [
                self._augmented(image, mask, epoch, index)
                for image, mask, index in zip(images, labels, indices, strict=True)
            ]
            pictures, masks = zip(*pairs, strict=True)
            names = [self.images.samples[index].image.name for index in indices]
            yield Batch(*as_input(torch.stack(pictures), torch.stack(masks)), names)

    def _augmented(self, image: Tensor, labels: Tensor, epoch: int, index: int) -> tuple[Tensor, Tensor]:
        """An image and its labels as they are in an epoch. Raises AugmentationError for those of another size."""
        changed, mask = augment(image, labels, self.transform, self.seed, epoch, index)
        require_size(self.name, changed, mask, self.size)
        return changed, mask

    def _chosen(self, step: int) -> list[int]:
        """The images of a step that are this process's: an equal share of each micro-batch."""
        epoch, done = divmod(step, self.steps_per_epoch)
        order = torch.randperm(len(self.images), generator=torch.Generator().manual_seed(self.seed * 9973 + epoch))
        batch = order[done * self.batch_size : (done + 1) * self.batch_size]
        shares = batch.view(self.accumulation, self.fabric.world_size, -1)
        return shares[:, self.fabric.global_rank].flatten().tolist()

"""One training loop for every network, on Lightning Fabric: any device, resumable at any step.

Each step draws its random numbers from (seed, step) alone. A training that was killed goes on from its last saved
state and, on the CPU, ends with the same bits as one that was never interrupted; for that a training on the CPU
keeps to one thread, and several trainings run side by side instead (`store.gather`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader

from hazards.data.layout import DataSet
from hazards.data.statistics import label_shares, label_statistics
from hazards.data.transforms import Segmentation, Transform, flip_and_jitter
from hazards.devices import one_thread_on_cpu
from hazards.errors import HazardsError
from hazards.labels import ANOMALY, KNOWN
from hazards.metrics import confusion_matrix, mean_iou
from hazards.models import Network, Output
from hazards.progress import bar
from hazards.starts import Start, from_scratch
from hazards.store import step, workdir

if TYPE_CHECKING:
    from lightning_fabric import Fabric

_SAVE_INTERVAL = 10.0
"""Seconds between two saved states; longer where saving itself takes long."""


class TrainingError(HazardsError):
    """Training cannot go on; the message names the step and the images it met there."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a network is trained, apart from data and seed.

    Args:
        model: constructor of the network.
        size: height and width of the images in pixels.
        epochs: passes over the training split.
        batch_size: images a step.
        learning_rate: of AdamW; it falls to 0 as (1 - t) ** 0.9, t being the share of steps since the warm-up.
        start: gives a new network its first weights, see starts.py.
        transform: constructor of the augmentation.
        warmup: share of all steps in which the learning rate first rises from 0 to its full value.
        auxiliary_weight: weight of the auxiliary head's loss beside the main one; 0 leaves the head out.
        weight_decay: of AdamW.
        balance: labels weigh in the loss as their share of train pixels to the power of -balance; 0: all alike.
        validations: how often val mIoU is measured on the way, evenly spaced, the last time at the end.
    """

    model: Callable[[], Network]
    size: tuple[int, int]
    epochs: int
    batch_size: int
    learning_rate: float
    start: Start = from_scratch
    transform: Callable[[], Transform] = flip_and_jitter
    warmup: float = 0.0
    auxiliary_weight: float = 0.4
    weight_decay: float = 1e-4
    balance: float = 0.0
    validations: int = 8


@step
def train(recipe: Recipe, data: DataSet, seed: int, device: str = "auto") -> dict[str, Any]:
    """Train a network by `recipe`.

    Returns:
        ``weights``: the network's state after the last step, by name;
        ``log``: a data frame with epoch, mean training loss and val mIoU (missing where it was not measured).
    """
    from lightning_fabric import Fabric  # takes seconds to import, which a render from the store does not need

    fabric = Fabric(accelerator=device, devices=1)
    with one_thread_on_cpu(fabric.device):
        run = _Run(recipe, data, seed, fabric, workdir() / "state.pt")
        run.resume()
        run.finish()
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in run.network.state_dict().items()}
    return {"weights": weights, "log": pd.DataFrame(run.log), "start": run.start}


@dataclass
class _Run:
    """The state of one training between its steps."""

    recipe: Recipe
    data: DataSet
    seed: int
    fabric: Fabric
    state_path: Path
    step: int = 0
    losses: list[float] = field(default_factory=list)
    log: list[dict[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        recipe = self.recipe
        torch.manual_seed(self.seed)
        network = recipe.model()
        self.start = recipe.start(network)
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
        self.network, self.optimizer = self.fabric.setup(network, optimizer)
        transform = recipe.transform()
        self.images = Segmentation(self.data.split("train"), recipe.size, transform, self.seed)
        self.validation = Segmentation(self.data.split("val"), recipe.size)
        weights = label_weights(self.data, recipe.balance)
        self.label_weights = None if weights is None else self.fabric.to_device(weights)
        self.batch_size = min(recipe.batch_size, len(self.images))
        self.steps_per_epoch = len(self.images) // self.batch_size
        self.steps = recipe.epochs * self.steps_per_epoch

    def resume(self) -> None:
        """Go on from the saved state, if there is one."""
        if self.state_path.exists():
            state = torch.load(self.state_path, map_location=self.fabric.device, weights_only=True)
            self.network.load_state_dict(state["network"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.losses, self.log = state["step"], state["losses"], state["log"]

    def save(self) -> None:
        """Keep the state, whole or not at all."""
        state = {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "losses": self.losses,
            "log": self.log,
        }
        partial = self.state_path.with_suffix(".partial")
        with partial.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.state_path)

    def finish(self) -> None:
        """Train from the present step to the last."""
        label = f"train {self.recipe.model.__name__}, seed {self.seed}"
        next_save = time.monotonic() + _SAVE_INTERVAL
        with bar(self.steps, label, "step", initial=self.step) as progress:
            while self.step < self.steps:
                for images, labels, names in self.batches():
                    loss = self.optimise(images, labels, names)
                    progress.set_postfix_str(f"loss {loss:.3f}", refresh=False)
                    progress.update(1)
                    if self.step % self.steps_per_epoch == 0:
                        self.end_epoch()
                    if time.monotonic() > next_save and self.step < self.steps:
                        began = time.monotonic()
                        self.save()
                        next_save = time.monotonic() + max(_SAVE_INTERVAL, 30 * (time.monotonic() - began))

    def batches(self) -> Iterator[tuple[Tensor, Tensor, list[str]]]:
        """What is left of the present epoch: images, labels and the images' names."""
        epoch, done = divmod(self.step, self.steps_per_epoch)
        self.images.epoch = epoch
        order = torch.randperm(len(self.images), generator=torch.Generator().manual_seed(self.seed * 9973 + epoch))
        chosen = order[: self.steps_per_epoch * self.batch_size].view(-1, self.batch_size)[done:].tolist()
        workers = 0 if self.images.cache is not None else min(8, os.cpu_count() or 1)
        loader = DataLoader(self.images, batch_sampler=chosen, num_workers=workers)
        for indices, (images, labels) in zip(chosen, loader, strict=True):
            names = [self.images.samples[index].image.name for index in indices]
            yield self.fabric.to_device(images), self.fabric.to_device(labels), names

    def optimise(self, images: Tensor, labels: Tensor, names: list[str]) -> float:
        """One step of AdamW; returns the loss.

        Raises:
            TrainingError: for a loss that is not a finite number.
        """
        torch.manual_seed(self.seed * 1_000_003 + self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.recipe, (self.step + 0.5) / self.steps)
        self.network.train()
        output = self.network(images.contiguous(memory_format=torch.channels_last))
        loss = segmentation_loss(output, labels, self.recipe.auxiliary_weight, self.label_weights)
        value = loss.item()
        if value != value or abs(value) == float("inf"):
            raise TrainingError(f"loss is {value} at step {self.step}, on images {', '.join(names)}")
        self.optimizer.zero_grad()
        self.fabric.backward(loss)
        self.optimizer.step()
        self.step += 1
        self.losses.append(value)
        return value

    def end_epoch(self) -> None:
        """Write the epoch's line of the log, with val mIoU where it is due."""
        epoch, epochs = self.step // self.steps_per_epoch, self.recipe.epochs
        due = epoch * self.recipe.validations // epochs > (epoch - 1) * self.recipe.validations // epochs
        self.log.append(
            {
                "epoch": epoch,
                "loss": sum(self.losses) / len(self.losses),
                "val_miou": self.validate() if due else float("nan"),
            }
        )
        self.losses = []

    def validate(self) -> float:
        """MIoU over the val split, over the labels that occur in it."""
        self.network.eval()
        confusion = np.zeros((KNOWN, KNOWN), np.int64)
        with torch.inference_mode():
            for images, labels in DataLoader(self.validation, batch_size=self.batch_size):
                logits = self.network(self.fabric.to_device(images)).logits
                confusion += confusion_matrix(logits.argmax(1), self.fabric.to_device(labels)).cpu().numpy()
        return mean_iou(confusion)


def learning_rate(recipe: Recipe, done: float) -> float:
    """The learning rate when the share `done` (0–1) of all steps is done: a linear rise, then a polynomial fall."""
    if done < recipe.warmup:
        return recipe.learning_rate * done / recipe.warmup
    return recipe.learning_rate * (1 - (done - recipe.warmup) / (1 - recipe.warmup)) ** 0.9


def label_weights(data: DataSet, balance: float) -> Tensor | None:
    """Weights (13,) of the labels in the loss, ``share ** -balance`` with a weighted mean over pixels of 1.

    None for a balance of 0. A label that the train split does not hold counts as the rarest one there.
    """
    if not balance:
        return None
    shares = label_shares(label_statistics(data, "train").value["images"]).to_numpy()[:KNOWN]
    shares = shares.clip(min=shares[shares > 0].min())
    weights = shares**-balance
    return torch.tensor(weights / (weights * shares).sum(), dtype=torch.float32)


def segmentation_loss(output: Output, labels: Tensor, auxiliary_weight: float, weights: Tensor | None = None) -> Tensor:
    """Cross-entropy of the logits plus `auxiliary_weight` times that of the auxiliary head; anomalies never teach.

    The auxiliary head is judged at its own, coarser resolution, against the label at the centre of each of its cells:
    on a CPU, enlarging its logits would cost as much as a fifth of the step.

    Args:
        output: of the network in training mode, logits (B, 13, H, W).
        labels: int64 (B, H, W), 0–13.
        auxiliary_weight: 0 leaves the auxiliary head out.
        weights: of the labels, (13,); all alike by default.
    """
    loss = functional.cross_entropy(output.logits, labels, weights, ignore_index=ANOMALY)
    if auxiliary_weight and output.auxiliary is not None:
        size = output.auxiliary.shape[-2:]
        cells = functional.interpolate(labels[:, None].float(), size=size, mode="nearest-exact")[:, 0].long()
        auxiliary = functional.cross_entropy(output.auxiliary, cells, weights, ignore_index=ANOMALY)
        loss = loss + auxiliary_weight * auxiliary
    return loss

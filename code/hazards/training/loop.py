"""One training loop for every network, on Lightning Fabric: any device, any number of processes, resumable at any step.

Each step draws its random numbers from (seed, step) alone. A training that was killed goes on from its last saved
state and, on the CPU, ends with the same bits as one that was never interrupted; for that a training on the CPU
keeps to one thread, and several trainings run side by side instead (`store.gather`).

Several processes that share the batches of one training follow the loss curve of a single one, but for rounding and
for dropout, whose masks each process draws itself.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import torch
from torch import Tensor

from hazards import determinism, devices
from hazards.data.batches import Decoded, batches
from hazards.data.layout import DataSet
from hazards.data.transforms import as_input
from hazards.jobs.data_parallel import together
from hazards.messages import bar
from hazards.metrics.segmentation import confusion_matrix, mean_iou
from hazards.networks.models import built
from hazards.store import step, workdir
from hazards.training.batch_norm import require_two_values, synchronise
from hazards.training.checkpoints import Checkpoint
from hazards.training.failures import out_of_memory_says, require_finite
from hazards.training.feed import Batch, Feed
from hazards.training.loss import Objective, Totals
from hazards.training.optimisation import label_weights, learning_rate, optimizer
from hazards.training.recipe import Recipe
from hazards.training.watch import Pace, say_what_is_kept, show_step, write_csv

if TYPE_CHECKING:
    from lightning_fabric import Fabric

_COLUMNS = ["epoch", "loss", "val_miou"]
"""What the result keeps of the log: timings differ from run to run, and the learning rate follows from the recipe."""


@step(collective=True)
def train(recipe: Recipe, data: DataSet, seed: int) -> dict[str, Any]:
    """Train a network by `recipe`, on all processes that were started together.

    While it runs, ``log.csv`` in its working directory has a line an epoch, with learning rate and timings, too.

    Returns:
        ``weights``: the network's state after the last step, by name;
        ``best_weights``: its state when val mIoU was highest, if the recipe says ``keep_best``. It stands beside the
        last one and never in its place: a network picked by its validation score has a validation score too high;
        ``log``: a data frame with epoch, mean training loss and val mIoU (missing where it was not measured);
        ``start``: what the first weights were, see starts.py.
    """
    return together(train_together, recipe, data, seed, label_weights(data, recipe.balance), workdir())


def train_together(recipe: Recipe, data: DataSet, seed: int, weights: Tensor | None, folder: Path) -> dict[str, Any]:
    """Train in `folder`, called by each process alike; goes on from the state it finds there.

    Args:
        weights: of the labels in the loss, (K,), or None.

    Returns:
        What `train` does.
    """
    devices.keep_freed_memory()
    fabric = devices.fabric(recipe.precision, all_parameters=recipe.auxiliary_weight > 0)
    with determinism.one_thread_on_cpu(fabric.device):
        training = Training(recipe, data, seed, weights, fabric, folder)
        training.resume()
        training.finish()
    return training.result()


class Training:
    """One process's part in a training, between its steps.

    Args:
        folder: of all processes, for the state, the log, and what is kept of a failed step.

    Raises:
        TrainingError: for a batch that cannot be shared evenly, or one of too few images for the network's batch norm.
    """

    def __init__(
        self, recipe: Recipe, data: DataSet, seed: int, weights: Tensor | None, fabric: Fabric, folder: Path
    ) -> None:
        self.recipe, self.seed, self.fabric, self.folder = recipe, seed, fabric, folder
        determinism.seed(seed)
        self.known = data.labels.known
        network = built(recipe.model, self.known)
        self.start = recipe.start(network)
        self.network = synchronise(network, fabric.device) if fabric.world_size > 1 else network
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        objective = Objective(devices.compiled(self.network), recipe.auxiliary_weight, weights, self.known)
        self.objective, self.optimizer = fabric.setup(objective, optimizer(recipe, self.network))
        self.feed = Feed(data.split("train"), recipe, seed, fabric)
        self.validation = Decoded(data.split("val"), recipe.size)
        if fabric.is_global_zero:
            say_what_is_kept("train", self.feed.images)
            say_what_is_kept("val", self.validation)
        self.images_at_once = self.feed.batch_size // (fabric.world_size * recipe.accumulation)
        if self.images_at_once * fabric.world_size == 1:
            with out_of_memory_says(recipe, 1):
                require_two_values(self.network, recipe, len(self.feed.images), fabric.device)
        self.checkpoint = Checkpoint(folder / "state.pt")
        self.step = 0
        self.losses: list[float] = []
        self.log: list[dict[str, float]] = []
        self.best: dict[str, Tensor] | None = None

    def resume(self) -> None:
        """Go on from the saved state, if there is one."""
        state = self.checkpoint.load(self.fabric.device)
        if state:
            self.network.load_state_dict(state["network"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.fabric.strategy.precision.load_state_dict(state["precision"])
            self.step = state["step"]
            self.losses = state["losses"]
            self.log = state["log"]
            self.best = state["best"]
            self.start = state["start"]
        self.fabric.barrier()  # nobody writes a state before all have read theirs

    def save(self) -> None:
        """Keep the state, which is the same on all processes."""
        self.checkpoint.save(
            {
                "network": self.network.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "precision": self.fabric.strategy.precision.state_dict(),
                "step": self.step,
                "losses": self.losses,
                "log": self.log,
                "best": self.best,
                "start": self.start,
            }
        )

    def finish(self) -> None:
        """Train from the present step to the last, or to where patience ends.

        Raises:
            TrainingError: for a loss that is not a finite number, and where memory does not suffice.
        """
        leads = self.fabric.is_global_zero
        steps = self.feed.steps
        name = self.recipe.model.__name__
        pace = Pace()
        with (
            out_of_memory_says(self.recipe, self.images_at_once),
            bar(steps, f"train {name}, seed {self.seed}", "step", initial=self.step, shown=leads) as progress,
        ):
            upcoming = self.feed.batches(self.step)
            batch = next(upcoming, None)
            while batch:
                pace.begin()
                loss = self.optimise(batch)
                next_batch = next(upcoming, None)  # made ready while a GPU still computes
                self.settle(loss, batch)
                pace.end(self.feed.batch_size)
                batch = next_batch
                show_step(progress, self.losses[-1], pace)
                if self.step % self.feed.steps_per_epoch == 0:
                    self.end_epoch(pace)
                    pace = Pace()
                    if self.out_of_patience():
                        break
                if leads and self.checkpoint.is_due and self.step < steps:
                    self.save()

    def optimise(self, batch: Batch) -> Tensor:
        """One step of the optimiser; returns this process's loss, whose mean over processes is that of the batch."""
        determinism.seed(self.seed * 1_000_003 + self.step + (self.fabric.global_rank << 40))
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        self.objective.train()
        self.optimizer.zero_grad()
        parts = self.recipe.accumulation
        totals = Totals(batch.labels, self.objective.weights, self.fabric, self.known)
        losses = []
        for part, (images, labels) in enumerate(zip(batch.images.chunk(parts), batch.labels.chunk(parts), strict=True)):
            with self.fabric.no_backward_sync(self.objective, enabled=part < parts - 1):
                loss = self.objective(images.contiguous(memory_format=torch.channels_last), labels, totals)
                self.fabric.backward(loss)
            losses.append(loss.detach())
        if self.recipe.clipping:
            # With 16-mixed, gradients overflow now and then, and the optimiser leaves out such a step.
            limit = self.recipe.clipping
            self.fabric.clip_gradients(self.objective, self.optimizer, max_norm=limit, error_if_nonfinite=False)
        self.optimizer.step()
        return torch.stack(losses).sum()

    def settle(self, loss: Tensor, batch: Batch) -> None:
        """End a step: note the batch's loss, the mean of the processes' own, if that is a finite number."""
        rank = self.fabric.global_rank
        by_process = loss.new_zeros(self.fabric.world_size)
        by_process[rank] = loss
        losses = cast(Tensor, self.fabric.all_reduce(by_process, reduce_op="sum"))
        require_finite(losses, self.step, batch, rank, self.folder)
        self.losses.append(losses.mean().item())
        self.step += 1

    def learning_rate(self) -> float:
        """The learning rate of the present step."""
        return learning_rate(self.recipe, (self.step + 0.5) / self.feed.steps)

    def end_epoch(self, pace: Pace) -> None:
        """Write the epoch's line of the log, with val mIoU where it is due, and keep the best state."""
        epoch = self.step // self.feed.steps_per_epoch
        due = self._validations_until(epoch) > self._validations_until(epoch - 1)
        self.log.append(
            {
                "epoch": epoch,
                "loss": sum(self.losses) / len(self.losses),
                "val_miou": self.validate() if due else math.nan,
                "learning_rate": self.optimizer.param_groups[0]["lr"],
                "images_per_second": pace.rate,
                "seconds": pace.seconds,
            }
        )
        self.losses = []
        if self.recipe.keep_best and due and since_best(self.log) == 0:
            self.best = self.weights()
        if self.fabric.is_global_zero:
            write_csv(self.folder / "log.csv", self.log)

    def _validations_until(self, epoch: int) -> int:
        """How many validations are done when so many epochs are, evenly spaced."""
        return epoch * self.recipe.validations // self.recipe.epochs

    def out_of_patience(self) -> bool:
        """Whether so many validations brought no new best val mIoU that the recipe ends the training."""
        return 0 < self.recipe.patience <= (since_best(self.log) or 0)

    def validate(self) -> float:
        """MIoU over the val split, over the labels that occur in it; each process sees its share of the images."""
        self.objective.eval()
        share = range(self.fabric.global_rank, len(self.validation), self.fabric.world_size)
        size = self.images_at_once
        chosen = [list(share[start : start + size]) for start in range(0, len(share), size)]
        confusion = torch.zeros((self.known, self.known), dtype=torch.int64, device=self.fabric.device)
        with torch.inference_mode():
            for pair in batches(self.validation, chosen, self.fabric.device):
                images, labels = as_input(*pair)
                with self.fabric.autocast():
                    logits = self.network(images).logits
                confusion += confusion_matrix(logits.argmax(1), labels, self.known)
        total = cast(Tensor, self.fabric.all_reduce(confusion, reduce_op="sum"))
        return mean_iou(total.cpu().numpy())

    def weights(self) -> dict[str, Tensor]:
        """A copy of the network's state, by name."""
        tensors = self.network.state_dict()
        return {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in tensors.items()}

    def result(self) -> dict[str, Any]:
        """What `train` returns, once all steps are done."""
        result = {"weights": self.weights(), "log": pd.DataFrame(self.log)[_COLUMNS], "start": self.start}
        if self.best:
            result["best_weights"] = self.best
        return result


def since_best(rows: list[dict[str, float]]) -> int | None:
    """How many validations ago val mIoU was highest, 0 for the last one; None without any."""
    measured = [row["val_miou"] for row in rows if not math.isnan(row["val_miou"])]
    if not measured:
        return None
    return len(measured) - 1 - measured.index(max(measured))

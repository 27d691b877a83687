"""Seconds of one core until 50 % val mIoU in the embedded world: this project beside a plain loop.

    taskset -c 1 python benchmarks/speedrun.py               # what the file of results lacks, then the ratios
    python benchmarks/speedrun.py --seeds 1 --only plain --only ours
    python benchmarks/speedrun.py --results NEW.csv          # from nothing

The plain loop is torchvision's segmentation reference in short: images decoded anew each time, scaled by 0.5 to 2,
mirrored and cropped; contiguous float32; cross-entropy, all labels alike, of logits enlarged by the library; an
auxiliary head with weight 0.5 and ten times the learning rate; SGD with momentum 0.9; a polynomial schedule. Ours is
the recipe of profile `study`, in the precision of `--precision`. Both have 360 train images of 256×144 pixels, batches
of 4, and measure val mIoU after each epoch on the 96 val images in the same way.

Each contender has a length of its own, chosen on val by a seed that is not counted. At the shortest length of its list
the learning rate is searched, where it has a list of them; then the first length is taken at which the search gets to
52 %, so that other seeds get to 50 %. A run ends when it is there. Medians over the counted seeds are compared; one
that does not get there counts as infinite.

Time is the processor's of the process, which trains on one thread: as long as the clock's on a quiet core, and the same
where other processes share it, but for caches. It counts training and decoding; start-up and validation are left out.
Each run is a process of its own, and a line an epoch of the results. Also written, of all contenders: a picture.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import nn

from hazards import devices, profiles
from hazards.data import current_data_set
from hazards.labels import NO_LABEL
from hazards.metrics.segmentation import confusion_matrix, mean_iou
from hazards.networks import models, starts
from reference import Images, criterion, profile_recipe, with_library_parts

TARGET, MARGIN = 0.5, 0.02
SEARCH_SEED = 1000
PROFILE = replace(profiles.PROFILES["study"], images=(360, 96, 240))
AUXILIARY, MOMENTUM, WEIGHT_DECAY = 0.5, 0.9, 1e-4
COLUMNS = ["contender", "epochs", "learning_rate", "seed", "epoch", "seconds", "val_miou"]


@dataclass(frozen=True)
class Contender:
    """A way to train a network.

    Args:
        loop: `plain` or `ours`: trains with these settings and yields (seconds, val mIoU) after each epoch.
        model: constructor of the network in models.py.
        start: of its weights.
        rates: learning rates to choose from.
        lengths: epochs to choose from, the shortest first.
    """

    loop: Callable[..., Iterator[tuple[float, float]]]
    model: str
    start: starts.Start
    rates: tuple[float, ...]
    lengths: tuple[int, ...]


@dataclass(frozen=True)
class Run:
    """One training of a contender."""

    contender: str
    epochs: int
    learning_rate: float
    seed: int

    @property
    def goal(self) -> float:
        """The val mIoU at which it ends."""
        return TARGET + MARGIN if self.seed == SEARCH_SEED else TARGET


def plain(contender: Contender, run: Run, precision: str) -> Iterator[tuple[float, float]]:
    """Torchvision's reference; `precision` is always float32."""
    from torchvision.transforms import v2

    data = current_data_set(PROFILE)
    torch.manual_seed(run.seed)
    network = with_library_parts(getattr(models, contender.model))
    contender.start(network)
    images = Images(data.split("train"), augmentation())
    train = torch.utils.data.DataLoader(images, PROFILE.batch_size, shuffle=True, drop_last=True)
    val = torch.utils.data.DataLoader(Images(data.split("val"), v2.Identity()), PROFILE.batch_size)
    heads = list(network.auxiliary.parameters())
    rest = [tensor for name, tensor in network.named_parameters() if not name.startswith("auxiliary.")]
    groups = [{"params": rest}, {"params": heads, "lr": 10 * run.learning_rate}]
    optimizer = torch.optim.SGD(groups, lr=run.learning_rate, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
    scheduler = torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=len(train) * run.epochs, power=0.9)
    seconds = 0.0
    for _ in range(run.epochs):
        begun = time.process_time()
        network.train()
        for pictures, labels in train:
            loss = criterion(network(pictures), labels, AUXILIARY)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
            loss.item()
        seconds += time.process_time() - begun
        yield seconds, validate(network, val)


def validate(network: nn.Module, loader: torch.utils.data.DataLoader) -> float:
    """Val mIoU over all pixels, 0–1."""
    network.eval()
    known = current_data_set(PROFILE).labels.known
    confusion = torch.zeros((known, known), dtype=torch.int64)
    with torch.inference_mode():
        for images, labels in loader:
            confusion += confusion_matrix(network(images).logits.argmax(1), labels, known)
    return mean_iou(confusion.numpy())


def augmentation() -> nn.Module:
    """Torchvision's, for images of this size."""
    from torchvision import tv_tensors
    from torchvision.transforms import v2

    height, _ = PROFILE.size
    fill = {tv_tensors.Image: 0, tv_tensors.Mask: NO_LABEL}
    return v2.Compose(
        [
            v2.RandomResize(height // 2, 2 * height, antialias=True),
            v2.RandomHorizontalFlip(),
            v2.RandomCrop(PROFILE.size, pad_if_needed=True, fill=fill),
        ]
    )


def ours(contender: Contender, run: Run, precision: str) -> Iterator[tuple[float, float]]:
    """This project's training, as a chapter's recipe has it."""
    from hazards.training import loop
    from hazards.training.optimisation import label_weights

    recipe = replace(
        profile_recipe(contender.model, PROFILE),
        epochs=run.epochs,
        learning_rate=run.learning_rate,
        start=contender.start,
        validations=run.epochs,
        precision=precision,
    )
    points = []

    class Timed(loop.Training):
        def end_epoch(self, pace: Any) -> None:
            nonlocal begun, seconds
            seconds += time.process_time() - begun
            super().end_epoch(pace)
            points.append((seconds, self.log[-1]["val_miou"]))
            begun = time.process_time()

        def out_of_patience(self) -> bool:
            return points[-1][1] >= run.goal

    data = current_data_set(PROFILE)
    weights = label_weights(data, recipe.balance)
    devices.keep_freed_memory()
    with tempfile.TemporaryDirectory() as folder:
        training = Timed(recipe, data, run.seed, weights, devices.fabric(precision), Path(folder))
        seconds, begun = 0.0, time.process_time()
        training.finish()
    yield from points


RATES = (0.02, 0.06, 0.2)
CONTENDERS = {
    "plain": Contender(plain, "deeplabv3_mini", starts.from_scratch, RATES, (8, 20, 30)),
    "ours": Contender(ours, "deeplabv3_mini", starts.from_scratch, (PROFILE.learning_rate,), (4, 6, 8, 12)),
    "plain, lite0": Contender(plain, "deeplabv3plus_lite0", starts.from_imagenet, RATES, (2, 3, 4, 6)),
    "ours, lite0": Contender(ours, "deeplabv3plus_lite0", starts.from_imagenet, (PROFILE.learning_rate,), (1, 2, 3, 4)),
}
"""What is compared, by name: the network that the project began with, and one that starts from ImageNet."""
FLOAT32_ONLY = {"ours, lite0"}
"""Depthwise convolutions are slower in bfloat16 on a CPU."""


def finished(run: Run, precision: str) -> list[tuple[float, float]]:
    """The points of a run, up to where it reaches the target; in a process of its own."""
    torch.set_num_threads(1)
    contender = CONTENDERS[run.contender]
    if run.contender in FLOAT32_ONLY:
        precision = "32-true"
    points = []
    for seconds, val_miou in contender.loop(contender, run, precision):
        points.append((seconds, val_miou))
        if val_miou >= run.goal:
            break
    return points


@dataclass(frozen=True)
class Results:
    """The runs that are done, in a file of CSV, and those that are asked for."""

    path: Path
    precision: str

    def points(self, run: Run) -> pd.DataFrame:
        """A run's seconds and val mIoU, a row an epoch; trained first where the file does not have it."""
        if self.path.exists():
            rows = pd.read_csv(self.path)
            same = (rows[list(vars(run))] == pd.Series(vars(run))).all(axis=1)
            if same.any():
                return rows[same]
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            points = pool.apply(finished, (run, self.precision))
        rows = pd.DataFrame(
            [
                vars(run) | {"epoch": epoch, "seconds": round(seconds, 2), "val_miou": round(val_miou, 4)}
                for epoch, (seconds, val_miou) in enumerate(points, 1)
            ],
            columns=COLUMNS,
        )
        rows.to_csv(self.path, mode="a", header=not self.path.exists(), index=False)
        print(f"{run}: val mIoU {points[-1][1]:.3f} after {points[-1][0]:.0f} s", flush=True)
        return rows

    def chosen(self, name: str) -> tuple[int, float]:
        """A contender's epochs and learning rate, by the search."""
        contender = CONTENDERS[name]
        shortest = contender.lengths[0]
        reached = {rate: self._search(name, shortest, rate) for rate in contender.rates}
        rate = max(reached, key=lambda tried: reached[tried])
        for epochs in contender.lengths:
            if self._search(name, epochs, rate) >= TARGET + MARGIN:
                return epochs, rate
        return contender.lengths[-1], rate

    def _search(self, name: str, epochs: int, rate: float) -> float:
        return self.points(Run(name, epochs, rate, SEARCH_SEED))["val_miou"].max()


def seconds_to_target(rows: pd.DataFrame) -> float:
    """When a run reaches the target; infinite where it does not."""
    there = rows[rows["val_miou"] >= TARGET]["seconds"]
    return math.inf if there.empty else there.iloc[0]


def draw(curves: dict[str, list[pd.DataFrame]], path: Path) -> None:
    """Val mIoU over seconds, a line a counted run."""
    from hazards.report import style

    figure, axes = style.page(3.2, "embedded world, 360 train images; a line a seed")
    axis = axes[0, 0]
    for (color, marker), (name, runs) in zip(style.styles(), curves.items(), strict=False):
        for number, rows in enumerate(runs):
            label = name if number == 0 else None
            axis.plot(rows["seconds"], rows["val_miou"], color=color, marker=marker, markersize=3, label=label)
    axis.axhline(TARGET, color=style.GREY, linewidth=0.8)
    axis.set(xscale="log", xlabel="seconds of one core", ylabel="val mIoU")
    style.percents(axis.yaxis)
    axis.legend()
    figure.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="counted runs of each contender")
    parser.add_argument("--only", action="append", choices=CONTENDERS, help="a contender; again for more; else all")
    parser.add_argument("--results", type=Path, default=Path(__file__).with_suffix(".csv"))
    parser.add_argument("--precision", default="bf16-mixed", help="of ours, see `Recipe`")
    options = parser.parse_args()
    os.environ["HAZARDS_DEVICE"] = "cpu"
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    current_data_set(PROFILE)  # rendered first, if it is not there
    results = Results(options.results, options.precision)
    curves = {}
    for name in options.only or CONTENDERS:
        epochs, rate = results.chosen(name)
        curves[name] = [results.points(Run(name, epochs, rate, seed)) for seed in range(options.seeds)]
    medians = {name: statistics.median(map(seconds_to_target, runs)) for name, runs in curves.items()}
    first = next(iter(medians.values()))
    print(f"\nSeconds to {TARGET:.0%} val mIoU, medians of {options.seeds} seeds")
    print(f"{'':<14}{'epochs':>8}{'rate':>8}{'seconds':>9}{'ratio':>7}")
    for name, runs in curves.items():
        epochs, rate = runs[0][["epochs", "learning_rate"]].iloc[0]
        print(f"{name:<14}{epochs:>8.0f}{rate:>8}{medians[name]:>9.1f}{first / medians[name]:>7.2f}")
    if not options.only:
        draw(curves, options.results.with_suffix(".svg"))


if __name__ == "__main__":
    main()

"""What the whole study costs at full size: counted operations, an assumed speed, and a schedule that is simulated.

No training was timed on a GPU for it. Each training is counted in floating-point operations and becomes hours by the
speed that a GPU is assumed to sustain; the trainings are then laid out on so many GPUs, one by one.
"""

from __future__ import annotations

import heapq
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import torch
from torch import nn

from hazards import processors
from hazards.determinism import one_thread_on_cpu
from hazards.errors import MissingError
from hazards.jobs import gather
from hazards.labels import STREETHAZARDS
from hazards.networks.complexity import complexity, count
from hazards.networks.models import FAMILIES
from hazards.profiles import FULL_SIZE, Profile
from hazards.store import chapter_records, step
from hazards.store.entries import read_json, root
from hazards.store.keys.names import qualified_name
from hazards.studies.budgets.search import SEED as SEARCH_SEED

PEAKS = {"A100": 312.0, "H100": 989.0}
"""Dense bf16 peak in TFLOP/s by the vendor's data sheets, of the SXM modules."""
SUSTAINED = 0.3
"""Share of the peak that a training is assumed to sustain."""
BACKWARD = 2
"""Operations of a backward pass, in forward passes: one for the gradients of the maps, one for those of the weights."""


def sustained(gpu: str) -> float:
    """Operations a second that a training is assumed to sustain on a GPU of `PEAKS`."""
    return PEAKS[gpu] * SUSTAINED * 1e12


def plan(here: Profile, there: Profile) -> pd.DataFrame:
    """The trainings of the chapters as profile `here` runs them, at the size that profile `there` gives them.

    Recipes are those of the results that the chapters used last. A network becomes its sibling of the size that `there`
    asks for, epochs grow in proportion, sizes as `_sizes` says, and every recipe is trained with all seeds of `there`,
    or with one where it is part of a search; networks that `models.FAMILIES` does not list are left out.

    Returns:
        One row a kind of training: network, height and width in pixels, epochs, operations of one training, see
        `training_operations`, with its network's evaluation on val and test, and the number of recipes and of
        trainings.
    """
    known = STREETHAZARDS.known
    usual = [
        complexity.call(sizes[there.networks], size, known)
        for sizes in FAMILIES.values()
        for size in (there.size, there.reduced, there.native)
    ]
    gather(usual, workers=1)  # asked for before it is known which are needed, so that a plan can state them
    siblings = {qualified_name(sizes[here.networks]): sizes[there.networks] for sizes in FAMILIES.values()}
    inferences = [config["inference"] for config in _configs("evaluate").values()]
    judged = {inference["trained"]["@result"] for inference in inferences if inference["judged"]}
    rows = {}
    seeds: dict[str, dict[bool, int]] = defaultdict(dict)
    for result, config in _configs("train").items():
        recipe = config["recipe"]
        if not (model := siblings.get(recipe["model"].get("@function"))):
            continue
        epochs = max(1, round(recipe["epochs"] * there.epochs / here.epochs))
        for height, width in _sizes(recipe["size"], result in judged, here, there):
            forward = complexity(model, (height, width), known).value["flops"]
            evaluation = float(forward) * sum(FULL_SIZE[1:])
            name = str(recipe | {"size": (height, width)})
            is_search = config["seed"] == SEARCH_SEED
            seeds[name][is_search] = 1 if is_search else there.seeds
            rows[name] = {
                "network": model.__name__,
                "height": height,
                "width": width,
                "epochs": epochs,
                "operations": training_operations(forward, epochs, recipe["validations"]) + evaluation,
            }
    if not rows:
        raise MissingError(f"no chapter has trained anything yet with profile {here.name}: run the others first")
    table = pd.DataFrame(rows.values()).assign(trainings=[sum(seeds[name].values()) for name in rows])
    kinds = table.groupby(["network", "height", "width", "epochs", "operations"], as_index=False)
    counted = kinds.agg(recipes=("trainings", "size"), trainings=("trainings", "sum"))
    return counted.sort_values("operations", ignore_index=True)


def _configs(step: str) -> dict[str, Any]:
    """Configurations of the results of a step that the chapters used, by result."""
    return {result: read_json(root() / result / "config.json") for result in chapter_records.used(step)}


def _sizes(size: Sequence[int], judged: bool, here: Profile, there: Profile) -> list[tuple[int, int]]:
    """Sizes at which profile `there` trains what `here` trains at `size`: height and width in multiples of 8.

    Args:
        judged: whether the network was judged at the native size, to be compared with one trained there. In a small
            profile that is the size of most trainings anyway, but not in a full one, where it is a training more.
    """
    if tuple(size) == here.size:
        return [there.size]
    if tuple(size) == here.reduced:
        return [there.reduced, there.native] if judged else [there.reduced]
    height = 8 * round(size[0] * there.size[0] / here.size[0] / 8)
    width = 8 * round(size[1] * there.size[1] / here.size[1] / 8)
    return [(height, width)]


def training_operations(
    forward: float, epochs: int, validations: int, images: tuple[float, float, float] = FULL_SIZE
) -> float:
    """Floating-point operations of a training with its validations.

    The auxiliary head and the optimiser's own work are not counted: a few per cent.

    Args:
        forward: of a forward pass of one image.
        images: in train, val and test.
    """
    train, val, _ = images
    # The sum over a study is more than 64-bit integers hold.
    return float(forward) * ((1 + BACKWARD) * epochs * train + validations * val)


def operations(arguments: Mapping[str, Any], images: Mapping[str, int]) -> float:
    """Floating-point operations of the networks in a call of a step by its arguments; 0 where there is no network.

    A step with a recipe trains it. One with an `Inference` passes its network over a split: the one named by `split`,
    or the one that the statistics of `method` are of, or the test split, twice where it looks at mirrored images, too.

    Args:
        images: in each split.
    """
    if recipe := arguments.get("recipe"):
        forward = count(recipe.model, recipe.size, arguments["data"].labels.known).flops
        share = recipe.share * images["train"]
        return training_operations(forward, recipe.epochs, recipe.validations, (share, images["val"], images["test"]))
    if not (inference := arguments.get("inference")):
        return 0.0
    forward = count(inference.model, inference.size, inference.data.labels.known).flops
    fitted_on = getattr(arguments.get("method"), "fit_on", None)
    passes = 2 if inference.flip else 1
    return float(forward) * passes * images[arguments.get("split") or fitted_on or "test"]


def makespan(hours: Iterable[float], machines: int) -> float:
    """Hours until the last of some trainings ends, on so many machines, one training at a time on each.

    List scheduling: the longest training that waits goes to the machine that is free first.
    """
    free = [0.0] * machines
    for duration in sorted(hours, reverse=True):
        heapq.heappushpop(free, free[0] + duration)
    return max(free)


def schedule(plan: pd.DataFrame, gpus: Sequence[int] = (1, 8, 64)) -> pd.DataFrame:
    """The whole of a `plan` on each GPU of `PEAKS`, at the share `SUSTAINED` of its peak.

    Returns:
        One row a kind and number of GPUs: GPU, GPUs, hours until the last training ends, and busy, the share of the
        GPUs' time (0–1) in which they train.
    """
    rows = []
    for name in PEAKS:
        hours = (plan["operations"] / (sustained(name) * 3600)).repeat(plan["trainings"])
        for number in gpus:
            end = makespan(hours, number)
            rows.append({"GPU": name, "GPUs": number, "hours": end, "busy": hours.sum() / (end * number)})
    return pd.DataFrame(rows)


def images_per_second(model: Callable[[], nn.Module], size: tuple[int, int], batch_size: int, batches: int) -> float:
    """How fast one thread of this machine's processor trains a network: median of some batches, both passes."""
    network = model().train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    images = torch.rand(batch_size, 3, *size).contiguous(memory_format=torch.channels_last)
    seconds = []
    with one_thread_on_cpu(torch.device("cpu")):
        for _ in range(1 + batches):  # the first one sets up
            began = time.perf_counter()
            output = network(images)
            parts = [output.logits, output.auxiliary]
            sum(part.mean() for part in parts if part is not None).backward()
            seconds.append(time.perf_counter() - began)
    return batch_size / statistics.median(seconds[1:])


@step
def cpu_speed(model: Callable[[], nn.Module], size: tuple[int, int], batch_size: int) -> dict[str, Any]:
    """Measure how fast one thread of this machine's processor trains a network: median of five batches, both passes.

    Returns:
        ``images_per_second``; ``operations_per_second``, counted as in `plan`; and ``processor``, its name.
    """
    rate = images_per_second(model, size, batch_size, batches=5)
    forward = complexity(model, size, STREETHAZARDS.known).value["flops"]
    return {
        "images_per_second": rate,
        "operations_per_second": rate * forward * (1 + BACKWARD),
        "processor": processors.name(),
    }

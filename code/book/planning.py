"""What running chapters would compute and what that costs, before anything is computed: ``hazards run --dry-run``.

The chapters themselves say it: their cells are executed while results are only stated, see `context.stating`. What a
chapter asks for by the value of a result that is missing is not known yet and not counted.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from book import quoting
from hazards import devices, profiles
from hazards.data import current_data_set
from hazards.data.batches import decoded_bytes
from hazards.errors import MissingError
from hazards.labels import STREETHAZARDS
from hazards.networks.complexity import count
from hazards.networks.models import deeplabv3_mini
from hazards.store import Call, entries, root, stating
from hazards.store.context import set_to
from hazards.store.entries import Entry
from hazards.studies import costs

_ASSUMED = "A100"
_TIMED = (128, 128)
"""Height and width of images that take a few seconds also in a large network on one thread."""
_WORLD = 2.0
"""Bytes of a pixel of the embedded world, image and label map together, measured at 1280×720."""
_SMALL = 1 << 20
"""Bytes of a result of a kind of which none is there: tables and a few pictures."""


class Stated(NamedTuple):
    """A result that a chapter asks for, under the first one that does; without an entry where it is missing."""

    chapter: str
    call: Call
    entry: Entry | None


class Plan(NamedTuple):
    """What a run of chapters would compute.

    Args:
        table: one row a chapter and step: chapter, step, there and missing (results), hours and GiB of what is missing.
        notes: lines that say what the figures rest on.
    """

    table: pd.DataFrame
    notes: list[str]

    @property
    def total(self) -> pd.Series:
        """Sums over all chapters and steps: there, missing, hours, GiB."""
        return self.table[["there", "missing", "hours", "GiB"]].sum()


def plan(stated: list[Stated]) -> Plan:
    """Which results are missing of those that chapters ask for, and the hours and disk that they would take.

    Raises:
        DataSetError: where the real data set is not what it should be.
    """
    images = images_by_split()
    rows: list[dict[str, Any]] = [
        {"chapter": chapter, "step": call.step, "there": 1, "missing": 0, "hours": 0.0, "GiB": 0.0}
        for chapter, call, _ in stated
    ]
    if all(entry for _, _, entry in stated):  # to count what was computed takes longer than to find it
        return Plan(_summed(rows), ["nothing is missing"])
    speed, basis = _speed(stated, images)
    size = _size(stated)
    for row, (_, call, entry) in zip(rows, stated, strict=True):
        if not entry:
            hours = costs.operations(call.arguments.arguments, images) / speed(call.step) / 3600
            row |= {"there": 0, "missing": 1, "hours": hours, "GiB": size(call) / 2**30}
    table = _summed(rows)
    notes = [basis, *_retraining(stated), _disk(table["GiB"].sum()), _memory(stated, images)]
    if not (profiles.current().world or os.environ.get("HAZARDS_DATA")):
        notes.append("StreetHazards is not here, HAZARDS_DATA names no folder: each result on it counts as missing")
    return Plan(table, notes)


def _summed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The table of a plan, from a row a result."""
    table = pd.DataFrame(rows, columns=["chapter", "step", "there", "missing", "hours", "GiB"])
    return table.groupby(["chapter", "step"], sort=False, as_index=False).sum()


def state(paths: list[Path]) -> list[Stated]:
    """The results that chapters ask for, inputs before what needs them.

    Raises:
        BookError: for a cell that fails.
    """
    results: dict[str, Stated] = {}

    def note(call: Call) -> None:
        known = results.get(call.result_id)
        if known and not known.entry:
            return
        entry = call.find()
        if known and entry:
            return
        for needed in [] if entry else call.needed:
            note(needed)
        results[call.result_id] = Stated(known.chapter if known else path.stem, call, entry)

    with stating(note), set_to(quoting.KNOWN, {}):
        for path in paths:
            quoting.state(path)
    return list(results.values())


def images_by_split() -> dict[str, int]:
    """Number of images by split, those of the profile where the data set is not there yet."""
    profile = profiles.current()
    with stating(lambda call: None):
        data = current_data_set(profile)
    try:
        return {split: len(data.split(split)) for split in data.SPLITS}
    except MissingError:
        if not profile.world and os.environ.get("HAZARDS_DATA"):
            raise
        return dict(zip(data.SPLITS, profile.images, strict=True))


def _speed(stated: list[Stated], images: Mapping[str, int]) -> tuple[Callable[[str], float], str]:
    """Operations a second of a step, as measured in the results that are there, and a line that says so."""
    device = devices.name()
    operations, seconds, trainings = defaultdict[str, float](float), defaultdict[str, float](float), 0
    for _, call, entry in stated:
        counted = costs.operations(call.arguments.arguments, images) if entry else 0.0
        if entry and counted and entry.provenance["device"] == device and not entry.provenance["resumed"]:
            operations[call.step] += counted
            seconds[call.step] += entry.provenance["seconds"]
            trainings += call.step == "train"
    measured = {step: operations[step] / seconds[step] for step in operations}
    if "train" in measured:
        otherwise = measured["train"]
        basis = f"as fast as the {trainings} trainings that are there were, {otherwise / 1e12:.2f} TFLOP/s on {device}"
    elif devices.best_device().type == "cpu":
        otherwise = _timed(stated)
        basis = f"timed just now on one thread of {device}, {otherwise / 1e12:.3f} TFLOP/s"
    else:
        otherwise = costs.sustained(_ASSUMED)
        basis = (
            f"assumed: one {_ASSUMED} at {costs.SUSTAINED:.0%} of its dense bf16 peak, {otherwise / 1e12:.0f} TFLOP/s; "
            f"no training that is there was made on {device}"
        )
    return lambda step: measured.get(step, otherwise), f"hours: {basis}; of networks alone, all after one another"


def _timed(stated: list[Stated]) -> float:
    """Operations a second that one thread of this processor sustains, timed on small images of a network asked for."""
    models = []
    for _, call, entry in stated:
        arguments = call.arguments.arguments
        chosen = arguments.get("recipe") or arguments.get("inference")
        if chosen and not entry:
            models.append(chosen.model)
    model = models[0] if models else deeplabv3_mini
    rate = costs.images_per_second(model, _TIMED, batch_size=2, batches=2)
    return rate * (1 + costs.BACKWARD) * count(model, _TIMED, STREETHAZARDS.known).flops


def _size(stated: list[Stated]) -> Callable[[Call], float]:
    """Bytes on disk of a result that is missing: of weights and the world by their size, else as of those there."""
    sizes: dict[str, list[int]] = defaultdict(list)
    for _, call, entry in stated:
        if entry:
            sizes[call.step].append(entries.size(entry.path))

    def size(call: Call) -> float:
        arguments = call.arguments.arguments
        if recipe := arguments.get("recipe"):
            weights = count(recipe.model, recipe.size, arguments["data"].labels.known).bytes
            return weights * (2 if recipe.keep_best else 1)
        if call.step == "world":
            height, width = arguments["native"]
            return _WORLD * height * width * sum(arguments["images"])
        if alike := sizes[call.step]:
            return sum(alike) / len(alike)
        return _SMALL

    return size


def _retraining(stated: list[Stated]) -> list[str]:
    """A line about trainings that are there without their weights, which a missing result needs; none without such."""
    trainings = [call for _, call, entry in stated if call.step == "train" and not entry]
    count = sum((root() / call.result_id).exists() for call in trainings)
    if not count:
        return []
    return [f"{count} of the trainings came with the project, without weights: what needs these trains them again"]


def _disk(gibibytes: float) -> str:
    """A line about the disk that is needed."""
    free = entries.free_bytes() / 2**30
    return f"disk: {gibibytes:.1f} GiB for what is missing; {free:.1f} GiB are free for {root()}"


def _memory(stated: list[Stated], images: Mapping[str, int]) -> str:
    """A line about the memory that a missing training takes."""
    limit, most = devices.cache_bytes(), 0
    for _, call, entry in stated:
        if call.step == "train" and not entry:
            recipe = call.arguments.arguments["recipe"]
            train = decoded_bytes(images["train"], recipe.source or recipe.size)
            val = decoded_bytes(images["val"], recipe.size)
            most = max(most, sum(split for split in (train, val) if split <= limit))
    kept = f"{most / 2**30:.1f} GiB of decoded images"
    return f"memory: a training keeps up to {kept}; HAZARDS_CACHE sets another limit"

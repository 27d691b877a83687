"""Whether the results that came with the project are those of this code: none too few or too many, some made again."""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path
from typing import NamedTuple

from book import shipping
from book.planning import Stated
from hazards import processors, profiles
from hazards.data.sources import current_data_set, embedded_world
from hazards.jobs import workers
from hazards.messages import say
from hazards.store import Call, chapter_records, entries, shipped
from hazards.store.differences import OTHER, differences
from hazards.store.entries import Entry, StoreError


class Compared(NamedTuple):
    """A result that came with the project and was computed again.

    Args:
        call: what gives it.
        parts: the largest absolute difference of each part that differs, see `differences`.
        processor: what computed the one that came with the project.
        is_same_family: whether that is of the family of the processor here; False where it is not known.
    """

    call: Call
    parts: dict[str, float]
    processor: str
    is_same_family: bool


class Report(NamedTuple):
    """What a check has found.

    Args:
        missing: results that the chapters ask for and that did not come with the project, by what people call them.
        superfluous: results that came with the project and that no chapter asks for.
        compared: the results that were computed again.
    """

    missing: list[str]
    superfluous: list[str]
    compared: list[Compared]

    @property
    def problems(self) -> list[str]:
        """A line for all that is wrong. Results may differ on a processor of another family."""
        lines = [f"missing: {name}" for name in self.missing]
        lines += [f"superfluous: {name}" for name in self.superfluous]
        wrong = [each for each in self.compared if each.parts and each.is_same_family]
        return lines + [f"not reproduced: {each.call.label}" for each in wrong]


def check(paths: list[Path], sample: int, seed: int, minutes: float) -> Report:
    """Compare what came with the project with what chapters ask for, and compute some of it again, in a store apart.

    Args:
        paths: the chapters.
        sample: number of results, chosen at random; what these need is computed and compared, too.
        seed: of the choice.
        minutes: what a result may have taken, with all that it needs.

    Raises:
        StoreError: where no results came with the profile.
    """
    before = {name: os.environ.get(name, "") for name in ("HAZARDS_STORE", "HAZARDS_SHIPPED")}
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HAZARDS_STORE": f"{folder}/store", "HAZARDS_SHIPPED": ""}
        try:
            return _checked(paths, sample, seed, minutes, Path(folder) / "shipped")
        finally:
            os.environ |= before


def _checked(paths: list[Path], sample: int, seed: int, minutes: float, kept: Path) -> Report:
    """The report of `check` in an empty store; `kept` is a folder for the results as they came with the project."""
    names = shipped.results()
    if not names:
        raise StoreError(f"no results come with profile {profiles.current().name}: there is no {shipped.archive()}")
    shipped.extract(kept)
    current_data_set(profiles.current())
    stated = shipping.asked(paths)
    asked = chapter_records.with_inputs(each.call.result_id for each in stated)
    lacking = [call for _, call, _ in stated if call.result_id not in names and call.step not in shipped.LOCAL]
    missing = [call.label for call in lacking if call.step != embedded_world.name]
    chosen = _chosen(stated, names, sample, seed, minutes * 60)
    os.environ["HAZARDS_SHIPPED"] = "no"
    workers.compute(chosen, None)
    calls = {each.call.result_id: each.call for each in stated}
    again = [calls[name] for name in names if name in calls and calls[name].find()]
    compared = [_compared(call, Entry(call.step, call.key, kept / call.result_id)) for call in again]
    return Report(missing, sorted(set(names) - asked), compared)


def _chosen(stated: list[Stated], names: list[str], sample: int, seed: int, seconds: float) -> list[Call]:
    """Results to compute again, drawn at random of those that took at most so many seconds with what they need."""
    calls = {each.call.result_id: each.call for each in stated if each.entry}
    spent = {name: entries.read_json(entries.root() / name / "provenance.json")["seconds"] for name in names}
    candidates = [
        calls[name]
        for name in names
        if name in calls and sum(spent.get(needed, 0.0) for needed in chapter_records.with_inputs([name])) <= seconds
    ]
    return random.Random(seed).sample(candidates, min(sample, len(candidates)))


def _compared(call: Call, original: Entry) -> Compared:
    """A result that was computed again, beside the one that came with the project."""
    made = original.provenance
    again = Entry(call.step, call.key, entries.root() / call.result_id)
    is_same = made.get("processor_family") == processors.family() and made["device"] == again.provenance["device"]
    return Compared(call, differences(original, again), made.get("processor", "an unknown processor"), is_same)


def tell(report: Report) -> None:
    """Say what was compared and how it differs."""
    for each in report.compared:
        outcome = "equal to the bit" if not each.parts else ", ".join(map(_part, each.parts.items()))
        say(f"{each.call.label}: {outcome}; made on {each.processor}")
    say(f"here: {processors.name()}, {processors.family()}")


def _part(part: tuple[str, float]) -> str:
    """A part that differs, as text."""
    name, difference = part
    return f"{name} differs" if difference == OTHER else f"{name} differs by up to {difference:.2g}"

"""A long run in rounds: everything with one seed, then with two, and so on, up to the profile's number of seeds.

So all recipes have few seeds before any has many, and a book of what has come can be made at any time. What is there is
not computed again: a run that was killed goes on where it was.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from pathlib import Path

from book import chapters, execution, planning, quoting
from book.parsing import BookError
from book.planning import Stated
from hazards import profiles
from hazards.data.sources import embedded_world
from hazards.jobs import workers
from hazards.messages import say
from hazards.store import Call, shipped
from hazards.store.context import set_to
from hazards.studies import costs
from hazards.studies.budgets import search


def run(paths: list[Path]) -> None:
    """Compute what chapters ask for and execute them, with one seed more in each round; says how far it is.

    Raises:
        BookError: for cells that fail with all seeds. What fails with fewer is said, and the next round begins.
    """
    last = profiles.current().seeds
    undecided: Counter[str] = Counter()
    for seeds in range(1, last + 1):
        title = f"round {seeds} of {last}"
        began = time.monotonic()
        try:
            with profiles.with_seeds(seeds):
                count = _compute(paths, undecided)
                execution.run(paths)
                undecided = _undecided(paths)
            hours = (time.monotonic() - began) / 3600
            say(f"{title}: {count} results computed in {hours:.1f} h; {_progress(paths)}")
        except BookError as error:
            if seeds == last:
                raise
            say(f"{title} failed: {error}")


def _compute(paths: list[Path], undecided: Counter[str]) -> int:
    """Compute what is missing for some chapters, most valuable first; gives the number of results.

    All is asked for at once, so that no worker waits for the end of a chapter. What is only known to be needed once a
    value is there follows.

    Args:
        undecided: number of claims that are not decided yet, by chapter.
    """
    asked: set[str] = set()
    while todo := [call for call in _missing(paths, undecided) if call.result_id not in asked]:
        if todo[0].step == embedded_world.name:
            todo[0].run()  # in processes of its own
        else:
            workers.compute(todo, None)
        asked |= {call.result_id for call in todo}
    return len(asked)


def _missing(paths: list[Path], undecided: Counter[str]) -> list[Call]:
    """What is missing for some chapters, by `_by_worth`; as long as one is, the world alone, and then searches alone.

    All else is trained on the one, at the learning rates that the others choose. What is measured about this machine is
    left to the chapters: it is no matter for workers side by side.
    """
    stated = [result for result in planning.state(paths) if not result.entry and result.call.step not in shipped.LOCAL]
    worlds = [result.call for result in stated if result.call.step == embedded_world.name]
    searches = [result.call for result in stated if result.call.arguments.arguments.get("seed") == search.SEED]
    return worlds or searches or [result.call for result in _by_worth(stated, undecided)]


def _by_worth(stated: list[Stated], undecided: Counter[str]) -> list[Stated]:
    """Results in the order of their chapters' undecided claims by computing: another seed narrows all intervals alike.

    Args:
        undecided: number of claims that are not decided yet, by chapter.
    """
    images = planning.images_by_split()
    operations: defaultdict[str, float] = defaultdict(float)
    for chapter, call, _ in stated:
        operations[chapter] += costs.operations(call.arguments.arguments, images)
    worth = {chapter: undecided[chapter] / (total or 1.0) for chapter, total in operations.items()}
    return sorted(stated, key=lambda result: worth[result.chapter], reverse=True)


def _undecided(paths: list[Path]) -> Counter[str]:
    """The number of claims that a chapter leaves undecided, by its name."""
    counts: Counter[str] = Counter()
    with set_to(quoting.KNOWN, {}):
        for path in paths:
            if any(cell.label.startswith("findings") for cell in chapters.read(path).cells):
                findings = quoting.variables(path.stem)["findings"]
                counts[path.stem] = sum(finding.verdict == "undecided" for finding in findings.values())
    return counts


def _progress(paths: list[Path]) -> str:
    """What is there and what is missing of what chapters ask for with all seeds, in results and hours of one core."""
    stated = planning.state(paths)
    total = planning.plan(stated).total
    spent = sum(result.entry.provenance["seconds"] for result in stated if result.entry) / 3600
    there = f"{total['there']:.0f} are there, which took {spent:.1f} core hours"
    return f"{there}; {total['missing']:.0f} are missing, about {total['hours']:.1f} core hours"

"""Execute the chapters that are out of date, each once for all formats: fills the store, keeps what cells show.

Where nothing has to be computed chapters run side by side, a process each. Libraries are imported when cells run: to
see that nothing is to be done should take no time.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import sys
import time
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

from book import chapters, figure_files, outcomes, quoting
from book.figure_files import Output
from book.outcomes import Outcome
from book.parsing import BookError, Cell, Chapter
from hazards import profiles
from hazards.jobs import workers
from hazards.store import chapter_records, context

_PRELOADED = ["book.sessions", "book.execution", "hazards.studies", "hazards.report.network_figures"]
"""What nearly every chapter imports: imported once for all processes."""


def run(paths: list[Path]) -> None:
    """Execute those of some chapters that are out of date, and say which these are.

    Raises:
        BookError: for cells that fail; other chapters, and what earlier cells gave to the store, are kept.
    """
    chapter_records.forget_all_but([path.stem for path in chapters.chapter_paths()])
    wanted = {path: chapters.read(path) for path in paths}
    names = {
        chapter.file: f"[{number}/{len(paths)}] {path.stem}" for number, (path, chapter) in enumerate(wanted.items(), 1)
    }
    executable = [chapter for chapter in wanted.values() if list(outcomes.steps(chapter))]
    readers = [chapter for chapter in executable if chapter.shows_records]
    _run(_stale([chapter for chapter in executable if chapter not in readers], names), names)
    _run(_stale(readers, names), names)
    # They have records themselves, which change with their first run, and once more where that computed something.
    for _ in range(3):
        _run([chapter for chapter in readers if not outcomes.is_current(chapter)], names)


def _stale(wanted: list[Chapter], names: Mapping[str, str]) -> list[Chapter]:
    """The chapters that are out of date; says which are not. Names are what to call the chapters, by their files."""
    stale = []
    for chapter in wanted:
        if outcomes.is_current(chapter):
            _say(f"{names[chapter.file]}: up to date")
        else:
            stale.append(chapter)
    return stale


def _run(stale: list[Chapter], names: Mapping[str, str]) -> None:
    """Execute chapters; names as for `_stale`."""
    problems: list[str] = []
    count = min(int(os.environ.get("HAZARDS_WORKERS") or os.cpu_count() or 1), len(stale))
    if count > 1:
        stale = _side_by_side(stale, count, names, problems)
    for chapter in stale:
        _say(names[chapter.file])
        try:
            execute(chapter)
        except BookError as error:
            problems.append(str(error))
    if problems:
        raise BookError("\n".join(problems))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class _Report(NamedTuple):
    """How a process has done: whether a result is missing, which it does not compute, what it said, and what failed."""

    is_missing: bool
    said: str
    problem: str


def _side_by_side(stale: list[Chapter], count: int, names: Mapping[str, str], problems: list[str]) -> list[Chapter]:
    """Execute chapters in so many processes, and note what fails; returns those for which a result is missing."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(_PRELOADED)
    start = time.monotonic()
    missing: list[Chapter] = []
    with ProcessPoolExecutor(count, processes, max_tasks_per_child=1) as pool:
        settings = workers.settings()
        running = {pool.submit(_execute_alone, chapters.ROOT, chapter.file, settings): chapter for chapter in stale}
        for future in as_completed(running):
            chapter = running[future]
            try:
                report = future.result()
            except BrokenExecutor:
                problems.append(f"{chapter.file}: the Python process ended in this chapter (out of memory?)")
                continue
            if report.is_missing:
                missing.append(chapter)
                continue
            print(report.said, end="", file=sys.stderr)
            _say(f"{names[chapter.file]}: {'failed' if report.problem else 'done'}, {time.monotonic() - start:.0f} s")
            if report.problem:
                problems.append(report.problem)
    return [chapter for chapter in stale if chapter in missing]


class _Missing(BaseException):
    """A result is missing, in a process that computes none."""


def _execute_alone(root: Path, file: str, settings: dict[str, str]) -> _Report:
    """In a process of its own: execute a chapter that needs nothing computed."""

    def refuse(tasks: object, bar: object) -> None:
        raise _Missing

    workers.take_over(settings)
    problem = ""
    with chapters.of(root), contextlib.redirect_stderr(io.StringIO()) as said, workers.elsewhere(refuse):
        try:
            execute(chapters.read(root / file))
        except _Missing:
            return _Report(True, "", "")
        except BookError as error:
            problem = str(error)
    return _Report(False, said.getvalue(), problem)


def execute(chapter: Chapter) -> None:
    """Execute a chapter's cells and inline expressions, and keep the outcome.

    Raises:
        BookError: for what fails; nothing of the chapter is current then.
    """
    from book.sessions import Session  # with IPython and matplotlib behind it

    asked: dict[str, str] = {}
    texts: dict[str, str] = {}
    outputs: list[list[Output]] = []
    surroundings = outcomes.surroundings(chapter)
    evaluated = outcomes.options("html", chapter)
    with (
        chapter_records.recording(chapter.name) as record,
        context.set_to(quoting.ASKED, asked),
        contextlib.chdir(chapters.ROOT),
    ):
        session = Session(outcomes.figure_size())
        for step in outcomes.steps(chapter):
            if not isinstance(step, Cell):
                texts[step.key] = session.text(step.text, step.place)
                continue
            shown, value = session.run(step) if (evaluated | step.options)["eval"] else ([], None)
            name = step.label or f"{chapter.name}-cell-{len(outputs) + 1}"
            folder = chapters.ROOT / "figures" / profiles.current().edition
            kept, files = figure_files.keep(shown, value, folder, name, bool(step.label))
            outputs.append(kept)
            record.files.update(files)
    results = sorted(record.results)
    sources = outcomes.sources(surroundings, asked, results)
    outcome = Outcome(outcomes.cells(chapter), sources, sorted(asked), results, outputs, texts)
    record.files.add(outcomes.save(chapter, outcome))
    chapter_records.complete(record._replace(sources=sources), sources)

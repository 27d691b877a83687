"""Execute the cells of chapters outside a render: fill the store, with progress shown, and export figures and tables.

IPython and matplotlib are imported when cells run: to see that nothing is to be done should take no time.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from book import chapters
from book.chapters import Cell, ChapterError
from hazards import profiles
from hazards.store import chapter_records

if TYPE_CHECKING:
    from concurrent.futures import Future


def is_current(path: Path) -> bool:
    """Whether a run of the chapter would change nothing: same text and code, all results and figures in place.

    Real data may change outside of the project; only a run can tell.
    """
    return profiles.current().world and chapter_records.is_current(path.stem, _sources())


def stale(paths: list[Path]) -> Iterator[Path]:
    """The chapters that have to run, each when the one before it has; says which one is at work."""
    for number, path in enumerate(paths, 1):
        if not chapters.cells(path):
            continue
        current = is_current(path)
        print(f"[{number}/{len(paths)}] {path.stem}{': up to date' * current}", file=sys.stderr, flush=True)
        if not current:
            yield path


def _sources() -> str:
    """Hash of all that chapters are made from: every chapter, as one may quote another, the library, the lock."""
    files = [*chapters.chapter_paths(), chapters.ROOT / "requirements.lock"]
    return f"{chapters.ROOT} {_digest(files)} {_library()}"


@functools.cache
def _library() -> str:
    """Hash of the code that this process runs: an edit of it while chapters run has no part in what they leave."""
    package = Path(__file__).parents[1]
    kinds = ("*.py", "*.csv", "*.npz", "*.toml", "*.txt")
    return _digest([path for kind in kinds for path in sorted(package.rglob(kind))])


def _digest(files: list[Path]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for file in files:
        content = file.read_bytes() if file.exists() else b""
        digest.update(file.name.encode() + content)
    return digest.hexdigest()


def run(paths: Iterable[Path]) -> None:
    """Execute the cells of chapters; export labelled figures to figures/, as PNG and PDF, and tables, as CSV and JSON.

    Figures are written while further chapters run.

    Raises:
        ChapterError: for a cell that fails; figures and results of the cells before it are kept.
    """
    chapter_records.forget_all_but([path.stem for path in chapters.chapter_paths()])
    waiting: deque[_Executed] = deque()
    problems: list[ChapterError] = []
    try:
        for path in paths:
            waiting.append(_execute(path))
            while waiting and waiting[0].is_written():
                waiting.popleft().complete()
    except ChapterError as error:
        problems.append(error)
    for executed in waiting:
        try:
            executed.complete()
        except ChapterError as error:
            problems.append(error)
    if problems:
        raise ChapterError("\n".join(map(str, problems))) from problems[0]


class _Executed(NamedTuple):
    """A chapter whose cells have run: what it used and left, and the cells whose figures may still be written."""

    path: Path
    record: chapter_records.Record
    exports: list[tuple[Cell, Future[list[str]]]]

    def is_written(self) -> bool:
        """Whether there is nothing to wait for."""
        return all(export.done() for _, export in self.exports)

    def complete(self) -> None:
        """Wait for the figures; then the chapter is done."""
        for cell, export in self.exports:
            try:
                self.record.files.update(export.result())
            except Exception as error:
                raise ChapterError.at(self.path, cell.line, error) from error
        chapter_records.complete(self.record, _sources())


def _execute(path: Path) -> _Executed:
    """Execute a chapter's cells."""
    import matplotlib
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    from book import figure_export
    from hazards.report.tables import Table

    matplotlib.use("agg")
    shell = InteractiveShell()
    exports = []
    with chapter_records.recording(path.stem, _sources()) as record:
        for cell in chapters.cells(path):
            with capture_output(stderr=False):
                result = shell.run_cell(cell.source, store_history=False)
            failure = result.error_before_exec or result.error_in_exec
            if failure is not None:
                raise ChapterError.at(path, cell.line, failure) from failure
            shown = result.result
            figure = figure_export.shown_figure(shown)
            if not cell.label:
                continue
            stem = chapters.ROOT / "figures" / profiles.current().name / cell.label
            if figure:
                try:
                    export = figure_export.submit(figure, stem)
                except BrokenExecutor as error:
                    raise ChapterError.at(path, cell.line, error) from error
                exports.append((cell, export))
            elif isinstance(shown, Table):
                record.files.update(shown.export(stem))
    return _Executed(path, record, exports)

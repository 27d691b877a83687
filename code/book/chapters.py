"""Execute the cells of chapters outside a render: fill the store, with progress shown, and export the figures.

IPython and matplotlib are imported when cells run: to see that nothing is to be done should take no time.
"""

from __future__ import annotations

import ast
import atexit
import dis
import functools
import hashlib
import linecache
import pickle
import re
import types
from collections import deque
from collections.abc import Iterable
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from hazards import profiles
from hazards.errors import HazardsError, MissingError
from hazards.store import chapter_records, is_stating

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds _quarto.yml."""

_CELL = re.compile(r"^```\{python\}[^\n]*\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
_OPTION = re.compile(r"^#\|\s*label:\s*(\S+)\s*$", re.MULTILINE)


_QUOTED = ("recipes", "study", "findings")
"""Beginnings of the labels of cells whose variables other chapters may use."""


class ChapterError(HazardsError):
    """A cell of a chapter failed; the message names the file and the line."""


@dataclass(frozen=True)
class Cell:
    """A code cell: its source, its label if it has one, and the line of the file on which its source begins."""

    source: str
    label: str | None
    line: int


def cells(path: Path) -> list[Cell]:
    """The Python cells of a chapter, in order."""
    text = path.read_text(encoding="utf-8")
    found = []
    for match in _CELL.finditer(text):
        label = _OPTION.search(match[1])
        found.append(Cell(match[1], label[1] if label else None, text.count("\n", 0, match.start(1)) + 1))
    return found


def chapter_paths() -> list[Path]:
    """The book's chapters, in the order of _quarto.yml."""
    book = yaml.safe_load((ROOT / "_quarto.yml").read_text(encoding="utf-8"))["book"]
    return [ROOT / chapter for chapter in book["chapters"] if str(chapter).endswith(".qmd")]


def is_current(path: Path) -> bool:
    """Whether a run of the chapter would change nothing: same text and code, all results and figures in place.

    Real data may change outside of the project; only a run can tell.
    """
    return profiles.current().world and chapter_records.is_current(path.stem, _sources())


def _sources() -> str:
    """Hash of all that chapters are made from: every chapter, as one may quote another, the library, the lock."""
    return f"{ROOT} {_digest([*chapter_paths(), ROOT / 'requirements.lock'])} {_library()}"


@functools.cache
def _library() -> str:
    """Hash of the code that this process runs: an edit of it while chapters run has no part in what they leave."""
    package = Path(__file__).parents[1]
    kinds = ("*.py", "*.csv", "*.npz", "*.toml", "*.txt")
    return _digest([path for kind in kinds for path in sorted(package.rglob(kind))])


def _digest(files: list[Path]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for file in files:
        digest.update(file.name.encode() + (file.read_bytes() if file.exists() else b""))
    return digest.hexdigest()


def run(paths: Iterable[Path]) -> None:
    """Execute the cells of chapters; export labelled figures to figures/, as PNG and PDF, and tables, as CSV and JSON.

    Figures are written while further chapters run.

    Raises:
        ChapterError: for a cell that fails; figures and results of the cells before it are kept.
    """
    chapter_records.forget_all_but([path.stem for path in chapter_paths()])
    runs: deque[_Run] = deque()
    problems: list[ChapterError] = []
    try:
        for path in paths:
            runs.append(_run(path))
            while runs and runs[0].is_written():
                runs.popleft().complete()
    except ChapterError as error:
        problems.append(error)
    for each in runs:
        try:
            each.complete()
        except ChapterError as error:
            problems.append(error)
    if problems:
        raise ChapterError("\n".join(map(str, problems))) from problems[0]


class _Run(NamedTuple):
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
                raise _failed(self.path, cell, error) from error
        chapter_records.complete(self.record, _sources())


def _run(path: Path) -> _Run:
    """Execute a chapter's cells."""
    import cloudpickle
    import matplotlib
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    from hazards.report.tables import Table

    matplotlib.use("agg")
    shell = InteractiveShell()
    exports = []
    with chapter_records.recording(path.stem, _sources()) as record:
        for cell in cells(path):
            with capture_output(stderr=False):
                result = shell.run_cell(cell.source, store_history=False)
            error = result.error_before_exec or result.error_in_exec
            if error is not None:
                raise _failed(path, cell, error) from error
            figure = _shown(result.result)
            if cell.label:
                stem = ROOT / "figures" / profiles.current().name / cell.label
                if figure:
                    drawn = cloudpickle.dumps((figure, matplotlib.rcParams.copy()))  # as it is now
                    exports.append((cell, _submitted(path, cell, drawn, stem)))
                elif isinstance(result.result, Table):
                    record.files.update(result.result.export(stem))
    return _Run(path, record, exports)


def _submitted(path: Path, cell: Cell, drawn: bytes, stem: Path) -> Future[list[str]]:
    """A figure that is being written."""
    try:
        return _drawer().submit(_export, drawn, stem)
    except BrokenExecutor as error:  # its process ran out of memory, say
        raise _failed(path, cell, error) from error


def _failed(path: Path, cell: Cell, error: BaseException) -> ChapterError:
    return ChapterError(f"{path.relative_to(ROOT)}:{cell.line}: {type(error).__name__}: {error}")


def variables(name: str) -> dict[str, Any]:
    """The variables of a chapter after its first cell and those labelled `recipes…`, `study…` and `findings`.

    So one chapter quotes another's experiment instead of defining it a second time.
    """
    path = ROOT / "chapters" / f"{name}.qmd"
    first, *others = cells(path)
    return _execute(path, [first, *(each for each in others if (each.label or "").startswith(_QUOTED))])


def state(path: Path) -> None:
    """Execute a chapter's cells without showing anything, while results are only stated, see `steps.stating`.

    Raises:
        ChapterError: for a statement that fails for another reason than a missing value.
    """
    _execute(path, cells(path))


def _execute(path: Path, chosen: list[Cell]) -> dict[str, Any]:
    """The variables of a chapter after some of its cells."""
    namespace = _Variables({"__name__": "__main__"})
    for cell in chosen:
        origin = f"<{path.name}:{cell.line}>"
        linecache.cache[origin] = (len(cell.source), None, cell.source.splitlines(keepends=True), origin)
        if not is_stating():
            exec(compile(cell.source, origin, "exec"), namespace)
            continue
        for statement in ast.parse(cell.source).body:
            code = compile(ast.Module([statement], []), origin, "exec")
            try:
                namespace.state(code)
            except Exception as error:
                line = cell.line + statement.lineno - 1
                raise ChapterError(f"{path.relative_to(ROOT)}:{line}: {type(error).__name__}: {error}") from error
    return namespace


class _Variables(dict[str, Any]):
    """Variables of a chapter. Those for which a value was missing are not among them, but known by name."""

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__(names)
        self.missing: set[str] = set()

    def __missing__(self, name: str) -> Any:
        raise MissingError(f"{name} is not known yet") if name in self.missing else KeyError(name)

    def state(self, statement: types.CodeType) -> None:
        """Execute a statement, and forget the variables that it sets if a value is missing for it."""
        bound = {each.argval for each in dis.get_instructions(statement) if each.opname == "STORE_NAME"}
        try:
            exec(statement, self)
        except (MissingError, NameError) as error:
            if isinstance(error, NameError) and error.name not in self.missing:
                raise
            for name in bound:
                self.pop(name, None)
            self.missing |= bound
        else:
            self.missing -= bound


def findings() -> dict[str, Any]:
    """What the chapters found about claims, by the claims' ids: their variable `findings`, see claims.py."""
    found: dict[str, Any] = {}
    for path in chapter_paths():
        if any((cell.label or "").startswith("findings") for cell in cells(path)):
            found |= variables(path.stem)["findings"]
    return found


def _shown(value: object) -> Figure | None:
    """The figure that a cell shows: its value, or else the one it left open in pyplot."""
    from matplotlib import pyplot
    from matplotlib.figure import Figure

    opened = [pyplot.figure(number) for number in pyplot.get_fignums()]
    pyplot.close("all")
    return value if isinstance(value, Figure) else next(iter(opened), None)


@functools.cache
def _drawer() -> Executor:
    """A process that writes figures while the chapters go on: half of a chapter's time, where all results are there."""
    from joblib.externals.loky import ProcessPoolExecutor

    from hazards.jobs import workers

    workers.ignore_restarts()
    executor = ProcessPoolExecutor(1)
    atexit.register(executor.shutdown)
    return executor


def _export(drawn: bytes, stem: Path) -> list[str]:
    """Write a figure, pickled with matplotlib's settings, as PNG and PDF; returns both paths."""
    import matplotlib

    figure, settings = pickle.loads(drawn)
    matplotlib.rcParams.update(settings)
    stem.parent.mkdir(parents=True, exist_ok=True)
    bitmap, vector = str(stem.with_suffix(".png")), str(stem.with_suffix(".pdf"))
    figure.savefig(bitmap, dpi=200, facecolor="white", pil_kwargs={"compress_level": 1})
    figure.savefig(vector, dpi=200, facecolor="white")
    return [bitmap, vector]

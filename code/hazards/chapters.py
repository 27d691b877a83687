"""Execute the cells of chapters outside a render: fill the store, with progress shown, and export the figures.

IPython and matplotlib are imported when cells run: to see that nothing is to be done should take no time.
"""

from __future__ import annotations

import functools
import hashlib
import linecache
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from hazards import profiles, usage
from hazards.errors import HazardsError

if TYPE_CHECKING:
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
    return profiles.current().world and usage.is_current(path.stem, _sources())


def _sources() -> str:
    """Hash of all that chapters are made from: every chapter, as one may quote another, the library, the lock."""
    return f"{ROOT} {_digest([*chapter_paths(), ROOT / 'requirements.lock'])} {_library()}"


@functools.cache
def _library() -> str:
    """Hash of the code that this process runs: an edit of it while chapters run has no part in what they leave."""
    package = Path(__file__).parent
    kinds = ("*.py", "*.csv", "*.npz", "*.toml")
    return _digest([path for kind in kinds for path in sorted(package.rglob(kind))])


def _digest(files: list[Path]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for file in files:
        digest.update(file.name.encode() + (file.read_bytes() if file.exists() else b""))
    return digest.hexdigest()


def run(path: Path) -> None:
    """Execute a chapter's cells; export every labelled figure to figures/, as PNG and PDF, and table, as CSV and JSON.

    Raises:
        ChapterError: for a cell that fails; figures and results of the cells before it are kept.
    """
    import matplotlib
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    from hazards.tables import Table

    matplotlib.use("agg")
    shell = InteractiveShell()
    with usage.recording(path.stem, _sources) as record:
        for cell in cells(path):
            with capture_output(stderr=False):
                result = shell.run_cell(cell.source, store_history=False)
            error = result.error_before_exec or result.error_in_exec
            if error is not None:
                raise ChapterError(f"{path.relative_to(ROOT)}:{cell.line}: {type(error).__name__}: {error}") from error
            figure = _shown(result.result)
            if cell.label:
                stem = ROOT / "figures" / profiles.current().name / cell.label
                if figure:
                    record.files.update(_export(figure, stem))
                elif isinstance(result.result, Table):
                    record.files.update(result.result.export(stem))


def variables(name: str) -> dict[str, Any]:
    """The variables of a chapter after its first cell and those labelled `recipes…`, `study…` and `findings`.

    So one chapter quotes another's experiment instead of defining it a second time.
    """
    path = ROOT / "chapters" / f"{name}.qmd"
    namespace: dict[str, Any] = {"__name__": "__main__"}
    first, *others = cells(path)
    for cell in [first, *(each for each in others if (each.label or "").startswith(_QUOTED))]:
        origin = f"<{path.name}:{cell.line}>"
        linecache.cache[origin] = (len(cell.source), None, cell.source.splitlines(keepends=True), origin)
        exec(compile(cell.source, origin, "exec"), namespace)
    return namespace


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


def _export(figure: Figure, stem: Path) -> list[str]:
    """Write a figure as PNG and PDF; returns both paths."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    bitmap, vector = str(stem.with_suffix(".png")), str(stem.with_suffix(".pdf"))
    figure.savefig(bitmap, dpi=200, facecolor="white", pil_kwargs={"compress_level": 1})
    figure.savefig(vector, dpi=200, facecolor="white")
    return [bitmap, vector]

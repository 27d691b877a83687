"""The book's chapters as they are written: which there are, and the Python cells in them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from hazards.errors import HazardsError

ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds _quarto.yml."""

_CELL = re.compile(r"^```\{python\}[^\n]*\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
_LABEL = re.compile(r"^#\|\s*label:\s*(\S+)\s*$", re.MULTILINE)


class ChapterError(HazardsError):
    """A cell of a chapter failed; the message names the file and the line."""

    @classmethod
    def at(cls, path: Path, line: int, error: BaseException) -> ChapterError:
        """What went wrong at a line of a chapter."""
        return cls(f"{path.relative_to(ROOT)}:{line}: {type(error).__name__}: {error}")


@dataclass(frozen=True)
class Cell:
    """A code cell: its source, its label if it has one, and the line of the file on which its source begins."""

    source: str
    label: str | None
    line: int


def chapter_paths() -> list[Path]:
    """The book's chapters, in the order of _quarto.yml."""
    book = yaml.safe_load((ROOT / "_quarto.yml").read_text(encoding="utf-8"))["book"]
    return [ROOT / chapter for chapter in book["chapters"] if str(chapter).endswith(".qmd")]


def to_run(names: list[str]) -> list[Path]:
    """The chapters of these names, or else those that Quarto is about to render, or else all.

    Raises:
        ChapterError: for a name that no chapter has.
    """
    paths = {path.stem: path for path in chapter_paths()}
    wanted = names or _rendered() or list(paths)
    unknown = [name for name in wanted if name not in paths]
    if unknown:
        raise ChapterError(f"no chapter {', '.join(unknown)}: the book has {', '.join(paths)}")
    # The summary quotes all others: it comes last, so that each computes its results under its own name.
    wanted = sorted(wanted, key=lambda name: name == "index")
    return [paths[name] for name in wanted]


def _rendered() -> list[str]:
    """The chapters that Quarto is about to render, where it says so (it does to a pre-render command)."""
    files = os.environ.get("QUARTO_PROJECT_INPUT_FILES", "").split("\n")
    return [Path(file).stem for file in files if file.endswith(".qmd")]


def cells(path: Path) -> list[Cell]:
    """The Python cells of a chapter, in order."""
    text = path.read_text(encoding="utf-8")
    result = []
    for match in _CELL.finditer(text):
        source = match[1]
        label = _LABEL.search(source)
        line = text.count("\n", 0, match.start(1)) + 1
        result.append(Cell(source, label[1] if label else None, line))
    return result

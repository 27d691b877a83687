"""The book's chapters: where they lie, which there are, and which of them a command means."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from book import parsing
from book.parsing import BookError, Chapter

ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds _quarto.yml."""


@contextlib.contextmanager
def of(root: Path) -> Iterator[None]:
    """Meanwhile the book is the one in this folder."""
    global ROOT
    before = ROOT
    ROOT = root
    try:
        yield
    finally:
        ROOT = before


def config() -> dict[str, Any]:
    """The values of `_quarto.yml`."""
    return yaml.safe_load((ROOT / "_quarto.yml").read_text(encoding="utf-8"))


def chapter_paths() -> list[Path]:
    """The book's chapters, in the order of _quarto.yml."""
    return [ROOT / chapter for chapter in config()["book"]["chapters"] if str(chapter).endswith(".qmd")]


def pdf_name() -> str:
    """The file name of the book's PDF."""
    book = config()["book"]
    return f"{book.get('output-file', book['title'])}.pdf"


def read(path: Path) -> Chapter:
    """A chapter as it is written now."""
    return parsing.parse(ROOT, path.relative_to(ROOT).as_posix())


def to_run(names: list[str]) -> list[Path]:
    """The chapters of these names, or else those that Quarto is about to render, or else all.

    A chapter may be named by its file as well: ``baseline``, ``baseline.qmd`` and ``chapters/baseline.qmd`` are one.

    Raises:
        BookError: for a name that no chapter has.
    """
    paths = {path.stem: path for path in chapter_paths()}
    wanted = list(dict.fromkeys(map(_stem, names))) or _rendered() or list(paths)
    unknown = [name for name in wanted if name not in paths]
    if unknown:
        raise BookError(f"no chapter {', '.join(unknown)}: the book has {', '.join(paths)}")
    # The summary quotes all others: it comes last, so that each computes its results under its own name.
    wanted = sorted(wanted, key=lambda name: name == "index")
    return [paths[name] for name in wanted]


def _rendered() -> list[str]:
    """The chapters that Quarto is about to render, where it says so (it does to a pre-render command)."""
    files = os.environ.get("QUARTO_PROJECT_INPUT_FILES", "").split("\n")
    return [_stem(file) for file in files if file.endswith(".qmd")]


def _stem(name: str) -> str:
    """The name of a chapter, which is that of its file without folder and suffix."""
    return Path(name).name.removesuffix(".qmd")

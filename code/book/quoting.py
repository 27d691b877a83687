"""What one chapter quotes of another: variables of its cells, executed in memory, without figures.

So an experiment is defined once. Planning executes cells the same way while results are only stated.
"""

from __future__ import annotations

import ast
import dis
import linecache
import types
from pathlib import Path
from typing import Any

from book import chapters
from book.chapters import Cell, ChapterError
from hazards.errors import MissingError
from hazards.store import is_stating

_QUOTED = ("recipes", "study", "findings")
"""Beginnings of the labels of cells whose variables other chapters may use."""


def variables(name: str) -> dict[str, Any]:
    """The variables of a chapter after its first cell and those labelled `recipes…`, `study…` and `findings`."""
    path = chapters.ROOT / "chapters" / f"{name}.qmd"
    first, *others = chapters.cells(path)
    quoted = [cell for cell in others if _is_labelled(cell, _QUOTED)]
    return _execute(path, [first, *quoted])


def findings() -> dict[str, Any]:
    """What the chapters say about claims, by the claims' ids: their variable `findings`, see `studies.claims`."""
    result: dict[str, Any] = {}
    for path in chapters.chapter_paths():
        if any(_is_labelled(cell, ("findings",)) for cell in chapters.cells(path)):
            result |= variables(path.stem)["findings"]
    return result


def state(path: Path) -> None:
    """Execute a chapter's cells without showing anything, while results are only stated, see `context.stating`.

    Raises:
        ChapterError: for a statement that fails for another reason than a missing value.
    """
    _execute(path, chapters.cells(path))


def _is_labelled(cell: Cell, beginnings: tuple[str, ...]) -> bool:
    return cell.label is not None and cell.label.startswith(beginnings)


def _execute(path: Path, cells: list[Cell]) -> dict[str, Any]:
    """The variables of a chapter after some of its cells."""
    namespace = _Variables({"__name__": "__main__"})
    for cell in cells:
        origin = f"<{path.name}:{cell.line}>"
        linecache.cache[origin] = (len(cell.source), None, cell.source.splitlines(keepends=True), origin)
        if is_stating():
            _state(path, cell, origin, namespace)
        else:
            exec(compile(cell.source, origin, "exec"), namespace)
    return namespace


def _state(path: Path, cell: Cell, origin: str, namespace: _Variables) -> None:
    """Execute the statements of a cell that have all values they need."""
    for statement in ast.parse(cell.source).body:
        code = compile(ast.Module([statement], []), origin, "exec")
        try:
            namespace.state(code)
        except Exception as error:
            raise ChapterError.at(path, cell.line + statement.lineno - 1, error) from error


class _Variables(dict[str, Any]):
    """Variables of a chapter. Those for which a value was missing are not among them, but known by name."""

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__(names)
        self.missing: set[str] = set()

    def __missing__(self, name: str) -> Any:
        if name in self.missing:
            raise MissingError(f"{name} is not known yet")
        raise KeyError(name)

    def state(self, statement: types.CodeType) -> None:
        """Execute a statement, and forget the variables that it sets if a value is missing for it."""
        instructions = dis.get_instructions(statement)
        bound = {instruction.argval for instruction in instructions if instruction.opname == "STORE_NAME"}
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

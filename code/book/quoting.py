"""What one chapter quotes of another: variables of its cells, executed in memory, without figures.

So an experiment is defined once. Planning executes cells the same way while results are only stated.
"""

from __future__ import annotations

import ast
import contextvars
import dis
import linecache
import types
from pathlib import Path
from typing import Any

from book import chapters
from book.parsing import BookError, Cell
from hazards.errors import MissingError
from hazards.store import is_stating

_QUOTED = ("recipes", "study", "findings")
"""Beginnings of the labels of cells whose variables other chapters may use."""


ASKED: contextvars.ContextVar[dict[str, str] | None] = contextvars.ContextVar("asked", default=None)
"""While a chapter is executed: the cells of other chapters that it has asked for, by these chapters' names."""
KNOWN: contextvars.ContextVar[dict[str, dict[str, Any]] | None] = contextvars.ContextVar("known", default=None)
"""While many chapters are quoted: what `variables` has given, by chapter, so that none is executed for each quote."""


def variables(name: str) -> dict[str, Any]:
    """The variables of a chapter after its first cell and those labelled `recipes…`, `study…` and `findings`."""
    _note(name)
    known = KNOWN.get()
    if known is None:
        return _execute(_quoted(name))
    if name not in known:
        known[name] = _execute(_quoted(name))
    return known[name]


def findings() -> dict[str, Any]:
    """What the chapters say about claims, by the claims' ids: their variable `findings`, see `studies.claims`."""
    result: dict[str, Any] = {}
    for path in chapters.chapter_paths():
        _note(path.stem)
        if any(cell.label.startswith("findings") for cell in chapters.read(path).cells):
            result |= variables(path.stem)["findings"]
    return result


def source(name: str) -> str:
    """The cells of a chapter whose variables other chapters may use, as one text; empty for one that is not there."""
    try:
        return "\n\n".join(f"{cell.label}\n{cell.code}" for cell in _quoted(name))
    except BookError:
        return ""


def _note(name: str) -> None:
    asked = ASKED.get()
    if asked is not None:
        asked.setdefault(name, source(name))


def _quoted(name: str) -> list[Cell]:
    """The first cell of a chapter, and those that are labelled as to be quoted."""
    cells = chapters.read(chapters.ROOT / "chapters" / f"{name}.qmd").cells
    return [cell for cell in cells if cell is cells[0] or cell.label.startswith(_QUOTED)]


def state(path: Path) -> None:
    """Execute a chapter's cells without showing anything, while results are only stated, see `context.stating`.

    Raises:
        BookError: for a statement that fails for another reason than a missing value.
    """
    _execute(chapters.read(path).cells)


def _execute(cells: list[Cell]) -> dict[str, Any]:
    """The variables of a chapter after some of its cells."""
    namespace = _Variables({"__name__": "__main__"})
    for cell in cells:
        origin = f"<{cell.place}>"
        linecache.cache[origin] = (len(cell.code), None, cell.code.splitlines(keepends=True), origin)
        if is_stating():
            _state(cell, origin, namespace)
        else:
            exec(compile(cell.code, origin, "exec"), namespace)
    return namespace


def _state(cell: Cell, origin: str, namespace: _Variables) -> None:
    """Execute the statements of a cell that have all values they need."""
    for statement in ast.parse(cell.code).body:
        code = compile(ast.Module([statement], []), origin, "exec")
        try:
            namespace.state(code)
        except Exception as error:
            raise BookError.at(cell.line_place(statement.lineno), error) from error


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

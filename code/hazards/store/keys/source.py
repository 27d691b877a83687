"""Find the source of functions, classes and module-level names, as it was when it began to run here."""

from __future__ import annotations

import ast
import functools
import linecache
import sys
import types
import weakref
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from hazards.errors import HazardsError
from hazards.store.keys.text import IsMessage, Unit, imports_of, unit_of

_PACKAGE = Path(__file__).resolve().parents[2]
AT_START = {str(path): path.read_text(encoding="utf-8") for path in _PACKAGE.rglob("*.py")}
"""The package as it was when this process began: what runs here, even if somebody edits the files meanwhile."""


class FingerprintError(HazardsError, ValueError):
    """A value or a piece of code whose fingerprint cannot be had."""


@functools.lru_cache(maxsize=256)
def _tree(text: str) -> ast.Module:
    return ast.parse(text)


@functools.lru_cache(maxsize=256)
def _codes(text: str) -> frozenset[types.CodeType]:
    """Every code object that this source compiles to."""
    codes, todo = set(), [compile(text, "?", "exec", dont_inherit=True)]
    while todo:
        code = todo.pop()
        codes.add(code)
        todo += [item for item in code.co_consts if isinstance(item, types.CodeType)]
    return frozenset(codes)


def _text(file: str, code: types.CodeType | None) -> str:
    """Source text of a file or cell; of a file of the package, the very version that runs here."""
    linecache.checkcache(file)
    now = "".join(linecache.getlines(file))
    if file not in AT_START or code is None:
        return AT_START.get(file, now)
    for text in (AT_START[file], now):
        if code in _codes(text):
            return text
    raise FingerprintError(f"{file} was edited after it had been imported; start again to use the new version")


@functools.lru_cache(maxsize=256)
def _definitions(text: str) -> dict[tuple[str, int], list[ast.AST]]:
    """Functions and lambdas of a source by name and first line, decorators included."""
    nodes: dict[tuple[str, int], list[ast.AST]] = {}
    for node in ast.walk(_tree(text)):
        if isinstance(node, (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef)):
            decorators = getattr(node, "decorator_list", [])
            place = getattr(node, "name", "<lambda>"), min(item.lineno for item in [node, *decorators])
            nodes.setdefault(place, []).append(node)
    return nodes


def _function_nodes(function: types.FunctionType) -> list[ast.AST]:
    code = function.__code__
    text = _text(code.co_filename, code)
    name = f"{function.__module__}.{function.__qualname__}"
    if not text:
        raise FingerprintError(f"the source of {name} cannot be found; define it in a file or a chapter cell")
    nodes = _definitions(text).get((code.co_name, code.co_firstlineno), [])
    if len(nodes) != 1:
        problem = "is one of several on its line" if nodes else f"is not in {code.co_filename} as it is now"
        raise FingerprintError(f"{name} {problem} (line {code.co_firstlineno}); define it with def")
    return nodes


def method(attribute: Any) -> types.FunctionType | None:
    """The function behind a method, property or the like; None for any other attribute of a class."""
    for name in ("__func__", "fget", "func", "__wrapped__"):
        attribute = getattr(attribute, name, None) or attribute
    return attribute if isinstance(attribute, types.FunctionType) else None


def _class_files(kind: type) -> Iterator[tuple[str, types.CodeType | None]]:
    """Where the source of a class may be: beside its methods, in its module, or in a cell, latest first."""
    for function in filter(None, map(method, vars(kind).values())):
        if function.__code__.co_qualname.startswith(f"{kind.__qualname__}."):
            yield function.__code__.co_filename, function.__code__
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if file:
        yield file, None
    if kind.__module__ == "__main__":
        cells = [name for name in linecache.cache if name.startswith("<") or "ipykernel" in name]
        yield from ((name, None) for name in reversed(cells))


@functools.lru_cache(maxsize=1024)
def _class_source(kind: type) -> tuple[ast.ClassDef, str]:
    """The statement that made a class, and the text in which it stands. Raises FingerprintError where there is none."""
    path = kind.__qualname__.replace(".<locals>", "").split(".")
    for file, code in _class_files(kind):
        text = _text(file, code)
        nodes: list[Any] = [_tree(text)]
        for name in path:
            inner = [item for node in nodes for item in ast.walk(node) if item is not node]
            nodes = [item for item in inner if getattr(item, "name", None) == name]
        nodes = [node for node in nodes if isinstance(node, ast.ClassDef)]
        if nodes:
            return nodes[-1], text
    raise FingerprintError(
        f"the source of class {kind.__module__}.{kind.__qualname__} cannot be found; "
        "define it with a class statement in a file or a chapter cell"
    )


def is_made_by(kind: type, function: types.FunctionType) -> bool:
    """Whether the statement that made a class made this function, too, or a library that was told to."""
    node, text = _class_source(kind)
    code = function.__code__
    is_inside = node.lineno <= code.co_firstlineno <= (node.end_lineno or node.lineno)
    return code.co_filename.startswith("<string") or (is_inside and code in _codes(text))


_UNITS: weakref.WeakKeyDictionary[Any, Unit] = weakref.WeakKeyDictionary()


def unit(
    definition: Any,
    is_message: IsMessage,
    without: Collection[str] = frozenset(),
) -> Unit:
    """The unit of a function or class, without these fields of the latter.

    Raises FingerprintError where its source cannot be had.
    """
    known = _UNITS.get(definition)
    if known and all(is_message(chain, known.imports) for chain in known.messages):
        return known
    nodes = [_class_source(definition)[0]] if isinstance(definition, type) else _function_nodes(definition)
    _UNITS[definition] = unit_of(nodes, is_message, without)
    return _UNITS[definition]


def assignment(module: str, name: str) -> Unit | None:
    """What makes a module-level name: the import or the statements in the module's file; None in chapter cells."""
    file = getattr(sys.modules.get(module), "__file__", None)
    return None if module == "__main__" or not file else _assignment(_text(file, None), name)


@functools.lru_cache(maxsize=4096)
def _assignment(text: str, name: str) -> Unit | None:
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    top = [node for node in _tree(text).body if not isinstance(node, definitions)]
    for node in (inner for statement in top for inner in ast.walk(statement)):
        if isinstance(node, (ast.Import, ast.ImportFrom)) and name in imports_of(node):
            return Unit("", ((name,),), {name: imports_of(node)[name]}, frozenset(), frozenset(), ())
    nodes = [node for node in top if any(getattr(inner, "id", None) == name for inner in ast.walk(node))]
    return unit_of(nodes, lambda chain, imports: False) if nodes else None

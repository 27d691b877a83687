"""A source text taken apart: its definitions, names and imports. What is here follows from the text alone."""

from __future__ import annotations

import ast
import functools
import types
from collections.abc import Iterator
from typing import TypedDict

from hazards.store.keys import cache
from hazards.store.keys.scopes import SCOPES, heads_of
from hazards.store.keys.text import Unit, digest, unit_of


class Parsed(TypedDict):
    """What a source text holds, as JSON can hold it.

    Args:
        definitions: functions and lambdas by name and first line, "name:1", decorators included; classes by dotted
            name.
        names: the statements that make a module-level name.
        imports: names that the module imports, with what they mean, see `scopes.heads_of`.
        codes: every code object that the text compiles to, as `code_id` has it.
    """

    definitions: dict[str, list[Unit]]
    names: dict[str, Unit]
    imports: dict[str, str]
    codes: list[str]


@functools.lru_cache(maxsize=512)
def parsed(text: str) -> Parsed:
    """What a source text holds, also as another process has found out. Raises SyntaxError."""
    return cache.kept(text, _parsed)


def _parsed(text: str) -> Parsed:
    tree = ast.parse(text)
    definitions: dict[str, list[Unit]] = {}
    for name, node in _definitions(tree, ""):
        definitions.setdefault(name, []).append(unit_of([node]))
    top = [node for node in tree.body if not isinstance(node, SCOPES)]
    nodes = {node: list(ast.walk(node)) for node in top}
    inner = [item for items in nodes.values() for item in items]
    imports: dict[str, str] = {}
    for item in inner:
        if isinstance(item, (ast.Import, ast.ImportFrom)):
            imports |= heads_of(item)
    stored = {item.id for item in inner if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)}
    names = {}
    for name in sorted(stored):
        names[name] = unit_of([node for node in top if any(getattr(item, "id", None) == name for item in nodes[node])])
    code = compile(text, "?", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    return Parsed(definitions=definitions, names=names, imports=imports, codes=sorted(_code_ids(code)))


def _definitions(node: ast.AST, path: str) -> Iterator[tuple[str, ast.AST]]:
    """The functions and classes of a syntax tree, with the names that `Parsed` has them by."""
    for child in ast.iter_child_nodes(node):
        inner = path
        if isinstance(child, SCOPES):
            name = getattr(child, "name", "<lambda>")
            inner = f"{path}{name}."
            line = min(item.lineno for item in [child, *getattr(child, "decorator_list", [])])
            yield (f"{path}{name}" if isinstance(child, ast.ClassDef) else f"{name}:{line}"), child
        yield from _definitions(child, inner)


def code_id(code: types.CodeType) -> str:
    """A hash of a code object with all that is in it, but for the place of its file."""
    constants = [code_id(item) if isinstance(item, types.CodeType) else _text(item) for item in code.co_consts]
    names = code.co_name, code.co_firstlineno, code.co_names, code.co_varnames, code.co_freevars
    return digest([code.co_code.hex(), names, constants])


def _code_ids(code: types.CodeType) -> Iterator[str]:
    yield code_id(code)
    for item in code.co_consts:
        if isinstance(item, types.CodeType):
            yield from _code_ids(item)


def _text(constant: object) -> str:
    """A constant as text; the items of a set come in another order in every process."""
    return repr(sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant)

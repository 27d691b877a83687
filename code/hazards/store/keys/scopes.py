"""Which names a piece of code binds itself, and which lead elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

Chain = tuple[str, ...]
"""A dotted name, such as ("metrics", "iou"). Its head is a global name, or "module:name" for what the code imports."""


class Scope(NamedTuple):
    """The names that a function, class or comprehension binds: with what stands for them, or where they lead.

    Those that are told, in errors alone, have values whose texts do not count.
    """

    names: dict[str, str | tuple[str, ...]]
    outer: Scope | None
    is_class: bool = False
    told: frozenset[str] = frozenset()

    def find(self, name: str) -> str | tuple[str, ...]:
        """What stands for a name that is seen from here, or the heads of the chains that it leads to."""
        scope: Scope | None = self
        while scope:
            if name in scope.names and (scope is self or not scope.is_class):
                return scope.names[name]
            scope = scope.outer
        return (name,)

    @property
    def depth(self) -> int:
        return 1 + self.outer.depth if self.outer else 0


SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def nodes_of(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in body:
        yield from ast.walk(node)


def _inside(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a scope, in order, without those of the scopes in it."""
    for node in body:
        if isinstance(node, _COMPREHENSIONS):  # of its names only those bound by := are the scope's
            yield from (inner.target for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
            continue
        if isinstance(node, ast.AnnAssign) and node.value is None:
            continue
        yield node
        if not isinstance(node, SCOPES):
            yield from _inside(ast.iter_child_nodes(node))


def bindings(body: Iterable[ast.AST]) -> dict[str, tuple[str, ...]]:
    """The names that statements bind in their own scope, in order, with the heads of what they lead to elsewhere.

    Several imports by one name, in branches say, have a head each. A name without heads is a variable.
    """
    variables: dict[str, tuple[str, ...]] = {}
    elsewhere: dict[str, tuple[str, ...]] = {}
    outer: set[str] = set()
    for node in _inside(body):
        if isinstance(node, ast.Global):
            elsewhere |= {name: (name,) for name in node.names}
        elif isinstance(node, ast.Nonlocal):
            outer.update(node.names)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for name, head in heads_of(node).items():
                known = elsewhere.get(name, ())
                elsewhere[name] = (*known, *{head}.difference(known))
        elif variable := _bound(node):
            variables[variable] = ()
    return {name: heads for name, heads in (variables | elsewhere).items() if name not in outer}


def _bound(node: ast.AST) -> str | None:
    """The name that a node binds, if any."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return node.name
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        return node.id
    if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        return node.name
    return node.rest if isinstance(node, ast.MatchMapping) else None


def chains_of(node: ast.AST, scope: Scope) -> list[Chain]:
    """The dotted names that lead elsewhere, as several imports may bind one name; none for another expression."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return []
    heads = scope.find(node.id)
    return [] if isinstance(heads, str) else [(head, *attributes) for head in heads]


def heads_of(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """The names that an import binds, each with its module and, after a colon, what is taken from it, if not all."""
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        return {alias.asname or alias.name: f"{module}:{alias.name}" for alias in node.names}
    names = [alias.name if alias.asname else alias.name.partition(".")[0] for alias in node.names]
    return {alias.asname or name: f"{name}:" for alias, name in zip(node.names, names, strict=True)}

"""Which names a piece of code binds itself, and which lead elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

Chain = tuple[str, ...]
"""A dotted name, such as ("metrics", "iou")."""
Import = tuple[str, str | None]
"""Of a name that is imported inside the code: the module, and the attribute taken from it, if any."""


class Scope(NamedTuple):
    """The names that a function, class or comprehension binds, with what stands for them in the text."""

    names: dict[str, str]
    outer: Scope | None
    is_class: bool = False

    def find(self, name: str) -> str | None:
        """What stands for a name that is seen from here; None for one that leads elsewhere."""
        if name in self.names:
            return self.names[name]
        scope = self.outer
        while scope and (scope.is_class or name not in scope.names):
            scope = scope.outer
        return scope.names[name] if scope else None

    @property
    def depth(self) -> int:
        return 1 + self.outer.depth if self.outer else 0


SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def nodes_of(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in body:
        yield from ast.walk(node)


def inside(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a scope, in order, without those of the scopes in it."""
    for node in body:
        if isinstance(node, _COMPREHENSIONS):  # of its names only those bound by := are the scope's
            yield from (inner.target for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
            continue
        if isinstance(node, ast.AnnAssign) and node.value is None:
            continue
        yield node
        if not isinstance(node, SCOPES):
            yield from inside(ast.iter_child_nodes(node))


def bound(node: ast.AST) -> tuple[str | None, bool]:
    """The name that a node binds, if any, and whether it stays as it is."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return node.name, True
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        return node.id, False
    if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        return node.name, False
    return (node.rest, False) if isinstance(node, ast.MatchMapping) else (None, False)


def chain_of(node: ast.AST, scope: Scope) -> Chain | None:
    """The dotted name that leads elsewhere; None for any other expression."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.insert(0, node.attr)
        node = node.value
    leads_elsewhere = isinstance(node, ast.Name) and scope.find(node.id) is None
    return (node.id, *attributes) if isinstance(node, ast.Name) and leads_elsewhere else None


def imports_of(node: ast.Import | ast.ImportFrom) -> dict[str, Import]:
    """The names that an import binds."""
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        return {alias.asname or alias.name: (module, alias.name) for alias in node.names}
    names = [alias.name if alias.asname else alias.name.partition(".")[0] for alias in node.names]
    return {alias.asname or name: (name, None) for alias, name in zip(node.names, names, strict=True)}

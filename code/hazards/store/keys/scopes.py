"""Which names a piece of code binds itself, and which lead elsewhere."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

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
BINDING: dict[type[ast.AST], str] = dict.fromkeys(
    (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar), "name"
) | {ast.MatchMapping: "rest"}
"""Kinds of nodes that bind a name which they have as text, and where."""
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_NAMES_MATTER = {"locals", "vars", "eval", "exec", "dir", "__name__", "__qualname__"}


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
        if isinstance(node, ast.Nonlocal):
            outer.update(node.names)
        elif isinstance(node, (ast.Global, ast.Import, ast.ImportFrom)):
            for name, head in heads_of(node).items():
                elsewhere[name] = tuple(dict.fromkeys([*elsewhere.get(name, ()), head]))
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            variables[node.id] = ()
        elif variable := getattr(node, BINDING.get(type(node), ""), None):
            variables[variable] = ()
    return {name: heads for name, heads in (variables | elsewhere).items() if name not in outer}


def inner_scope(node: Any, outer: Scope) -> Scope:
    """The scope of a function or class: numbers stand for the variables and functions inside a function.

    Arguments and what a class holds keep their names, and so do all where the code reads names.
    """
    body = node.body if isinstance(node.body, list) else [node.body]
    names: dict[str, str | tuple[str, ...]] = {**bindings(body)}
    variables = [name for name, heads in names.items() if not heads]
    kept = {**names, **dict(zip(variables, variables, strict=True))}
    if isinstance(node, ast.ClassDef):
        return Scope(kept, outer, is_class=True)
    nodes = [item for statement in body for item in ast.walk(statement)]
    names_matter = any(getattr(item, "id", getattr(item, "attr", None)) in _NAMES_MATTER for item in nodes)
    numbers = {name: f"{outer.depth}:{number}" for number, name in enumerate(variables)}
    arguments = {item.arg: item.arg for item in ast.iter_child_nodes(node.args) if isinstance(item, ast.arg)}
    inner = kept if names_matter else {**names, **numbers}
    return Scope({**inner, **arguments}, outer, told=_told(nodes))


def _told(nodes: list[ast.AST]) -> frozenset[str]:
    """Names that are read as what an error is made with, and nowhere else."""
    errors = [node.exc for node in nodes if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
    told = Counter(item.id for error in errors for item in error.args if isinstance(item, ast.Name))
    read = Counter(node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    return frozenset(name for name in told if told[name] == read[name])


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


def heads_of(node: ast.Global | ast.Import | ast.ImportFrom) -> dict[str, str]:
    """The global names that a statement binds, with their heads; see `Chain`."""
    if isinstance(node, ast.Global):
        return dict(zip(node.names, node.names, strict=True))
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        return {alias.asname or alias.name: f"{module}:{alias.name}" for alias in node.names}
    names = [alias.name if alias.asname else alias.name.partition(".")[0] for alias in node.names]
    return {alias.asname or name: f"{name}:" for alias, name in zip(node.names, names, strict=True)}

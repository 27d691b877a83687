"""The source of functions, classes and constants as syntax trees, reduced to what makes a difference.

The tree is dumped by a walk of our own that leaves out positions, annotations, docstrings, ``pass`` and empty
fields, so that the text is the same on every supported Python.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import hashlib
import linecache
import symtable
import sys
import types
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hazards.errors import HazardsError

_HERE = Path(__file__).resolve().parents[1]
AT_START = {str(path): path.read_text(encoding="utf-8") for path in _HERE.rglob("*.py")}
"""The package as it was when this process began: what runs here, even if somebody edits the files meanwhile."""


class FingerprintError(HazardsError, ValueError):
    """A value or a piece of code whose fingerprint cannot be had."""


@dataclasses.dataclass(frozen=True)
class Unit:
    """One definition: the hash of its own code and the names in it that lead elsewhere.

    ``chains`` are dotted names such as ("metrics", "iou"); ``imports`` are made inside the code, each local name
    with its module and the attribute taken from it, if any.
    """

    own: str
    chains: tuple[tuple[str, ...], ...]
    imports: dict[str, tuple[str, str | None]]


# The tree, reduced


class _Reduce(ast.NodeTransformer):
    """Drop what does not change behaviour: annotations, docstrings, ``pass``, and the decorator ``@step``."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else self.generic_visit(node)

    def visit_Pass(self, node: ast.Pass) -> None:
        return None

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        """Python 3.12 adds empty texts after some expressions."""
        node.values = [item for item in node.values if getattr(item, "value", None) != ""]
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(arg=node.arg)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if self.in_class:  # keeps apart a field of a dataclass and a class attribute
            node.annotation = ast.Constant(None)
            return self.generic_visit(node)
        return node.value and self.generic_visit(ast.Assign([node.target], node.value))

    in_class = False

    def _definition(self, node: Any, in_class: bool) -> ast.AST:
        node.decorator_list = [item for item in node.decorator_list if not _is_step(item)]
        node.type_params = []
        if not in_class:
            node.returns = None
        before, self.in_class = self.in_class, in_class
        self.generic_visit(node)
        self.in_class = before
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._definition(node, in_class=False)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._definition(node, in_class=False)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._definition(node, in_class=True)


def _is_step(decorator: ast.expr) -> bool:
    """Whether this is ``@step`` or ``@step(...)``: it says how results are kept, not what they are."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return getattr(target, "attr", getattr(target, "id", None)) == "step"


def _dump(node: Any) -> str:
    if isinstance(node, ast.Constant):
        return f"{type(node.value).__name__}:{node.value!a}"
    if isinstance(node, ast.AST):
        fields = [
            f"{name}={_dump(value)}"
            for name, value in ast.iter_fields(node)
            if value is not None and value != [] and name not in ("ctx", "type_comment")
        ]
        return f"{type(node).__name__}({','.join(fields)})"
    if isinstance(node, list):
        return f"[{','.join(map(_dump, node))}]"
    return ascii(node)


def canonical(source: str) -> str:
    """Canonical dump of a piece of Python source; equal for sources that differ in form only."""
    return _dump(_Reduce().visit(ast.parse(source)))


# The names in it


def _chains(node: ast.AST, roots: set[str]) -> Iterator[tuple[str, ...]]:
    """Dotted names, as long as they go, that start at one of ``roots``."""
    chain: list[str] = []
    inner = node
    while isinstance(inner, ast.Attribute):
        chain.insert(0, inner.attr)
        inner = inner.value
    if isinstance(inner, ast.Name):
        if inner.id in roots:
            yield (inner.id, *chain)
        return
    for child in ast.iter_child_nodes(inner):
        yield from _chains(child, roots)


def _globals(table: symtable.SymbolTable) -> set[str]:
    """Names that are not local in at least one scope; one too many does no harm."""
    found = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    return found.union(*map(_globals, table.get_children()))


def _imports(node: ast.AST) -> dict[str, tuple[str, str | None]]:
    found: dict[str, tuple[str, str | None]] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import):
            for alias in inner.names:
                name = alias.name if alias.asname else alias.name.partition(".")[0]
                found[alias.asname or name] = (name, None)
        elif isinstance(inner, ast.ImportFrom):
            module = "." * inner.level + (inner.module or "")
            found.update({alias.asname or alias.name: (module, alias.name) for alias in inner.names})
    return found


class _Scopes(ast.NodeTransformer):
    """Keep what the scopes of names need, in a form on which all Pythons agree.

    Of f-strings only the expressions, as unparsing fails for some; comprehensions as lambdas, as Python 3.12 began
    to merge their variables into the scope around them.
    """

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        values = [item.value for item in ast.walk(node) if isinstance(item, ast.FormattedValue)]
        return ast.Tuple([self.visit(value) for value in values], ast.Load())

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST:
        """The scope that it means may be outside of the unit."""
        return ast.Pass()

    def _comprehension(self, node: Any) -> ast.AST:
        inner = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for part in node.generators:
            inner += [part.iter, *part.ifs]
        outer = node.generators[0].iter
        inner.remove(outer)
        names = {
            name.id: None
            for part in node.generators
            for name in ast.walk(part.target)
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        }
        arguments = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
        scope = ast.Lambda(arguments, ast.Tuple([self.visit(item) for item in inner], ast.Load()))
        return ast.Tuple([self.visit(outer), scope], ast.Load())

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension


def _copy(node: Any) -> Any:
    """A tree that may be changed; much faster than `copy.deepcopy`."""
    if isinstance(node, list):
        return [_copy(item) for item in node]
    if not isinstance(node, ast.AST):
        return node
    fields = {name: _copy(value) for name, value in ast.iter_fields(node)}
    return ast.copy_location(type(node)(**fields), node)


def _unit(nodes: list[ast.AST], free: set[str]) -> Unit:
    """The unit of some statements; ``free`` names its closure variables."""
    reduced = [_Reduce().visit(_copy(node)) for node in nodes]
    imports = {name: entry for node in reduced for name, entry in _imports(node).items()}
    text = "\n".join(ast.unparse(_Scopes().visit(_copy(node))) for node in nodes)
    roots = _globals(symtable.symtable(text, "?", "exec")) | imports.keys() | free
    chains = sorted({chain for node in reduced for chain in _chains(node, roots)})
    own = hashlib.sha256("\n".join(map(_dump, reduced)).encode()).hexdigest()[:16]
    return Unit(own, tuple(chains), imports)


# Where the source is


@functools.lru_cache(maxsize=256)
def _tree(text: str) -> ast.Module:
    return ast.parse(text)


@functools.lru_cache(maxsize=256)
def _codes(text: str) -> frozenset[types.CodeType]:
    """Every code object that this source compiles to."""
    found, todo = set(), [compile(text, "?", "exec", dont_inherit=True)]
    while todo:
        code = todo.pop()
        found.add(code)
        todo += [item for item in code.co_consts if isinstance(item, types.CodeType)]
    return frozenset(found)


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
    found: dict[tuple[str, int], list[ast.AST]] = {}
    for node in ast.walk(_tree(text)):
        if isinstance(node, (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef)):
            decorators = getattr(node, "decorator_list", [])
            place = getattr(node, "name", "<lambda>"), min(item.lineno for item in [node, *decorators])
            found.setdefault(place, []).append(node)
    return found


def _function_nodes(function: types.FunctionType) -> list[ast.AST]:
    code = function.__code__
    text = _text(code.co_filename, code)
    name = f"{function.__module__}.{function.__qualname__}"
    if not text:
        raise FingerprintError(f"the source of {name} cannot be found; define it in a file or a chapter cell")
    found = _definitions(text).get((code.co_name, code.co_firstlineno), [])
    if len(found) != 1:
        problem = "is one of several on its line" if found else f"is not in {code.co_filename} as it is now"
        raise FingerprintError(f"{name} {problem} (line {code.co_firstlineno}); define it with def")
    return found


def _class_files(kind: type) -> Iterator[tuple[str, types.CodeType | None]]:
    """Where the source of a class may be: beside its methods, in its module, or in a cell, latest first."""
    for item in vars(kind).values():
        code = getattr(getattr(item, "__func__", getattr(item, "fget", item)), "__code__", None)
        if code is not None and code.co_qualname.startswith(f"{kind.__qualname__}."):
            yield code.co_filename, code
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if file:
        yield file, None
    if kind.__module__ == "__main__":
        cells = [name for name in linecache.cache if name.startswith("<") or "ipykernel" in name]
        yield from ((name, None) for name in reversed(cells))


def _class_nodes(kind: type) -> list[ast.AST]:
    path = kind.__qualname__.replace(".<locals>", "").split(".")
    for file, code in _class_files(kind):
        nodes: list[Any] = [_tree(_text(file, code))]
        for name in path:
            nodes = [
                inner
                for node in nodes
                for inner in ast.walk(node)
                if inner is not node and getattr(inner, "name", None) == name
            ]
        nodes = [node for node in nodes if isinstance(node, ast.ClassDef)]
        if nodes:
            return [nodes[-1]]
    raise FingerprintError(
        f"the source of class {kind.__module__}.{kind.__qualname__} cannot be found; "
        "define it with a class statement in a file or a chapter cell"
    )


_UNITS: weakref.WeakKeyDictionary[Any, Unit] = weakref.WeakKeyDictionary()


def unit(definition: Any, free: set[str]) -> Unit:
    """The unit of a function or class with closure variables ``free``.

    Raises FingerprintError where its source cannot be had.
    """
    if definition not in _UNITS:
        is_class = isinstance(definition, type)
        nodes = _class_nodes(definition) if is_class else _function_nodes(definition)
        _UNITS[definition] = _unit(nodes, free)
    return _UNITS[definition]


def assignment(module: str, name: str) -> Unit | None:
    """What makes a module-level name: the import or the statements in the module's file; None in chapter cells."""
    file = getattr(sys.modules.get(module), "__file__", None)
    return None if module == "__main__" or not file else _assignment(_text(file, None), name)


@functools.lru_cache(maxsize=4096)
def _assignment(text: str, name: str) -> Unit | None:
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    top: list[ast.AST] = [node for node in _tree(text).body if not isinstance(node, definitions)]
    for node in top:
        if entry := _imports(node).get(name):
            return Unit("", ((name,),), {name: entry})
    nodes = [node for node in top if any(getattr(inner, "id", None) == name for inner in ast.walk(node))]
    return _unit(nodes, set()) if nodes else None

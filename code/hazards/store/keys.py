"""What a value or a piece of code is, as readable JSON and as hashes, for the keys of the store.

A value becomes JSON in which two values look alike only if they are alike. The functions and classes in it, and
whatever project code these refer to, become *parts*: the qualified name of each function, class or module-level
constant with a hash of its syntax tree. Comments, docstrings, formatting and annotations do not count, and the
hashes are the same on every supported Python. Code of other packages counts by its name alone.

An object of another kind may define ``fingerprint() -> str``; a module-level cache should be ``functools.cache``
rather than a dictionary, whose contents would count.
"""

from __future__ import annotations

import enum
import importlib
import importlib.util
import json
import sys
import types
import weakref
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from hazards.store import key_source
from hazards.store.key_source import FingerprintError, Unit
from hazards.store.key_values import PACKAGE, Canonical, digest, is_ours, qualified_name

__all__ = ["FingerprintError", "digest", "fingerprint"]

_MISSING = object()
_CODE = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type)
_ATOMS = (type(None), bool, int, float, str, bytes, enum.Enum, PurePath, *_CODE)
"""Constants for which it is enough to compare identities: they cannot change, or are looked into anyway."""


def fingerprint(values: Mapping[str, Any], where: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Fingerprint named values, such as the arguments of a call.

    Returns their canonical JSON by name, and all project code that they reach: the qualified name of each definition
    with a hash. ``where`` says in errors whose values these are. Raises FingerprintError, which names the value.
    """
    config, mentioned, parts = _fingerprint(values, where, set())
    ambiguous = {name for name in mentioned if len(parts[name]) > 1}
    if ambiguous:  # a definition was replaced while the old one is still in use: a name alone does not say which
        config, _, parts = _fingerprint(values, where, ambiguous)
    return config, {name: "+".join(sorted(hashes)) for name, hashes in sorted(parts.items())}


def _fingerprint(
    values: Mapping[str, Any], where: str, ambiguous: set[str]
) -> tuple[dict[str, Any], set[str], dict[str, set[str]]]:
    """The values' JSON, the names of definitions in it, and all parts that these reach."""
    walk = _Walk(ambiguous)
    config = {name: walk.value(value, f"{where}: {name}") for name, value in values.items()}
    parts: dict[str, set[str]] = {}
    for definition in walk.queue:
        for name, hashes in _reach(definition).items():
            parts.setdefault(name, set()).update(hashes)
    return config, {qualified_name(definition) for definition in walk.queue}, parts


class _Walk(Canonical):
    """One walk over values and code; remembers what it looked up, so that the result can be validated cheaply."""

    def __init__(self, ambiguous: set[str] | None = None) -> None:
        self.ambiguous = ambiguous or set()  # names that do not say which definition is meant
        self.queue: list[Any] = []  # functions and classes met
        self.parts: dict[str, set[str]] = {}
        self.lookups: list[tuple[Any, str, Any]] = []  # namespace or cell, name, object found there
        self.contents: list[tuple[Any, str]] = []  # mutable constant, its JSON
        self.hashes: dict[int, str] = {}  # id of a definition: hash of its own code

    def definition(self, definition: Any, tag: str) -> dict[str, Any]:
        """JSON of a function or class: its name, and its code where the name alone does not say which it is."""
        name = qualified_name(definition)
        if not is_ours(_home(definition)):
            wrapped = getattr(definition, "__wrapped__", None)
            return self.value(wrapped, name) if wrapped else {tag: name}
        self.queue.append(definition)
        if "<" in name or name in self.ambiguous:
            return {tag: name, "code": self.hash(definition)}
        return {tag: name}

    def module(self, module: types.ModuleType) -> dict[str, Any]:
        """JSON of a module used as a value: all that it defines counts, as any of it may be looked up by name."""
        if not is_ours(module.__name__):
            return {"@module": module.__name__}
        names = vars(module)
        own = [name for name in sorted(names) if not isinstance(names[name], types.ModuleType)]
        found = {name: self._reference((name,), names, {}, {}) for name in own}
        return {"@module": module.__name__, "names": found}

    def hash(self, definition: Any) -> str:
        """Hash of one function's or class's own code, of what its names stand for, and of its default values."""
        if id(definition) not in self.hashes:
            self.hashes[id(definition)] = qualified_name(definition)  # what a definition that refers to itself sees
            cells = _cells(definition)
            unit = key_source.unit(definition, set(cells))
            bound = self._bindings(unit, _namespace(definition), cells)
            bases = [self.value(base, "") for base in getattr(definition, "__bases__", ())]
            self.hashes[id(definition)] = digest([unit.own, bound, bases, self._defaults(definition)])
        return self.hashes[id(definition)]

    def _defaults(self, definition: Any) -> list[Any]:
        values = [*(getattr(definition, "__defaults__", None) or ())]
        values += (getattr(definition, "__kwdefaults__", None) or {}).values()
        found = []
        for value in values:
            try:
                found.append(self._content(value, f"a default of {qualified_name(definition)}"))
            except FingerprintError:  # a sentinel, say: the expression in the code stands for it
                found.append(None)
        return found

    def _bindings(self, unit: Unit, names: dict[str, Any], cells: dict[str, Any]) -> dict[str, Any]:
        return {".".join(chain): self._reference(chain, names, cells, unit.imports) for chain in unit.chains}

    def _reference(
        self,
        chain: tuple[str, ...],
        names: dict[str, Any],
        cells: dict[str, Any],
        imports: dict[str, tuple[str, str | None]],
    ) -> Any:
        """What a dotted name in a piece of code stands for; queues the code that it leads to."""
        name, *rest = chain
        if name in imports:
            module, attribute = imports[name]
            found, rest = _imported(module, names), [attribute, *rest] if attribute else rest
            if found is None:
                return ".".join([module, *rest])
        elif name in cells:
            found, rest = self._look(cells[name], name), rest
        else:
            found = self._look(names, name)
        while isinstance(found, types.ModuleType) and is_ours(found.__name__) and rest:
            names, name = vars(found), rest.pop(0)
            found = self._look(names, name)
        if found is _MISSING or name.startswith("__"):
            return name
        if name in cells and not isinstance(found, types.ModuleType):
            return self._content(found, f"variable {name} of a function in {names.get('__name__')}")
        if isinstance(found, _CODE) or hasattr(found, "__wrapped__"):
            return self.value(found, name)
        return self._constant(found, names, name)

    def _constant(self, value: Any, names: dict[str, Any], name: str) -> str:
        """A module-level constant becomes a part of its own."""
        home = names.get("__name__", "")
        full = f"{home}.{name}"
        if is_ours(home) and full not in self.parts:
            self.parts[full] = set()
            self.parts[full].add(digest(self._value_or_code(value, names, name)))
        return full

    def _value_or_code(self, value: Any, names: dict[str, Any], name: str) -> Any:
        """A constant by its value; an array, whose last digits depend on the machine, by the code that makes it."""
        home = names["__name__"]
        made = key_source.assignment(home, name)
        if made is None or type(value).__module__.partition(".")[0] not in ("numpy", "torch", "pandas"):
            try:
                return self._content(value, f"global variable {home}.{name}")
            except FingerprintError:
                if made is None:
                    raise
        return [made.own, self._bindings(made, names, {})]

    def _content(self, value: Any, where: str) -> Any:
        result = self.value(value, where)
        if not isinstance(value, _ATOMS):
            self.contents.append((value, json.dumps(result, sort_keys=True)))
        return result

    def _look(self, namespace: Any, name: str) -> Any:
        found = _look(namespace, name)
        self.lookups.append((namespace, name, found))
        return found

    def is_valid(self) -> bool:
        """Whether everything that was looked up is still what it was."""
        if any(_look(namespace, name) is not found for namespace, name, found in self.lookups):
            return False
        try:
            return all(json.dumps(_Walk().value(value, ""), sort_keys=True) == text for value, text in self.contents)
        except FingerprintError:
            return False


def _home(definition: Any) -> str:
    """Name of the module in which a function or class was written, whatever a decorator says."""
    if isinstance(definition, types.FunctionType):
        return definition.__globals__.get("__name__", "")
    return definition.__module__


def _methods(definition: Any) -> list[types.FunctionType]:
    """The function itself, or the methods of a class but for those that ``dataclass`` makes."""
    found = [definition] if isinstance(definition, types.FunctionType) else vars(definition).values()
    functions = [item for item in found if isinstance(item, types.FunctionType)]
    return [function for function in functions if function.__code__.co_filename != "<string>"]


def _namespace(definition: Any) -> dict[str, Any]:
    """The global names that a function or class sees.

    Empty for a class without methods in a chapter cell: cells may run in several namespaces, and nothing tells which.
    What its fields hold counts by value.
    """
    home = _home(definition)
    for function in _methods(definition):
        if function.__globals__.get("__name__") == home:
            return function.__globals__
    return {} if home == "__main__" else vars(sys.modules[home])


def _cells(definition: Any) -> dict[str, types.CellType]:
    """Closure variables, by name, of a function or of all methods of a class."""
    return {
        name: cell
        for function in _methods(definition)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    }


def _imported(name: str, names: dict[str, Any]) -> types.ModuleType | None:
    """The module that an import inside a function means; None for a module of another package."""
    if name.startswith("."):
        name = importlib.util.resolve_name(name, names.get("__package__") or "")
    top = name.partition(".")[0]
    return importlib.import_module(name) if top == PACKAGE or (top in sys.modules and is_ours(top)) else None


def _look(namespace: Any, name: str) -> Any:
    """What a name stands for in a namespace or a closure's cell."""
    if isinstance(namespace, types.CellType):
        try:
            return namespace.cell_contents
        except ValueError:  # not assigned yet
            return _MISSING
    found = namespace.get(name, _MISSING)
    return _submodule(namespace, name) if found is _MISSING and "__path__" in namespace else found


def _submodule(package: Mapping[str, Any], name: str) -> Any:
    """A module of a project's package, imported if need be: a key must not depend on what happens to be so far."""
    full = f"{package['__name__']}.{name}"
    if full not in sys.modules and is_ours(package["__name__"]) and importlib.util.find_spec(full):
        importlib.import_module(full)
    return sys.modules.get(full, _MISSING)


_REACHED: weakref.WeakKeyDictionary[Any, _Walk] = weakref.WeakKeyDictionary()


def _reach(definition: Any) -> dict[str, set[str]]:
    """All parts that a function or class leads to, itself included; kept until something it looked up changes."""
    walk = _REACHED.get(definition)
    if walk is None or not walk.is_valid():
        walk = _Walk()
        walk.queue.append(definition)
        seen: set[int] = set()
        while walk.queue:
            found = walk.queue.pop()
            if id(found) not in seen:
                seen.add(id(found))
                walk.parts.setdefault(qualified_name(found), set()).add(walk.hash(found))
        _REACHED[definition] = walk
    return walk.parts

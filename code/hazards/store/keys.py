"""What a value or a piece of code is, as readable JSON and as hashes, for the keys of the store.

A value becomes JSON in which two values look alike only if they are alike. The functions and classes in it, and
whatever project code these refer to, become *parts*: the name of each function, class or module-level constant with a
hash of its code. Form does not count, see key_text.py. The default of a dataclass's field is part of its class, and
counts only where code that is reached reads an attribute of that name.

An object of another kind may define ``fingerprint() -> str``; a module-level cache should be ``functools.cache``
rather than a dictionary, whose contents would count. What no key can follow is said in one line, see `_warn`.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import importlib
import importlib.util
import inspect
import json
import sys
import types
import weakref
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

from hazards.messages import say
from hazards.store import key_source
from hazards.store.key_names import PACKAGE, is_ours, known_as, qualified_name
from hazards.store.key_source import FingerprintError
from hazards.store.key_text import ALL, Chain, Import, Unit
from hazards.store.key_values import Canonical, digest

__all__ = ["Fingerprint", "FingerprintError", "digest", "fingerprint"]

_MISSING = object()
_CODE = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type)
_ATOMS = (type(None), bool, int, float, str, bytes, enum.Enum, PurePath, *_CODE)
"""Constants for which it is enough to compare identities: they cannot change, or are looked into anyway."""
_TELLING = {f"{PACKAGE}.messages", "warnings", "_warnings"}
"""Modules whose functions only tell a person something."""


class Fingerprint(NamedTuple):
    """What some values are.

    Args:
        config: canonical JSON of all values by name.
        counted: the same without fields that are at their defaults, which count with their class.
        code: project code that is reached, the name of each definition with a hash.
    """

    config: dict[str, Any]
    counted: dict[str, Any]
    code: dict[str, str]


def fingerprint(values: Mapping[str, Any], where: str) -> Fingerprint:
    """Fingerprint named values, such as the arguments of a call.

    ``where`` says in errors whose values these are. Raises FingerprintError, which names the value.
    """
    walk = _Walk()
    config = _config(walk, values, where)
    code = _Code(walk)
    mentioned = {qualified_name(definition) for definition in walk.queue}
    ambiguous = {name for name in mentioned if len(code.parts[name]) > 1}
    if ambiguous:  # a definition was replaced while the old one is still in use: a name alone does not say which
        walk = _Walk(ambiguous)
        config = _config(walk, values, where)
        code = _Code(walk)
    return Fingerprint(config, walk.without_defaults(config), code.hashes())


def _config(walk: _Walk, values: Mapping[str, Any], where: str) -> dict[str, Any]:
    walk.is_whole = True
    config = {name: walk.value(value, f"{where}: {name}") for name, value in values.items()}
    walk.is_whole = False
    return config


class _Code:
    """All that the definitions in some values reach."""

    def __init__(self, walk: _Walk) -> None:
        self.parts: dict[str, set[str]] = {}
        self.fields: dict[str, dict[str, str]] = {}
        self.attributes: set[str] = set()
        for reached in map(_reach, walk.queue):
            self.attributes |= reached.attributes
            self.fields |= reached.fields
            for name, hashes in reached.parts.items():
                self.parts.setdefault(name, set()).update(hashes)

    def hashes(self) -> dict[str, str]:
        """A hash for each part; that of a dataclass covers the defaults of the fields that are read."""
        return {name: self._hash(name, "+".join(sorted(self.parts[name]))) for name in sorted(self.parts)}

    def _hash(self, name: str, own: str) -> str:
        defaults = self.fields.get(name, {})
        read = {field: text for field, text in defaults.items() if field in self.attributes or ALL in self.attributes}
        return digest([own, read]) if read else own


class _Walk(Canonical):
    """One walk over values and code; remembers what it looked up, so that the result can be validated cheaply."""

    def __init__(self, ambiguous: set[str] | None = None) -> None:
        self.ambiguous = ambiguous or set()  # names that do not say which definition is meant
        self.queue: list[Any] = []  # functions and classes met
        self.parts: dict[str, set[str]] = {}
        self.fields: dict[str, dict[str, str]] = {}  # by dataclass and field: hash of its default
        self.attributes: set[str] = set()  # read by the code
        self.is_whole = False  # whether instances have the fields that are at their defaults, too
        self.defaulted: set[tuple[int, str]] = set()  # id of such an instance's JSON, and a field of it
        self.lookups: list[tuple[Any, str, Any]] = []  # namespace, cell or definition, name, object found there
        self.contents: list[tuple[Any, str]] = []  # mutable constant, its JSON
        self.hashes: dict[int, str] = {}  # id of a definition: hash of its own code

    # Values

    def definition(self, definition: Any, tag: str) -> dict[str, Any]:
        """JSON of a function or class: its name, and its code where the name alone does not say which it is."""
        name = qualified_name(definition)
        if not is_ours(_home(definition)):
            wrapped = getattr(definition, "__wrapped__", None)
            implementations = getattr(definition, "registry", {}).values()  # of functools.singledispatch
            inner = [self.value(item, name) for item in (wrapped, *implementations) if item]
            return {tag: name, "wraps": inner} if inner else {tag: name}
        self.queue.append(definition)
        if "<" in name or name in self.ambiguous:
            return {tag: name, "code": self.hash(definition)}
        return {tag: name}

    def instance(self, value: Any, fields: dict[str, Any]) -> dict[str, Any]:
        """JSON of an instance of a dataclass, without the fields at their defaults unless it is to be whole."""
        defaults = (
            {field.name: field.default for field in dataclasses.fields(value)} if is_ours(_home(type(value))) else {}
        )
        known = {name: default for name, default in defaults.items() if default is not dataclasses.MISSING}
        same = {name for name, default in known.items() if self.value(default, name) == fields[name]}
        if self.is_whole:
            self.defaulted |= {(id(fields), name) for name in same}
            return fields
        return {name: item for name, item in fields.items() if name not in same}

    def without_defaults(self, data: Any) -> Any:
        """JSON of this walk's values without the fields that are at their defaults."""
        if isinstance(data, dict):
            kept = {name: item for name, item in data.items() if (id(data), name) not in self.defaulted}
            return {name: self.without_defaults(item) for name, item in kept.items()}
        return [self.without_defaults(item) for item in data] if isinstance(data, list) else data

    def module(self, module: types.ModuleType) -> dict[str, Any]:
        """JSON of a module used as a value: all that it defines counts, as any of it may be looked up by name."""
        if not is_ours(module.__name__):
            return {"@module": module.__name__}
        names = vars(module)
        defined = [name for name in sorted(names) if not isinstance(names[name], types.ModuleType)]
        meanings = {name: self._reference((name,), names, {}, {}) for name in defined}
        return {"@module": known_as(module.__name__), "names": meanings}

    # Code

    def hash(self, definition: Any) -> str:
        """Hash of one function's or class's own code, of what its names stand for, and of its default values."""
        if id(definition) not in self.hashes:
            name = qualified_name(definition)
            self.hashes[id(definition)] = name  # what a definition that refers to itself sees
            cells, names = _cells(definition), _namespace(definition)
            fields = _default_fields(definition)
            unit = key_source.unit(definition, functools.partial(self._is_message, names, cells), fields)
            self.attributes |= unit.attributes
            _warn(unit, definition)
            defaults = {field: digest(self._default(value, field)) for field, value in fields.items()}
            if "<" not in name:
                self.fields[name] = defaults
            bound = self._bindings(unit, names, cells)
            bases = [self.value(base, "") for base in getattr(definition, "__bases__", ())]
            others = [self._defaults(definition), self._set_later(definition), "<" in name and defaults]
            self.hashes[id(definition)] = digest([unit.text, bound, bases, *others])
        return self.hashes[id(definition)]

    def _is_message(
        self, names: dict[str, Any], cells: dict[str, Any], chain: Chain, imports: dict[str, Import]
    ) -> bool:
        if chain == ("print",) and chain[0] not in {**names, **cells, **imports}:
            return True
        if len(chain) == 1 and chain[0] in imports:
            return imports[chain[0]][0] in _TELLING
        function = names.get(chain[0])
        for name in chain[1:]:
            function = getattr(function, name, None)
        return callable(function) and getattr(function, "__module__", None) in _TELLING

    def _defaults(self, definition: Any) -> list[Any]:
        """The default values of a function's arguments, as they are now."""
        values = [*(self._look(definition, "__defaults__") or ())]
        values += (self._look(definition, "__kwdefaults__") or {}).values()
        return [self._default(value, qualified_name(definition)) for value in values]

    def _default(self, value: Any, where: str) -> Any:
        try:
            return self._content(value, f"a default of {where}")
        except FingerprintError:  # a sentinel, say: the expression in the code stands for it
            return None

    def _set_later(self, definition: Any) -> dict[str, Any]:
        """Functions of a class that its statement did not make, and its other attributes by their values."""
        if not isinstance(definition, type) or issubclass(definition, enum.Enum):
            return {}
        fields = _default_fields(definition)
        later = {}
        for name, value in vars(definition).items():
            function = key_source.method(value)
            self.lookups.append((definition, name, value))
            if function and not key_source.is_made_by(definition, function):
                later[name] = self.value(function, name)
            if not function and not name.startswith("__") and fields.get(name, _MISSING) is not value:
                later[name] = self._plain(value, name)
        self.lookups.append((definition, "__dict__", len(vars(definition))))
        return later

    def _plain(self, value: Any, where: str) -> Any:
        """JSON of plain data; None for code and what cannot be told, for which the expression in the code stands."""
        trial = _Walk()
        try:
            data = trial.value(value, where)
        except FingerprintError:
            return None
        if trial.queue:
            return None
        self.contents.append((value, json.dumps(data, sort_keys=True)))
        return data

    def _bindings(self, unit: Unit, names: dict[str, Any], cells: dict[str, Any]) -> list[Any]:
        return [self._reference(chain, names, cells, unit.imports) for chain in unit.chains]

    def _reference(self, chain: Chain, names: dict[str, Any], cells: dict[str, Any], imports: dict[str, Import]) -> Any:
        """What a dotted name in a piece of code stands for; queues the code that it leads to."""
        name, *rest = chain
        if name in imports:
            module, attribute = imports[name]
            meaning = _imported(module, names)
            rest = [attribute, *rest] if attribute else rest
            if meaning is None:
                return ".".join([module, *rest])
        else:
            meaning = self._look(cells.get(name, names), name)
        if name == "globals" and meaning is _MISSING and is_ours(names.get("__name__")):
            return self.module(sys.modules[names["__name__"]])
        while isinstance(meaning, types.ModuleType) and _is_walked(meaning.__name__) and rest:
            names, name = vars(meaning), rest.pop(0)
            meaning = self._look(names, name)
        if rest[:1] == ["__subclasses__"] and isinstance(meaning, type):
            kinds: list[type] = meaning.__subclasses__()
            return [self.value(kind, name) for kind in kinds]
        return [self._meaning(meaning, name, names, cells), *rest]

    def _meaning(self, meaning: Any, name: str, names: dict[str, Any], cells: dict[str, Any]) -> Any:
        if meaning is _MISSING or name.startswith("__"):
            return name
        if name in cells and not isinstance(meaning, types.ModuleType):
            return self._content(meaning, f"variable {name} of a function in {names.get('__name__')}")
        if isinstance(meaning, _CODE) or hasattr(meaning, "__wrapped__"):
            return self.value(meaning, name)
        return self._constant(meaning, names, name)

    def _constant(self, value: Any, names: dict[str, Any], name: str) -> str:
        """A module-level constant becomes a part of its own."""
        home = names.get("__name__", "")
        full = known_as(f"{home}.{name}")
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
        return [made.text, self._bindings(made, names, {})]

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
        if any(_look(namespace, name) is not known for namespace, name, known in self.lookups):
            return False
        try:
            return all(json.dumps(_Walk().value(value, ""), sort_keys=True) == text for value, text in self.contents)
        except FingerprintError:
            return False


def _is_walked(module: str) -> bool:
    """Whether names are followed into a module: into all of the library, though not all of its code counts."""
    return module.partition(".")[0] == PACKAGE or is_ours(module)


def _home(definition: Any) -> str:
    """Name of the module in which a function or class was written, whatever a decorator says."""
    if isinstance(definition, types.FunctionType):
        return definition.__globals__.get("__name__", "")
    return definition.__module__


def _methods(definition: Any) -> list[types.FunctionType]:
    """The function itself, or the methods of a class but for those that ``dataclass`` makes."""
    items = [definition] if isinstance(definition, types.FunctionType) else vars(definition).values()
    functions = [item for item in items if isinstance(item, types.FunctionType)]
    return [function for function in functions if function.__code__.co_filename != "<string>"]


def _default_fields(definition: Any) -> dict[str, Any]:
    """The fields of a dataclass that have a default, with it."""
    if not isinstance(definition, type) or not dataclasses.is_dataclass(definition):
        return {}
    fields = {field.name: field.default for field in dataclasses.fields(definition)}
    own = [name for name in inspect.get_annotations(definition) if name in fields]
    return {name: fields[name] for name in own if fields[name] is not dataclasses.MISSING}


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
    """What a name stands for in a namespace or a closure's cell, or as an attribute of a definition."""
    if isinstance(namespace, types.CellType):
        try:
            return namespace.cell_contents
        except ValueError:  # not assigned yet
            return _MISSING
    if isinstance(namespace, type):
        return len(vars(namespace)) if name == "__dict__" else vars(namespace).get(name)
    if isinstance(namespace, types.FunctionType):
        return getattr(namespace, name)
    meaning = namespace.get(name, _MISSING)
    return _submodule(namespace, name) if meaning is _MISSING and "__path__" in namespace else meaning


def _submodule(package: Mapping[str, Any], name: str) -> Any:
    """A module of a project's package, imported if need be: a key must not depend on what happens to be so far."""
    full = f"{package['__name__']}.{name}"
    if full not in sys.modules and is_ours(package["__name__"]) and importlib.util.find_spec(full):
        importlib.import_module(full)
    return sys.modules.get(full, _MISSING)


@functools.cache
def _warned(place: str, name: str) -> None:
    say(f"{place}: what {name} leads to has no part in the keys of results; name it in the code, or edit with care")


def _warn(unit: Unit, definition: Any) -> None:
    """Say once for each place that it looks up code in a way that no key can follow."""
    for line, name in unit.blind:
        _warned(f"{_home(definition)}, line {line}", name)


_REACHED: weakref.WeakKeyDictionary[Any, _Walk] = weakref.WeakKeyDictionary()


def _reach(definition: Any) -> _Walk:
    """A walk over all that a function or class leads to, itself included; kept until something it saw changes."""
    walk = _REACHED.get(definition)
    if walk is None or not walk.is_valid():
        walk = _Walk()
        walk.queue.append(definition)
        seen: set[int] = set()
        while walk.queue:
            reached = walk.queue.pop()
            if id(reached) not in seen:
                seen.add(id(reached))
                walk.parts.setdefault(qualified_name(reached), set()).add(walk.hash(reached))
        _REACHED[definition] = walk
    return walk

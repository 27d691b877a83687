"""Follow code from a value to all that it leads to, each definition with a hash."""

from __future__ import annotations

import dataclasses
import enum
import functools
import json
import sys
import types
import weakref
from pathlib import PurePath
from typing import Any

from hazards.messages import say
from hazards.store.keys import source
from hazards.store.keys.lookups import (
    KINDS,
    MISSING,
    NUMBER,
    cells_of,
    default_fields,
    home_of,
    imported,
    is_walked,
    look,
    namespace_of,
)
from hazards.store.keys.names import PACKAGE, is_ours, known_as, qualified_name
from hazards.store.keys.source import FingerprintError
from hazards.store.keys.text import Chain, Import, Unit
from hazards.store.keys.values import Canonical, digest

_CODE = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type)
_ATOMS = (type(None), bool, int, float, str, bytes, enum.Enum, PurePath, *_CODE)
"""Constants for which it is enough to compare identities: they cannot change, or are looked into anyway."""
_TELLING = {f"{PACKAGE}.messages", "warnings", "_warnings"}
"""Modules whose functions only tell a person something."""


class Walk(Canonical):
    """One walk over values and code; remembers what it looked up, so that the result can be validated cheaply."""

    def __init__(self, is_outermost: bool = False) -> None:
        self.is_outermost = is_outermost  # over the values that a key is asked for, not over what these refer to
        self.queue: list[Any] = []  # functions and classes met
        self.parts: dict[str, set[str]] = {}
        self.fields: dict[str, dict[str, str]] = {}  # by dataclass and field: hash of its default
        self.attributes: set[str] = set()  # read by the code
        self.defaulted: set[tuple[int, str]] = set()  # id of an instance's JSON, and a field at its default
        self.lookups: list[tuple[Any, str, Any]] = []  # namespace, cell or definition, name, object found there
        self.contents: list[tuple[Any, str]] = []  # mutable constant, its JSON
        self.hashes: dict[int, str] = {}  # id of a definition: hash of its own code

    # Values

    def definition(self, definition: Any, tag: str) -> dict[str, Any]:
        """JSON of a function or class: its name, and its code where the name alone may not say which it is."""
        name = qualified_name(definition)
        if not is_ours(home_of(definition)):
            wrapped = getattr(definition, "__wrapped__", None)
            implementations = getattr(definition, "registry", {}).values()  # of functools.singledispatch
            inner = [self.value(item, name) for item in (wrapped, *implementations) if item]
            return {tag: name, "wraps": inner} if inner else {tag: name}
        self.queue.append(definition)
        if self.is_outermost:
            return {tag: name, "code": reach(definition).hash(definition)}
        return {tag: name, "code": self.hash(definition)} if "<" in name else {tag: name}

    def instance(self, value: Any, fields: dict[str, Any]) -> dict[str, Any]:
        """JSON of an instance of a dataclass, without the fields at their defaults unless it is an outermost one."""
        defaults = (
            {field.name: field.default for field in dataclasses.fields(value)} if is_ours(home_of(type(value))) else {}
        )
        known = {name: default for name, default in defaults.items() if default is not dataclasses.MISSING}
        same = {name for name, default in known.items() if self.value(default, name) == fields[name]}
        if self.is_outermost:
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
            cells, names = cells_of(definition), namespace_of(definition)
            fields = default_fields(definition)
            defaults = {field: self._default(value, field) for field, value in fields.items()}
            told = {field for field, value in fields.items() if value is None or defaults[field] is not None}
            unit = source.unit(definition, functools.partial(self._is_message, names, cells), told)
            self.attributes |= unit.attributes
            _warn(unit, definition)
            hashes = {field: digest(default) for field, default in defaults.items()}
            if "<" not in name:
                self.fields[name] = hashes
            bound = self._bindings(unit, names, cells)
            bases = [self.value(base, "") for base in getattr(definition, "__bases__", ())]
            others = [self._defaults(definition), self._set_later(definition), "<" in name and hashes]
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
        fields = default_fields(definition)
        later = {}
        for name, value in vars(definition).items():
            function = source.method(value)
            self.lookups.append((definition, name, value))
            is_library_made = name == "__replace__"  # by dataclass and NamedTuple since Python 3.13
            if function and not is_library_made and not source.is_made_by(definition, function):
                later[name] = self.value(function, name)
            if not function and not name.startswith("__") and fields.get(name, MISSING) is not value:
                later[name] = self._plain(value, name)
        self.lookups.append((definition, NUMBER, len(vars(definition))))
        return later

    def _plain(self, value: Any, where: str) -> Any:
        """JSON of plain data; None for code and what cannot be told, for which the expression in the code stands."""
        trial = Walk()
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
            meaning = imported(module, names)
            rest = [attribute, *rest] if attribute else rest
            if meaning is None:
                return ".".join([module, *rest])
        else:
            meaning = self._look(cells.get(name, names), name)
        if name == "globals" and meaning is MISSING and is_ours(names.get("__name__")):
            return self.module(sys.modules[names["__name__"]])
        while isinstance(meaning, types.ModuleType) and is_walked(meaning.__name__) and rest:
            names, name = vars(meaning), rest.pop(0)
            meaning = self._look(names, name)
        if rest[:1] == ["__subclasses__"] and isinstance(meaning, type):
            kinds: list[type] = meaning.__subclasses__()
            self.lookups.append((meaning, KINDS, len(kinds)))
            return [self.value(kind, name) for kind in kinds]
        return [self._meaning(meaning, name, names, cells), *rest]

    def _meaning(self, meaning: Any, name: str, names: dict[str, Any], cells: dict[str, Any]) -> Any:
        if meaning is MISSING or (name.startswith("__") and name.endswith("__")):
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
        made = source.assignment(home, name)
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
        meaning = look(namespace, name)
        self.lookups.append((namespace, name, meaning))
        return meaning

    def is_valid(self) -> bool:
        """Whether everything that was looked up is still what it was."""
        if any(look(namespace, name) is not known for namespace, name, known in self.lookups):
            return False
        try:
            return all(json.dumps(Walk().value(value, ""), sort_keys=True) == text for value, text in self.contents)
        except FingerprintError:
            return False


@functools.cache
def _warned(place: str, name: str) -> None:
    say(f"{place}: what {name} leads to has no part in the keys of results; name it in the code, or edit with care")


def _warn(unit: Unit, definition: Any) -> None:
    """Say once for each place that it looks up code in a way that no key can follow."""
    for line, name in unit.blind:
        _warned(f"{home_of(definition)}, line {line}", name)


_REACHED: weakref.WeakKeyDictionary[Any, Walk] = weakref.WeakKeyDictionary()


def reach(definition: Any) -> Walk:
    """A walk over all that a function or class leads to, itself included; kept until something it saw changes."""
    walk = _REACHED.get(definition)
    if walk is None or not walk.is_valid():
        walk = Walk()
        walk.queue.append(definition)
        seen: set[int] = set()
        while walk.queue:
            reached = walk.queue.pop()
            if id(reached) not in seen:
                seen.add(id(reached))
                walk.parts.setdefault(qualified_name(reached), set()).add(walk.hash(reached))
        _REACHED[definition] = walk
    return walk

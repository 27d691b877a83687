"""Follow code from a value to all that it leads to, each definition with a hash."""

from __future__ import annotations

import dataclasses
import enum
import functools
import json
import sys
import types
import weakref
from collections.abc import Collection
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
    origin,
)
from hazards.store.keys.names import PACKAGE, is_ours, known_as, qualified_name
from hazards.store.keys.scopes import Chain
from hazards.store.keys.source import FingerprintError
from hazards.store.keys.text import Unit, digest
from hazards.store.keys.values import Canonical

_CODE = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type)
_ATOMS = (type(None), bool, int, float, str, bytes, enum.Enum, PurePath, *_CODE)
"""Constants for which it is enough to compare identities: they cannot change, or are looked into anyway."""
_LIBRARY_MADE = {"__replace__", "__wrapped__"}
"""What dataclass and NamedTuple, since Python 3.13, and functools add; what is wrapped counts as a variable."""
_TOLD = ("say", "bar", "byte_bar", "tracked")
_MESSAGES: list[Any] = ["warnings.warn", ["print"], *([{"@function": f"{PACKAGE}.{name}"}] for name in _TOLD)]
"""What functions that only tell a person something look like as JSON."""


class Walk(Canonical):
    """One walk over values and code; remembers what it looked up, so that the result can be validated cheaply."""

    def __init__(self, is_outermost: bool = False, is_whole: bool = False) -> None:
        self.is_outermost = is_outermost  # over the values that a key is asked for, not over what these refer to
        self.is_whole = is_whole  # with fields at their defaults
        self.queue: list[Any] = []  # functions and classes met
        self.parts: dict[str, set[str]] = {}
        self.fields: dict[str, str] = {}  # parts that are the default of a dataclass's field, by the field's name
        self.attributes: set[str] = set()  # read by the code
        self.lookups: list[tuple[Any, str, Any]] = []  # namespace, cell or definition, name, object found there
        self.contents: list[tuple[Any, str]] = []  # mutable constant, its JSON
        self.hashes: dict[int, str] = {}  # id of a definition: hash of its own code

    # Values

    def definition(self, definition: Any, tag: str) -> dict[str, Any]:
        """JSON of a function or class: its name, and its code where the name alone may not say which it is."""
        name = qualified_name(definition)
        if not is_ours(home_of(definition)):
            held = getattr(definition, "__wrapped__", None), getattr(definition, "registry", None)  # of singledispatch
            inner = [self._content(item, name, is_needed=False) for item in held if item]
            return {tag: name, "wraps": inner} if inner else {tag: name}
        self.queue.append(definition)
        if self.is_outermost:
            return {tag: name, "code": reach(definition).hash(definition)}
        is_one_of_several = "<" in name or getattr(definition, "__closure__", None)
        return {tag: name, "code": self.hash(definition)} if is_one_of_several else {tag: name}

    def instance(self, value: Any, fields: dict[str, Any]) -> dict[str, Any]:
        """JSON of an instance of a dataclass, without the fields at their defaults unless all are asked for."""
        if self.is_whole or not is_ours(home_of(type(value))):
            return fields
        defaults = {field.name: field.default for field in dataclasses.fields(value)}
        known = {name: default for name, default in defaults.items() if default is not MISSING}
        same = {name for name, default in known.items() if self.value(default, name) == fields[name]}
        return {name: item for name, item in fields.items() if name not in same}

    def module(self, module: types.ModuleType) -> dict[str, Any]:
        """JSON of a module used as a value: all that it defines counts, as any of it may be looked up by name."""
        if not is_ours(module.__name__):
            return {"@module": module.__name__}
        names = vars(module)
        defined = [name for name in sorted(names) if not isinstance(names[name], types.ModuleType)]
        meanings = {name: self._reference((name,), names, {}) for name in defined}
        return {"@module": known_as(module.__name__), "names": meanings}

    # Code

    def hash(self, definition: Any) -> str:
        """Hash of one function's or class's own code, of what its names stand for, and of its default values."""
        if id(definition) not in self.hashes:
            name = qualified_name(definition)
            self.hashes[id(definition)] = name  # what a definition that refers to itself sees
            cells, names = cells_of(definition), namespace_of(definition)
            unit = source.unit(definition)
            code: list[Any] = [self._code(unit, names, cells)]
            defaults = default_fields(definition)
            for field, (place, default) in defaults.items():
                expression = unit["fields"].get(field)
                data = self._content(default, f"a default of {name}", is_needed=False)
                if data is None and expression:  # a sentinel, say: the expression in the code stands for it
                    data = self._code(expression, names, cells)
                self.fields[f"{name}.{field}"] = field
                self.parts.setdefault(f"{name}.{field}", set()).add(digest([place, data]))
                code += [digest([place, data])] if "<" in name else []
            code += [
                [field, self._code(unit["fields"][field], names, cells)]
                for field in sorted(unit["fields"].keys() - defaults)
            ]
            bases = [self.value(base, "") for base in getattr(definition, "__bases__", ())]
            others = [self._defaults(definition), self._set_later(definition, defaults)]
            self.hashes[id(definition)] = digest([code, bases, *others])
        return self.hashes[id(definition)]

    def _code(self, unit: Unit, names: dict[str, Any], cells: dict[str, Any]) -> list[Any]:
        """A unit with what its names stand for, and with what it tells somebody else than a person."""
        self.attributes.update(unit["attributes"])
        for line, name in unit["blind"]:
            _warned(f"{names.get('__name__', '__main__')}, line {line}", name)
        meanings = [self._reference(chain, names, cells) for chain in unit["chains"]]
        calls = [(self._reference(chain, names, cells), inner) for chain, inner in unit["told"]]
        told = [self._code(inner, names, cells) for meaning, inner in calls if meaning not in _MESSAGES]
        return [unit["text"], meanings, told]

    def _defaults(self, definition: Any) -> list[Any]:
        """The default values of a function's arguments, as they are now."""
        values, by_name = self._look(definition, "__defaults__") or (), self._look(definition, "__kwdefaults__") or {}
        where = f"a default of {qualified_name(definition)}"
        return [self._content(value, where, is_needed=False) for value in (*values, *by_name.values())]

    def _set_later(self, definition: Any, defaults: Collection[str]) -> dict[str, Any]:
        """Functions that were not made with a class or function, and its other attributes by their values."""
        if isinstance(definition, type) and issubclass(definition, enum.Enum):
            return {}
        later = {}
        for name, value in vars(definition).items():
            function = source.method(value)
            self.lookups.append((definition, name, value))
            if function and name not in _LIBRARY_MADE and not source.is_made_by(definition, function):
                later[name] = self.value(function, name)
            if not function and not name.startswith("__") and name not in defaults:
                later[name] = self._content(value, name, is_needed=False)
        self.lookups.append((definition, NUMBER, len(vars(definition))))
        return later

    def _reference(self, chain: Chain, names: dict[str, Any], cells: dict[str, Any]) -> Any:
        """What a dotted name in a piece of code stands for; queues the code that it leads to."""
        name, rest = chain[0], list(chain[1:])
        if ":" in name:
            name, attribute = name.split(":")
            meaning = imported(name, names)
            rest = [attribute, *rest] if attribute else rest
            if meaning is None:
                return ".".join([name, *rest])
        else:
            meaning = self._look(cells.get(name, names), name)
        if name == "globals" and meaning is MISSING and is_ours(names.get("__name__", "")):
            return self.module(sys.modules[names["__name__"]])
        while place := origin(meaning, name, names):
            module, rest = place[0], [*place[1:], *rest]
            if not is_walked(module.__name__):
                return ".".join([module.__name__, *rest])
            if not rest:
                break
            names, name = vars(module), rest.pop(0)
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
        """A module-level constant becomes a part of its own, by its value.

        An array, whose last digits depend on the machine, counts by the code that makes it, and so does what has no
        fingerprint.
        """
        home = names.get("__name__", "")
        full = known_as(f"{home}.{name}")
        if is_ours(home) and full not in self.parts:
            self.parts[full] = set()
            made = source.module(names)["names"].get(name)
            is_array = type(value).__module__.partition(".")[0] in ("numpy", "torch", "pandas") and made
            data = None if is_array else self._content(value, f"global variable {home}.{name}", is_needed=made is None)
            self.parts[full].add(digest(self._code(made, names, {}) if data is None and made else data))
        return full

    def _content(self, value: Any, where: str, is_needed: bool = True) -> Any:
        """JSON of a value that code refers to; None where it cannot be had, with its code, and is not needed."""
        before = len(self.queue)
        try:
            result = self.value(value, where)
            for definition in self.queue[before:] if not is_needed else []:
                source.unit(definition)
        except FingerprintError:
            if is_needed:
                raise
            del self.queue[before:]
            return None
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
    """Say once for each place that it looks up code in a way that no key can follow."""
    say(f"{place}: what {name} leads to has no part in the keys of results; name it in the code, or edit with care")


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

"""What a value or a piece of code is, as readable JSON and as hashes, for the keys of the store.

A value becomes JSON in which two values look alike only if they are alike. The functions and classes in it, and
whatever project code these refer to, become *parts*: the qualified name of each function, class or module-level
constant with a hash of its syntax tree. Comments, docstrings, formatting and annotations do not count, and the
hashes are the same on every supported Python. Code of other packages counts by its name alone.

An object of another kind may define ``fingerprint() -> str``; a module-level cache should be ``functools.cache``
rather than a dictionary, whose contents would count.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import hashlib
import importlib
import importlib.util
import json
import math
import re
import sys
import sysconfig
import types
import weakref
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from hazards import syntax
from hazards.syntax import FingerprintError, Unit

__all__ = ["FingerprintError", "Parts", "digest", "fingerprint"]

Parts = dict[str, str]
"""Qualified name of a definition to the hash of its code."""

_PACKAGE = __name__.partition(".")[0]
_PROJECT = Path(__file__).resolve().parents[2]
_INFRASTRUCTURE = ("store", "entries", "values", "locks", "parallel", "usage", "fingerprint", "syntax", "progress")
_UNCOUNTED = {f"{_PACKAGE}.{name}" for name in _INFRASTRUCTURE}
"""Modules that decide where and when a result is computed, but not what it is."""
_FOREIGN = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))
_MISSING = object()
_ATOMS = (type(None), bool, int, float, str, bytes, enum.Enum, PurePath)


def fingerprint(value: Any, where: str) -> tuple[Any, Parts]:
    """Fingerprint ``value``: its canonical JSON and the parts of project code that it reaches.

    ``where`` names the value in errors. Raises FingerprintError for a value that cannot be fingerprinted.
    """
    walk = _Walk()
    result = walk.value(value, where)
    parts: dict[str, set[str]] = {}
    for definition in walk.queue:
        _merge(parts, _reach(definition))
    return result, {name: "+".join(sorted(hashes)) for name, hashes in sorted(parts.items())}


def digest(data: Any) -> str:
    """The first 16 hexadecimal digits of SHA-256 over bytes, a string, or anything JSON can hold."""
    if not isinstance(data, bytes):
        data = (data if isinstance(data, str) else json.dumps(data, sort_keys=True)).encode()
    return hashlib.sha256(data).hexdigest()[:16]


def _merge(into: dict[str, set[str]], parts: dict[str, set[str]]) -> None:
    for name, hashes in parts.items():
        into.setdefault(name, set()).update(hashes)


def _ours(module: str | None) -> bool:
    """Whether code of this module counts: the package, chapter cells, and files outside of any installation."""
    if not module or module in _UNCOUNTED:
        return False
    if module == "__main__" or module.partition(".")[0] == _PACKAGE:
        return True
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return file != "" and not file.startswith(_FOREIGN) and "-packages" not in file


def _name(thing: Any) -> str:
    """Qualified name; of other packages only the top, as their inner modules move between versions."""
    module = getattr(thing, "__module__", None) or "builtins"
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", type(thing).__qualname__)
    return f"{module if _ours(module) else module.partition('.')[0]}.{name}"


def _home(definition: Any) -> str:
    """Name of the module in which a function or class was written, whatever a decorator says."""
    if isinstance(definition, types.FunctionType):
        return definition.__globals__.get("__name__", "")
    return definition.__module__


def _is_global(definition: Any) -> bool:
    """Whether the qualified name leads to this very object."""
    found: Any = sys.modules.get(definition.__module__)
    for name in definition.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is definition or getattr(found, "__wrapped__", None) is definition


class _Walk:
    """One walk over values and code; remembers what it looked up, so that the result can be validated cheaply."""

    def __init__(self) -> None:
        self.queue: list[Any] = []  # functions and classes met
        self.parts: dict[str, set[str]] = {}
        self.lookups: list[tuple[Any, str, Any]] = []  # namespace or cell, name, object found there
        self.contents: list[tuple[Any, str]] = []  # mutable constant, its JSON
        self.hashes: dict[int, str] = {}  # id of a definition: hash of its own code

    # Values

    def value(self, value: Any, where: str) -> Any:
        """Canonical JSON of a value; functions and classes in it are queued."""
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if kind is float:
            return value if math.isfinite(value) else {"@float": repr(value)}
        if isinstance(value, (list, tuple)):
            return [self.value(item, f"{where}[{index}]") for index, item in enumerate(value)]
        if isinstance(value, (dict, types.MappingProxyType)):
            return self._mapping(value, where)
        if isinstance(value, types.ModuleType):
            return {"@module": value.__name__, "code": self._whole(value)}
        if isinstance(value, type):
            return self._definition(value, "@class")
        if isinstance(value, types.FunctionType):
            return self._definition(value, "@function")
        return self._data(value, where) or self._object(value, where)

    def _mapping(self, value: Mapping[Any, Any], where: str) -> Any:
        if all(type(key) is str and not key.startswith("@") for key in value):
            return {key: self.value(item, f"{where}.{key}") for key, item in value.items()}
        pairs = [[self.value(key, where), self.value(item, f"{where}[{key!r}]")] for key, item in value.items()]
        return {"@dict": sorted(pairs, key=json.dumps)}

    def _data(self, value: Any, where: str) -> Any:
        """JSON of plain data; None for anything else."""
        kind, module = type(value), type(value).__module__.partition(".")[0]
        if isinstance(value, enum.Enum):
            return {"@enum": self._definition(kind, "@class"), "name": value.name}
        if isinstance(value, (set, frozenset)):
            return {"@set": sorted((self.value(item, where) for item in value), key=json.dumps)}
        if isinstance(value, PurePath):
            inside = value.is_relative_to(_PROJECT)
            return {"@path": (value.relative_to(_PROJECT) if inside else value).as_posix()}
        if isinstance(value, (bytes, bytearray)):
            return {"@bytes": digest(bytes(value))}
        if isinstance(value, (complex, range)):
            return {f"@{kind.__name__}": repr(value)}
        if isinstance(value, re.Pattern):
            return {"@pattern": [value.pattern, value.flags]}
        if module == "numpy" and hasattr(value, "tobytes"):
            if value.ndim == 0 and kind.__name__ != "ndarray":
                return self.value(value.item(), where)
            data = digest(self.value(value.tolist(), where) if value.dtype.hasobject else value.tobytes())
            return {"@array": f"{value.dtype.str} {value.shape}", "data": data}
        if module == "torch" and hasattr(value, "detach"):
            flat = value.detach().cpu().contiguous().flatten().view(sys.modules["torch"].uint8)
            return {"@tensor": f"{value.dtype} {tuple(value.shape)}", "data": digest(flat.numpy().tobytes())}
        if (module, kind.__name__) in {("torch", "dtype"), ("torch", "device"), ("numpy", "dtype")}:
            return {f"@{module}": str(value)}
        if module == "pandas" and kind.__name__ == "DataFrame":
            columns = {str(name): self.value(column.to_numpy(), where) for name, column in value.items()}
            return {"@table": columns, "index": self.value(value.index.to_numpy(), where)}
        if kind in (int, float, str) or isinstance(value, (int, float, str)):
            return self.value(next(base(value) for base in (int, float, str) if isinstance(value, base)), where)
        return None

    def _object(self, value: Any, where: str) -> Any:
        kind = type(value)
        if hasattr(kind, "result_id"):
            return {"@result": value.result_id}
        if hasattr(value, "__wrapped__"):  # a step, functools.cache, ...
            return self.value(value.__wrapped__, where)
        if isinstance(value, functools.partial):
            inner = {"args": list(value.args), "keywords": value.keywords}
            return {"@partial": self.value(value.func, where), **self.value(inner, where)}
        if isinstance(value, types.MethodType):
            return {"@method": value.__name__, "self": self.value(value.__self__, where)}
        if callable(getattr(kind, "fingerprint", None)):
            return {"@object": self._definition(kind, "@class"), "fingerprint": value.fingerprint()}
        if dataclasses.is_dataclass(value):
            fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
            return {**self._definition(kind, "@class"), **self.value(fields, where)}
        if isinstance(value, (types.BuiltinFunctionType, types.MethodDescriptorType)) or kind.__name__ == "ufunc":
            return {"@function": _name(value)}
        raise FingerprintError(
            f"{where}: the store cannot tell what a {_name(kind)} is; pass numbers, text, arrays, functions "
            "or a dataclass of these, or give the class a method fingerprint() -> str"
        )

    def _definition(self, definition: Any, tag: str) -> dict[str, str]:
        """JSON of a function or class: its name, and its code where the name alone does not lead to it."""
        if not _ours(_home(definition)):
            wrapped = getattr(definition, "__wrapped__", None)
            return self.value(wrapped, _name(definition)) if wrapped else {tag: _name(definition)}
        self.queue.append(definition)
        code = {} if _is_global(definition) else {"code": self.hash(definition)}
        return {tag: _name(definition), **code}

    def _whole(self, module: types.ModuleType) -> dict[str, str]:
        """A module used as a value: everything that it defines counts, as any of it may be looked up by name."""
        if not _ours(module.__name__):
            return {}
        found = vars(module).items()
        names = [name for name, item in found if not name.startswith("__") and not isinstance(item, types.ModuleType)]
        return {name: self._reference((name,), module.__name__, [vars(module)], {}) for name in sorted(names)}

    # Code

    def hash(self, definition: Any) -> str:
        """Hash of one function's or class's own code, of what its names stand for, and of its default values."""
        if id(definition) not in self.hashes:
            self.hashes[id(definition)] = _name(definition)  # what a definition that refers to itself sees
            unit, cells = syntax.unit(definition), _cells(definition)
            bound = self._bindings(unit, _home(definition), definition, cells)
            self.hashes[id(definition)] = digest([unit.own, bound, self._defaults(definition)])
        return self.hashes[id(definition)]

    def _bindings(self, unit: Unit, home: str, definition: Any, cells: dict[str, Any]) -> dict[str, Any]:
        names = getattr(definition, "__globals__", None) or vars(sys.modules[home])
        return {".".join(chain): self._reference(chain, home, [cells, names], unit.imports) for chain in unit.chains}

    def _defaults(self, definition: Any) -> list[Any]:
        values = [*(getattr(definition, "__defaults__", None) or ())]
        values += (getattr(definition, "__kwdefaults__", None) or {}).values()
        found = []
        for value in values:
            try:
                found.append(self._content(value, f"a default of {_name(definition)}"))
            except FingerprintError:  # a sentinel, say: the expression in the code stands for it
                found.append(None)
        return found

    def _content(self, value: Any, where: str) -> Any:
        result = self.value(value, where)
        if not isinstance(value, (*_ATOMS, types.FunctionType, type)):
            self.contents.append((value, json.dumps(result, sort_keys=True)))
        return result

    def _look(self, namespace: Any, name: str) -> Any:
        found = _look(namespace, name)
        self.lookups.append((namespace, name, found))
        return found

    def _reference(
        self, chain: tuple[str, ...], home: str, scopes: list[dict[str, Any]], imports: dict[str, Any]
    ) -> Any:
        """What a dotted name in a piece of code stands for; queues the code that it leads to."""
        cells, rest, name = scopes[0] if len(scopes) > 1 else {}, list(chain[1:]), chain[0]
        if name in imports:
            module, attributes = _imported(imports[name], scopes[-1])
            if module is None:
                return ".".join((imports[name][0], *attributes))
            found, rest = module, [*attributes, *rest]
        elif name in cells:
            found = self._look(cells[name], name)
        else:
            found = self._look(scopes[-1], name)
        while isinstance(found, types.ModuleType) and _ours(found.__name__) and rest:
            home, name = found.__name__, rest.pop(0)
            found = self._look(vars(found), name)
        if found is _MISSING or (name.startswith("__") and name.endswith("__")):
            return name
        if isinstance(found, types.ModuleType):
            return {"@module": found.__name__, "code": self._whole(found)}
        if isinstance(found, (types.FunctionType, type)):
            tag = "@class" if isinstance(found, type) else "@function"
            return self._definition(found, tag)
        if name in cells:
            return self._content(found, f"variable {name} in {home}")
        return self._constant(found, home, name)

    def _constant(self, value: Any, home: str, name: str) -> str:
        """A module-level constant becomes a part of its own: by value, or else by the code that makes it."""
        if not _ours(home):
            return f"{home.partition('.')[0]}.{name}"
        full = f"{home}.{name}"
        if full not in self.parts:
            self.parts[full] = set()
            try:
                own = digest(self._content(value, f"global {full}"))
            except FingerprintError:
                unit = syntax.assignment(home, name)
                if unit is None:
                    raise
                own = digest([unit.own, self._bindings(unit, home, None, {})])
            self.parts[full].add(own)
        return full


def _cells(definition: Any) -> dict[str, Any]:
    """Closure variables, by name, of a function or of all methods of a class."""
    functions = [definition] if isinstance(definition, types.FunctionType) else vars(definition).values()
    return {
        name: cell
        for function in functions
        if isinstance(function, types.FunctionType)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    }


def _imported(entry: tuple[str, str | None], names: dict[str, Any]) -> tuple[Any, list[str]]:
    """The project module that an import inside a function means, and the name taken from it, if any."""
    module, attribute = entry
    if module.startswith("."):
        module = importlib.util.resolve_name(module, names.get("__package__") or "")
    attributes = [attribute] if attribute else []
    top = module.partition(".")[0]
    if top not in sys.modules and importlib.util.find_spec(top) is None:
        return None, attributes
    if top != _PACKAGE and not (top in sys.modules and _ours(top)):
        return None, attributes
    return importlib.import_module(module), attributes


def _look(namespace: Any, name: str) -> Any:
    if isinstance(namespace, types.CellType):
        try:
            return namespace.cell_contents
        except ValueError:  # not assigned yet
            return _MISSING
    found = namespace.get(name, _MISSING)
    if found is _MISSING:  # a submodule imported elsewhere
        found = sys.modules.get(f"{namespace.get('__name__')}.{name}", _MISSING)
    return found


_REACHED: weakref.WeakKeyDictionary[Any, _Walk] = weakref.WeakKeyDictionary()


def _reach(definition: Any) -> dict[str, set[str]]:
    """All parts that a function or class leads to, itself included; kept until something it looked up changes."""
    walk = _REACHED.get(definition)
    if walk is None or not _still_valid(walk):
        walk = _Walk()
        walk.queue.append(definition)
        seen: set[int] = set()
        while walk.queue:
            found = walk.queue.pop()
            if id(found) not in seen:
                seen.add(id(found))
                walk.parts.setdefault(_name(found), set()).add(walk.hash(found))
        _REACHED[definition] = walk
    return walk.parts


def _still_valid(walk: _Walk) -> bool:
    if any(_look(namespace, name) is not found for namespace, name, found in walk.lookups):
        return False
    return all(json.dumps(_Walk().value(value, ""), sort_keys=True) == text for value, text in walk.contents)

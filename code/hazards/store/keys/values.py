"""Values as canonical JSON, in which two values look alike only if they are alike; readable, for config.json.

Plain text keys and values stay as they are; everything that JSON lacks is a dict with one key that begins with ``@``.
Tuples count as lists, and a path inside the project by its place there.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import json
import math
import re
import sys
import types
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from hazards.store.keys.names import is_ours, qualified_name
from hazards.store.keys.source import FingerprintError
from hazards.store.keys.text import digest

_PROJECT = Path(__file__).resolve().parents[4]
_BUILTIN = (bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset)
"""A class of one's own that is one of these, a NamedTuple say, counts with its methods."""


class Canonical(ABC):
    """A walk over a value; what functions, classes and modules in it count for is left to the subclass."""

    @abstractmethod
    def definition(self, definition: Any, tag: str) -> dict[str, Any]:
        """JSON of a function or class, under the key ``tag``."""

    @abstractmethod
    def instance(self, value: Any, fields: dict[str, Any]) -> dict[str, Any]:
        """JSON of an instance of a dataclass, from that of its class and fields."""

    @abstractmethod
    def module(self, module: types.ModuleType) -> dict[str, Any]:
        """JSON of a module used as a value."""

    def value(self, value: Any, where: str) -> Any:
        """Canonical JSON of a value; ``where`` names it in errors."""
        kind = type(value)
        data = self._value(value, where)
        if isinstance(value, _BUILTIN) and not isinstance(value, enum.Enum) and is_ours(kind.__module__):
            return {**self.definition(kind, "@class"), "value": data}
        return data

    def _value(self, value: Any, where: str) -> Any:
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
            return self.module(value)
        if isinstance(value, type):
            return self.definition(value, "@class")
        if isinstance(value, types.FunctionType):
            return self.definition(value, "@function")
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
            return {"@enum": self.definition(kind, "@class"), "name": value.name}
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
        if module in ("torch", "numpy") and {base.__name__ for base in kind.__mro__} & {"dtype", "device"}:
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
            data = self.value(value.__wrapped__, where)
            return {"@wrapper": self.definition(kind, "@class"), "wraps": data} if is_ours(kind.__module__) else data
        if isinstance(value, functools.partial):
            inner = {"args": list(value.args), "keywords": value.keywords}
            return {"@partial": self.value(value.func, where), **self.value(inner, where)}
        if isinstance(value, types.MethodType):
            return {"@method": value.__name__, "self": self.value(value.__self__, where)}
        if callable(getattr(kind, "fingerprint", None)):
            return {"@object": self.definition(kind, "@class"), "fingerprint": value.fingerprint()}
        if dataclasses.is_dataclass(value):
            fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
            return self.instance(value, {**self.definition(kind, "@class"), **self.value(fields, where)})
        if isinstance(value, (types.BuiltinFunctionType, types.MethodDescriptorType)) or kind.__name__ == "ufunc":
            return {"@function": qualified_name(value)}
        raise FingerprintError(
            f"{where}: the store cannot tell what a {qualified_name(kind)} is; pass numbers, text, arrays, functions "
            "or a dataclass of these, or give the class a method fingerprint() -> str"
        )

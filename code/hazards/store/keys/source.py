"""Find the source of functions, classes and module-level names, as it was when it began to run here."""

from __future__ import annotations

import functools
import linecache
import sys
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hazards.errors import HazardsError
from hazards.store.keys.parsed import Parsed, code_id, parsed
from hazards.store.keys.text import Unit

_PACKAGE = Path(__file__).resolve().parents[2]
AT_START = {str(path): path.read_text(encoding="utf-8") for path in _PACKAGE.rglob("*.py")}
"""The package as it was when this process began: what runs here, even if somebody edits the files meanwhile."""
_TEXTS = dict(AT_START)
"""Files as they were when code of them was met here."""


class FingerprintError(HazardsError, ValueError):
    """A value or a piece of code whose fingerprint cannot be had."""


def _file(file: str, code: types.CodeType | None = None) -> Parsed:
    """The source of a file or cell; of a file the version that this code came from, or else all that runs here.

    Raises FingerprintError where that version is gone.
    """
    if file in _TEXTS and (code is None or code_id(code) in parsed(_TEXTS[file])["codes"]):
        return parsed(_TEXTS[file])
    linecache.checkcache(file)
    text = "".join(linecache.getlines(file))
    if Path(file).is_file():
        if code and code_id(code) not in parsed(text)["codes"]:
            raise FingerprintError(f"{file} was edited after it had been imported; start again to use the new version")
        _TEXTS[file] = text
    return parsed(text)


def module(names: Mapping[str, Any]) -> Parsed:
    """The source of the module whose names these are; nothing of chapter cells."""
    file = names.get("__file__")
    return _file(file) if file and names.get("__name__") != "__main__" else parsed("")


def unit(definition: Any) -> Unit:
    """The unit of a function or class. Raises FingerprintError where its source cannot be had."""
    if isinstance(definition, type):
        return _class_source(definition)[0]
    code = definition.__code__
    units = _file(code.co_filename, code)["definitions"].get(f"{code.co_name}:{code.co_firstlineno}", [])
    if len(units) == 1:
        return units[0]
    name = f"{definition.__module__}.{definition.__qualname__}"
    if not linecache.getlines(code.co_filename):
        raise FingerprintError(f"the source of {name} cannot be found; define it in a file or a chapter cell")
    problem = "is one of several on its line" if units else f"is not in {code.co_filename} as it is now"
    raise FingerprintError(f"{name} {problem} (line {code.co_firstlineno}); define it with def")


def method(attribute: Any) -> types.FunctionType | None:
    """The function behind a method, property or the like; None for any other attribute of a class."""
    for name in ("__func__", "fget", "func", "__wrapped__"):
        attribute = getattr(attribute, name, None) or attribute
    return attribute if isinstance(attribute, types.FunctionType) else None


def _class_files(kind: type) -> Iterator[tuple[str, types.CodeType | None]]:
    """Where the source of a class may be: beside its methods, in its module, or in a cell, latest first."""
    for function in filter(None, map(method, vars(kind).values())):
        if function.__code__.co_qualname.startswith(f"{kind.__qualname__}."):
            yield function.__code__.co_filename, function.__code__
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if file:
        yield file, None
    if kind.__module__ == "__main__":
        cells = [name for name in linecache.cache if name.startswith("<") or "ipykernel" in name]
        yield from ((name, None) for name in reversed(cells))


@functools.lru_cache(maxsize=1024)
def _class_source(kind: type) -> tuple[Unit, str]:
    """The unit of the statement that made a class, and its file. Raises FingerprintError where there is none."""
    path = kind.__qualname__.replace(".<locals>", "")
    for file, code in _class_files(kind):
        units = _file(file, code)["definitions"].get(path, [])
        around = [item for item in units if code and item["lines"][0] <= code.co_firstlineno <= item["lines"][1]]
        if units:
            return (around or units)[-1], file
    raise FingerprintError(
        f"the source of class {kind.__module__}.{kind.__qualname__} cannot be found; "
        "define it with a class statement in a file or a chapter cell"
    )


def is_made_by(kind: Any, function: types.FunctionType) -> bool:
    """Whether the statement that made a class made this function, too, or a library that was told to."""
    if not isinstance(kind, type):
        return False
    statement, file = _class_source(kind)
    code = function.__code__
    is_inside = code.co_filename == file and statement["lines"][0] <= code.co_firstlineno <= statement["lines"][1]
    return code.co_filename.startswith("<string") or (is_inside and code_id(code) in _file(file, code)["codes"])

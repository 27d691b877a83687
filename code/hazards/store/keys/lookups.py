"""What names stand for where code sees them: in its module, in closures, in classes."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import sys
import types
from collections.abc import Mapping
from typing import Any

from hazards.store.keys.names import PACKAGE, is_ours, is_own_place
from hazards.store.keys.source import method

MISSING = object()
NUMBER = "number of attributes"
"""What is looked up in a class to see that none was added."""
KINDS = "number of subclasses"
"""The same, of its subclasses."""


def is_walked(module: str) -> bool:
    """Whether names are followed into a module: into all of the library, though not all of its code counts."""
    return module.partition(".")[0] == PACKAGE or is_ours(module)


def home_of(definition: Any) -> str:
    """Name of the module in which a function or class was written, whatever a decorator says."""
    if isinstance(definition, types.FunctionType):
        return definition.__globals__.get("__name__", "")
    return definition.__module__


def _methods(definition: Any) -> list[types.FunctionType]:
    """The function itself, or the methods and properties of a class but for those that ``dataclass`` makes."""
    items = [definition] if isinstance(definition, types.FunctionType) else vars(definition).values()
    functions = [item if isinstance(item, types.FunctionType) else method(item) for item in items]
    return [function for function in functions if function and function.__code__.co_filename != "<string>"]


def default_fields(definition: Any) -> dict[str, Any]:
    """The fields of a dataclass that have a default, with it."""
    if not isinstance(definition, type) or not dataclasses.is_dataclass(definition):
        return {}
    fields = {field.name: field.default for field in dataclasses.fields(definition)}
    annotated = [name for name in inspect.get_annotations(definition) if name in fields]
    return {name: fields[name] for name in annotated if fields[name] is not dataclasses.MISSING}


def namespace_of(definition: Any) -> dict[str, Any]:
    """The global names that a function or class sees.

    Empty for a class without methods in a chapter cell: cells may run in several namespaces, and nothing tells which.
    What its fields hold counts by value.
    """
    home = home_of(definition)
    for function in _methods(definition):
        if function.__globals__.get("__name__") == home:
            return function.__globals__
    return {} if home == "__main__" else vars(sys.modules[home])


def cells_of(definition: Any) -> dict[str, types.CellType]:
    """Closure variables, by name, of a function or of all methods of a class."""
    return {
        name: cell
        for function in _methods(definition)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    }


def imported(name: str, names: dict[str, Any]) -> types.ModuleType | None:
    """The module that an import inside a function means; None for a module of another package."""
    if name.startswith("."):
        name = importlib.util.resolve_name(name, names.get("__package__") or "")
    return importlib.import_module(name) if _is_own_package(name.partition(".")[0]) else None


def _is_own_package(name: str) -> bool:
    """Whether a module or package counts, imported so far or not."""
    if name == PACKAGE or name in sys.modules:
        return name == PACKAGE or is_ours(name)
    spec = importlib.util.find_spec(name)
    if spec is None:
        return False
    folders = [*(spec.submodule_search_locations or ())]
    place = spec.origin if spec.has_location else next(iter(folders), "")
    return is_own_place(place or "")


def look(namespace: Any, name: str) -> Any:
    """What a name stands for in a namespace or a closure's cell, or as an attribute of a definition."""
    if isinstance(namespace, types.CellType):
        try:
            return namespace.cell_contents
        except ValueError:  # not assigned yet
            return MISSING
    if isinstance(namespace, type):
        if name == KINDS:
            return len(type.__subclasses__(namespace))
        return len(vars(namespace)) if name == NUMBER else vars(namespace).get(name)
    if isinstance(namespace, types.FunctionType):
        return getattr(namespace, name)
    meaning = namespace.get(name, MISSING)
    return _submodule(namespace, name) if meaning is MISSING and "__path__" in namespace else meaning


def _submodule(package: Mapping[str, Any], name: str) -> Any:
    """A module of a project's package, imported if need be: a key must not depend on what happens to be so far."""
    full = f"{package['__name__']}.{name}"
    if full not in sys.modules and is_ours(package["__name__"]) and importlib.util.find_spec(full):
        importlib.import_module(full)
    return sys.modules.get(full, MISSING)

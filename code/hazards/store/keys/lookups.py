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

from hazards.store.keys import source
from hazards.store.keys.names import PACKAGE, is_ours

MISSING = dataclasses.MISSING
"""What is found where there is nothing."""
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
    functions = [item if isinstance(item, types.FunctionType) else source.method(item) for item in items]
    return [function for function in functions if function and function.__code__.co_filename != "<string>"]


def default_fields(definition: Any) -> dict[str, tuple[int, Any]]:
    """The fields of a dataclass that have a default of their own, with their place among all and that default."""
    if not isinstance(definition, type) or not dataclasses.is_dataclass(definition):
        return {}
    defaults = [(field.name, field.default) for field in dataclasses.fields(definition)]
    own = {name for name, default in defaults if default is not MISSING} & {*inspect.get_annotations(definition)}
    return {name: (place, default) for place, (name, default) in enumerate(defaults) if name in own}


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
    full = importlib.util.resolve_name(name, names.get("__package__") or "")
    return importlib.import_module(full) if is_walked(full) else None


def origin(meaning: Any, name: str, names: Mapping[str, Any]) -> list[Any]:
    """The module that is meant, or the one that a module has a name from, and the name there; else nothing."""
    if isinstance(meaning, types.ModuleType):
        return [meaning]
    place, _, attribute = source.module(names)["imports"].get(name, "").partition(":")
    module = sys.modules.get(place)
    return [module, attribute] if attribute and getattr(module, attribute, MISSING) is meaning else []


def look(namespace: Any, name: str) -> Any:
    """What a name stands for in a namespace or a closure's cell, or as an attribute of a definition."""
    if isinstance(namespace, types.CellType):
        try:
            return namespace.cell_contents
        except ValueError:  # not assigned yet
            return MISSING
    if name == NUMBER:
        return len(vars(namespace))
    if name == KINDS:
        return len(type.__subclasses__(namespace))
    if isinstance(namespace, type):
        return vars(namespace).get(name)
    if isinstance(namespace, types.FunctionType):
        return getattr(namespace, name, None)
    meaning = namespace.get(name, MISSING)
    return _submodule(namespace, name) if meaning is MISSING and "__path__" in namespace else meaning


def _submodule(package: Mapping[str, Any], name: str) -> Any:
    """A module of a project's package, imported if need be: a key must not depend on what happens to be so far."""
    full = f"{package['__name__']}.{name}"
    if full not in sys.modules and is_ours(package["__name__"]) and importlib.util.find_spec(full):
        importlib.import_module(full)
    return sys.modules.get(full, MISSING)

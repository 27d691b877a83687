"""The names of code in keys: whose code counts, and what was moved or renamed.

What computes a result counts: the library, chapter cells, and files outside of any installation. What decides where and
when it is computed, or only tells about it, does not. Code of other packages counts by its name alone.
"""

from __future__ import annotations

import functools
import importlib.util
import sys
import sysconfig
import tomllib
from pathlib import Path
from typing import Any

PACKAGE = __name__.partition(".")[0]
_FOREIGN = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))
_UNCOUNTED = (
    "data.file_hashes",
    "devices",
    "jobs",
    "messages",
    "processes",
    "store",
    "training.checkpoints",
    "training.watch",
)
_COUNTED = "store.formats"
"""How values are written and read counts, though the rest of the store does not."""
_ALIASES: dict[str, str] = tomllib.loads(Path(__file__).with_name("aliases.toml").read_text(encoding="utf-8"))


@functools.cache
def is_ours(module: str) -> bool:
    """Whether code of this module counts: its package is neither of an installation nor of Python itself."""
    top, _, inner = module.partition(".")
    if top == PACKAGE:
        is_uncounted = any(f"{inner}.".startswith(f"{name}.") for name in _UNCOUNTED)
        return inner == _COUNTED or not is_uncounted
    if top in ("", "__main__"):
        return top == "__main__"
    known = sys.modules.get(top)
    spec = getattr(known, "__spec__", None) if known else importlib.util.find_spec(top)
    folders = getattr(spec, "submodule_search_locations", None) or [""]  # a package without __init__.py has no file
    place = getattr(known, "__file__", None) or getattr(spec, "origin", None) or next(iter(folders))
    return Path(place).is_absolute() and not place.startswith(_FOREIGN) and "-packages" not in place


def qualified_name(thing: Any) -> str:
    """Module and name, as results know them; of other packages only the top, as their inner modules move."""
    module = getattr(thing, "__module__", None) or "builtins"
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", type(thing).__qualname__)
    return known_as(f"{module}.{name}") if is_ours(module) else f"{module.partition('.')[0]}.{name}"


@functools.lru_cache(maxsize=4096)
def known_as(name: str) -> str:
    """The name by which results know a module, function, class or constant of the library."""
    return _replaced(name, _ALIASES)


def now_called(name: str) -> str:
    """Where that which results know by a name is now."""
    return _replaced(name, {before: now for now, before in _ALIASES.items()})


def _replaced(name: str, names: dict[str, str]) -> str:
    beginnings = [known for known in names if f"{name}.".startswith(f"{known}.")]
    longest = max(beginnings, key=len, default="")
    return names[longest] + name.removeprefix(longest) if longest else name

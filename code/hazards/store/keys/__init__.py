"""What decides whether a result is computed again: values as readable JSON, code as hashes, for the keys of the store.

In: the arguments of a call. Out: a `Fingerprint`. values.py writes values as JSON; code.py follows code to all that it
leads to: source.py finds it, parsed.py takes a source text apart, text.py leaves out its form, scopes.py and lookups.py
tell what its names stand for, cache.py keeps what follows from a text; names.py says whose code counts, aliases.toml
what was moved. Imports errors, messages and the place of the store alone.

A value becomes JSON in which two values look alike only if they are alike. The functions and classes in it, and
whatever project code these refer to, become *parts*: the name of each function, class or module-level constant with a
hash of its code. Form does not count, see text.py. The default of a dataclass's field is a part, too, with its place
among the fields, and counts only where code that is reached reads an attribute of that name, or all of them.

An object of another kind may define ``fingerprint() -> str``; a module-level cache should be ``functools.cache``
rather than a dictionary, whose contents would count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from hazards.store.keys.code import Walk, reach
from hazards.store.keys.source import FingerprintError
from hazards.store.keys.text import ALL, digest

__all__ = ["Fingerprint", "FingerprintError", "digest", "fingerprint"]


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
    whole, walk = Walk(is_outermost=True, is_whole=True), Walk(is_outermost=True)
    config = {name: whole.value(value, f"{where}: {name}") for name, value in values.items()}
    counted = {name: walk.value(value, f"{where}: {name}") for name, value in values.items()}
    return Fingerprint(config, counted, _code(map(reach, walk.queue)))


def _code(walks: Iterable[Walk]) -> dict[str, str]:
    """A hash for each part that some walks met; of the defaults of fields for those that any of them reads."""
    parts: dict[str, set[str]] = {}
    fields: dict[str, str] = {}
    read: set[str] = set()
    for walk in walks:
        read |= walk.attributes
        fields |= walk.fields
        for name, hashes in walk.parts.items():
            parts.setdefault(name, set()).update(hashes)
    unread = {name for name, field in fields.items() if not read & {field, ALL}}
    return {name: "+".join(sorted(parts[name])) for name in sorted(parts.keys() - unread)}

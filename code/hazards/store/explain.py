"""Say why a result was computed again: what differs in its key from the most similar earlier one."""

from __future__ import annotations

import json
from typing import Any

from hazards.store.entries import read_json, root
from hazards.store.keys.names import now_called

_SEED = "config", "seed"

Parts = dict[tuple[str, str], Any]
"""A key's parts on one level: ("config", dotted name), ("input", ...) or ("code", ...) to a plain value."""


def why(step: str) -> str:
    """Say what changed in the key between a step's latest or pending result and the most similar earlier one.

    Of its own seed, where there are some: that of another seed is always similar, and says nothing of the change. Code
    that was moved or renamed since, and counts as what it was, is listed, too.
    """
    keys = _keys(step)
    if not keys:
        return f"{step}: no result yet"
    *earlier, latest = sorted(keys, key=lambda key: keys[key]["created"])
    moves = [f"  {name} is now {now_called(name)}" for name in sorted(keys[latest]["code"]) if now_called(name) != name]
    if not earlier:
        return "\n".join([f"{step} {latest}: the first result of this name, nothing to compare", *moves])
    parts = {key: _flat(keys[key]) for key in keys}
    of_its_seed = [key for key in earlier if parts[key].get(_SEED) == parts[latest].get(_SEED)]
    changes = {key: _changes(parts[key], parts[latest]) for key in of_its_seed or earlier}
    nearest = min(reversed(changes), key=lambda key: len(changes[key]))
    state = "" if (root() / step / latest).exists() else " (not finished)"
    title = f"{step} {latest}{state}, compared with {nearest} of {keys[nearest]['created'][:19]}:"
    return "\n".join([title, *(f"  {change}" for change in changes[nearest]), *moves])


def _keys(step: str) -> dict[str, Any]:
    """What the keys of a step's results were made from, finished or not."""
    folders = root() / ".work" / step, root() / step
    paths = [path for folder in folders for path in folder.glob("*/key.json")]
    return {path.parent.name: read_json(path) for path in paths}


def _flat(key: dict[str, Any]) -> Parts:
    """The parts of a key."""
    flat: Parts = {("code", name): code for name, code in key["code"].items()}
    _flatten(key["config"], "", flat)
    return flat


def _flatten(value: Any, name: str, flat: Parts) -> None:
    """Add a part of the configuration, by its dotted name, and all that is in it."""
    if isinstance(value, dict) and "@result" in value:
        flat["input", name] = value["@result"]
        return
    if not isinstance(value, (dict, list)) or not value:
        flat["config", name] = value
        return
    items = value.items() if isinstance(value, dict) else enumerate(value)
    is_code = "@function" in value or "@class" in value  # whose hash is listed as code
    for inner, item in items:
        if inner != "code" or not is_code:
            _flatten(item, ".".join(part for part in (name, str(inner)) if part and part[0] != "@"), flat)


def _changes(old: Parts, new: Parts) -> list[str]:
    lines = []
    for kind, name in sorted(old.keys() | new.keys()):
        before, after = old.get((kind, name), "(none)"), new.get((kind, name), "(none)")
        if json.dumps(before) == json.dumps(after):
            continue
        if kind == "code":
            state = "changed"
            if "(none)" in (before, after):
                state = "added" if before == "(none)" else "removed"
            lines.append(f"code of {name} {state}")
        else:
            lines.append(f"{kind} {name} {before} -> {after}")
    return lines

"""Say why a result was computed again: what differs in its key from the most similar earlier one."""

from __future__ import annotations

import json
from typing import Any

from hazards.store.entries import read_json, root

_SEED = "config", "seed"


def why(step: str) -> str:
    """What changed in the key between a step's latest or pending result and the most similar earlier one.

    Of its own seed, where there are some: that of another seed is always similar, and says nothing of the change.
    """
    found = {}
    for folder in (root() / ".work" / step, root() / step):
        for path in folder.glob("*/key.json"):
            found[path.parent.name] = read_json(path)
    if not found:
        return f"{step}: no result yet"
    *earlier, latest = sorted(found, key=lambda key: found[key]["created"])
    if not earlier:
        return f"{step} {latest}: the first result of this name, nothing to compare"
    parts = {key: _flat(found[key]) for key in found}
    own_seed = [key for key in earlier if parts[key].get(_SEED) == parts[latest].get(_SEED)]
    earlier = own_seed or earlier
    changes = {key: _changes(parts[key], parts[latest]) for key in earlier}
    nearest = min(reversed(earlier), key=lambda key: len(changes[key]))
    state = "" if (root() / step / latest).exists() else " (not finished)"
    lines = [f"{step} {latest}{state}, compared with {nearest} of {found[nearest]['created'][:19]}:"]
    return "\n".join([*lines, *(f"  {change}" for change in changes[nearest])])


def _flat(key: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """A key's parts on one level: ("config", dotted name), ("input", ...) or ("code", ...) to a plain value."""
    flat: dict[tuple[str, str], Any] = {("code", name): code for name, code in key["code"].items()}

    def visit(value: Any, name: str) -> None:
        if isinstance(value, dict) and "@result" in value:
            flat["input", name] = value["@result"]
        elif isinstance(value, (dict, list)) and value:
            for inner, item in value.items() if isinstance(value, dict) else enumerate(value):
                if inner != "code" or ("@function" not in value and "@class" not in value):  # listed as code
                    visit(item, ".".join(part for part in (name, str(inner)) if part and part[0] != "@"))
        else:
            flat["config", name] = value

    visit(key["config"], "")
    return flat


def _changes(old: dict[tuple[str, str], Any], new: dict[tuple[str, str], Any]) -> list[str]:
    lines = []
    for part in sorted(old.keys() | new.keys()):
        before, after = old.get(part, "(none)"), new.get(part, "(none)")
        if json.dumps(before) != json.dumps(after):
            kind, name = part
            if kind == "code":
                state = "added" if part not in old else "removed" if part not in new else "changed"
                lines.append(f"code of {name} {state}")
            else:
                lines.append(f"{kind} {name} {before} -> {after}")
    return lines

"""The label set of a data set that has other labels than StreetHazards, from the file ``labels.toml`` beside it::

    [[label]]                   # the first known label, 0
    value = [7, 8]              # in the files of label maps, 0-255: one, or a list
    name = "road"
    color = [128, 64, 128]      # to display it: red, green, blue, 0-255

    [[label]]
    value = 0
    name = "obstacle"
    color = [60, 250, 240]
    anomaly = true              # of one label at most; without one, no pixel is anomalous

    [[label]]
    value = 255
    name = "void"
    ignore = true               # void: neither trained nor judged; of any number of labels

Labels are numbered in the order of the file, but for the anomaly, which comes after the known ones wherever it stands.
What is ignored has no number: all of it is void, and displayed white.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hazards.data.errors import DataSetError
from hazards.labels import STREETHAZARDS, UNDEFINED, LabelSet

_KEYS = ("value", "name", "color", "anomaly", "ignore")
_MOST = UNDEFINED - 1


def read_label_set(path: Path) -> LabelSet:
    """Label set of a file.

    Raises:
        DataSetError: for a file that cannot be read or is no such table, and for entries that lack something, hold what
            cannot be, or contradict each other; the message names the file and the entry.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataSetError(f"{path} cannot be read: {error}") from None
    entries = table.get("label")
    if table.keys() != {"label"} or not isinstance(entries, list):
        raise DataSetError(f"{path} is no label set: it holds entries [[label]] and nothing else")
    for number, entry in enumerate(entries, 1):
        if wrong := _wrong(entry):
            raise DataSetError(f"{path}: label {number}{_called(entry)}: {wrong}")
    if repeated := _repeated(entries):
        raise DataSetError(f"{path}: {repeated}")
    ignored = [entry for entry in entries if entry.get("ignore")]
    anomalies = [entry for entry in entries if entry.get("anomaly")]
    known = [entry for entry in entries if not (entry.get("ignore") or entry.get("anomaly"))]
    if len(anomalies) > 1:
        raise DataSetError(
            f"{path}: {' and '.join(entry['name'] for entry in anomalies)} all have anomaly = true: only one may; "
            f"if all of them are the anomaly, it has all their values: value = {_all_values(anomalies)}"
        )
    if not 0 < len(known) <= _MOST:
        raise DataSetError(f"{path} has {len(known)} known labels: a network learns 1 to {_MOST}")
    unseen = {"value": [], "name": STREETHAZARDS.names[-1], "color": STREETHAZARDS.colors[-1]}
    if not anomalies and unseen["name"] in (entry["name"] for entry in known):
        raise DataSetError(
            f"{path}: no label has anomaly = true, but one is called {unseen['name']!r}: mark or rename it"
        )
    labels = [*known, *(anomalies or [unseen])]
    return LabelSet(
        names=tuple(entry["name"] for entry in labels),
        colors=tuple(tuple(entry["color"]) for entry in labels),
        values=tuple(tuple(_all_values([entry])) for entry in labels),
        ignored=tuple(_all_values(ignored)),
    )


def _wrong(entry: Any) -> str | None:
    """What is wrong with an entry by itself."""
    if not isinstance(entry, dict):
        return "it is no table"
    if strange := sorted(entry.keys() - _KEYS):
        return f"unknown key {strange[0]!r}; an entry has {', '.join(_KEYS)}"
    for key in ("anomaly", "ignore"):
        if not isinstance(entry.get(key, False), bool):
            return f"its {key} is {entry[key]!r}, not true or false"
    ignored = entry.get("ignore", False)
    needed = ("value", "name") if ignored else ("value", "name", "color")
    if missing := [key for key in needed if key not in entry]:
        return f"it has no {missing[0]}"
    if ignored and entry.get("anomaly"):
        return "it has both anomaly = true and ignore = true: what is ignored is no anomaly"
    values, color = _values(entry), entry.get("color", [0, 0, 0])
    if not values or not all(map(_is_byte, values)):
        return f"its value is {entry['value']!r}, not a whole number from 0 to 255, nor a list of such"
    if not isinstance(entry["name"], str) or not entry["name"].strip():
        return f"its name is {entry['name']!r}, not a text"
    if not (isinstance(color, list) and len(color) == 3 and all(map(_is_byte, color))):
        return f"its color is {color!r}, not [red, green, blue] from 0 to 255"
    return None


def _is_byte(value: Any) -> bool:
    return type(value) is int and 0 <= value <= 255


def _values(entry: dict[str, Any]) -> list[Any]:
    """The values of an entry, one or a list in the file."""
    value = entry["value"]
    return value if isinstance(value, list) else [value]


def _all_values(entries: Iterable[dict[str, Any]]) -> list[int]:
    """The values of entries, rising."""
    return sorted(value for entry in entries for value in _values(entry))


def _called(entry: Any) -> str:
    return f" ({entry['name']})" if isinstance(entry, dict) and isinstance(entry.get("name"), str) else ""


def _repeated(entries: list[dict[str, Any]]) -> str | None:
    """What stands twice in a file, in one entry or in two, and may stand there once."""
    owners: dict[tuple[str, Any], int] = {}
    for number, entry in enumerate(entries, 1):
        for key, item in [("name", entry["name"]), *(("value", value) for value in _values(entry))]:
            owner = owners.setdefault((key, item), number)
            if owner != number:
                return f"labels {owner} and {number} both have the {key} {item!r}"
        if repeated := [value for value in _values(entry) if _values(entry).count(value) > 1]:
            return f"label {number} has the value {repeated[0]!r} twice"
    return None

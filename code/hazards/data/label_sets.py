"""The label set of a data set that has other labels than StreetHazards, from the file ``labels.toml`` beside it::

    [[label]]                   # the first known label, 0
    value = 7                   # in the files of label maps, 0-255
    name = "road"
    color = [128, 64, 128]      # to display it: red, green, blue, 0-255

    [[label]]
    value = 0
    name = "obstacle"
    color = [60, 250, 240]
    anomaly = true              # of one label at most; without one, no pixel is anomalous

Labels are numbered in the order of the file, but for the anomaly, which comes after the known ones wherever it stands.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from hazards.data.errors import DataSetError
from hazards.labels import NO_LABEL, STREETHAZARDS, LabelSet

_KEYS = ("value", "name", "color", "anomaly")
_MOST = NO_LABEL - 1


def read_label_set(path: Path) -> LabelSet:
    """Label set of a file.

    Raises:
        DataSetError: for a file that cannot be read or is no such table, and for entries that lack something, hold what
            cannot be, or contradict each other; the message names the file and the entry.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
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
    known = [entry for entry in entries if not entry.get("anomaly")]
    anomalies = [entry for entry in entries if entry.get("anomaly")]
    if len(anomalies) > 1:
        raise DataSetError(
            f"{path}: {' and '.join(entry['name'] for entry in anomalies)} all have anomaly = true: only one may"
        )
    if not 0 < len(known) <= _MOST:
        raise DataSetError(f"{path} has {len(known)} known labels: a network learns 1 to {_MOST}")
    unseen = {"name": STREETHAZARDS.names[-1], "color": STREETHAZARDS.colors[-1]}
    if not anomalies and unseen["name"] in (entry["name"] for entry in known):
        raise DataSetError(
            f"{path}: no label has anomaly = true, but one is called {unseen['name']!r}: mark or rename it"
        )
    labels = [*known, *(anomalies or [unseen])]
    return LabelSet(
        names=tuple(entry["name"] for entry in labels),
        colors=tuple(tuple(entry["color"]) for entry in labels),
        values=tuple(entry["value"] for entry in [*known, *anomalies]),
    )


def _wrong(entry: Any) -> str | None:
    """What is wrong with an entry by itself."""
    if not isinstance(entry, dict):
        return "it is no table"
    if strange := sorted(entry.keys() - _KEYS):
        return f"unknown key {strange[0]!r}; an entry has {', '.join(_KEYS)}"
    if missing := [key for key in _KEYS[:3] if key not in entry]:
        return f"it has no {missing[0]}"
    color = entry["color"]
    if not _is_byte(entry["value"]):
        return f"its value is {entry['value']!r}, not a whole number from 0 to 255"
    if not isinstance(entry["name"], str) or not entry["name"].strip():
        return f"its name is {entry['name']!r}, not a text"
    if not (isinstance(color, list) and len(color) == 3 and all(map(_is_byte, color))):
        return f"its color is {color!r}, not [red, green, blue] from 0 to 255"
    if not isinstance(entry.get("anomaly", False), bool):
        return f"its anomaly is {entry['anomaly']!r}, not true or false"
    return None


def _is_byte(value: Any) -> bool:
    return type(value) is int and 0 <= value <= 255


def _called(entry: Any) -> str:
    return f" ({entry['name']})" if isinstance(entry, dict) and isinstance(entry.get("name"), str) else ""


def _repeated(entries: list[dict[str, Any]]) -> str | None:
    """What two entries have in common that each has to have for itself."""
    for key in ("value", "name"):
        first: dict[Any, int] = {}
        for number, entry in enumerate(entries, 1):
            before = first.setdefault(entry[key], number)
            if before != number:
                return f"labels {before} and {number} both have the {key} {entry[key]!r}"
    return None

"""How two results of the same call differ: part by part, as their values lie on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hazards.store.entries import Entry, read_json
from hazards.store.formats import Layout, decode

OTHER = float("inf")
"""The difference of what is no number, or not of the same shape."""


def differences(one: Entry, other: Entry) -> dict[str, float]:
    """The largest absolute difference of each part in which two results differ; empty where they are equal to the bit.

    Parts are named by their places: ``anomaly.auroc`` is a column of a table in a dict. Files that did not come with
    the project are compared by their checksums, and differ by `OTHER`.
    """
    manifests = read_json(one.path / "manifest.json"), read_json(other.path / "manifest.json")
    first = dict(_leaves(manifests[0]["layout"]))
    second = dict(_leaves(manifests[1]["layout"]))
    parts = dict.fromkeys(first.keys() ^ second.keys(), OTHER)
    for name in first.keys() & second.keys():
        file = first[name]["file"]
        if manifests[0]["files"][file][1] == manifests[1]["files"].get(file, ("", ""))[1]:
            continue
        if any(file in manifest.get("withheld", ()) for manifest in manifests):
            parts[name] = OTHER
            continue
        parts |= _by_part(name, decode(first[name], one._read), decode(second[name], other._read))
    return {name: parts[name] for name in sorted(parts) if parts[name]}


def _leaves(layout: Layout, place: str = "") -> Iterator[tuple[str, Layout]]:
    """The values in a layout that have files of their own, by their places."""
    if "items" not in layout:
        yield place or "value", layout
        return
    for name, inner in layout["items"].items():
        yield from _leaves(inner, f"{place}.{name}" if place else name)


def _by_part(place: str, one: Any, other: Any) -> dict[str, float]:
    """The largest absolute difference of the parts of two values: columns, arrays, numbers."""
    if hasattr(one, "columns") and hasattr(other, "columns"):
        one, other = dict(one.items()), dict(other.items())
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return {place: _largest(one, other)}
    parts = {f"{place}.{name}": OTHER for name in one.keys() ^ other.keys()}
    for name in one.keys() & other.keys():
        parts |= _by_part(f"{place}.{name}", one[name], other[name])
    return parts


def _largest(one: Any, other: Any) -> float:
    """The largest absolute difference of two arrays, lists or numbers; 0 where they are equal."""
    import numpy as np

    first, second = np.asarray(one), np.asarray(other)
    if first.shape != second.shape:
        return OTHER
    if first.dtype == object or not np.issubdtype(first.dtype, np.number):
        return 0.0 if np.array_equal(first, second) else OTHER
    if np.array_equal(first, second, equal_nan=True):
        return 0.0
    apart = np.abs(first.astype(float) - second.astype(float))
    return OTHER if np.isnan(apart).any() else float(apart.max())

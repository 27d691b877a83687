"""What the labels of a trained network are called: it carries them along, so that its data set need not be at hand."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hazards.data.label_sets import read_label_set
from hazards.errors import HazardsError
from hazards.labels import STREETHAZARDS, LabelSet
from hazards.store.entries import Entry

_OWN = "streethazards"
"""What ``--labels`` takes in place of a file."""


class LabelNamesError(HazardsError):
    """What a file says of labels cannot be used; the message says which file and why."""


def given(labels: str) -> LabelSet:
    """The label set that ``--labels`` names: that of a file as data sets have it, or StreetHazards' own.

    Raises:
        DataSetError: for a file that is none.
    """
    return STREETHAZARDS if labels == _OWN else read_label_set(Path(labels))


def recorded(training: Entry) -> LabelSet | None:
    """The label set of the data set of a training, see `provenance.labels_of`; None for an older result."""
    labels = training.provenance.get("labels", {}).get("data")
    return from_json(labels) if labels else None


def numbered(known: int) -> LabelSet:
    """Labels that nobody has named: by their numbers, in the colours that PASCAL VOC gives to numbers."""
    return LabelSet(
        names=(*(f"label {number}" for number in range(known)), STREETHAZARDS.names[-1]),
        colors=(*map(_color, range(known)), STREETHAZARDS.colors[-1]),
        values=(*((number,) for number in range(known)), ()),
    )


def _color(number: int) -> tuple[int, int, int]:
    """The bits of a number, spread over red, green and blue, the lowest ones to the highest places."""
    red = green = blue = 0
    for place in range(7, -1, -1):
        red |= (number & 1) << place
        green |= (number >> 1 & 1) << place
        blue |= (number >> 2 & 1) << place
        number >>= 3
    return red, green, blue


def to_json(labels: LabelSet) -> dict[str, Any]:
    """A label set as JSON, as provenance has it."""
    return dataclasses.asdict(labels)


def from_json(labels: Mapping[str, Any]) -> LabelSet:
    """The label set that `to_json` wrote."""
    colors = [(red, green, blue) for red, green, blue in labels["colors"]]
    return LabelSet(
        names=tuple(labels["names"]),
        colors=tuple(colors),
        values=tuple(tuple(values) for values in labels["values"]),
        ignored=tuple(labels["ignored"]),
    )


def from_metadata(text: str, place: Path) -> LabelSet:
    """The label set in the metadata of a file of weights.

    Raises:
        LabelNamesError: where it is none.
    """
    try:
        return from_json(json.loads(text))
    except (ValueError, TypeError, LookupError) as error:
        raise LabelNamesError(f"{place}: what it says of its labels is no label set: {error}") from None

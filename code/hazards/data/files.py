"""The files of a data set: lists of samples, images and label maps, each checked as it is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from hazards.data.decoding import Picture, open_picture
from hazards.data.errors import DataSetError
from hazards.labels import UNDEFINED, LabelSet

_PNG_KINDS = {0: "greyscale", 2: "RGB", 3: "palette", 4: "greyscale with alpha", 6: "RGB with alpha"}


def read_list(path: Path) -> list[tuple[Path, Path]]:
    """Paths of the images and label maps that a list names, in its order.

    Args:
        path: of the list, an odgt file: records with ``fpath_img`` and ``fpath_segm``, relative to the list's folder,
            as one JSON list or as a JSON object a line. A backslash in a path separates folders, as on Windows.

    Raises:
        DataSetError: where it is no such list, or empty; the message names the path.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        records = json.loads(text) if text.lstrip().startswith("[") else _lines(text)
    except (OSError, ValueError, RecursionError) as error:
        raise DataSetError(f"{path} is no list of samples: {error}") from None
    for number, record in enumerate(records, 1):
        for key in ("fpath_img", "fpath_segm"):
            if not isinstance(record, dict) or not isinstance(record.get(key), str):
                raise DataSetError(f"{path} is no list of samples: record {number} has no path {key}")
    if not records:
        raise DataSetError(f"{path} lists no sample")
    folder = path.parent
    return [(_listed(folder, record["fpath_img"]), _listed(folder, record["fpath_segm"])) for record in records]


def _listed(folder: Path, name: str) -> Path:
    """The path that a list in a folder gives to a file."""
    return folder / name.replace("\\", "/")


def _lines(text: str) -> list[Any]:
    records = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                records.append(json.loads(line))
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from None
    return records


def read_image(path: Path) -> np.ndarray:
    """An image as RGB, uint8 (H, W, 3).

    Raises:
        DataSetError: for a file that is missing, damaged or no image, for one of more than 8 bits, and for one that
            `Picture.require_one_upright` refuses.
    """
    return rgb(open_picture(path))


def rgb(picture: Picture) -> np.ndarray:
    """An opened image as RGB; shape and errors as of `read_image`."""
    mode = picture.header.mode
    if mode.startswith(("I", "F")):
        raise DataSetError(f"{picture.path}: an image has 8 bits a channel, this one has mode {mode}")
    picture.require_one_upright()
    return picture.pixels("RGB")


def read_label_map(path: Path, label_set: LabelSet) -> np.ndarray:
    """A label map with the labels of `label_set`, and `NO_LABEL` for void, uint8 (H, W).

    Raises:
        DataSetError: for a file that is missing or damaged, one that is no upright 8-bit greyscale PNG, and for a value
            that stands for nothing; the message names the file and, for a value, its row and column.
    """
    picture = open_picture(path)
    _require_greyscale(picture)
    picture.require_one_upright()
    values = picture.pixels("L")
    labels = bytearray(values).translate(bytes(label_set.from_file))  # three times as fast as by an array's index
    place = labels.find(UNDEFINED)
    if place >= 0:
        row, column = divmod(place, values.shape[1])
        raise DataSetError(
            f"{path}: value {values[row, column]} at row {row}, column {column}; "
            f"label maps hold {_ranges(label_set.in_files)}"
        )
    return np.frombuffer(labels, np.uint8).reshape(values.shape)


def _require_greyscale(picture: Picture) -> None:
    """Pillow calls greyscale of 2 or 4 bits L as well, and stretches its values; a PNG's header tells them apart."""
    stored = picture.header
    kind = f"a {stored.format}"
    if picture.png_kind:
        depth, color = picture.png_kind
        if (depth, color) == (8, 0):
            return
        kind = f"{depth}-bit {_PNG_KINDS[color]}"
    advice = ""
    if stored.mode == "P":
        advice = "; if its colour numbers are the values, save Image.fromarray(numpy.asarray(Image.open(path))) instead"
    raise DataSetError(
        f"{picture.path}: a label map is an 8-bit greyscale PNG, this one is {kind} (mode {stored.mode}){advice}"
    )


def _ranges(values: list[int]) -> str:
    """Sorted numbers in short: ``1 to 14, 255``."""
    runs: list[list[int]] = []
    for value in values:
        if runs and value == runs[-1][-1] + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)

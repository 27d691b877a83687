"""StreetHazards' layout on disk, and the reader of its images and label maps.

Under the root stand ``train/train.odgt``, ``train/validation.odgt`` and ``test/test.odgt``, each one JSON list
of records with the paths of an image and of its label map, relative to the list's own folder. Label maps are
8-bit greyscale PNG with values 1–14, one more than the label.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
from PIL import Image, UnidentifiedImageError

from hazards.errors import HazardsError

LISTS = {"train": "train/train.odgt", "val": "train/validation.odgt", "test": "test/test.odgt"}
_TAIL = 64
"""Bytes at the end of a PNG that hold the check sums of all its pixels (Adler-32 of the data, CRC of the chunk)."""


class DataSetError(HazardsError, ValueError):
    """The data set on disk is missing, incomplete or damaged; the message names the path."""


@dataclass(frozen=True)
class Sample:
    """Paths of an image and of its label map."""

    image: Path
    labels: Path

    def read(self) -> tuple[Image.Image, Image.Image]:
        """RGB image and label map with labels 0–13, both as PIL images of one size.

        Raises:
            DataSetError: for a file missing or truncated, a label map that is not 8-bit greyscale, a value
                outside 1–14 in it, or an image and a label map that differ in size.
        """
        image = _open(self.image).convert("RGB")
        labels = self.read_labels()
        if image.size != labels.size:
            raise DataSetError(
                f"{self.image} has {_pixels(image)} pixels but its label map {self.labels} has {_pixels(labels)}"
            )
        return image, labels

    def read_labels(self) -> Image.Image:
        """The label map alone, with labels 0–13; raises as `read` does."""
        stored = _open(self.labels)
        if stored.mode != "L":
            raise DataSetError(f"{self.labels}: a label map is 8-bit greyscale, this one has mode {stored.mode}")
        values = np.asarray(stored)
        wrong = np.flatnonzero((values < 1) | (values > 14))
        if len(wrong):
            row, column = divmod(int(wrong[0]), values.shape[1])
            raise DataSetError(
                f"{self.labels}: value {values[row, column]} at row {row}, column {column}; label maps hold 1 to 14"
            )
        return Image.fromarray(values - 1)


def _open(path: Path) -> Image.Image:
    try:
        image = Image.open(path)
        image.load()
    except FileNotFoundError:
        raise DataSetError(f"{path} is missing, though its data set's list names it") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise DataSetError(f"{path} cannot be read: {error}") from None
    return image


def _pixels(image: Image.Image) -> str:
    return f"{image.width}×{image.height}"


@dataclass(frozen=True)
class DataSet:
    """A data set in StreetHazards' layout.

    Args:
        root: folder that holds ``train`` and ``test``.
        key: what the store calls this content; computed from the files where it is not given.
    """

    root: Path
    key: str | None = None

    SPLITS: ClassVar = tuple(LISTS)

    def split(self, name: str) -> list[Sample]:
        """The samples of split ``train``, ``val`` or ``test``, in the list's order.

        Raises:
            DataSetError: where the root, its list or an entry of the list is missing or damaged.
        """
        path = self.root / LISTS[name]
        if not self.root.is_dir():
            raise DataSetError(f"no data set at {self.root}: no such folder")
        try:
            records = json.loads(path.read_text(encoding="utf-8"))
            samples = [
                Sample(path.parent / record["fpath_img"], path.parent / record["fpath_segm"]) for record in records
            ]
        except FileNotFoundError:
            raise DataSetError(f"{path} is missing: the data set is incomplete or was not wholly written") from None
        except (ValueError, KeyError, TypeError) as error:
            raise DataSetError(f"{path} is no list of samples: {type(error).__name__}: {error}") from None
        outside = [sample for sample in samples if not sample.image.is_relative_to(self.root)]
        if outside:
            raise DataSetError(f"{path} names {outside[0].image}, which lies outside of {self.root}")
        if not samples:
            raise DataSetError(f"{path} lists no sample")
        return samples

    def fingerprint(self) -> str:
        """Hash of the content, for keys of the store; equal wherever the same files lie."""
        return self.key or self._content

    @cached_property
    def _content(self) -> str:
        digest = hashlib.blake2b(digest_size=16)
        for name in LISTS:
            for sample in self.split(name):
                for path in (sample.image, sample.labels):
                    digest.update(f"{name} {path.relative_to(self.root).as_posix()}:".encode())
                    digest.update(_tail(path))
        return digest.hexdigest()


def _tail(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL))
            return size.to_bytes(8, "little") + file.read()
    except FileNotFoundError:
        raise DataSetError(f"{path} is missing, though its data set's list names it") from None

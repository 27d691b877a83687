"""Where the files of a data set in StreetHazards' layout lie, which samples each split has, and what labels they have.

Under the root stand ``train/train.odgt``, ``train/validation.odgt`` and ``test/test.odgt``, lists of the paths of
images and label maps; or, where each archive was unpacked in a folder of its own, the same under
``streethazards_train`` and ``streethazards_test``. Labels are StreetHazards' unless a ``labels.toml`` in the root says
otherwise.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np

from hazards.data.errors import DataSetError, NoDataSetError
from hazards.data.file_hashes import content_hashes
from hazards.data.files import read_image, read_label_map, read_list
from hazards.data.label_sets import read_label_set
from hazards.labels import STREETHAZARDS, LabelSet

LISTS = {"train": "train/train.odgt", "val": "train/validation.odgt", "test": "test/test.odgt"}
_ARCHIVES = {"train": "streethazards_train", "val": "streethazards_train", "test": "streethazards_test"}
"""The folder that the archive of a split makes where archives are unpacked apart."""


@dataclass(frozen=True)
class Sample:
    """Paths of an image and of its label map, and the label set of the latter."""

    image: Path
    labels: Path
    label_set: LabelSet = STREETHAZARDS

    def read(self) -> tuple[np.ndarray, np.ndarray]:
        """The image, RGB uint8 (H, W, 3), and its label map, uint8 (H, W).

        The map holds labels 0 to `label_set.anomaly`, and `NO_LABEL` for void.

        Raises:
            DataSetError: for a file that is missing or damaged, a label map that is no 8-bit greyscale PNG, a value in
                it that stands for nothing, a picture that EXIF says is to be turned, or an image and a label map that
                differ in size.
        """
        image = read_image(self.image)
        labels = self.read_labels()
        self.require_one_size(image, labels)
        return image, labels

    def require_one_size(self, image: np.ndarray, labels: np.ndarray) -> None:
        """Raise DataSetError where an image (H, W, 3) and its label map (H, W) differ in size."""
        if image.shape[:2] != labels.shape:
            raise DataSetError(
                f"{self.image} has {_pixels(image)} pixels but its label map {self.labels} has {_pixels(labels)}"
            )

    def read_labels(self) -> np.ndarray:
        """The label map alone; raises as `read` does."""
        return read_label_map(self.labels, self.label_set)


def _pixels(picture: np.ndarray) -> str:
    height, width = picture.shape[:2]
    return f"{width}×{height}"


@dataclass(frozen=True)
class DataSet:
    """A data set in StreetHazards' layout.

    Args:
        root: folder that holds ``train`` and ``test``, or the folders of both archives.
        key: what the store calls this content; computed from the files where it is not given.
    """

    root: Path
    key: str | None = None

    SPLITS: ClassVar = tuple(LISTS)

    @cached_property
    def labels(self) -> LabelSet:
        """The label set, StreetHazards' where there is no ``labels.toml``; raises as `read_label_set` does."""
        path = self.root / "labels.toml"
        return read_label_set(path) if path.exists() else STREETHAZARDS

    def split(self, name: str) -> list[Sample]:
        """The samples of split ``train``, ``val`` or ``test``, in the list's order.

        Raises:
            DataSetError: where the root, its list or an entry of the list is missing or damaged.
        """
        path = self._list(name)
        folder = _archive(path)
        inside = os.path.join(os.path.abspath(folder), "")
        listed = read_list(path)
        for file in itertools.chain(*listed):
            if not os.path.abspath(file).startswith(inside):
                raise DataSetError(f"{path} names {file}, which lies outside of {folder}")
        return [Sample(image, labels, self.labels) for image, labels in listed]

    def name(self, sample: Sample) -> str:
        """What results call an image: its path, as in ``test/images/t5/1.png``, equal however archives are unpacked."""
        parts = sample.image.relative_to(self.root).parts
        below = parts[1:] if parts[0] in _ARCHIVES.values() else parts
        return "/".join(below)

    def _list(self, split: str) -> Path:
        """The list of a split, where archives lie together or apart."""
        if not self.root.is_dir():
            raise NoDataSetError(f"no data set at {self.root}: no such folder")
        together = self.root / LISTS[split]
        apart = self.root / _ARCHIVES[split] / LISTS[split]
        present = [path for path in (together, apart) if path.exists()]
        if not present:
            raise DataSetError(
                f"{together} is missing, and {apart} too: the data set is incomplete or was not wholly written"
            )
        if len(present) > 1:
            raise DataSetError(f"{together} and {apart} are both there: which of them is meant? Remove one")
        return present[0]

    def fingerprint(self) -> str:
        """Hash of all content, for keys of the store; equal wherever the same files lie."""
        return self.key or self._content

    @cached_property
    def _content(self) -> str:
        """Hash of the splits: which files they list by which names, in which order, and all that these hold."""
        names: list[str] = []
        paths: list[Path] = []
        for split in LISTS:
            folder = _archive(self._list(split))
            for sample in self.split(split):
                for path in (sample.image, sample.labels):
                    names.append(f"{split} {path.relative_to(folder).as_posix()}")
                    paths.append(path)
        digest = hashlib.blake2b(digest_size=16)
        for name, content in zip(names, content_hashes(self.root, paths), strict=True):
            digest.update(f"{name}: {content}\n".encode(errors="surrogateescape"))
        if self.labels.fingerprint() != STREETHAZARDS.fingerprint():
            digest.update(self.labels.fingerprint().encode())
        return digest.hexdigest()


def _archive(listed: Path) -> Path:
    """The folder that an archive was unpacked in, from that of the list in it."""
    return listed.parent.parent

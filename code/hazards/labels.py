"""Label sets: what the labels of a data set are called, which of them is the anomaly, and how files write them.

Everywhere in this library a label map holds 0 … K - 1 for the K labels that are known in training, K for the anomaly,
which teaches nothing, and `NO_LABEL` for void: pixels that the data set leaves open, and those that an augmentation
pads an image with. Void teaches nothing, and no figure counts it: it is neither known nor anomalous.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    LabelMap = TypeVar("LabelMap", np.ndarray, Tensor)

NO_LABEL = 255
"""Void: no label. A file writes it by any value that its label set ignores."""
UNDEFINED = 254
"""Stands in no label map: what `LabelSet.from_file` has for values that a file may not hold."""
VOID_COLOR = (255, 255, 255)
"""In which void is displayed, sRGB 0–255."""


def labelled(labels: LabelMap) -> LabelMap | None:
    """Which pixels have a label, known or anomaly: boolean, as large as `labels`; None where all have.

    For measures, which count no void: with None there is nothing to leave out, which is faster.
    """
    void = labels == NO_LABEL
    return ~void if void.any() else None


@dataclass(frozen=True)
class LabelSet:
    """The labels of a data set: first the known ones, at most 253, and last the anomaly.

    Args:
        names: of all labels.
        colors: to display them, sRGB 0–255.
        values: by which label maps in files write each label, 0–255, rising; none for an anomaly that files do not
            know.
        ignored: values that files write void by, rising.
    """

    names: tuple[str, ...]
    colors: tuple[tuple[int, int, int], ...]
    values: tuple[tuple[int, ...], ...]
    ignored: tuple[int, ...] = ()

    @property
    def known(self) -> int:
        """Number of labels that a network predicts: 0 … `known` - 1."""
        return len(self.names) - 1

    @property
    def anomaly(self) -> int:
        """The label of what was never seen in training."""
        return self.known

    @cached_property
    def from_file(self) -> list[int]:
        """What each value 0–255 in a file stands for: a label, `NO_LABEL`, or `UNDEFINED` where it may not occur."""
        meanings = [UNDEFINED] * 256
        for label, values in enumerate(self.values):
            for value in values:
                meanings[value] = label
        for value in self.ignored:
            meanings[value] = NO_LABEL
        return meanings

    @property
    def in_files(self) -> list[int]:
        """The values that a file may hold, rising."""
        return sorted([*itertools.chain(*self.values), *self.ignored])

    def colorize(self, labels: np.ndarray) -> np.ndarray:
        """Colour a label map: integer array (H, W) of labels to uint8 RGB (H, W, 3); void in `VOID_COLOR`."""
        palette = np.full((256, 3), VOID_COLOR, np.uint8)
        palette[: len(self.colors)] = self.colors
        return palette[labels]

    def fingerprint(self) -> str:
        """What results depend on, for keys of the store: all but the colours."""
        return json.dumps([self.names, self.values, self.ignored])


(
    UNLABELED,
    BUILDING,
    FENCE,
    OTHER,
    PEDESTRIAN,
    POLE,
    ROAD_LINE,
    ROAD,
    SIDEWALK,
    VEGETATION,
    CAR,
    WALL,
    TRAFFIC_SIGN,
    ANOMALY,
) = range(14)
"""StreetHazards' labels, and those of the embedded world. `unlabeled` is trained like the others: it holds the sky and
the ground beside the street."""

STREETHAZARDS = LabelSet(
    names=(
        "unlabeled",
        "building",
        "fence",
        "other",
        "pedestrian",
        "pole",
        "road line",
        "road",
        "sidewalk",
        "vegetation",
        "car",
        "wall",
        "traffic sign",
        "anomaly",
    ),
    colors=(
        (0, 0, 0),
        (70, 70, 70),
        (190, 153, 153),
        (250, 170, 160),
        (220, 20, 60),
        (153, 153, 153),
        (157, 234, 50),
        (128, 64, 128),
        (244, 35, 232),
        (107, 142, 35),
        (0, 0, 142),
        (102, 102, 156),
        (220, 220, 0),
        (60, 250, 240),
    ),
    values=tuple((value,) for value in range(1, 15)),
)
"""StreetHazards' labels, files hold one more than each; the colours are CARLA's, as the data set's authors use them."""

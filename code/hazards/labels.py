"""Label sets: what the labels of a data set are called, which of them is the anomaly, and how files write them.

Everywhere in this library a label map holds 0 … K - 1 for the K labels that are known in training, K for the anomaly,
which occurs in the test split only, and `NO_LABEL` where an augmentation shows nothing of the image.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np

NO_LABEL = 255
"""Stands in no file's label map: what an augmentation pads a label map with. Like the anomaly, it teaches nothing."""


@dataclass(frozen=True)
class LabelSet:
    """The labels of a data set: first the known ones, at most 254, and last the anomaly.

    Args:
        names: of all labels.
        colors: to display them, sRGB 0–255.
        values: 0–255, by which label maps in files write them; one less where files know no anomaly.
    """

    names: tuple[str, ...]
    colors: tuple[tuple[int, int, int], ...]
    values: tuple[int, ...]

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
        """The label that each value 0–255 in a file stands for, `NO_LABEL` for those that stand for none."""
        labels = {value: label for label, value in enumerate(self.values)}
        return [labels.get(value, NO_LABEL) for value in range(256)]

    def colorize(self, labels: np.ndarray) -> np.ndarray:
        """Colour a label map: integer array (H, W) of labels to uint8 RGB (H, W, 3)."""
        return np.array(self.colors, np.uint8)[labels]

    def fingerprint(self) -> str:
        """What results depend on, for keys of the store: all but the colours."""
        return json.dumps([self.names, self.values])


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
    values=tuple(range(1, 15)),
)
"""StreetHazards' labels, files hold one more than each; the colours are CARLA's, as the data set's authors use them."""

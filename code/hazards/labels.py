"""The 14 labels of StreetHazards: names, colours, and the step between file values and labels.

Label files hold 1–14; everywhere in this library labels are 0–13. Labels 0–12 are known in training, 13 (the
anomaly) occurs in the test split only. Label 0, `unlabeled`, is trained like the others: it holds the sky and
the ground beside the street.
"""

from __future__ import annotations

import numpy as np

NAMES = (
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
)
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
KNOWN = 13
"""Number of labels a network predicts: 0–12."""

COLORS = np.array(
    [
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
    ],
    dtype=np.uint8,
)
"""Display colours, shape (14, 3), sRGB 0–255: the CARLA palette, as the data set's authors use it."""


def colorize(labels: np.ndarray) -> np.ndarray:
    """Colour a label map: integer array (H, W) of labels 0–13 to uint8 RGB (H, W, 3)."""
    return COLORS[labels]

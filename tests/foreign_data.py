"""A small data set that is not StreetHazards: seven known labels, void, two values of the anomaly, JPEG, links.

Rooms with things in them, seen by a robot; some train images hold the anomaly as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from hazards.data.layout import LISTS

LABELS = """
[[label]]
value = [10, 11]
name = "floor"
color = [150, 110, 70]

[[label]]
value = 20
name = "wall"
color = [200, 200, 180]

[[label]]
value = 30
name = "door"
color = [120, 60, 20]

[[label]]
value = 90
name = "spill"
color = [250, 40, 250]

[[label]]
value = [200, 201]
name = "foreign object"
color = [60, 250, 240]
anomaly = true

[[label]]
value = 40
name = "table"
color = [90, 140, 40]

[[label]]
value = 50
name = "chair"
color = [40, 60, 160]

[[label]]
value = 60
name = "lamp"
color = [240, 240, 60]

[[label]]
value = 255
name = "unclear"
ignore = true

[[label]]
value = 0
name = "robot"
ignore = true
"""
"""`spill` never occurs."""
COLORS = {
    10: (150, 110, 80),
    11: (120, 100, 90),
    20: (205, 200, 190),
    30: (110, 70, 40),
    40: (120, 140, 90),
    50: (70, 80, 150),
    60: (235, 225, 120),
    200: (180, 40, 60),
    201: (40, 160, 160),
    255: (128, 128, 128),
    0: (20, 20, 20),
}
SIZE = (72, 128)
COUNTS = {"train": 20, "val": 6, "test": 12}


def foreign_data(root: Path, test_folders: Mapping[str, bool]) -> Path:
    """Write the data set into `root`, links to a folder beside it; returns its root.

    Args:
        test_folders: of the test images in turn, each with whether its images hold the anomaly.
    """
    rng = np.random.default_rng(0)
    elsewhere = root.with_name(f"{root.name}-files")
    for split, path in LISTS.items():
        top = root / Path(path).parent
        top.mkdir(parents=True, exist_ok=True)
        for kind in ("images", "maps"):
            (elsewhere / top.name / kind).mkdir(parents=True, exist_ok=True)
            if not (top / kind).exists():
                (top / kind).symlink_to(elsewhere / top.name / kind, target_is_directory=True)
        records = []
        for number in range(COUNTS[split]):
            folder, has_anomaly = split, number % 10 == 0
            if split == "test":
                folder, has_anomaly = list(test_folders.items())[number % len(test_folders)]
            values = room(rng, has_anomaly)
            names = {"fpath_img": f"images/{folder}/{number}.jpg", "fpath_segm": f"maps/{folder}/{number}.png"}
            image, labels = (top / name for name in names.values())
            for file in (image, labels):
                file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(photograph(values, rng)).save(image, quality=92)
            Image.fromarray(values).save(labels)
            records.append({key: name.replace("/", "\\") for key, name in names.items()})
        (root / path).write_text(json.dumps(records), encoding="utf-8-sig")
        (top / "images" / "._0.jpg").touch()
    (root / "labels.toml").write_text(LABELS, encoding="utf-8-sig")
    return root


def room(rng: np.random.Generator, has_anomaly: bool) -> np.ndarray:
    """Values of the label map of a room, uint8."""
    height, width = SIZE
    values = np.full(SIZE, 20, np.uint8)
    horizon = height // 2 + rng.integers(-4, 5)
    values[horizon:] = 10
    values[horizon + 15 :, : width // 2] = 11
    for value, size in ((30, (28, 14)), (40, (14, 30)), (50, (16, 10)), (60, (8, 6))):
        top = rng.integers(4 if value == 60 else horizon - size[0] + 4, height - size[0] - 10)
        left = rng.integers(0, width - size[1])
        values[top : top + size[0], left : left + size[1]] = value
    if has_anomaly:
        for value in (200, 201):
            size = rng.integers(5, 12, 2)
            top, left = rng.integers(horizon - 4, height - 20), rng.integers(0, width - 12)
            values[top : top + size[0], left : left + size[1]] = value
    edges = np.zeros(SIZE, bool)
    edges[1:] |= values[1:] != values[:-1]
    values[edges & (rng.random(SIZE) < 0.6)] = 255
    values[height - 6 :, 40:90] = 0
    return values


def photograph(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A picture of a room, uint8 (H, W, 3)."""
    picture = rng.normal(0, 14, (*SIZE, 3)) + rng.normal(0, 10)
    for value, color in COLORS.items():
        picture[values == value] += color
    return picture.clip(0, 255).astype(np.uint8)

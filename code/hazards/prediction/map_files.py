"""What a prediction leaves in a folder: the maps of each picture, and ``summary.json``.

There is a folder for each kind of map, in which it bears its picture's name and has the picture's own size:

- ``segmentation``: PNG whose values are the labels, numbered from 0, shown in the labels' colours;
- ``overlay``: the picture under these colours, and under the anomaly's where the score reaches the threshold;
- ``confidence``: PNG whose values 0–255 are confidences 0–1, shown in the colours cividis;
- ``anomaly``: PNG whose values 0–255 are scores from one end of the summary's ``range`` to the other, what lies outside
  cut off, shown in the colours inferno;
- ``score``: npz with the scores themselves, ``score``, float32 (H, W).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from hazards.labels import LabelSet
from hazards.prediction.inference import Maps
from hazards.whole_files import whole_file

KINDS = {"segmentation": "png", "overlay": "png", "confidence": "png", "anomaly": "png", "score": "npz"}
"""The folders of maps, and the files in them."""


def write_maps(
    folder: Path,
    name: str,
    picture: Image.Image,
    maps: Maps,
    labels: LabelSet,
    threshold: float | None,
    ends: tuple[float, float],
) -> dict[str, str]:
    """Write the maps of an RGB picture, each whole or not at all; their paths in the folder by kind.

    Args:
        threshold: from which a score is marked in the overlay; None for no marks.
        ends: scores at the ends of the anomaly map's colours.
    """
    shown = maps.labels
    if threshold is not None:
        shown = np.where(maps.score >= threshold, labels.anomaly, maps.labels)
    overlay = (np.asarray(picture).astype(np.uint16) + labels.colorize(shown)) // 2
    rising = (maps.score - ends[0]) / ((ends[1] - ends[0]) or 1.0)  # a picture of one score has no range
    images = {
        "segmentation": _painted(maps.labels, np.array(labels.colors[:-1], np.uint8)),
        "overlay": Image.fromarray(overlay.astype(np.uint8)),
        "confidence": _painted(_levels(maps.confidence), _shades("cividis")),
        "anomaly": _painted(_levels(rising), _shades("inferno")),
    }
    files = {kind: f"{kind}/{name}.{suffix}" for kind, suffix in KINDS.items()}
    for kind, image in images.items():
        with whole_file(folder / files[kind]) as draft:
            # five times as fast as the usual level, which takes longer than all else together; a sixth larger
            image.save(draft, format="PNG", compress_level=1)
    with whole_file(folder / files["score"]) as draft, draft.open("wb") as file:
        np.savez(file, score=maps.score)
    return files


def _levels(values: np.ndarray) -> np.ndarray:
    """Values in 0–1, cut off outside, as 0–255."""
    return (values.clip(0, 1) * 255).round().astype(np.uint8)


def _painted(values: np.ndarray, colors: np.ndarray) -> Image.Image:
    """Image that keeps values (H, W), and shows each in its colour, uint8 (N, 3)."""
    image = Image.fromarray(values)
    image.putpalette(colors.tobytes())
    return image


@cache
def _shades(name: str) -> np.ndarray:
    """A colour map of matplotlib, uint8 (256, 3)."""
    import matplotlib as mpl

    return mpl.colormaps[name](np.arange(256), bytes=True)[:, :3]


def write_summary(folder: Path, facts: Mapping[str, Any], rows: Iterable[str], failed: list[dict[str, str]]) -> Path:
    """Write ``summary.json`` into a folder, whole or not at all; returns its path.

    Args:
        facts: what holds for all pictures.
        rows: what is said about each, a line of JSON each; they are written one by one, so they may be many.
        failed: pictures that could not be predicted, and why.
    """
    path = folder / "summary.json"
    with whole_file(path) as draft, draft.open("w", encoding="utf-8") as file:
        file.write(json.dumps(facts, indent=1)[:-2] + ',\n "pictures": [')
        separator = "\n"
        for row in rows:
            file.write(f"{separator}  {row.rstrip()}")
            separator = ",\n"
        file.write(f'\n ],\n "failed": {json.dumps(failed)}\n}}\n')
    return path

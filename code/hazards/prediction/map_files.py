"""What a prediction leaves in a folder: the maps of each picture, and ``summary.json``.

There is a folder for each kind of map, in which it bears its picture's name and has the picture's own size:

- ``segmentation``: PNG whose values are the labels, numbered from 0, shown in the labels' colours;
- ``overlay``: the picture under these colours, and under the anomaly's where the score reaches the threshold;
- ``confidence``: PNG whose values 0–255 are confidences 0–1, shown in the colours cividis;
- ``anomaly``: PNG whose values 0–255 are scores from one end of the summary's ``range`` to the other, what lies outside
  cut off, shown in the colours inferno;
- ``score``: npz with the scores themselves, ``score``, float32 (H, W).

Maps and summary belong together: `begin` takes an earlier summary away, and `finish` the earlier maps that the new one
does not name. In between, also for good if the process is killed, ``.unfinished.json`` says whose maps may be there.
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
_SUMMARY = "summary.json"
_UNFINISHED = ".unfinished.json"


def places(folder: Path) -> list[Path]:
    """All that predictions may leave in a folder: files, and folders of maps."""
    return [folder / name for name in (*KINDS, _SUMMARY, _UNFINISHED)]


def files_of(name: str) -> dict[str, str]:
    """The paths of a picture's maps in the folder, by kind."""
    return {kind: f"{kind}/{name}.{suffix}" for kind, suffix in KINDS.items()}


def begin(folder: Path, names: Iterable[str]) -> None:
    """Note whose maps the folder will have, and may have from earlier predictions, whose summary is removed."""
    with whole_file(folder / _UNFINISHED) as draft:
        draft.write_text(json.dumps(sorted({*names, *_earlier(folder)})), encoding="utf-8")
    (folder / _SUMMARY).unlink(missing_ok=True)


def finish(
    folder: Path, names: Iterable[str], facts: Mapping[str, Any], rows: Iterable[str], failed: list[dict[str, str]]
) -> Path:
    """Remove earlier maps but those of the pictures `names`, and write ``summary.json``; returns its path.

    Args:
        facts: what holds for all pictures.
        rows: what is said about each, a line of JSON each; they are written one by one, so they may be many.
        failed: pictures that could not be predicted, and why.
    """
    for name in _earlier(folder) - {*names}:
        for file in files_of(name).values():
            (folder / file).unlink(missing_ok=True)
    _write_summary(folder / _SUMMARY, facts, rows, failed)
    (folder / _UNFINISHED).unlink()
    return folder / _SUMMARY


def _earlier(folder: Path) -> set[str]:
    """Names of the pictures whose maps may be in a folder, by its summary and by what a killed run left."""
    names = {*_unfinished(folder / _UNFINISHED), *_summarised(folder / _SUMMARY)}
    return {name for name in names if not Path(name).is_absolute() and ".." not in Path(name).parts}


def _unfinished(path: Path) -> list[str]:
    """Names in the file that `begin` wrote; none where there is no such file."""
    try:
        return [str(name) for name in json.loads(path.read_bytes())]
    except (OSError, ValueError, TypeError):
        return []


def _summarised(path: Path) -> list[str]:
    """Names of the pictures in a summary; none where there is no such file."""
    kind, suffix = next(iter(KINDS.items()))
    try:
        pictures = json.loads(path.read_bytes())["pictures"]
        files = [str(picture["files"][kind]) for picture in pictures]
    except (OSError, ValueError, TypeError, LookupError):
        return []
    return [file.removeprefix(f"{kind}/").removesuffix(f".{suffix}") for file in files]


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
    files = files_of(name)
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


def _write_summary(path: Path, facts: Mapping[str, Any], rows: Iterable[str], failed: list[dict[str, str]]) -> None:
    """Write a summary, whole or not at all; see `finish`."""
    with whole_file(path) as draft, draft.open("w", encoding="utf-8") as file:
        file.write(json.dumps(facts, indent=1)[:-2] + ',\n "pictures": [')
        separator = "\n"
        for row in rows:
            file.write(f"{separator}  {row.rstrip()}")
            separator = ",\n"
        file.write(f'\n ],\n "failed": {json.dumps(failed)}\n}}\n')

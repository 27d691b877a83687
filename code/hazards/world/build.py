"""Write the embedded world to disk in exactly the layout of StreetHazards, in parallel and resumable.

    build("world", height=144, width=256, counts={"train": 400, "val": 80, "test": 260})

The lists (`train/train.odgt`, ...) are written last, so a folder without them is one whose rendering was interrupted;
the same call continues it. Beside the official files, `metadata/<split>.json` names each image's town, weather and
hazards, in the order of the list; the same facts stand in a text field of each image.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

from hazards.errors import HazardsError
from hazards.messages import bar, say
from hazards.world.rendering.image import sensor, shoot
from hazards.world.rendering.rays import has_embree
from hazards.world.scene import scene
from hazards.world.towns.catalogue import SPLITS

_FOLDERS = {
    "train": ("train", "train.odgt", "training"),
    "val": ("train", "validation.odgt", "validation"),
    "test": ("test", "test.odgt", "test"),
}
"""Split to its folder, its list in there, and the name its images' folder has."""
_BATCH = 8
"""Images that a worker renders in one go."""
IMAGE_PNG = {"compress_level": 1, "compress_type": zlib.Z_HUFFMAN_ONLY}
"""How images are packed: with the sensor's noise in them, a search for repeats costs more time than it saves bytes."""
LABEL_PNG = {"compress_level": 3}
_NOTE = "hazards-world"
"""Name of the text field in an image that says what it shows."""


Job = tuple[Path, str, int, int, int, int]
"""Folder, split, index, height, width and seed of an image to render."""


class WorldError(HazardsError):
    """The world cannot be written; the message names the file or the setting."""


def build(
    root: str | os.PathLike[str],
    *,
    height: int,
    width: int,
    counts: Mapping[str, int],
    seed: int = 0,
    workers: int | None = None,
) -> None:
    """Render the world into a folder; images that are there already are kept.

    Args:
        root: folder to write to, created if absent.
        height, width: size of the images, pixels.
        counts: number of images of the splits "train", "val" and "test".
        seed: of the whole world.
        workers: processes; by default one a core.

    Raises:
        WorldError: for a bad count or size, for files of other settings in the folder, and when writing fails.
    """
    unknown = set(counts) - set(SPLITS)
    if unknown or any(count < 1 for count in counts.values()) or min(height, width) < 8:
        raise WorldError(
            f"cannot render counts {dict(counts)} at {width}x{height}: expected 1 or more images of "
            f"{', '.join(SPLITS)} and at least 8x8 pixels"
        )
    root = Path(root)
    jobs = [(root, split, index, height, width, seed) for split in counts for index in range(counts[split])]
    if not has_embree():
        say("embreex is not installed: the world is rendered without it, alike but some 50 times slower")
    notes = []
    with bar(len(jobs), "rendering the world", unit="image") as progress:
        for note in _run(jobs, workers or os.cpu_count() or 1):
            notes.append(note)
            progress.update()
    for split in counts:
        _write_lists(root, split, [note for note in notes if note["split"] == split])


def _run(jobs: list[Job], workers: int) -> Iterator[dict[str, Any]]:
    """Render images here or in processes, yielding their notes in order."""
    if workers == 1 or len(jobs) <= _BATCH:
        yield from map(_render, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_render, jobs, chunksize=_BATCH)  # where this ends early, images not begun are dropped


def image_paths(split: str, index: int) -> tuple[str, str]:
    """Paths of an image and of its labels, relative to the folder of the split's list."""
    towns = SPLITS[split]
    town = "t1-3" if split == "train" else towns[index % len(towns)]
    name = f"{_FOLDERS[split][2]}/{town}/{index + 1}.png"
    return f"images/{name}", f"annotations/{name}"


def _render(job: Job) -> dict[str, Any]:
    """Render an image unless it is there; the image is written after its labels and so vouches for both."""
    root, split, index, height, width, seed = job
    image_name, label_name = image_paths(split, index)
    folder = root / _FOLDERS[split][0]
    image_path = folder / image_name
    label_path = folder / label_name
    made = {"split": split, "index": index, "seed": seed, "height": height, "width": width}
    if image_path.exists():
        note = _read_note(image_path)
        if {key: note.get(key) for key in made} != made:
            raise WorldError(f"{image_path} was not rendered with these settings: choose another folder or remove it")
        return note
    setting = scene(split, index, seed)
    image, labels = shoot(setting, height, width, sensor(index, seed))
    note = made | {"town": setting.town.name, "weather": setting.weather.name, "hazards": list(setting.hazards)}
    text = PngImagePlugin.PngInfo()
    text.add_text(_NOTE, json.dumps(note))
    _write(label_path, lambda path: Image.fromarray(labels + 1).save(path, "PNG", **LABEL_PNG))
    _write(image_path, lambda path: Image.fromarray(image).save(path, "PNG", pnginfo=text, **IMAGE_PNG))
    return note


def _read_note(path: Path) -> dict[str, Any]:
    try:
        with Image.open(path) as image:
            return json.loads(image.info.get(_NOTE, "{}"))
    except (OSError, ValueError) as error:
        raise WorldError(
            f"{path} cannot be read as an image of the world ({error}): remove it and render again"
        ) from None


def _write(path: Path, save: Callable[[Path], object]) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save(part)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise WorldError(f"cannot write {path}: {error}") from None


def _write_lists(root: Path, split: str, notes: list[dict[str, Any]]) -> None:
    """Write the list of a split, and what its images show, in the order of the list."""
    folder, name, _ = _FOLDERS[split]
    entries = []
    for note in notes:
        image, label = image_paths(split, note["index"])
        size = {"width": note["width"], "height": note["height"]}
        entries.append({"dbName": "StreetHazards", **size, "fpath_img": image, "fpath_segm": label})
    facts = [{key: note[key] for key in ("index", "town", "weather", "hazards")} for note in notes]
    _write(root / "metadata" / f"{split}.json", lambda path: path.write_text(json.dumps(facts, indent=1)))
    _write(root / folder / name, lambda path: path.write_text(json.dumps(entries)))

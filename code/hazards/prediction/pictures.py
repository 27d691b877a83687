"""Pictures of any kind and size: find them in folders, and read them as upright RGB with 8 bits a channel."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from hazards.errors import HazardsError

SUFFIXES = frozenset((".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp"))
"""Of what counts as a picture in a folder; a file that is named itself may have any."""

VIDEOS = frozenset((".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm", ".wmv"))


class PictureError(HazardsError):
    """A picture is not there or cannot be used; the message says why."""


def find(places: Sequence[Path], apart: Sequence[Path] = ()) -> dict[str, Path]:
    """Find pictures, by names that tell them apart, in order.

    A folder stands for the pictures anywhere in it, and for its videos, which `read` refuses. Hidden files and what
    lies in the folders `apart` are left out. A name is the picture's path from the folder that holds all `places`,
    without its suffix, unless two pictures differ in nothing else: then all names have theirs.

    Raises:
        PictureError: for a place that is not there or lies in a folder `apart`, and for a folder without pictures.
    """
    barred = [_absolute(folder) for folder in apart]
    chosen: dict[Path, Path] = {}
    for place in places:
        if not place.exists():
            raise PictureError(f"{place}: there is no such picture or folder")
        paths = [place] if place.is_file() else _in_folder(place)
        inside = {_absolute(path): path for path in paths}
        inside = {path: given for path, given in inside.items() if not any(map(path.is_relative_to, barred))}
        if not inside and place.is_file():
            raise PictureError(f"{place} lies where predictions are written to: choose another folder for these")
        if not inside:
            raise PictureError(f"{place} holds no picture: looked for {', '.join(sorted(SUFFIXES))}")
        chosen |= inside
    top = os.path.commonpath([path if path.is_dir() else path.parent for path in map(_absolute, places)])
    names = [path.relative_to(top) for path in chosen]
    short = [name.with_suffix("") for name in names]
    if len(set(short)) == len(short):
        names = short
    return {name.as_posix(): given for name, given in zip(names, chosen.values(), strict=True)}


def _absolute(path: Path) -> Path:
    """The absolute path, links not followed: they may bear names that tell pictures apart."""
    return Path(os.path.abspath(path))


def _in_folder(folder: Path) -> Iterator[Path]:
    """Pictures and videos anywhere in a folder, but for hidden files."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES | VIDEOS and not path.name.startswith(".") and path.is_file():
            yield path


def read(path: Path) -> Image.Image:
    """Read a picture as it is meant to be seen: upright, RGB, 8 bits a channel.

    It is turned as its EXIF tag says, 16-bit grey keeps its upper 8 bits, and what is transparent lies on white.

    Raises:
        PictureError: where it cannot be read, holds several pictures, or says nothing about which value is white.
    """
    if path.suffix.lower() in VIDEOS:
        raise PictureError(f"is a video: extract its frames first, for example `ffmpeg -i {path.name} frames/%05d.png`")
    try:
        with Image.open(path) as image:
            frames = getattr(image, "n_frames", 1)
            if frames > 1 and image.format != "MPO":  # a photograph with previews, as telephones take them
                raise PictureError(f"holds {frames} pictures: extract them first")
            image.load()
            return _rgb(ImageOps.exif_transpose(image))
    except PictureError:
        raise
    except Exception as error:  # what decoders raise for damaged files is anything from OSError to struct.error
        raise PictureError(f"cannot be read: {' '.join(str(error).split())}") from error


def _rgb(image: Image.Image) -> Image.Image:
    """An image of any mode as RGB."""
    if image.mode.startswith("I;16"):
        upper = np.asarray(image) >> 8
        return Image.fromarray(upper.astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        raise PictureError(
            f"has pixels of mode {image.mode}, of which none is known as white: save it with 8 or 16 bits"
        )
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")

"""Pictures of any kind and size: find them in folders, and read them as upright RGB with 8 bits a channel."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from hazards.errors import HazardsError
from hazards.messages import say

_KINDS = ".avif .bmp .dib .gif .jfif .jp2 .jpe .jpeg .jpg .mpo .pbm .pgm .png .pnm .ppm .tga .tif .tiff .webp"
SUFFIXES = frozenset(_KINDS.split())
"""Of what counts as a picture in a folder; a file that is named itself may have any."""

VIDEOS = frozenset((".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm", ".wmv"))


class PictureError(HazardsError):
    """A picture is not there or cannot be used; the message says why."""


def find(places: Sequence[Path], apart: Sequence[Path] = ()) -> dict[str, Path]:
    """Find pictures, by names that tell them apart, in order.

    A folder stands for the pictures anywhere in it, and for its videos, which `read` refuses; a line says what is left
    out. A name is the picture's path from the folder that holds all `places`, without its suffix,
    which those keep that differ in nothing else.

    Args:
        apart: files and folders that are left out, with all that lies in them.

    Raises:
        PictureError: for a place that is not there or lies in a folder `apart`, and for a folder without pictures.
    """
    barred = [_absolute(folder) for folder in apart]
    chosen: dict[Path, Path] = {}
    for place in places:
        if not place.exists():
            raise PictureError(f"{place}: there is no such picture or folder")
        paths = [place] if place.is_file() else filter(_is_picture, _in_folder(place))
        inside = {_absolute(path): path for path in paths}
        inside = {path: given for path, given in inside.items() if not any(map(path.is_relative_to, barred))}
        if not inside and place.is_file():
            raise PictureError(f"{place} lies where predictions are written to: choose another folder for these")
        if not inside:
            raise PictureError(f"{place} holds no picture: looked for {', '.join(sorted(SUFFIXES))}")
        chosen |= inside
    if others := left_out(places, apart):
        say(f"left out, as no pictures: {others}")
    top = os.path.commonpath([path if path.is_dir() else path.parent for path in map(_absolute, places)])
    names = _told_apart([path.relative_to(top) for path in chosen])
    return dict(zip(names, chosen.values(), strict=True))


def left_out(places: Sequence[Path], apart: Sequence[Path] = ()) -> str:
    """What `find` passes over in folders, by kind, in a line; empty where that is nothing."""
    barred = [_absolute(folder) for folder in apart]
    kinds: Counter[str] = Counter()
    for path in {_absolute(path): path for place in places if place.is_dir() for path in _in_folder(place)}:
        if not _is_picture(path) and not any(map(path.is_relative_to, barred)):
            kinds[_kind(path)] += 1
    return ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))


def _is_picture(path: Path) -> bool:
    """Whether a file in a folder is a picture or a video by its name, and not hidden."""
    return path.suffix.lower() in SUFFIXES | VIDEOS and not path.name.startswith(".") and not path.is_dir()


def _kind(path: Path) -> str:
    """What is left out is counted as this."""
    if path.is_dir():
        return "linked folder"
    if path.name.startswith("."):
        return "hidden"
    return path.suffix.lower() or "without a suffix"


def _told_apart(paths: list[Path]) -> list[str]:
    """Paths without their suffixes; those that differ in nothing else keep them, and so does what these meet."""
    short = [path.with_suffix("").as_posix() for path in paths]
    names: list[str] = []
    while names != short:
        names = short
        repeated = _repeated(names)
        kept = [name.casefold() in repeated for name in names]
        short = [path.as_posix() if is_kept else name for path, name, is_kept in zip(paths, names, kept, strict=True)]
    return names


def _repeated(names: list[str]) -> set[str]:
    """Names that stand for several files, in lower case: many a disk does not tell small letters from large ones."""
    numbers = Counter(name.casefold() for name in names)
    return {name for name, number in numbers.items() if number > 1}


def _absolute(path: Path) -> Path:
    """The absolute path, links not followed: they may bear names that tell pictures apart."""
    return Path(os.path.abspath(path))


def _in_folder(folder: Path) -> Iterator[Path]:
    """All files anywhere in a folder, and the linked folders, which are not entered."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() or path.is_symlink():
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
    except UnidentifiedImageError:
        raise PictureError(
            "cannot be read: it begins like no kind of picture known here: save it as PNG or JPEG"
        ) from None
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

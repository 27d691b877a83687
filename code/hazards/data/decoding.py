"""Pixels from picture files.

8-bit PNG is decoded by kornia-rs: in less than half of Pillow's time, and it compares the check sum of every chunk,
which Pillow does not do when it decodes. Everything else is Pillow's.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from hazards.data.errors import DataSetError, errors_name

FORMATS = {"PNG", "JPEG", "MPO", "WEBP", "BMP", "TIFF"}
"""Kinds of picture that are read, by Pillow's names; MPO is what some cameras write in place of JPEG."""
SUFFIXES = {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".webp", ".bmp", ".dib", ".tif", ".tiff"}
"""What such files are called; a file that a list names may be called anything."""
_ORIENTATION = 0x0112
"""The EXIF tag that says how a picture is to be turned."""
_MARKS = (b"eXIf", b"exif", b"tiff:Orientation")
"""One of these stands in every PNG that may say so."""
_DECODED = {"L": ((8, 0), "mono"), "RGB": ((8, 2), "rgb")}
"""The kind of PNG that kornia-rs decodes, see `Picture.png_kind`, and its own name for it, by Pillow's mode."""


@dataclass(frozen=True)
class Picture:
    """A picture's file, of which only the header has been looked at.

    Args:
        path: of the file.
        data: its bytes.
        header: the picture as Pillow opens it, with size, format and mode.
    """

    path: Path
    data: bytes
    header: Image.Image

    @property
    def png_kind(self) -> tuple[int, int] | None:
        """Bit depth and colour type in the header of a PNG; None for another format."""
        return (self.data[24], self.data[25]) if self.header.format == "PNG" else None

    def require_one_upright(self) -> None:
        """Raise DataSetError for a picture of several frames, and for one that EXIF says is to be turned.

        Programs that made its label map may have turned the picture or not: the file does not tell, so it is refused.
        """
        frames = getattr(self.header, "n_frames", 1)
        if frames > 1 and self.header.format != "MPO":  # whose further pictures are previews
            raise DataSetError(f"{self.path} holds {frames} frames: a data set has one picture a file")
        with errors_name(self.path):
            orientation = self._orientation()
        if orientation != 1:
            raise DataSetError(
                f"{self.path} is to be turned or mirrored before it is looked at (EXIF orientation {orientation}), and "
                "nothing says whether its label map, or image, is, too: save both as they belong together, without "
                "this entry; for an image to be turned, PIL.ImageOps.exif_transpose(image).save(path)"
            )

    def _orientation(self) -> int:
        """What EXIF says, 1 to 8; 1, upright, where it says nothing."""
        if self.png_kind and not any(mark in self.data for mark in _MARKS):
            return 1  # Pillow would decode all of it to look for a mark behind the pixels
        value = self.header.getexif().get(_ORIENTATION, 1)
        return value if value in range(2, 9) else 1

    def pixels(self, mode: str) -> np.ndarray:
        """The pixels in Pillow's mode ``RGB`` or ``L``: uint8 (H, W, 3) or (H, W).

        Raises:
            DataSetError: where the file is damaged.
        """
        kind, name = _DECODED[mode]
        with errors_name(self.path):
            if self.png_kind == kind:
                return self._decoded_png(name)
            Image.open(io.BytesIO(self.data)).verify()
            return np.array(self.header.convert(mode))  # writable, as torch wants it

    def _decoded_png(self, name: str) -> np.ndarray:
        from kornia_rs.io import decode_image_png_u8

        width, height = self.header.size
        pixels = decode_image_png_u8(self.data, (height, width), name)
        return pixels if name == "rgb" else pixels[..., 0]


def open_picture(path: Path) -> Picture:
    """A picture by its path.

    Raises:
        DataSetError: for a file that is missing, begins like no picture, or is none of `FORMATS`.
    """
    with errors_name(path):  # a header may be damaged in many ways
        data = path.read_bytes()
        try:
            header = Image.open(io.BytesIO(data))
        except UnidentifiedImageError:
            raise DataSetError(f"{path} cannot be read: it begins like no kind of image") from None
    if header.format not in FORMATS:
        raise DataSetError(f"{path} is a {header.format}: pictures are PNG, JPEG, WebP, BMP or TIFF")
    picture = Picture(path, data, header)
    if picture.png_kind and data[12:16] != b"IHDR":  # Pillow finds a header elsewhere, too
        raise DataSetError(f"{path} cannot be read: the header does not come first")
    return picture

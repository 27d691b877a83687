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
        DataSetError: for a file that is missing or begins like no picture.
    """
    with errors_name(path):  # a header may be damaged in many ways
        data = path.read_bytes()
        try:
            header = Image.open(io.BytesIO(data))
        except UnidentifiedImageError:
            raise DataSetError(f"{path} cannot be read: it begins like no kind of image") from None
    picture = Picture(path, data, header)
    if picture.png_kind and data[12:16] != b"IHDR":  # Pillow finds a header elsewhere, too
        raise DataSetError(f"{path} cannot be read: the header does not come first")
    return picture

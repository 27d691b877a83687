"""What surfaces are made of: their colours, and the names of their textures."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np

Color = Sequence[float] | np.ndarray
"""Linear albedo (red, green, blue), each 0-1."""


def linear(code: str) -> tuple[float, float, float]:
    """Linear colour, 0-1, of a hexadecimal sRGB one such as "8a4a3a" (IEC 61966-2-1)."""
    srgb = np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)]) / 255
    red, green, blue = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return float(red), float(green), float(blue)


class Texture(IntEnum):
    """Texture of a face, a procedural pattern; `rendering.patterns` computes it."""

    (
        PLAIN,
        BRICK,
        WINDOWS,
        ASPHALT,
        CONCRETE,
        GRASS,
        LEAVES,
        BARK,
        WOOD,
        METAL,
        STRIPES,
        CHECKER,
        SPOTS,
        FUR,
        PLASTER,
        TILES,
        ROOF,
        PAVING,
        GLASS,
        CLOTH,
        RUST,
        PLANKS,
        GLOW,
        SCALES,
        BRICK_WINDOWS,
        GLASS_FRONT,
    ) = range(26)

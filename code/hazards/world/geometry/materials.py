"""What surfaces are made of: colours, the names of textures, and materials by name, as in "oak" or "striped blue"."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

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


class Paint(NamedTuple):
    """A surface material: what solids take for their colour, linear and 0-1, and texture."""

    color: tuple[float, float, float]
    texture: Texture


PATTERNS = {
    "striped": Texture.STRIPES,
    "checkered": Texture.CHECKER,
    "spotted": Texture.SPOTS,
    "shaggy": Texture.FUR,
    "quilted": Texture.CLOTH,
    "tiled": Texture.TILES,
    "scaly": Texture.SCALES,
    "glowing": Texture.GLOW,
    "rusty": Texture.RUST,
    "metallic": Texture.METAL,
}

_PLAIN = {
    "white": "e9e7e1",
    "cream": "e6d8b0",
    "yellow": "f0c419",
    "gold": "c9992c",
    "orange": "e8751a",
    "red": "c0221f",
    "crimson": "8c1230",
    "pink": "ea8fb0",
    "magenta": "c22a8a",
    "purple": "6a359c",
    "navy": "1d2a5c",
    "blue": "1f57b8",
    "sky-blue": "6db3e0",
    "teal": "16807f",
    "mint": "9bd6b4",
    "lime": "93c926",
    "green": "2c7f3a",
    "olive": "6b6b2a",
    "brown": "6b4325",
    "chestnut": "7e3f1c",
    "tan": "b98d5a",
    "sand": "cdb382",
    "grey": "84868a",
    "silver": "b9bdc2",
    "charcoal": "36383c",
    "black": "151516",
}
_NATURAL = {
    "oak": ("a8793f", Texture.WOOD),
    "walnut": ("5a3a22", Texture.WOOD),
    "pine": ("d0a868", Texture.PLANKS),
    "steel": ("9aa0a6", Texture.METAL),
    "brass": ("c39a3a", Texture.METAL),
    "copper": ("b0653a", Texture.METAL),
    "rust": ("8a4a26", Texture.RUST),
    "concrete": ("a3a19b", Texture.CONCRETE),
    "marble": ("dcdad4", Texture.PLASTER),
    "sandstone": ("c2a577", Texture.PLASTER),
    "brick": ("a0523a", Texture.BRICK),
    "glass": ("8fb4c4", Texture.GLASS),
    "bark": ("5d4630", Texture.BARK),
    "lamp": ("fff2c4", Texture.GLOW),
}
MATERIALS = {name: (code, Texture.PLAIN) for name, code in _PLAIN.items()} | _NATURAL


def paint(name: str) -> Paint:
    """The material called `name`: a colour, or a pattern and a colour with a blank or an underscore between.

    Raises ValueError naming the unknown word.
    """
    *pattern, color = name.replace("_", " ").split() or [""]
    if color not in MATERIALS:
        raise ValueError(f"material {name!r}: {color!r} is not one of {', '.join(sorted(MATERIALS))}")
    for word in pattern:
        if word not in PATTERNS:
            raise ValueError(f"material {name!r}: {word!r} is not one of {', '.join(sorted(PATTERNS))}")
    code, texture = MATERIALS[color]
    if pattern:
        texture = PATTERNS[pattern[-1]]
    return Paint(linear(code), texture)

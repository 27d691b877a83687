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

# Hazards are painted with these. As in StreetHazards, they are as dull as what stands in the streets anyway: bright
# colours would tell them from it (evaluation/appearance.py measures that), and nothing would be learned of things.
_PLAIN = {
    "white": "bdbbb8",
    "cream": "b9b4a8",
    "yellow": "a69f93",
    "gold": "8f877c",
    "orange": "908076",
    "red": "7f6a68",
    "crimson": "6d5c5d",
    "pink": "a59897",
    "magenta": "7d6e76",
    "purple": "6e6a73",
    "navy": "575962",
    "blue": "696f7b",
    "sky-blue": "959ca1",
    "teal": "6d7978",
    "mint": "999f98",
    "lime": "84867a",
    "green": "677268",
    "olive": "6e6d60",
    "brown": "6a625b",
    "chestnut": "72635c",
    "tan": "8f877d",
    "sand": "a19a90",
    "grey": "808182",
    "silver": "a1a2a3",
    "charcoal": "5b5c5d",
    "black": "535354",
}
_NATURAL = {
    "oak": ("877c6f", Texture.WOOD),
    "walnut": ("665d57", Texture.WOOD),
    "pine": ("9c958a", Texture.PLANKS),
    "steel": ("8d8f91", Texture.METAL),
    "brass": ("8a8378", Texture.METAL),
    "copper": ("7f716a", Texture.METAL),
    "rust": ("756761", Texture.RUST),
    "concrete": ("92918e", Texture.CONCRETE),
    "marble": ("b7b6b3", Texture.PLASTER),
    "sandstone": ("999287", Texture.PLASTER),
    "brick": ("816e68", Texture.BRICK),
    "glass": ("929b9e", Texture.GLASS),
    "bark": ("68625b", Texture.BARK),
    "lamp": ("d8d4c8", Texture.GLOW),
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

"""Surface textures of the embedded world."""

from __future__ import annotations

from enum import IntEnum


class Texture(IntEnum):
    """Procedural texture of a face, evaluated at the hit point in metres."""

    PLAIN = 0
    BRICK = 1
    WINDOWS = 2
    ASPHALT = 3
    CONCRETE = 4
    GRASS = 5
    LEAVES = 6
    BARK = 7
    WOOD = 8
    METAL = 9
    STRIPES = 10
    CHECKER = 11
    SPOTS = 12
    FUR = 13
    PLASTER = 14
    TILES = 15
    ROOF = 16
    PAVING = 17
    GLASS = 18
    CLOTH = 19
    RUST = 20
    PLANKS = 21
    GLOW = 22
    SCALES = 23

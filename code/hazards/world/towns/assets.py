"""Each town's stock of trees, buildings and hedges, made once a process and set up in every scene."""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32

import numpy as np

from hazards.world.geometry.materials import Texture
from hazards.world.geometry.solids import Mesh
from hazards.world.towns import furniture, vegetation
from hazards.world.towns.buildings import building
from hazards.world.towns.catalogue import TOWNS


def _rng(*key: object) -> np.random.Generator:
    return np.random.default_rng(crc32(repr(key).encode()))


def _color(town: str, part: str, variant: int) -> np.ndarray:
    palette = TOWNS[town].colors[part]
    return np.asarray(palette[variant % len(palette)])


@lru_cache(maxsize=512)
def town_tree(town: str, species: str, variant: int, level: int) -> Mesh:
    """A tree of the town; `level` 0 is one to see closely, 1 and 2 have ever fewer leaves."""
    rng = _rng(town, species, variant)
    color = _color(town, "leaves", variant) * rng.uniform(0.8, 1.1)
    return vegetation.tree(species, color, rng, level)


@lru_cache(maxsize=128)
def town_bush(town: str, variant: int, level: int) -> Mesh:
    """A shrub of the town, with levels of detail like a tree's."""
    return vegetation.bush(_color(town, "leaves", variant), _rng(town, "bush", variant), level)


@lru_cache(maxsize=256)
def town_building(town: str, kind: str, variant: int) -> Mesh:
    """A building of the town."""
    return building(kind, TOWNS[town], _rng(town, kind, variant))


@lru_cache(maxsize=512)
def town_front(town: str, kind: str, variant: int, level: int) -> Mesh:
    """A piece of what bounds lots in the town: a picket or iron fence, a rail, a barrier, a wall or a hedge."""
    rng = _rng(town, kind, variant)
    tone = rng.uniform(0.8, 1.15)
    merge = (1, 2, 5)[level]
    match kind:
        case "picket":
            white = TOWNS[town].white_fences
            return furniture.picket_fence((0.70, 0.70, 0.67) if white else (0.42, 0.30, 0.20), merge)
        case "iron":
            return furniture.iron_fence((0.035, 0.04, 0.04), merge)
        case "rail":
            return furniture.thing("fences", "rail")
        case "barrier":
            return furniture.barrier(np.array((0.45, 0.44, 0.41)) * tone)
        case "hedge":
            color = _color(town, "leaves", variant % 3) * 0.85
            return vegetation.hedge(furniture.PIECE, rng.uniform(0.9, 1.5), color, rng)
    height = rng.uniform(1.5, 2.7)
    if rng.random() < 0.6:
        return furniture.wall(furniture.PIECE, height, _color(town, "bricks", variant) * tone, Texture.BRICK)
    return furniture.wall(furniture.PIECE, height, np.array((0.36, 0.34, 0.31)) * tone, Texture.CONCRETE)


def level(distance: float) -> int:
    """Level of detail of a tree at a distance in metres."""
    return int(distance > 32) + int(distance > 85)


def variant(rng: np.random.Generator) -> int:
    """One of the four variants of an asset."""
    return int(rng.integers(4))

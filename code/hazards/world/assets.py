"""Each town's stock of trees, buildings and hedges, made once a process and set up in every scene."""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32

import numpy as np

from . import furniture
from .buildings import building
from .geometry import Mesh
from .materials import Texture
from .plants import bush, hedge, tree
from .towns import TOWNS

_VARIANTS = 4


def _rng(*key: object) -> np.random.Generator:
    return np.random.default_rng(crc32(repr(key).encode()))


@lru_cache(maxsize=256)
def town_tree(town: str, species: str, variant: int, level: int) -> Mesh:
    """A tree of the town; `level` 0 is one to see closely, 1 and 2 have ever fewer leaves."""
    rng = _rng(town, species, variant)
    leaves = TOWNS[town].leaves
    color = np.asarray(leaves[variant % len(leaves)]) * rng.uniform(0.8, 1.1)
    return tree(species, color, rng, (0.8, 0.22, 0.06)[level])


@lru_cache(maxsize=256)
def town_building(town: str, kind: str, variant: int) -> Mesh:
    """A building of the town."""
    return building(kind, TOWNS[town], _rng(town, kind, variant))


@lru_cache(maxsize=256)
def town_front(town: str, kind: str, variant: int, level: int) -> Mesh:
    """A piece of what bounds lots in the town: a picket or iron fence, a rail, a barrier, a wall or a hedge."""
    rng, look = _rng(town, kind, variant), TOWNS[town]
    tone, merge = rng.uniform(0.8, 1.15), (1, 2, 5)[level]
    if kind == "picket":
        return furniture.picket_fence((0.70, 0.70, 0.67) if town in ("t1", "t3") else (0.42, 0.30, 0.20), merge)
    if kind == "iron":
        return furniture.iron_fence((0.035, 0.04, 0.04), merge)
    if kind == "rail":
        return furniture.rail((0.42, 0.44, 0.46))
    if kind == "barrier":
        return furniture.barrier(np.array((0.45, 0.44, 0.41)) * tone)
    if kind == "hedge":
        color = np.asarray(look.leaves[variant % 3]) * 0.85
        return hedge(furniture.PIECE, rng.uniform(0.9, 1.5), color, rng)
    height = rng.uniform(1.5, 2.7)
    if rng.random() < 0.6:
        color = np.asarray(look.bricks[variant % len(look.bricks)]) * tone
        return furniture.wall(furniture.PIECE, height, color, Texture.BRICK)
    return furniture.wall(furniture.PIECE, height, np.array((0.36, 0.34, 0.31)) * tone, Texture.CONCRETE)


@lru_cache(maxsize=64)
def town_bush(town: str, variant: int, level: int) -> Mesh:
    """A shrub of the town, with levels of detail like a tree's."""
    return bush(
        TOWNS[town].leaves[variant % len(TOWNS[town].leaves)], _rng(town, "bush", variant), (1.0, 0.35, 0.12)[level]
    )


def level(distance: float) -> int:
    """Level of detail of a tree at a distance in metres."""
    return int(distance > 32) + int(distance > 85)


def variant(rng: np.random.Generator) -> int:
    """A random variant of an asset."""
    return int(rng.integers(_VARIANTS))

"""Each town's stock of trees, buildings and hedges, made once a process and set up in every scene."""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32

import numpy as np

from .buildings import building
from .geometry import Mesh
from .plants import bush, hedge, tree
from .towns import TOWNS

_VARIANTS = 4


def _rng(*key: object) -> np.random.Generator:
    return np.random.default_rng(crc32(repr(key).encode()))


@lru_cache(maxsize=256)
def town_tree(town: str, species: str, variant: int, near: bool) -> Mesh:
    """A tree of the town; far ones have fewer leaves."""
    rng = _rng(town, species, variant)
    leaves = TOWNS[town].leaves
    color = np.asarray(leaves[variant % len(leaves)]) * rng.uniform(0.8, 1.1)
    return tree(species, color, rng, 1.0 if near else 0.22)


@lru_cache(maxsize=256)
def town_building(town: str, kind: str, variant: int) -> Mesh:
    """A building of the town."""
    return building(kind, TOWNS[town], _rng(town, kind, variant))


@lru_cache(maxsize=64)
def town_hedge(town: str, length: int, variant: int) -> Mesh:
    """A hedge of the town, 0.9 to 1.5 m high."""
    rng = _rng(town, "hedge", variant)
    return hedge(length, rng.uniform(0.9, 1.5), np.asarray(TOWNS[town].leaves[variant % 3]) * 0.85, rng)


@lru_cache(maxsize=64)
def town_bush(town: str, variant: int) -> Mesh:
    """A shrub of the town."""
    return bush(TOWNS[town].leaves[variant % len(TOWNS[town].leaves)], _rng(town, "bush", variant))


def variant(rng: np.random.Generator) -> int:
    """A random variant of an asset."""
    return int(rng.integers(_VARIANTS))

"""The hazards of the embedded world: every kind of thing that stands in the test streets and in no training street.

A kind is a number. Which thing it is, and what it looks like, is a pure function of that number: the kinds are the
looks of the things written down in the `hazard_kinds_*` modules, in the order of FAMILIES.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from ..labels import ANOMALY
from .geometry import Mesh
from .hazard_kinds_animals import ANIMALS
from .hazard_kinds_debris import DEBRIS
from .hazard_kinds_food import FOOD
from .hazard_kinds_furniture import FURNITURE
from .hazard_kinds_instruments import INSTRUMENTS
from .hazard_kinds_machines import MACHINES
from .hazard_kinds_toys import TOYS
from .hazard_kinds_vehicles import VEHICLES
from .hazard_parts import Kind, assemble, kinds

FAMILIES = {
    "animals": ANIMALS,
    "debris": DEBRIS,
    "food": FOOD,
    "furniture": FURNITURE,
    "instruments": INSTRUMENTS,
    "machines": MACHINES,
    "toys": TOYS,
    "vehicles": VEHICLES,
}
"""The text of each family, in the grammar of `hazard_parts`."""

_KINDS = [(family, kind) for family, text in FAMILIES.items() for kind in kinds(text)]
KINDS = len(_KINDS)
"""Number of kinds: `hazard(kind)` takes 0 to KINDS - 1."""
PLACES = tuple(kind.place for _, kind in _KINDS)
"""Where each kind is found: on the ground, in the air, or with its back to a wall."""


def hazard_name(kind: int) -> str:
    """What a kind is, such as "striped red deck chair"; no two kinds share a name."""
    return _kind(kind)[1].name


def family(kind: int) -> str:
    """The family of a kind, one of FAMILIES."""
    return _kind(kind)[0]


def place(kind: int) -> str:
    """Where a kind is found: "ground", "air" or "wall"."""
    return _kind(kind)[1].place


@lru_cache(maxsize=64)
def hazard(kind: int) -> Mesh:
    """The mesh of a kind: natural size in metres, lowest point on z = 0, middle at x = y = 0, facing +x, label 13.

    Wall hazards have their back at the smallest x. Calls share their result, so its arrays are read-only.
    Raises ValueError for a kind outside 0 to KINDS - 1.
    """
    solid = assemble(_kind(kind)[1]).with_label(ANOMALY)
    low, high = solid.vertices.min(axis=0), solid.vertices.max(axis=0)
    solid = solid.moved((-(low[0] + high[0]) / 2, -(low[1] + high[1]) / 2, -low[2]))
    solid = _without_slivers(
        replace(solid, vertices=np.maximum(solid.vertices, (-np.inf, -np.inf, 0)).astype(np.float32))
    )
    for array in (solid.vertices, solid.faces, solid.color, solid.texture, solid.label):
        array.flags.writeable = False
    return solid


def _kind(kind: int) -> tuple[str, Kind]:
    if not 0 <= kind < KINDS:
        raise ValueError(f"hazard kind {kind}: expected 0 to {KINDS - 1}")
    return _KINDS[kind]


def _without_slivers(solid: Mesh) -> Mesh:
    """The mesh less its triangles of no area, such as those at the poles of a ball."""
    a, b, c = (solid.vertices[solid.faces[:, i]] for i in range(3))
    keep = np.linalg.norm(np.cross(b - a, c - a), axis=1) > 1e-8
    return replace(
        solid, faces=solid.faces[keep], color=solid.color[keep], texture=solid.texture[keep], label=solid.label[keep]
    )

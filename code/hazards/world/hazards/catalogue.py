"""The hazards of the embedded world: every kind of thing that stands in the test streets and in no training street.

A kind is a number. Which thing it is, and what it looks like, is a pure function of that number: the kinds are the
looks of the things written down in the files of `kinds/`, in alphabetical order of the files.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from hazards.labels import ANOMALY
from hazards.world.geometry.solids import Mesh
from hazards.world.hazards.grammar import Kind, assemble, kinds

FILES = sorted(Path(__file__).with_name("kinds").glob("*.txt"))
"""One a family of things, in the grammar of `grammar`."""
KINDS: tuple[Kind, ...] = tuple(kind for file in FILES for kind in kinds(file.read_text(encoding="utf-8"), file.stem))
"""All kinds; `hazard(kind)` takes their indices. Keys of results hold them by value."""


@lru_cache(maxsize=64)
def hazard(kind: int) -> Mesh:
    """The mesh of a kind: natural size in metres, lowest point on z = 0, middle at x = y = 0, facing +x, label 13.

    Wall hazards have their back at the smallest x. Calls share their result, so its arrays are read-only.

    Raises:
        ValueError: for a kind that is no index of KINDS.
    """
    if not 0 <= kind < len(KINDS):
        raise ValueError(f"hazard kind {kind}: expected 0 to {len(KINDS) - 1}")
    solid = assemble(KINDS[kind]).with_label(ANOMALY)
    low = solid.vertices.min(axis=0)
    high = solid.vertices.max(axis=0)
    solid = solid.moved((-(low[0] + high[0]) / 2, -(low[1] + high[1]) / 2, -low[2]))
    standing = np.maximum(solid.vertices, (-np.inf, -np.inf, 0)).astype(np.float32)
    solid = _without_slivers(replace(solid, vertices=standing))
    for array in (solid.vertices, solid.faces, solid.color, solid.texture, solid.label):
        array.flags.writeable = False
    return solid


def _without_slivers(solid: Mesh) -> Mesh:
    """The mesh less its triangles of no area, such as those at the poles of a ball."""
    a, b, c = solid.vertices[solid.faces.T]
    keep = np.linalg.norm(np.cross(b - a, c - a), axis=1) > 1e-8
    return replace(
        solid, faces=solid.faces[keep], color=solid.color[keep], texture=solid.texture[keep], label=solid.label[keep]
    )

"""What bounds lots and roads: fences, railings, walls and barriers; each runs along x, centred."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from hazards.labels import FENCE, WALL
from hazards.world.geometry.materials import Color, Texture
from hazards.world.geometry.mesh import Mesh, join, mesh
from hazards.world.geometry.solids import box, quad, slope

PIECE = 4.0
"""Length of a piece of fence or barrier, metres; longer rows repeat it."""
_SECTION = ((-0.32, 0), (-0.27, 0.12), (-0.13, 0.4), (-0.09, 1.05), (0.09, 1.05), (0.13, 0.4), (0.27, 0.12), (0.32, 0))
"""Outline (y, z) of a barrier."""


def _pickets(x: np.ndarray, width: float, low: float, high: float, color: Color, point: float = 0.0) -> Mesh:
    """Upright flat bars at the given x, `point` metres of tip on top."""
    half = width / 2
    shape = np.array([(-half, low), (half, low), (half, high), (0, high + point), (-half, high)])
    points = np.zeros((len(x), 5, 3))
    points[:, :, 0] = x[:, None] + shape[:, 0]
    points[:, :, 2] = shape[:, 1]
    corners = np.array([(0, 1, 2), (0, 2, 4), (2, 3, 4), (2, 3, 4)])
    if point == 0:
        corners = corners[:2]
    faces = np.arange(len(x))[:, None, None] * 5 + corners
    return mesh(points.reshape(-1, 3), faces.reshape(-1, 3), color)


def picket_fence(color: Color, merge: int) -> Mesh:
    """A garden fence of pointed boards; `merge` makes one of that many, for the distance."""
    x = np.arange(-PIECE / 2 + 0.1, PIECE / 2, 0.2 * merge)
    boards = _pickets(x, 0.14 * merge, 0.06, 0.95, color, 0.1)
    rails = [box((PIECE, 0.05, 0.1), color).moved((0, 0.04, z)) for z in (0.25, 0.7)]
    return join([boards, *rails]).with_label(FENCE)


def iron_fence(color: Color, merge: int) -> Mesh:
    """A railing of bars with posts; `merge` as in `picket_fence`."""
    x = np.arange(-PIECE / 2 + 0.08, PIECE / 2, 0.16 * merge)
    bars = _pickets(x, 0.05 * merge, 0.15, 1.35, color)
    posts = _pickets(np.array([-PIECE / 4, PIECE / 4]), 0.13, 0, 1.55, color)
    rails = [box((PIECE, 0.05, 0.08), color).moved((0, 0.02, z)) for z in (0.2, 0.75, 1.25)]
    return join([bars, posts, *rails]).with_label(FENCE)


def wall(length: float, height: float, color: Color, texture: Texture = Texture.BRICK) -> Mesh:
    """A garden wall with a coping and piers."""
    body = box((length, 0.28, height), color, texture)
    coping = box((length, 0.38, 0.1), np.asarray(color) * 0.75 + 0.05, Texture.CONCRETE).moved((0, 0, height))
    pier = box((0.45, 0.45, height + 0.3), color, texture)
    places = np.linspace(-length / 2 + 0.22, length / 2 - 0.22, 1 + int(length / 4))
    return join([body, coping, *(pier.moved((x, 0, 0)) for x in places)]).with_label(WALL)


def barrier(color: Color) -> Mesh:
    """A concrete roadside wall with sloping foot."""
    x = (-PIECE / 2, PIECE / 2)
    sides = [
        slope(x, (low_y, high_y), (low_z, high_z), color, Texture.CONCRETE)
        for (low_y, low_z), (high_y, high_z) in pairwise(_SECTION)
    ]
    ends = [
        quad([(end, -0.3, 0), (end, 0.3, 0), (end, 0.09, 1.05), (end, -0.09, 1.05)], color, Texture.CONCRETE)
        for end in x
    ]
    return join([*sides, *ends]).with_label(WALL)

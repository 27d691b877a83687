"""The land: sidewalks with kerbs, what lies beyond them, and what closes the view: woods, hills, a skyline."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hazards.labels import BUILDING, ROAD, SIDEWALK, UNLABELED
from hazards.world.geometry.camera import Camera
from hazards.world.geometry.materials import Color, Texture
from hazards.world.geometry.noise import fbm
from hazards.world.geometry.solids import Mesh, box, grid, join, quad
from hazards.world.towns.catalogue import Town
from hazards.world.towns.street import BEHIND, Street
from hazards.world.towns.vegetation import forest

STEP = 5.0
"""Metres between the points of kerb lines, so that they follow a bend."""
_CORNER = 4.0
"""Radius of kerbs at a crossing, metres."""


class Cover(NamedTuple):
    """What the ground is covered with."""

    color: Color
    texture: Texture
    label: int


_Kerb = tuple[np.ndarray, int]
"""The kerb line of a block: s of its points, and where its corner is: -1 start, 1 end, 0 none."""


def ground(street: Street, pavement: Cover, verge: Cover, grass: Cover) -> Mesh:
    """Sidewalks with kerbs, the verge before the lots, and the land beyond them, in road coordinates."""
    kerbs = _kerbs(street)
    return join(_block(street, kerb, side, pavement, verge, grass) for side in (-1, 1) for kerb in kerbs)


def plain(color: Color) -> Mesh:
    """The flat ground under everything, world coordinates; what of it is road follows from `Street.on_street`."""
    corners = [(-3000, -3000, 0), (3000, -3000, 0), (3000, 3000, 0), (-3000, 3000, 0)]
    return quad(corners, color, Texture.ASPHALT).with_label(ROAD)


def _kerbs(street: Street) -> list[_Kerb]:
    """The kerb lines along one side of the street, one a block."""
    if street.crossing is None:
        return [(np.arange(BEHIND, street.length + STEP, STEP), 0)]
    near = street.crossing - street.cross_half
    far = street.crossing + street.cross_half
    kerbs = [(_points(far, street.length), -1)]
    if near > BEHIND + 10:
        kerbs.insert(0, (_points(BEHIND, near), 1))
    return kerbs


def _points(start: float, end: float) -> np.ndarray:
    return np.linspace(start, end, max(2, int((end - start) / STEP)))


def _block(street: Street, line: _Kerb, side: int, pavement: Cover, verge: Cover, grass: Cover) -> Mesh:
    """The kerb, sidewalk and land of one block: strips between ever more inset copies of its kerb line."""
    depth = street.depth
    width = street.sidewalk[side > 0]
    insets = np.array([0, 0.02, 0.3, width, width + 3, depth * 0.45, depth - street.half - 1])
    heights = [street.ground(side * (street.half + inset + 1e-3)) for inset in insets]
    heights[0] = -0.02
    rows = np.stack([_inset(street, line, inset, z) for inset, z in zip(insets, heights, strict=True)])
    rows[:, :, 1] *= side
    if depth > 30:
        rough = fbm(rows[-2:, :, 0] / 90 + side * 0.3, rows[-2:, :, 1] / 90)
        rows[-2:, :, 2] += rough * np.array([[0.4], [4.0]]) * abs(street.bank[side > 0]) * 6
    kerb = Cover(0.8 * np.asarray(pavement.color), Texture.CONCRETE, SIDEWALK)
    strips = ((rows[:3], kerb), (rows[2:4], pavement), (rows[3:5], verge), (rows[4:], grass))
    return join(grid(points, color, texture).with_label(label) for points, (color, texture, label) in strips)


def _inset(street: Street, kerb: _Kerb, inset: float, z: float) -> np.ndarray:
    """(N, 3) a kerb line moved inwards: straight along the street, then round its corner if it has one."""
    s, corner = kerb
    if corner == 0:
        return _at(s, street.half + inset, z)
    edge = s[-1] if corner == 1 else s[0]
    reach = max(inset, _CORNER)
    radius = max(_CORNER - inset, 0)
    limit = edge - corner * reach
    straight = _at(corner * np.minimum(corner * s, corner * limit), street.half + inset, z)
    angle = np.linspace(0, np.pi / 2, 6)
    arc = _at(limit + corner * np.sin(angle) * radius, street.half + reach - np.cos(angle) * radius, z)
    away = _at(edge - corner * inset, np.linspace(street.half + reach, street.depth, 8), z)
    # Columns run along s on one side of a corner and along t on the other.
    if corner == 1:
        return np.concatenate([straight, arc, away])
    return np.concatenate([away[::-1], arc[::-1], straight])


def _at(s: np.ndarray | float, t: np.ndarray | float, z: float) -> np.ndarray:
    """Points (N, 3) of coordinates of which some are numbers for all."""
    return np.stack(np.broadcast_arrays(s, t, z), -1)


def woods(street: Street, town: Town, rng: np.random.Generator) -> list[Mesh]:
    """Edges of woods along both sides and across the far end of the street, in road coordinates."""
    color = np.asarray(town.color("leaves", rng)) * 0.75
    s = np.arange(BEHIND, street.length + 30, 2.0)
    belts = []
    for side in (-1, 1):
        if rng.random() < 0.9:
            t = side * (street.depth - 2.5 + rng.uniform(-2, 2))
            belt = forest(np.stack([s, np.full(len(s), t)], -1), rng.uniform(8, 14), color, rng)
            belts.append(belt.moved((0, 0, street.ground(side * street.depth))))
    across = np.arange(-street.depth, street.depth, 2.0)
    end = np.stack([np.full(len(across), street.length + 14), across], -1)
    belts.append(forest(end, rng.uniform(7, 11), color, rng))
    return belts


def horizon(town: Town, grass: Color, camera: Camera, rng: np.random.Generator) -> list[Mesh]:
    """Hills, a far wood, and in some towns the skyline of a city, in world coordinates."""
    parts = [_hills(grass, camera, rng)]
    angle = camera.yaw + np.linspace(-1, 1, 221)
    circle = np.stack([330 * np.cos(angle), 330 * np.sin(angle)], -1)
    parts.append(forest(circle, rng.uniform(5, 9), np.asarray(town.colors["leaves"][0]) * 0.7, rng))
    if "tower" in dict(town.lots) or rng.random() < 0.3:
        parts += [_high_rise(town, camera, rng) for _ in range(14)]
    return parts


def _hills(grass: Color, camera: Camera, rng: np.random.Generator) -> Mesh:
    angle = camera.yaw + np.linspace(-1, 1, 49)
    shift = rng.uniform(0, 1)
    height = rng.uniform(10, 70)
    swell = np.clip(fbm(np.cos(angle) / 5 + shift, np.sin(angle) / 5 + shift) * 2.4 - 0.75, 0, 2) * height
    rows = []
    for radius, share in ((420, 0.0), (620, 0.75), (800, 1.0)):
        rows.append(np.stack([radius * np.cos(angle), radius * np.sin(angle), share * swell - 2], -1))
    return grid(np.stack(rows), np.asarray(grass) * 0.75, Texture.GRASS).with_label(UNLABELED)


def _high_rise(town: Town, camera: Camera, rng: np.random.Generator) -> Mesh:
    direction = camera.yaw + rng.uniform(-0.9, 0.9)
    away = rng.uniform(210, 380)
    size = (rng.uniform(16, 34), rng.uniform(16, 34), rng.uniform(18, 75))
    color = np.asarray(town.color("walls", rng)) * 0.8
    solid = box(size, color, Texture.WINDOWS).rotated(rng.uniform(0, 1.5)).with_label(BUILDING)
    return solid.moved((away * np.cos(direction), away * np.sin(direction), 0))

"""Cars and pedestrians; both face +x."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from hazards.labels import CAR, PEDESTRIAN
from hazards.world.geometry.materials import Color, Texture
from hazards.world.geometry.solids import Mesh, box, capsule, cylinder, extrude, join, mesh, quad, sphere, tube

CAR_COLORS = (
    (0.45, 0.03, 0.03),
    (0.03, 0.08, 0.30),
    (0.55, 0.56, 0.57),
    (0.03, 0.03, 0.035),
    (0.7, 0.7, 0.68),
    (0.20, 0.21, 0.22),
    (0.05, 0.20, 0.12),
    (0.60, 0.42, 0.05),
)
_GLASS = (0.025, 0.035, 0.045)
_TYRE = (0.02, 0.02, 0.02)


Outline = list[tuple[float, float]]
"""A side view of a car: x in lengths of the car, z in metres."""

_BODIES: dict[str, tuple[float, float, Outline, Outline]] = {
    "saloon": (
        4.5,
        1.8,
        [(-0.5, 0.32), (0.5, 0.32), (0.5, 0.62), (0.42, 0.82), (0.16, 0.92), (-0.36, 0.95), (-0.49, 0.88)],
        [(-0.36, 0.93), (0.20, 0.90), (0.06, 1.38), (-0.20, 1.42)],
    ),
    "hatchback": (
        3.9,
        1.8,
        [(-0.5, 0.32), (0.5, 0.32), (0.5, 0.65), (0.42, 0.86), (0.20, 0.95), (-0.49, 0.98)],
        [(-0.48, 0.96), (0.24, 0.93), (0.08, 1.45), (-0.36, 1.48)],
    ),
    "suv": (
        4.6,
        1.8,
        [(-0.5, 0.40), (0.5, 0.40), (0.5, 0.85), (0.44, 1.05), (0.18, 1.10), (-0.49, 1.12)],
        [(-0.48, 1.10), (0.20, 1.08), (0.08, 1.72), (-0.42, 1.74)],
    ),
    "van": (
        5.2,
        2.0,
        [(-0.5, 0.40), (0.5, 0.40), (0.5, 0.95), (0.38, 1.25), (-0.5, 1.3)],
        [(-0.5, 1.28), (0.38, 1.23), (0.24, 2.05), (-0.49, 2.1)],
    ),
}
"""Length and width of cars in metres, and the outlines of body and cabin."""


def _profile(
    outline: Outline, length: float, width: float, color: Color, texture: Texture, narrow: float = 1.0
) -> Mesh:
    """A side view (x, z) stretched across y; `narrow` shrinks the width of points above the lowest."""
    points = np.array(outline) * (length, 1)
    solid = extrude(points, 1.0, color, texture)
    x, z, y = solid.vertices.T
    taper = np.where(z > points[:, 1].min() + 0.2, narrow, 1.0)
    return mesh(np.stack([x, (y - 0.5) * width * taper, z], -1), solid.faces, color, texture)


@lru_cache(maxsize=64)
def car(kind: int) -> Mesh:
    """One of many cars: body shape and colour follow from the number."""
    name = list(_BODIES)[kind % len(_BODIES)]
    color = CAR_COLORS[(kind * 5 + kind // 4) % len(CAR_COLORS)]
    length, width, body, cabin = _BODIES[name]
    top = max(z for _, z in cabin)
    roof_x = np.array([x * length for x, z in cabin if z > top - 0.1])
    roof = box((np.ptp(roof_x) + 0.15, width * 0.82, 0.06), color, Texture.METAL)
    parts = [
        _profile(body, length, width, color, Texture.METAL),
        _profile(cabin, length, width * 0.94, _GLASS, Texture.GLASS, 0.84),
        roof.moved((roof_x.mean(), 0, top - 0.04)),
    ]
    if name == "van":
        parts.append(box((length * 0.62, width * 0.96, 0.72), color, Texture.METAL).moved((-length * 0.185, 0, 1.27)))
    parts += [_wheel(x * length, width / 2 - 0.08, side) for x in (-0.31, 0.31) for side in (-1, 1)]
    front = length / 2
    _, low = body[0]
    for side in (-0.62, 0.62):
        parts.append(box((0.05, 0.35, 0.13), (0.8, 0.8, 0.75)).moved((front, side, low + 0.2)))
        parts.append(box((0.05, 0.32, 0.16), (0.5, 0.01, 0.01)).moved((-front, side, low + 0.36)))
    for end in (-front - 0.02, front + 0.02):
        parts.append(box((0.06, width * 0.96, 0.16), (0.05, 0.05, 0.05)).moved((end, 0, low)))
        parts.append(box((0.03, 0.5, 0.11), (0.7, 0.7, 0.6)).moved((end * 1.012, 0, low + 0.18)))
    return join(parts).with_label(CAR)


def _wheel(x: float, y: float, side: int) -> Mesh:
    """A wheel at (x, y) on the left, side 1, or at (x, -y) on the right, side -1."""
    wheel = join([cylinder(0.33, 0.22, 14, _TYRE), cylinder(0.19, 0.23, 10, (0.4, 0.4, 0.42), Texture.METAL)])
    return wheel.moved((0, 0, -0.11)).rotated(roll=-side * np.pi / 2).moved((x, side * y, 0.33))


_SKIN = ((0.55, 0.34, 0.24), (0.30, 0.16, 0.10), (0.62, 0.42, 0.32), (0.14, 0.08, 0.05))
_TOPS = ((0.5, 0.04, 0.04), (0.04, 0.12, 0.4), (0.6, 0.58, 0.5), (0.03, 0.03, 0.04), (0.6, 0.4, 0.05), (0.06, 0.3, 0.2))
_TROUSERS = ((0.03, 0.05, 0.12), (0.06, 0.05, 0.04), (0.25, 0.2, 0.14), (0.1, 0.1, 0.11))


@lru_cache(maxsize=64)
def pedestrian(kind: int) -> Mesh:
    """One of many people, walking."""
    skin = _SKIN[kind % 4]
    top = _TOPS[kind % 6]
    stride = 0.28 if kind % 3 else 0.08
    parts = [
        capsule(0.21, 0.68, 10, top, Texture.CLOTH).scaled((0.75, 1, 1)).moved((0, 0, 0.82)),
        sphere(0.115, 5, skin).moved((0, 0, 1.52)),
        cylinder(0.05, 0.1, 6, skin).moved((0, 0, 1.45)),
    ]
    for side in (-1, 1):
        swing = side * stride
        leg = [(0, side * 0.1, 0.9), (swing * 0.6, side * 0.1, 0.48), (swing, side * 0.1, 0.06)]
        parts.append(tube(leg, (0.11, 0.085, 0.06), 7, _TROUSERS[(kind // 2) % 4], Texture.CLOTH))
        parts.append(box((0.26, 0.1, 0.09), (0.03, 0.02, 0.02)).moved((swing + 0.05, side * 0.1, 0)))
        arm = [(0, side * 0.24, 1.38), (-swing * 0.4, side * 0.28, 1.1), (-swing * 0.5 + 0.1, side * 0.25, 0.85)]
        parts.append(tube(arm, (0.065, 0.05, 0.04), 6, top, Texture.CLOTH))
    if kind % 5 == 0:
        bag = [(-0.3, -0.15, 0.9), (-0.3, 0.15, 0.9), (-0.3, 0.15, 1.35), (-0.3, -0.15, 1.35)]
        parts.append(quad(bag, (0.1, 0.1, 0.25), Texture.CLOTH))
    parts.append(sphere(0.125, 5, (0.05, 0.03, 0.02)).scaled((1, 1, 0.75)).moved((-0.03, 0, 1.6)))
    return join(parts).scaled(0.94 + 0.04 * (kind % 4)).with_label(PEDESTRIAN)

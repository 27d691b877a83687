"""Traffic signs and traffic lights; they face -x, towards the driver."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from hazards.labels import POLE, TRAFFIC_SIGN
from hazards.world.geometry.materials import Color, Texture
from hazards.world.geometry.mesh import Mesh, join, mesh
from hazards.world.geometry.solids import box, cylinder, quad, tube

_WHITE = (0.72, 0.72, 0.70)
_RED = (0.55, 0.02, 0.02)
_BLUE = (0.02, 0.10, 0.42)
_BLACK = (0.03, 0.03, 0.03)


Bar = tuple[float, float, float, float]
"""A rectangle on a sign: left, right, bottom and top as seen from before it, metres from its middle."""

_FOUR: list[Bar] = [
    (-0.24, -0.06, 0.13, 0.18),
    (-0.12, -0.06, -0.18, 0.18),
    (-0.22, -0.1, -0.03, 0.03),
    (-0.24, -0.06, -0.18, -0.13),
]
_FIVE: list[Bar] = [
    (-0.24, -0.06, 0.13, 0.18),
    (-0.24, -0.19, 0.0, 0.18),
    (-0.24, -0.06, -0.03, 0.03),
    (-0.11, -0.06, -0.18, 0.0),
    (-0.24, -0.06, -0.18, -0.13),
]
_NOUGHT: list[Bar] = [
    (0.06, 0.11, -0.18, 0.18),
    (0.19, 0.24, -0.18, 0.18),
    (0.06, 0.24, 0.13, 0.18),
    (0.06, 0.24, -0.18, -0.13),
]
_PARKING: list[Bar] = [
    (-0.16, -0.06, -0.28, 0.28),
    (-0.16, 0.14, 0.19, 0.28),
    (-0.16, 0.14, -0.02, 0.06),
    (0.08, 0.17, -0.02, 0.28),
]
_BANG: list[Bar] = [(-0.03, 0.03, -0.06, 0.2), (-0.03, 0.03, -0.14, -0.09)]


def _disc(radius: float, x: float, color: Color, corners: int = 20, turn: float = 0.0) -> Mesh:
    """A flat regular polygon that faces -x."""
    angle = np.arange(corners) * (2 * np.pi / corners) + turn
    rim = np.stack([np.full(corners, x), radius * np.sin(angle), radius * np.cos(angle)], -1)
    points = np.concatenate([rim, [(x, 0, 0)]])
    index = np.arange(corners)
    faces = np.stack([index, (index + 1) % corners, np.full(corners, corners)], -1)
    return mesh(points, faces, color, Texture.PLAIN, TRAFFIC_SIGN)


def _bars(bars: list[Bar], x: float, color: Color) -> Mesh:
    """Rectangles that face -x."""
    return join(
        quad([(x, -y0, z0), (x, -y1, z0), (x, -y1, z1), (x, -y0, z1)], color, Texture.PLAIN, TRAFFIC_SIGN)
        for y0, y1, z0, z1 in bars
    )


def _plate(kind: int) -> Mesh:
    """The face of a sign about its middle: speed limits, stop, warning, priority, prohibition, parking, crossing."""
    back = _disc(0.44, 0.02, (0.35, 0.35, 0.36))
    square = _bars([(-0.4, 0.4, -0.4, 0.4)], 0, _BLUE)
    match kind:
        case 0 | 1:
            digits = _bars((_FOUR, _FIVE)[kind] + _NOUGHT, -0.02, _BLACK).scaled((1, 1.1, 1.1))
            parts = [back, _disc(0.44, 0, _RED), _disc(0.35, -0.01, _WHITE), digits]
        case 2:
            letters = _bars([(-0.3, 0.3, -0.1, 0.1)], -0.02, _WHITE)
            parts = [_disc(0.46, 0, _RED, 8, np.pi / 8), _disc(0.42, -0.005, _RED, 8, np.pi / 8), letters]
        case 3:
            parts = [_disc(0.52, 0, _RED, 3), _disc(0.38, -0.01, _WHITE, 3), _bars(_BANG, -0.02, _BLACK)]
        case 4:
            parts = [_disc(0.48, 0, _WHITE, 4), _disc(0.38, -0.01, (0.75, 0.5, 0.02), 4)]
        case 5:
            parts = [back, _disc(0.44, 0, _RED), _bars([(-0.3, 0.3, -0.08, 0.08)], -0.02, _WHITE)]
        case 6:
            parts = [square, _bars(_PARKING, -0.02, _WHITE)]
        case _:
            parts = [square, _disc(0.3, -0.01, _WHITE, 3)]
    return join(parts)


SIGNS = 8
"""Number of sign faces."""


@lru_cache(maxsize=64)
def sign(kind: int, pole: Color) -> Mesh:
    """A traffic sign on its post; `kind` 0 to SIGNS - 1."""
    post = cylinder(0.055, 2.3, 6, pole, Texture.METAL, POLE).moved((0.07, 0, 0))
    return join([post, _plate(kind).moved((0, 0, 2.55))])


def _light_box(state: int) -> Mesh:
    """A traffic light: 0 red, 1 amber, 2 green; about its middle, facing -x."""
    case = box((0.24, 0.36, 1.05), (0.04, 0.045, 0.04), Texture.PLAIN, TRAFFIC_SIGN).moved((0, 0, -0.52))
    lit = ((1.6, 0.06, 0.03), (1.6, 0.7, 0.05), (0.05, 1.5, 0.35))
    lamps = [_disc(0.13, -0.13, (0.02, 0.02, 0.02), 10).moved((0, 0, 0.33 - 0.33 * i)) for i in range(3)]
    lamps[state] = lamps[state].with_material(lit[state], Texture.GLOW)
    return join([case, *lamps])


@lru_cache(maxsize=64)
def traffic_light(pole: Color, state: int, reach: float) -> Mesh:
    """A mast at the kerb whose arm reaches `reach` metres along +y over the lanes, with lights on arm and mast."""
    mast = cylinder(0.14, 6.2, 8, pole, Texture.METAL, POLE, top_radius=0.1)
    parts = [mast, _light_box(state).moved((-0.25, 0, 3.0))]
    if reach > 0:
        path = [(0, 0, 5.7), (0, reach * 0.4, 6.0), (0, reach, 6.1)]
        parts.append(tube(path, (0.09, 0.07, 0.05), 6, pole, Texture.METAL, POLE))
        parts += [_light_box(state).moved((-0.2, y, 5.75)) for y in (reach * 0.6, reach - 0.3)]
    return join(parts)

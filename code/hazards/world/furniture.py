"""What stands along a street: fences, walls, poles, lamps, benches, bins, shelters, stalls.

Rows such as fences and walls run along x, centred; single things face -x, towards the driver.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

import numpy as np

from ..labels import FENCE, OTHER, POLE, WALL
from .geometry import Color, Mesh, box, capsule, cylinder, join, mesh, quad, tube
from .materials import Texture

_WHITE = (0.72, 0.72, 0.70)

PIECE = 4.0
"""Length of a piece of fence or barrier, metres; longer rows repeat it."""


def _pickets(x: np.ndarray, width: float, low: float, high: float, color: Color, point: float = 0.0) -> Mesh:
    """Upright flat bars at the given x, `point` metres of tip on top."""
    shape = np.array([(-width / 2, low), (width / 2, low), (width / 2, high), (0, high + point), (-width / 2, high)])
    points = np.zeros((len(x), 5, 3))
    points[:, :, 0] = x[:, None] + shape[:, 0]
    points[:, :, 2] = shape[:, 1]
    faces = np.arange(len(x))[:, None, None] * 5 + np.array([(0, 1, 2), (0, 2, 4), (2, 3, 4), (2, 3, 4)])
    if point == 0:
        faces = faces[:, :2]
    return mesh(points.reshape(-1, 3), faces.reshape(-1, 3), color, Texture.PLAIN, FENCE)


def picket_fence(color: Color, merge: int = 1, length: float = PIECE) -> Mesh:
    """A garden fence of pointed boards; `merge` makes one of that many, for the distance."""
    boards = _pickets(np.arange(-length / 2 + 0.1, length / 2, 0.2 * merge), 0.14 * merge, 0.06, 0.95, color, 0.1)
    rails = [box((length, 0.05, 0.1), color, label=FENCE).moved((0, 0.04, z)) for z in (0.25, 0.7)]
    return join([boards, *rails])


def iron_fence(color: Color, merge: int = 1, length: float = PIECE) -> Mesh:
    """A railing of bars with posts; `merge` as in `picket_fence`."""
    bars = _pickets(np.arange(-length / 2 + 0.08, length / 2, 0.16 * merge), 0.05 * merge, 0.15, 1.35, color)
    posts = _pickets(np.array([-length / 4, length / 4]), 0.13, 0, 1.55, color)
    rails = [box((length, 0.05, 0.08), color, label=FENCE).moved((0, 0.02, z)) for z in (0.2, 0.75, 1.25)]
    return join([bars, posts, *rails])


def rail(color: Color, length: float = PIECE) -> Mesh:
    """A steel guard rail on posts."""
    beam = box((length, 0.08, 0.32), color, Texture.METAL, FENCE).moved((0, 0, 0.42))
    groove = box((length, 0.03, 0.09), np.asarray(color) * 0.6, Texture.METAL, FENCE).moved((0, -0.045, 0.535))
    posts = [
        box((0.12, 0.1, 0.7), np.asarray(color) * 0.8, Texture.METAL, FENCE).moved((x, 0.07, 0))
        for x in (-length / 4, length / 4)
    ]
    return join([beam, groove, *posts])


def wall(length: float, height: float, color: Color, texture: Texture = Texture.BRICK) -> Mesh:
    """A garden wall with a coping and piers."""
    body = box((length, 0.28, height), color, texture, WALL)
    coping = box((length, 0.38, 0.1), np.asarray(color) * 0.75 + 0.05, Texture.CONCRETE, WALL).moved((0, 0, height))
    piers = [
        box((0.45, 0.45, height + 0.3), color, texture, WALL).moved((x, 0, 0))
        for x in np.linspace(-length / 2 + 0.22, length / 2 - 0.22, 1 + int(length / 4))
    ]
    return join([body, coping, *piers])


def barrier(color: Color, length: float = PIECE) -> Mesh:
    """A concrete roadside wall with sloping foot."""
    section = [
        (-0.32, 0),
        (-0.27, 0.12),
        (-0.13, 0.4),
        (-0.09, 1.05),
        (0.09, 1.05),
        (0.13, 0.4),
        (0.27, 0.12),
        (0.32, 0),
    ]
    x = length / 2
    faces = [
        quad([(-x, a[0], a[1]), (x, a[0], a[1]), (x, b[0], b[1]), (-x, b[0], b[1])], color, Texture.CONCRETE, WALL)
        for a, b in pairwise(section)
    ]
    ends = [
        quad([(end, -0.3, 0), (end, 0.3, 0), (end, 0.09, 1.05), (end, -0.09, 1.05)], color, Texture.CONCRETE, WALL)
        for end in (-x, x)
    ]
    return join([*faces, *ends])


@lru_cache(maxsize=64)
def lamp(color: Color, height: float = 8.0, reach: float = 2.2) -> Mesh:
    """A street lamp whose arm reaches along -y."""
    mast = cylinder(0.13, height, 8, color, Texture.METAL, POLE, top_radius=0.08)
    foot = cylinder(0.22, 1.0, 8, color, Texture.METAL, POLE, top_radius=0.17)
    bow = tube(
        [(0, 0, height - 0.05), (0, -0.4 * reach, height + 0.5), (0, -reach, height + 0.6)],
        0.065,
        6,
        color,
        Texture.METAL,
        POLE,
    )
    head = box((0.3, 0.75, 0.14), np.asarray(color) * 0.8, Texture.METAL, POLE).moved((0, -reach - 0.25, height + 0.52))
    return join([mast, foot, bow, head])


@lru_cache(maxsize=64)
def park_lamp(color: Color) -> Mesh:
    """A low lamp with a lantern."""
    mast = cylinder(0.09, 3.3, 8, color, Texture.METAL, POLE, top_radius=0.06)
    foot = cylinder(0.18, 0.6, 8, color, Texture.METAL, POLE, top_radius=0.12)
    glass = cylinder(0.14, 0.5, 6, (0.7, 0.68, 0.55), Texture.PLAIN, POLE, top_radius=0.22).moved((0, 0, 3.3))
    hat = cylinder(0.28, 0.2, 6, color, Texture.METAL, POLE, top_radius=0.05).moved((0, 0, 3.8))
    return join([mast, foot, glass, hat])


@lru_cache(maxsize=64)
def utility_pole() -> Mesh:
    """A wooden pole with cross arms."""
    brown = (0.16, 0.11, 0.075)
    arms = [box((0.12, 2.2, 0.14), brown, Texture.WOOD, POLE).moved((0, 0, z)) for z in (8.2, 7.4)]
    return join([cylinder(0.17, 9, 8, brown, Texture.WOOD, POLE, top_radius=0.12), *arms])


@lru_cache(maxsize=64)
def bollard() -> Mesh:
    """A short post at the kerb."""
    post = capsule(0.09, 0.95, 8, (0.08, 0.08, 0.08), Texture.METAL, POLE)
    band = cylinder(0.095, 0.12, 8, _WHITE, Texture.PLAIN, POLE).moved((0, 0, 0.7))
    return join([post, band])


def _bench() -> Mesh:
    wood, iron = (0.25, 0.13, 0.06), (0.05, 0.05, 0.05)
    slats = [box((1.8, 0.11, 0.05), wood, Texture.WOOD).moved((0, y, 0.45)) for y in (-0.2, -0.05, 0.1)]
    back = [box((1.8, 0.04, 0.11), wood, Texture.WOOD).moved((0, 0.24, z)) for z in (0.62, 0.8)]
    legs = [box((0.07, 0.5, 0.46), iron).moved((x, 0, 0)) for x in (-0.7, 0.7)]
    stays = [box((0.07, 0.05, 0.9), iron).moved((x, 0.27, 0)) for x in (-0.7, 0.7)]
    return join([*slats, *back, *legs, *stays])


def _bin() -> Mesh:
    green = (0.03, 0.13, 0.06)
    return join(
        [
            box((0.6, 0.7, 1.0), green).moved((0, 0, 0.1)),
            box((0.66, 0.76, 0.08), np.asarray(green) * 1.6).moved((0, 0, 1.1)),
        ]
    )


def _shelter() -> Mesh:
    """A bus shelter, open towards -y."""
    steel, glass = (0.12, 0.13, 0.14), (0.20, 0.27, 0.30)
    posts = [box((0.1, 0.1, 2.5), steel, Texture.METAL).moved((x, y, 0)) for x in (-1.9, 1.9) for y in (-0.7, 0.7)]
    roof = box((4.2, 1.8, 0.14), steel, Texture.METAL).moved((0, 0, 2.5))
    panes = [
        box((3.8, 0.04, 1.9), glass).moved((0, 0.7, 0.35)),
        box((0.04, 1.4, 1.9), (0.45, 0.1, 0.08)).moved((1.9, 0, 0.35)),
    ]
    return join([*posts, roof, *panes, _bench().moved((0, 0.3, 0))])


def _stall(color: Color) -> Mesh:
    """A market stall with a striped-looking awning."""
    counter = box((2.6, 1.0, 0.95), np.asarray(color) * 0.7, Texture.PLANKS)
    posts = [box((0.08, 0.08, 2.3), _WHITE).moved((x, y, 0)) for x in (-1.3, 1.3) for y in (-0.7, 0.7)]
    strips = [
        quad(
            [(x, -1.2, 2.15), (x + 0.5, -1.2, 2.15), (x + 0.5, 0.8, 2.75), (x, 0.8, 2.75)],
            color if i % 2 else _WHITE,
            Texture.CLOTH,
        )
        for i, x in enumerate(np.arange(-1.5, 1.5, 0.5))
    ]
    return join([counter, *posts, *strips])


def _post_box() -> Mesh:
    return join(
        [cylinder(0.26, 1.35, 12, (0.4, 0.02, 0.02)), capsule(0.28, 0.6, 12, (0.4, 0.02, 0.02)).moved((0, 0, 1.1))]
    )


def _kiosk() -> Mesh:
    body = box((2.2, 2.0, 2.4), (0.12, 0.22, 0.26), Texture.PLANKS)
    return join(
        [
            body,
            box((2.6, 2.6, 0.25), (0.35, 0.34, 0.32)).moved((0, 0, 2.4)),
            box((1.6, 0.1, 0.9), (0.05, 0.06, 0.07)).moved((0, -1, 1.1)),
        ]
    )


def _planter() -> Mesh:
    return join(
        [
            box((1.6, 0.7, 0.6), (0.35, 0.33, 0.3), Texture.CONCRETE),
            box((1.4, 0.5, 0.35), (0.1, 0.2, 0.06), Texture.LEAVES).moved((0, 0, 0.58)),
        ]
    )


OTHERS: dict[str, Callable[[], Mesh]] = {
    "bench": _bench,
    "bin": _bin,
    "shelter": _shelter,
    "red stall": lambda: _stall((0.5, 0.03, 0.03)),
    "blue stall": lambda: _stall((0.04, 0.12, 0.4)),
    "post box": _post_box,
    "kiosk": _kiosk,
    "planter": _planter,
}
"""Street furniture by name; the open side faces -y."""


@lru_cache(maxsize=64)
def other(name: str) -> Mesh:
    """A piece of street furniture (label other)."""
    return OTHERS[name]().with_label(OTHER)

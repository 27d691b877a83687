"""What stands along a street: poles, lamps, benches, bins, shelters, stalls; each faces -x, towards the driver."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from hazards.labels import OTHER, POLE
from hazards.world.geometry.materials import Color, Texture
from hazards.world.geometry.mesh import Mesh, join
from hazards.world.geometry.solids import box, capsule, cylinder, quad, tube

_WHITE = (0.72, 0.72, 0.70)


@lru_cache(maxsize=64)
def lamp(color: Color, height: float = 8.0, reach: float = 2.2) -> Mesh:
    """A street lamp whose arm reaches along -y."""
    mast = cylinder(0.13, height, 8, color, Texture.METAL, POLE, top_radius=0.08)
    foot = cylinder(0.22, 1.0, 8, color, Texture.METAL, POLE, top_radius=0.17)
    path = [(0, 0, height - 0.05), (0, -0.4 * reach, height + 0.5), (0, -reach, height + 0.6)]
    bow = tube(path, 0.065, 6, color, Texture.METAL, POLE)
    head = box((0.3, 0.75, 0.14), np.asarray(color) * 0.8, Texture.METAL, POLE)
    return join([mast, foot, bow, head.moved((0, -reach - 0.25, height + 0.52))])


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
    pole = cylinder(0.17, 9, 8, brown, Texture.WOOD, POLE, top_radius=0.12)
    arm = box((0.12, 2.2, 0.14), brown, Texture.WOOD, POLE)
    return join([pole, arm.moved((0, 0, 8.2)), arm.moved((0, 0, 7.4))])


@lru_cache(maxsize=64)
def bollard() -> Mesh:
    """A short post at the kerb."""
    post = capsule(0.09, 0.95, 8, (0.08, 0.08, 0.08), Texture.METAL, POLE)
    band = cylinder(0.095, 0.12, 8, _WHITE, Texture.PLAIN, POLE).moved((0, 0, 0.7))
    return join([post, band])


def _bench() -> Mesh:
    wood = (0.25, 0.13, 0.06)
    iron = (0.05, 0.05, 0.05)
    slats = [box((1.8, 0.11, 0.05), wood, Texture.WOOD).moved((0, y, 0.45)) for y in (-0.2, -0.05, 0.1)]
    back = [box((1.8, 0.04, 0.11), wood, Texture.WOOD).moved((0, 0.24, z)) for z in (0.62, 0.8)]
    legs = [box((0.07, 0.5, 0.46), iron).moved((x, 0, 0)) for x in (-0.7, 0.7)]
    stays = [box((0.07, 0.05, 0.9), iron).moved((x, 0.27, 0)) for x in (-0.7, 0.7)]
    return join([*slats, *back, *legs, *stays])


def _bin() -> Mesh:
    green = np.array((0.03, 0.13, 0.06))
    body = box((0.6, 0.7, 1.0), green).moved((0, 0, 0.1))
    lid = box((0.66, 0.76, 0.08), green * 1.6).moved((0, 0, 1.1))
    return join([body, lid])


def _shelter() -> Mesh:
    """A bus shelter, open towards -y."""
    steel = (0.12, 0.13, 0.14)
    posts = [box((0.1, 0.1, 2.5), steel, Texture.METAL).moved((x, y, 0)) for x in (-1.9, 1.9) for y in (-0.7, 0.7)]
    roof = box((4.2, 1.8, 0.14), steel, Texture.METAL).moved((0, 0, 2.5))
    pane = box((3.8, 0.04, 1.9), (0.20, 0.27, 0.30)).moved((0, 0.7, 0.35))
    poster = box((0.04, 1.4, 1.9), (0.45, 0.1, 0.08)).moved((1.9, 0, 0.35))
    return join([*posts, roof, pane, poster, _bench().moved((0, 0.3, 0))])


def _stall(color: Color) -> Mesh:
    """A market stall with a striped awning."""
    counter = box((2.6, 1.0, 0.95), np.asarray(color) * 0.7, Texture.PLANKS)
    posts = [box((0.08, 0.08, 2.3), _WHITE).moved((x, y, 0)) for x in (-1.3, 1.3) for y in (-0.7, 0.7)]
    strips = []
    for i, x in enumerate(np.arange(-1.5, 1.5, 0.5)):
        corners = [(x, -1.2, 2.15), (x + 0.5, -1.2, 2.15), (x + 0.5, 0.8, 2.75), (x, 0.8, 2.75)]
        strips.append(quad(corners, color if i % 2 else _WHITE, Texture.CLOTH))
    return join([counter, *posts, *strips])


def _post_box() -> Mesh:
    red = (0.4, 0.02, 0.02)
    return join([cylinder(0.26, 1.35, 12, red), capsule(0.28, 0.6, 12, red).moved((0, 0, 1.1))])


def _kiosk() -> Mesh:
    body = box((2.2, 2.0, 2.4), (0.12, 0.22, 0.26), Texture.PLANKS)
    roof = box((2.6, 2.6, 0.25), (0.35, 0.34, 0.32)).moved((0, 0, 2.4))
    hatch = box((1.6, 0.1, 0.9), (0.05, 0.06, 0.07)).moved((0, -1, 1.1))
    return join([body, roof, hatch])


def _planter() -> Mesh:
    tub = box((1.6, 0.7, 0.6), (0.35, 0.33, 0.3), Texture.CONCRETE)
    plants = box((1.4, 0.5, 0.35), (0.1, 0.2, 0.06), Texture.LEAVES).moved((0, 0, 0.58))
    return join([tub, plants])


OTHERS: dict[str, Callable[[], Mesh]] = {
    "bench": _bench,
    "bin": _bin,
    "shelter": _shelter,
    "red stall": partial(_stall, (0.5, 0.03, 0.03)),
    "blue stall": partial(_stall, (0.04, 0.12, 0.4)),
    "post box": _post_box,
    "kiosk": _kiosk,
    "planter": _planter,
}
"""Street furniture by name; the open side faces -y."""


@lru_cache(maxsize=64)
def other(name: str) -> Mesh:
    """A piece of street furniture (label other)."""
    return OTHERS[name]().with_label(OTHER)

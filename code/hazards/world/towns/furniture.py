"""What stands along a street: furniture, poles, lamps, signs, lights, fences and walls, mostly from furniture.toml.

Signs and lights face -x, towards the driver, furniture opens to -y. Fences and walls run along x, centred.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from hazards.labels import FENCE, OTHER, POLE, TRAFFIC_SIGN, WALL
from hazards.world.geometry.materials import Color, Texture
from hazards.world.geometry.solids import Mesh, box, capsule, cylinder, join, mesh, quad, slope, tube

_THINGS: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_LABELS = {"fences": FENCE, "others": OTHER, "poles": POLE, "signs": TRAFFIC_SIGN, "lights": TRAFFIC_SIGN}

PIECE = 4.0
"""Length of a piece of fence or barrier, metres; longer rows repeat it."""
_SECTION = ((-0.32, 0), (-0.27, 0.12), (-0.13, 0.4), (-0.09, 1.05), (0.09, 1.05), (0.13, 0.4), (0.27, 0.12), (0.32, 0))
"""Outline (y, z) of a barrier."""


def names(kind: str) -> list[str]:
    """What there is of a kind: "others" (furniture), "poles", "fences", "signs" or "lights"."""
    return [entry["name"] for entry in _THINGS[kind]]


@lru_cache(maxsize=256)
def thing(kind: str, name: str, pole: tuple[float, float, float] = (0.5, 0.5, 0.5)) -> Mesh:
    """A thing of a kind, its poles in the colour of the town's."""
    materials = _THINGS["materials"] | {"pole": (pole, "METAL")}
    entry = _THINGS[kind][names(kind).index(name)]
    parts = []
    for shape, numbers, material, place in entry["solids"]:
        color, texture = materials[material]
        parts.append(_SHAPES[shape](*numbers, color=color, texture=Texture[texture]).moved(place))
    return join(parts).with_label(_LABELS[kind])


def _disc(radius: float, corners: int, turns: float, color: Color, texture: Texture) -> Mesh:
    """A flat regular polygon that faces -x."""
    angle = np.arange(corners) * (2 * np.pi / corners) + turns * 2 * np.pi
    rim = np.stack([np.zeros(corners), radius * np.sin(angle), radius * np.cos(angle)], -1)
    points = np.concatenate([rim, [(0, 0, 0)]])
    index = np.arange(corners)
    faces = np.stack([index, (index + 1) % corners, np.full(corners, corners)], -1)
    return mesh(points, faces, color, texture)


def _bars(*bars: list[float], color: Color, texture: Texture) -> Mesh:
    """Rectangles that face -x: each left, right, bottom and top as seen from before it."""
    return join(
        quad([(0, -y0, z0), (0, -y1, z0), (0, -y1, z1), (0, -y0, z1)], color, texture) for y0, y1, z0, z1 in bars
    )


_SHAPES: dict[str, Callable[..., Mesh]] = {
    "box": lambda x, y, z, **look: box((x, y, z), **look),
    "cylinder": lambda radius, height, sides, top, **look: cylinder(radius, height, sides, top_radius=top, **look),
    "capsule": capsule,
    "slope": lambda x0, x1, y0, y1, z0, z1, **look: slope((x0, x1), (y0, y1), (z0, z1), **look),
    "thing": lambda kind, name, **look: thing(kind, name),
    "disc": _disc,
    "bars": _bars,
    "digits": lambda *bars, **look: _bars(*bars, **look).scaled((1, 1.1, 1.1)),
}
"""Shape name to a function of its numbers, colour and texture."""


@lru_cache(maxsize=64)
def lamp(pole: Color, height: float) -> Mesh:
    """A street lamp whose arm reaches along -y."""
    bow = [(0, 0, height - 0.05), (0, -0.88, height + 0.5), (0, -2.2, height + 0.6)]
    parts = [
        cylinder(0.13, height, 8, pole, Texture.METAL, top_radius=0.08),
        cylinder(0.22, 1.0, 8, pole, Texture.METAL, top_radius=0.17),
        tube(bow, 0.065, 6, pole, Texture.METAL),
        box((0.3, 0.75, 0.14), np.asarray(pole) * 0.8, Texture.METAL).moved((0, -2.45, height + 0.52)),
    ]
    return join(parts).with_label(POLE)


@lru_cache(maxsize=64)
def sign(number: int, pole: tuple[float, float, float]) -> Mesh:
    """A traffic sign on its post; `number` is that of its face."""
    face = thing("signs", names("signs")[number])
    return join([thing("poles", "sign post", pole), face.moved((0, 0, 2.55))])


@lru_cache(maxsize=64)
def traffic_light(pole: Color, state: int, reach: float) -> Mesh:
    """A mast at the kerb whose arm reaches `reach` metres along +y over the lanes, with lights on arm and mast."""
    light = thing("lights", names("lights")[state])
    mast = cylinder(0.14, 6.2, 8, pole, Texture.METAL, top_radius=0.1)
    parts = [mast.with_label(POLE), light.moved((-0.25, 0, 3.0))]
    if reach > 0:
        path = [(0, 0, 5.7), (0, reach * 0.4, 6.0), (0, reach, 6.1)]
        parts.append(tube(path, (0.09, 0.07, 0.05), 6, pole, Texture.METAL).with_label(POLE))
        parts += [light.moved((-0.2, y, 5.75)) for y in (reach * 0.6, reach - 0.3)]
    return join(parts)


def _pickets(x: np.ndarray, width: float, low: float, high: float, color: Color, point: float = 0.0) -> Mesh:
    """Upright flat bars at the given x, `point` metres of tip on top."""
    half = width / 2
    shape = np.array([(-half, low), (half, low), (half, high), (0, high + point), (-half, high)])
    points = np.zeros((len(x), 5, 3))
    points[:, :, 0] = x[:, None] + shape[:, 0]
    points[:, :, 2] = shape[:, 1]
    corners = np.array([(0, 1, 2), (0, 2, 4), (2, 3, 4), (2, 3, 4)][: 4 if point else 2])
    faces = np.arange(len(x))[:, None, None] * 5 + corners
    return mesh(points.reshape(-1, 3), faces.reshape(-1, 3), color)


def picket_fence(color: Color, merge: int) -> Mesh:
    """A garden fence of pointed boards; `merge` makes one of that many, for the distance."""
    x = np.arange(-PIECE / 2 + 0.1, PIECE / 2, 0.2 * merge)
    parts = [
        _pickets(x, 0.14 * merge, 0.06, 0.95, color, 0.1),
        *(box((PIECE, 0.05, 0.1), color).moved((0, 0.04, z)) for z in (0.25, 0.7)),
    ]
    return join(parts).with_label(FENCE)


def iron_fence(color: Color, merge: int) -> Mesh:
    """A railing of bars with posts; `merge` as in `picket_fence`."""
    x = np.arange(-PIECE / 2 + 0.08, PIECE / 2, 0.16 * merge)
    parts = [
        _pickets(x, 0.05 * merge, 0.15, 1.35, color),
        _pickets(np.array([-PIECE / 4, PIECE / 4]), 0.13, 0, 1.55, color),
        *(box((PIECE, 0.05, 0.08), color).moved((0, 0.02, z)) for z in (0.2, 0.75, 1.25)),
    ]
    return join(parts).with_label(FENCE)


def wall(length: float, height: float, color: Color, texture: Texture = Texture.BRICK) -> Mesh:
    """A garden wall with a coping and piers."""
    pier = box((0.45, 0.45, height + 0.3), color, texture)
    parts = [
        box((length, 0.28, height), color, texture),
        box((length, 0.38, 0.1), np.asarray(color) * 0.75 + 0.05, Texture.CONCRETE).moved((0, 0, height)),
        *(pier.moved((x, 0, 0)) for x in np.linspace(-length / 2 + 0.22, length / 2 - 0.22, 1 + int(length / 4))),
    ]
    return join(parts).with_label(WALL)


def barrier(color: Color) -> Mesh:
    """A concrete roadside wall with sloping foot."""
    x = (-PIECE / 2, PIECE / 2)
    parts = []
    for (low_y, low_z), (high_y, high_z) in pairwise(_SECTION):
        parts.append(slope(x, (low_y, high_y), (low_z, high_z), color, Texture.CONCRETE))
    for end in x:
        corners = [(end, -0.3, 0), (end, 0.3, 0), (end, 0.09, 1.05), (end, -0.09, 1.05)]
        parts.append(quad(corners, color, Texture.CONCRETE))
    return join(parts).with_label(WALL)

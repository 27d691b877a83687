"""What stands along a street, as furniture.toml has it: furniture, poles, lamps, rails, signs and traffic lights.

Signs and lights face -x, towards the driver; the open side of furniture faces -y.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from hazards.labels import FENCE, OTHER, POLE, TRAFFIC_SIGN
from hazards.world.geometry.materials import Color, Texture
from hazards.world.geometry.mesh import Mesh, join, mesh
from hazards.world.geometry.solids import box, capsule, cylinder, quad, slope, tube

_THINGS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_LABELS = {"fences": FENCE, "others": OTHER, "poles": POLE, "signs": TRAFFIC_SIGN, "lights": TRAFFIC_SIGN}


def names(kind: str) -> list[str]:
    """What there is of a kind: "others" (furniture), "poles", "fences", "signs" or "lights"."""
    return list(_THINGS[kind])


@lru_cache(maxsize=256)
def thing(kind: str, name: str, pole: tuple[float, float, float] = (0.5, 0.5, 0.5)) -> Mesh:
    """A thing of a kind, its poles in the colour of the town's."""
    materials = _THINGS["materials"] | {"pole": (pole, "METAL")}
    parts = []
    for shape, numbers, material, place in _THINGS[kind][name]:
        color, texture = materials[material]
        parts.append(_SHAPES[shape](numbers, color, Texture[texture]).moved(place))
    return join(parts).with_label(_LABELS[kind])


def _disc(radius: float, corners: int, turns: float, color: Color, texture: Texture) -> Mesh:
    """A flat regular polygon that faces -x."""
    angle = np.arange(corners) * (2 * np.pi / corners) + turns * 2 * np.pi
    rim = np.stack([np.zeros(corners), radius * np.sin(angle), radius * np.cos(angle)], -1)
    points = np.concatenate([rim, [(0, 0, 0)]])
    index = np.arange(corners)
    faces = np.stack([index, (index + 1) % corners, np.full(corners, corners)], -1)
    return mesh(points, faces, color, texture)


def _bars(bars: list[list[float]], color: Color, texture: Texture) -> Mesh:
    """Rectangles that face -x: each left, right, bottom and top as seen from before it."""
    return join(
        quad([(0, -y0, z0), (0, -y1, z0), (0, -y1, z1), (0, -y0, z1)], color, texture) for y0, y1, z0, z1 in bars
    )


_SHAPES: dict[str, Callable[..., Mesh]] = {
    "box": box,
    "cylinder": lambda n, color, texture: cylinder(n[0], n[1], n[2], color, texture, top_radius=n[3]),
    "capsule": lambda n, *m: capsule(*n, *m),
    "slope": lambda n, *m: slope(n[0:2], n[2:4], n[4:6], *m),
    "thing": lambda n, *m: thing(*n),
    "disc": lambda n, *m: _disc(*n, *m),
    "bars": _bars,
    "digits": lambda n, *m: _bars(n, *m).scaled((1, 1.1, 1.1)),
}
"""Shape name to a function of its numbers, colour and texture."""


@lru_cache(maxsize=64)
def lamp(pole: Color, height: float) -> Mesh:
    """A street lamp whose arm reaches along -y."""
    reach = 2.2
    mast = cylinder(0.13, height, 8, pole, Texture.METAL, top_radius=0.08)
    foot = cylinder(0.22, 1.0, 8, pole, Texture.METAL, top_radius=0.17)
    path = [(0, 0, height - 0.05), (0, -0.4 * reach, height + 0.5), (0, -reach, height + 0.6)]
    bow = tube(path, 0.065, 6, pole, Texture.METAL)
    head = box((0.3, 0.75, 0.14), np.asarray(pole) * 0.8, Texture.METAL)
    return join([mast, foot, bow, head.moved((0, -reach - 0.25, height + 0.52))]).with_label(POLE)


@lru_cache(maxsize=64)
def sign(number: int, pole: tuple[float, float, float]) -> Mesh:
    """A traffic sign on its post; `number` is that of its face."""
    face = thing("signs", names("signs")[number])
    return join([thing("poles", "sign post", pole), face.moved((0, 0, 2.55))])


@lru_cache(maxsize=64)
def traffic_light(pole: Color, state: int, reach: float) -> Mesh:
    """A mast at the kerb whose arm reaches `reach` metres along +y over the lanes, with lights on arm and mast."""
    light = thing("lights", names("lights")[state])
    mast = cylinder(0.14, 6.2, 8, pole, Texture.METAL, POLE, top_radius=0.1)
    parts = [mast, light.moved((-0.25, 0, 3.0))]
    if reach > 0:
        path = [(0, 0, 5.7), (0, reach * 0.4, 6.0), (0, reach, 6.1)]
        parts.append(tube(path, (0.09, 0.07, 0.05), 6, pole, Texture.METAL, POLE))
        parts += [light.moved((-0.2, y, 5.75)) for y in (reach * 0.6, reach - 0.3)]
    return join(parts)

"""What stands where beside a street: lots with their buildings, gardens and fronts, then lamps, signs and trees."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from . import furniture, signs
from .assets import level, town_building, town_bush, town_front, town_tree, variant
from .camera import Camera
from .geometry import Mesh, join
from .street import BEHIND, Street
from .towns import Town

_LOT_WIDTH = {
    "house": (16, 22),
    "terrace": (26, 30),
    "block": (24, 32),
    "tower": (30, 36),
    "hall": (24, 32),
    "park": (20, 34),
    "field": (30, 50),
}
_END = 190.0
"""Metres ahead at which the last lot begins."""
_SETBACK = {"house": (4.5, 9), "terrace": (2.5, 4), "block": (1.5, 6), "tower": (4, 10), "hall": (3, 8)}


@dataclass
class Layout:
    """Solids placed along one street, in road coordinates."""

    street: Street
    town: Town
    camera: Camera
    rng: np.random.Generator
    parts: list[tuple[Mesh, tuple[float, float, float], float, float]] = field(default_factory=list)
    """Solids with their places, turns about z and scales."""
    obstacles: list[tuple[float, float, float]] = field(default_factory=list)
    """(s, t, radius) of what stands on the road and the sidewalks."""

    def put(
        self, solid: Mesh, s: float, t: float, yaw: float = 0.0, scale: float = 1.0, z: float | None = None
    ) -> None:
        """Stand a solid on the ground at (s, t), or at height z, unless it is neither in view nor near enough."""
        if self._matters(solid, s, t):
            height = self.street.ground(t) if z is None else z
            self.parts.append((solid, (s, t, height), yaw, scale))

    def _matters(self, solid: Mesh, s: float, t: float) -> bool:
        """Whether a solid can be seen, or stands so near that its shadow can."""
        x, y = self.street.place(s, t)
        y -= self.camera.position[1]
        away, size = math.hypot(x, y), 0.5 * solid.reach
        if away < 16 + size:
            return True
        slack = self.camera.fov / 2 + math.asin(min(1.0, 2 * size / away))
        return abs(math.remainder(math.atan2(y, x) - self.camera.yaw, math.tau)) < slack

    def solid(self) -> Mesh:
        """Everything placed, as one mesh in road coordinates."""
        solids, offsets, yaws, scales = zip(*self.parts, strict=True)
        counts = [len(solid.vertices) for solid in solids]
        whole = join(solids)
        turn = np.repeat(np.exp(1j * np.array(yaws)) * np.array(scales), counts)
        flat = (whole.vertices[:, 0] + 1j * whole.vertices[:, 1]) * turn
        points = np.stack([flat.real, flat.imag, whole.vertices[:, 2] * np.repeat(scales, counts)], -1)
        points += np.repeat(np.array(offsets), counts, axis=0)
        return replace(whole, vertices=points.astype(np.float32))

    def block(self, s: float, t: float, radius: float) -> None:
        """Note that a circle of the street is taken."""
        self.obstacles.append((s, t, radius))

    def free(self, s: float, t: float, radius: float) -> bool:
        """Whether a circle is still free."""
        return all((s - a) ** 2 + (t - b) ** 2 > (radius + r) ** 2 for a, b, r in self.obstacles)

    def pick(self, weights: dict[str, float]) -> str:
        """A random name, by weight."""
        shares = np.cumsum(list(weights.values()))
        return list(weights)[int(np.searchsorted(shares, self.rng.uniform(0, shares[-1]), side="right"))]


def furnish(layout: Layout) -> None:
    """Fill both sides of the street."""
    for side in (-1, 1):
        _lots(layout, side)
        _lamps(layout, side)
        _street_trees(layout, side)
        _small_things(layout, side)
    _signs(layout)
    _traffic_lights(layout)


def _edge(layout: Layout, side: int) -> float:
    """|t| of the outer edge of the sidewalk."""
    return layout.street.half + layout.street.sidewalk[side > 0]


def _lots(layout: Layout, side: int) -> None:
    street, rng = layout.street, layout.rng
    s = BEHIND / 2 + rng.uniform(0, 10)
    habit = layout.pick(layout.town.fronts)
    while s < min(street.length - 10, _END):
        kind = layout.pick(layout.town.lots)
        width = rng.uniform(*_LOT_WIDTH[kind])
        middle = s + width / 2
        if street.crossing is not None and not street.clear_of_crossing(middle, width / 2 + 1.5):
            # No room before the crossing street: go on behind it.
            s = max(s + 4, street.crossing + street.cross_half + 5) if s < street.crossing else s + 4
            continue
        _lot(layout, side, kind, middle, width)
        front = habit if rng.random() < 0.65 else layout.pick(layout.town.fronts)
        if kind in ("block", "tower", "hall") and rng.random() < 0.5:
            front = "none"
        _front(layout, side, front, middle, width - rng.choice((0.0, 0.5, 3.0)))
        s += width


def _lot(layout: Layout, side: int, kind: str, s: float, width: float) -> None:
    rng, edge = layout.rng, _edge(layout, side)
    if kind in _SETBACK:
        solid = town_building(layout.town.name, kind, variant(rng))
        setback = edge + rng.uniform(*_SETBACK[kind])
        if setback + 8 < layout.street.depth:
            layout.put(solid, s, side * setback, 0.0 if side > 0 else np.pi)
        if kind == "house":
            _plant(layout, side, s, width, (edge + 1.5, setback - 1), 1 + int(rng.integers(2)), trees=0.35)
            _plant(layout, side, s, width, (setback + 12, setback + 20), 2, trees=1.0)
    else:
        count = rng.integers(5, 9) if kind == "park" else rng.integers(3, 6)
        _plant(layout, side, s, width, (edge + 2.5, edge + 28), int(count), trees=0.8)


def _plant(
    layout: Layout, side: int, s: float, width: float, depth: tuple[float, float], count: int, trees: float
) -> None:
    rng, town = layout.rng, layout.town.name
    for _ in range(count if s < 100 else (count + 1) // 2):
        along, away = s + rng.uniform(-0.45, 0.45) * width, min(rng.uniform(*depth), layout.street.depth - 3)
        turn, scale = rng.uniform(0, 6.28), rng.uniform(0.9, 1.45)
        if rng.random() < trees:
            species = layout.pick(layout.town.trees)
            solid = town_tree(town, species, variant(rng), level(np.hypot(along, away)))
        else:
            solid = town_bush(town, variant(rng), level(np.hypot(along, away)))
        layout.put(solid, along, side * away, turn, scale)


def _front(layout: Layout, side: int, kind: str, s: float, length: float) -> None:
    """What bounds a lot at the sidewalk."""
    if kind == "none":
        return
    t = side * (_edge(layout, side) + 0.35)
    yaw = 0.0 if side > 0 else math.pi
    pieces = max(1, round(length / furniture.PIECE))
    look = variant(layout.rng)
    for i in range(pieces):
        along = s + (i + 0.5) * furniture.PIECE - length / 2
        layout.put(town_front(layout.town.name, kind, look, level(abs(along))), along, t, yaw)


def _lamps(layout: Layout, side: int) -> None:
    street, rng, town = layout.street, layout.rng, layout.town
    color = town.poles[int(rng.integers(len(town.poles)))]
    style = rng.choice(["lamp", "lamp", "park", "utility"] if side > 0 else ["lamp", "lamp", "park", "none"])
    if style == "none":
        return
    solid = {
        "lamp": furniture.lamp(color, float(rng.integers(13, 19)) / 2),
        "park": furniture.park_lamp(color),
        "utility": furniture.utility_pole(),
    }[style]
    gap = rng.uniform(17, 28)
    for s in np.arange(-8 + rng.uniform(0, gap), min(street.length, 150), gap):
        if street.clear_of_crossing(s, 3):
            t = side * (street.half + 0.55)
            layout.put(solid, s, t, 0.0 if side > 0 else np.pi)
            layout.block(s, t, 0.3)


def _street_trees(layout: Layout, side: int) -> None:
    street, rng, town = layout.street, layout.rng, layout.town
    if street.sidewalk[side > 0] < 2 or rng.random() < 0.35:
        return
    species = layout.pick(town.trees)
    gap = town.street_trees * rng.uniform(0.7, 1.3)
    for s in np.arange(4 + rng.uniform(0, gap), min(street.length, 170), gap):
        t = side * (_edge(layout, side) + 1.4)
        if street.clear_of_crossing(s, 4):
            solid = town_tree(town.name, species, variant(rng), level(s))
            layout.put(solid, s, t, rng.uniform(0, 6.28), rng.uniform(0.85, 1.25))
            layout.block(s, t, 0.4)


def _small_things(layout: Layout, side: int) -> None:
    """Benches, bins, stalls and the like on the sidewalk, and bollards at the kerb."""
    street, rng = layout.street, layout.rng
    names = list(furniture.OTHERS)
    for _ in range(rng.poisson(2.4)):
        name = names[rng.integers(len(names))]
        s, t = rng.uniform(7, 60), side * (_edge(layout, side) - 0.55)
        large = name in ("shelter", "kiosk") or "stall" in name
        if large:
            t = side * (_edge(layout, side) + 0.4)
        if street.clear_of_crossing(s, 4) and layout.free(s, t, 1.2):
            layout.put(furniture.other(name), s, t, 0.0 if side > 0 else np.pi)
            layout.block(s, t, 1.5 if large else 0.9)
    if rng.random() < 0.2:
        start = rng.uniform(4, 30)
        for s in np.arange(start, start + 16, 2.0):
            if street.clear_of_crossing(s, 2):
                layout.put(furniture.bollard(), s, side * (street.half + 0.4))
                layout.block(s, side * (street.half + 0.4), 0.2)


def _signs(layout: Layout) -> None:
    street, rng = layout.street, layout.rng
    pole = layout.town.poles[0]
    for s in np.cumsum(rng.uniform(8, 30, 4)):
        side = -1 if rng.random() < 0.75 else 1
        t = side * (street.half + 0.6)
        if street.clear_of_crossing(s, 1) and layout.free(s, t, 0.3):
            solid = signs.sign(int(rng.integers(signs.SIGNS)), pole)
            layout.put(solid, s, t, (0.0 if side < 0 else np.pi) + rng.normal(0, 0.08))
            layout.block(s, t, 0.3)


def _traffic_lights(layout: Layout) -> None:
    street, rng = layout.street, layout.rng
    if street.crossing is None or rng.random() < 0.25:
        return
    pole, state = layout.town.poles[0], int(rng.integers(3))
    reach = float(round(street.half - 1)) if rng.random() < 0.7 else 0.0
    away = street.cross_half + 0.8
    for s, t, yaw in (
        (street.crossing + away, -(street.half + 0.7), 0.0),
        (street.crossing - away - 3, street.half + 0.7, np.pi),
    ):
        layout.put(signs.traffic_light(pole, state, reach), s, t, yaw)
        layout.block(s, t, 0.4)

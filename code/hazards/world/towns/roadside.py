"""What stands where in a street: lots with their buildings and gardens, lamps, signs, trees, cars and pedestrians."""

from __future__ import annotations

import math

import numpy as np

from hazards.world.towns import furniture
from hazards.world.towns.assets import level, town_building, town_bush, town_front, town_tree, variant
from hazards.world.towns.catalogue import choose
from hazards.world.towns.layout import Layout
from hazards.world.towns.road_users import car, pedestrian
from hazards.world.towns.street import BEHIND

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


def furnish(layout: Layout) -> None:
    """Fill both sides of the street."""
    for side in (-1, 1):
        for fill in (_lots, _lamps, _street_trees, _small_things, _bollards):
            fill(layout, side)
    _signs(layout)
    _traffic_lights(layout)


def _facing(side: int) -> float:
    """The turn about z of what stands on a side, -1 right or 1 left, and faces the street."""
    return 0.0 if side > 0 else math.pi


def _lots(layout: Layout, side: int) -> None:
    street, rng = layout.street, layout.rng
    s = BEHIND / 2 + rng.uniform(0, 10)
    habit = choose(layout.town.fronts, rng)
    while s < min(street.length - 10, _END):
        kind = choose(layout.town.lots, rng)
        width = rng.uniform(*_LOT_WIDTH[kind])
        middle = s + width / 2
        if street.clear_of_crossing(middle, width / 2 + 1.5):
            _lot(layout, side, kind, middle, width)
            front = habit if rng.random() < 0.65 else choose(layout.town.fronts, rng)
            if kind in ("block", "tower", "hall") and rng.random() < 0.5:
                front = "none"
            _front(layout, side, front, middle, width - rng.choice((0.0, 0.5, 3.0)))
            s += width
        elif street.crossing is not None and s < street.crossing:  # no room before the crossing street: go on behind it
            s = max(s + 4, street.crossing + street.cross_half + 5)
        else:
            s += 4


def _lot(layout: Layout, side: int, kind: str, s: float, width: float) -> None:
    rng = layout.rng
    edge = layout.street.outer(side)
    if kind in _SETBACK:
        solid = town_building(layout.town.name, kind, variant(rng))
        setback = edge + rng.uniform(*_SETBACK[kind])
        if setback + 8 < layout.street.depth:
            layout.put(solid, s, side * setback, _facing(side))
        if kind == "house":
            _plant(layout, side, s, width, (edge + 1.5, setback - 1), 1 + int(rng.integers(2)), trees=0.35)
            _plant(layout, side, s, width, (setback + 12, setback + 20), 2, trees=1.0)
    else:
        count = rng.integers(5, 9) if kind == "park" else rng.integers(3, 6)
        _plant(layout, side, s, width, (edge + 2.5, edge + 28), int(count), trees=0.8)


def _plant(
    layout: Layout, side: int, s: float, width: float, depth: tuple[float, float], count: int, trees: float
) -> None:
    """Plant a lot with a share `trees` of trees and else bushes; `depth` is from and to in metres from the centre."""
    rng, town = layout.rng, layout.town
    if s >= 100:
        count = (count + 1) // 2
    for _ in range(count):
        along = s + rng.uniform(-0.45, 0.45) * width
        away = min(rng.uniform(*depth), layout.street.depth - 3)
        turn = rng.uniform(0, 6.28)
        scale = rng.uniform(0.9, 1.45)
        detail = level(np.hypot(along, away))
        if rng.random() < trees:
            solid = town_tree(town.name, choose(town.trees, rng), variant(rng), detail)
        else:
            solid = town_bush(town.name, variant(rng), detail)
        layout.put(solid, along, side * away, turn, scale)


def _front(layout: Layout, side: int, kind: str, s: float, length: float) -> None:
    """What bounds a lot at the sidewalk."""
    if kind == "none":
        return
    t = side * (layout.street.outer(side) + 0.35)
    look = variant(layout.rng)
    for i in range(max(1, round(length / furniture.PIECE))):
        along = s + (i + 0.5) * furniture.PIECE - length / 2
        solid = town_front(layout.town.name, kind, look, level(abs(along)))
        layout.put(solid, along, t, _facing(side))


def _lamps(layout: Layout, side: int) -> None:
    street, rng, town = layout.street, layout.rng, layout.town
    color = town.color("poles", rng)
    style = rng.choice(["lamp", "lamp", "park", "utility"] if side > 0 else ["lamp", "lamp", "park", "none"])
    if style == "none":
        return
    height = float(rng.integers(13, 19)) / 2
    lamps = {
        "lamp": furniture.lamp(color, height),
        "park": furniture.thing("poles", "park lamp", color),
        "utility": furniture.thing("poles", "utility pole"),
    }
    gap = rng.uniform(17, 28)
    t = side * (street.half + 0.55)
    for s in np.arange(-8 + rng.uniform(0, gap), min(street.length, 150), gap):
        if street.clear_of_crossing(s, 3):
            layout.put(lamps[style], s, t, _facing(side), takes=0.3)


def _street_trees(layout: Layout, side: int) -> None:
    street, rng, town = layout.street, layout.rng, layout.town
    if street.sidewalk[side > 0] < 2 or rng.random() < 0.35:
        return
    species = choose(town.trees, rng)
    gap = town.street_trees * rng.uniform(0.7, 1.3)
    t = side * (street.outer(side) + 1.4)
    for s in np.arange(4 + rng.uniform(0, gap), min(street.length, 170), gap):
        if street.clear_of_crossing(s, 4):
            solid = town_tree(town.name, species, variant(rng), level(s))
            layout.put(solid, s, t, rng.uniform(0, 6.28), rng.uniform(0.85, 1.25), takes=0.4)


def _small_things(layout: Layout, side: int) -> None:
    """Benches, bins, stalls and the like on the sidewalk."""
    street, rng = layout.street, layout.rng
    names = furniture.names("others")
    for _ in range(rng.poisson(2.4)):
        name = names[rng.integers(len(names))]
        s = rng.uniform(7, 60)
        large = name in ("shelter", "kiosk") or "stall" in name
        t = side * (street.outer(side) + (0.4 if large else -0.55))
        if street.clear_of_crossing(s, 4) and layout.free(s, t, 1.2):
            layout.put(furniture.thing("others", name), s, t, _facing(side), takes=1.5 if large else 0.9)


def _bollards(layout: Layout, side: int) -> None:
    """Here and there a row of bollards at the kerb."""
    street, rng = layout.street, layout.rng
    if rng.random() >= 0.2:
        return
    start = rng.uniform(4, 30)
    t = side * (street.half + 0.4)
    for s in np.arange(start, start + 16, 2.0):
        if street.clear_of_crossing(s, 2):
            layout.put(furniture.thing("poles", "bollard"), s, t, takes=0.2)


def _signs(layout: Layout) -> None:
    street, rng = layout.street, layout.rng
    for s in np.cumsum(rng.uniform(8, 30, 4)):
        side = -1 if rng.random() < 0.75 else 1
        t = side * (street.half + 0.6)
        if street.clear_of_crossing(s, 1) and layout.free(s, t, 0.3):
            number = int(rng.integers(len(furniture.names("signs"))))
            solid = furniture.sign(number, layout.town.colors["poles"][0])
            layout.put(solid, s, t, _facing(-side) + rng.normal(0, 0.08), takes=0.3)


def _traffic_lights(layout: Layout) -> None:
    street, rng = layout.street, layout.rng
    if street.crossing is None or rng.random() < 0.25:
        return
    state = int(rng.integers(3))
    reach = float(round(street.half - 1)) if rng.random() < 0.7 else 0.0
    solid = furniture.traffic_light(layout.town.colors["poles"][0], state, reach)
    away = street.cross_half + 0.8
    t = street.half + 0.7
    for s, side in ((street.crossing + away, -1), (street.crossing - away - 3, 1)):
        layout.put(solid, s, side * t, _facing(-side), takes=0.4)


def drive(layout: Layout) -> None:
    """Put cars on the lanes, and on the kerbs where there is room to park."""
    street, rng = layout.street, layout.rng
    for _ in range(rng.poisson(layout.town.cars)):
        s = rng.uniform(11, 75)
        side = -1 if rng.random() < 0.5 else 1  # they keep right
        parked = street.half - street.lanes * street.lane > 1.4 and rng.random() < 0.5
        t = side * (street.half - 1.15 if parked else (rng.integers(street.lanes) + 0.5) * street.lane)
        if layout.free(s, t, 2.9) and (street.clear_of_crossing(s, 3) or not parked):
            solid = car(int(rng.integers(32)))
            layout.put(solid, s, t, _facing(-side) + rng.normal(0, 0.03), takes=2.6)


def walk(layout: Layout) -> None:
    """Put pedestrians on the sidewalks."""
    street, rng = layout.street, layout.rng
    for _ in range(rng.poisson(layout.town.people)):
        side = int(rng.choice((-1, 1)))
        s = rng.uniform(6, 35)
        t = side * (street.half + rng.uniform(0.5, street.sidewalk[side > 0] - 0.3))
        if layout.free(s, t, 0.5) and street.clear_of_crossing(s, 1):
            solid = pedestrian(int(rng.integers(60)))
            layout.put(solid, s, t, rng.choice((0.0, np.pi)) + rng.normal(0, 0.2), takes=0.5)

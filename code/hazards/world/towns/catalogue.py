"""The six towns: what is built and planted there, in which colours, and which weather they see.

t1 to t3 are the training towns, t4 the validation town, t5 and t6 the test towns, as in StreetHazards. Every town
has all 13 known classes; what differs between the splits is how they look.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from hazards.world.geometry.materials import linear
from hazards.world.towns.weather import CLEAR, CLOUDY, DUSK, FOG, OVERCAST, RAIN, SUN, Weather

T = TypeVar("T")
Palette = tuple[tuple[float, float, float], ...]
"""Linear colours, each 0-1."""


def rgb(*codes: str) -> Palette:
    """Hexadecimal sRGB colours to linear ones, 0-1."""
    return tuple(linear(code) for code in codes)


@dataclass(frozen=True)
class Town:
    """The look of one town; weights need not sum to one."""

    name: str
    weather: tuple[tuple[Weather, float], ...]
    lots: dict[str, float]
    """How often a lot beside the street is a house, terrace, block, tower, hall, park or field."""
    fronts: dict[str, float]
    """How often a lot ends at the sidewalk with a picket, rail or iron fence, wall, barrier, hedge or nothing."""
    trees: dict[str, float]
    walls: Palette
    roofs: Palette
    bricks: Palette
    leaves: Palette
    grass: Palette
    asphalt: Palette
    pavement: Palette
    poles: Palette
    lanes: tuple[int, ...]
    street_trees: float
    """Metres between trees along the sidewalk."""
    bend: float
    """Share of streets that bend."""
    crossing: float
    """Share of streets with a crossing."""
    bank: tuple[float, float]
    """Range of the slope of the land beside the street."""
    yellow: bool
    cars: float
    """Mean number of cars in view."""
    people: float
    """Mean number of pedestrians near the camera."""


_PLASTER = rgb("d9c9a8", "c9a27e", "b9b4a6", "e2dccb", "a8b3ba", "c7b08a")
_ROOFS = rgb("7a4a38", "5a4a44", "4a4d52", "8a5a40")
_BRICKS = rgb("8a4a3a", "9a5a44", "6f4438", "a5705a")
_GREEN = rgb("3f6b2a", "4f7a33", "2f5a2c", "5f7f36")

TOWNS = {
    town.name: town
    for town in (
        Town(
            name="t1",
            weather=((SUN, 4), (CLOUDY, 3), (OVERCAST, 2), (DUSK, 1), (RAIN, 1)),
            lots={"house": 6, "terrace": 1.2, "park": 4, "hall": 0.4},
            fronts={"picket": 5, "rail": 2, "wall": 6, "hedge": 2.5, "none": 0.5},
            trees={"fir": 3, "oak": 4, "birch": 1},
            walls=_PLASTER,
            roofs=_ROOFS,
            bricks=_BRICKS,
            leaves=_GREEN,
            grass=rgb("5c7a34", "55752f"),
            asphalt=rgb("6b6b6b", "747270"),
            pavement=rgb("a39c90", "9a948c"),
            poles=rgb("5c6166", "7b8084"),
            lanes=(1, 2, 2),
            street_trees=20,
            bend=0.55,
            crossing=0.35,
            bank=(-0.02, 0.08),
            yellow=True,
            cars=1.6,
            people=0.7,
        ),
        Town(
            name="t2",
            weather=((SUN, 2), (CLEAR, 2), (CLOUDY, 2), (OVERCAST, 3), (RAIN, 1.5), (DUSK, 1), (FOG, 0.5)),
            lots={"block": 4, "tower": 1.5, "terrace": 1.5, "hall": 1, "park": 4},
            fronts={"iron": 5, "wall": 6.5, "rail": 2, "hedge": 1.5, "none": 0.5},
            trees={"oak": 4, "birch": 2, "fir": 1},
            walls=rgb("a59a8c", "8e8f92", "c4b8a2", "77706a"),
            roofs=rgb("4a4a4c", "5a5550"),
            bricks=rgb("7d3f34", "8a5040", "5e3a34", "96654f"),
            leaves=rgb("3d6428", "4c7030", "58743a"),
            grass=rgb("567233"),
            asphalt=rgb("656668", "5c5d60"),
            pavement=rgb("9b9a98", "a8a094"),
            poles=rgb("4a4f54", "8b9094"),
            lanes=(2, 2, 3),
            street_trees=17,
            bend=0.3,
            crossing=0.65,
            bank=(0.0, 0.0),
            yellow=True,
            cars=2.0,
            people=0.8,
        ),
        Town(
            name="t3",
            weather=((SUN, 3), (CLEAR, 3), (DUSK, 2), (CLOUDY, 2), (FOG, 0.7)),
            lots={"field": 4, "park": 5, "house": 2, "hall": 1},
            fronts={"rail": 5, "barrier": 6, "wall": 2.5, "picket": 2, "hedge": 1, "none": 1},
            trees={"fir": 6, "oak": 1.5, "poplar": 1},
            walls=rgb("cdbfa0", "b59878", "d8d4c8"),
            roofs=_ROOFS,
            bricks=_BRICKS,
            leaves=rgb("2f5526", "3a6330", "4b7038"),
            grass=rgb("657a38", "5a7030", "7a7c40"),
            asphalt=rgb("6e6c69", "66625e"),
            pavement=rgb("9c968a"),
            poles=rgb("8a8f92", "6a6f72"),
            lanes=(1, 2, 2),
            street_trees=26,
            bend=0.7,
            crossing=0.2,
            bank=(0.0, 0.16),
            yellow=True,
            cars=1.2,
            people=0.4,
        ),
        Town(
            name="t4",
            weather=((CLOUDY, 3), (OVERCAST, 2), (CLEAR, 2), (FOG, 1), (DUSK, 1)),
            lots={"terrace": 2, "house": 2.5, "block": 1, "park": 4.5, "field": 2},
            fronts={"picket": 5, "iron": 4, "rail": 3, "wall": 5, "hedge": 2, "none": 0.5},
            trees={"poplar": 2, "birch": 3, "oak": 3},
            walls=rgb("e6e2d8", "cfd4d6", "dbb7a0", "b8c2b0"),
            roofs=rgb("8f4f3a", "a0583c", "6a4038"),
            bricks=rgb("a8624a", "b57a5c"),
            leaves=rgb("55803a", "688a40", "477038"),
            grass=rgb("6a8a3c", "728a44"),
            asphalt=rgb("7c7a78", "858280"),
            pavement=rgb("b3a594", "b09a8a"),
            poles=rgb("3a4448", "6a7478"),
            lanes=(1, 2),
            street_trees=19,
            bend=0.55,
            crossing=0.4,
            bank=(0.0, 0.06),
            yellow=False,
            cars=0.4,
            people=0.15,
        ),
        Town(
            name="t5",
            weather=((RAIN, 3), (OVERCAST, 3), (DUSK, 1.5), (CLOUDY, 2.5)),
            lots={"block": 1.3, "tower": 0.8, "hall": 1.2, "park": 4.5, "house": 1},
            fronts={"iron": 6, "rail": 3.5, "wall": 3.5, "barrier": 1, "hedge": 2, "none": 0.7},
            trees={"palm": 2, "oak": 3, "poplar": 2},
            walls=rgb("8f9aa0", "a8a8a0", "6e7478", "b0a090"),
            roofs=rgb("54504e", "3f4448"),
            bricks=rgb("6a4a44", "7a5a50"),
            leaves=rgb("3a5f34", "50683a", "62702f"),
            grass=rgb("4f6a3a", "5a6a38"),
            asphalt=rgb("58595e", "62636a"),
            pavement=rgb("8a8c90", "95908c"),
            poles=rgb("7a8288", "3c4044"),
            lanes=(2, 3),
            street_trees=22,
            bend=0.4,
            crossing=0.55,
            bank=(0.0, 0.03),
            yellow=False,
            cars=1.2,
            people=0.0,
        ),
        Town(
            name="t6",
            weather=((CLEAR, 3), (SUN, 2), (FOG, 1), (DUSK, 1.5), (CLOUDY, 2)),
            lots={"house": 2, "terrace": 0.8, "block": 0.7, "field": 2, "park": 4.5, "hall": 0.5},
            fronts={"picket": 4.5, "rail": 3.5, "wall": 3.5, "barrier": 1, "hedge": 2.5, "none": 0.7},
            trees={"palm": 3, "fir": 2, "oak": 2},
            walls=rgb("e8d8b8", "d8a878", "c88860", "e0c8a8"),
            roofs=rgb("a85a3a", "94503a", "b0704c"),
            bricks=rgb("b08060", "9a6a4c"),
            leaves=rgb("6a7a34", "587030", "7a7c3c"),
            grass=rgb("8a8448", "7c7a40"),
            asphalt=rgb("7a746c", "827c76"),
            pavement=rgb("b5a78e", "ac9c84"),
            poles=rgb("50504c", "8c8c84"),
            lanes=(1, 2, 2),
            street_trees=24,
            bend=0.6,
            crossing=0.4,
            bank=(0.0, 0.1),
            yellow=True,
            cars=1.0,
            people=0.0,
        ),
    )
}
"""The towns by name."""

SPLITS = {"train": ("t1", "t2", "t3"), "val": ("t4",), "test": ("t5", "t6")}
"""The towns of each split; image i of a split lies in town i modulo their number."""


def pick_color(palette: Palette, rng: np.random.Generator) -> tuple[float, float, float]:
    """A random colour of a palette."""
    return palette[rng.integers(len(palette))]


def choose(weighted: Collection[tuple[T, float]], rng: np.random.Generator) -> T:
    """A random one of some things, each given with its weight."""
    sums = np.cumsum([weight for _, weight in weighted])
    index = np.searchsorted(sums, rng.uniform(0, sums[-1]), side="right")
    choice, _ = list(weighted)[int(index)]
    return choice

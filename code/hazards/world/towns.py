"""The six towns: what is built and planted there, in which colours, and which weather they see.

t1 to t3 are the training towns, t4 the validation town, t5 and t6 the test towns, as in StreetHazards. Every town
has all 13 known classes; what differs between the splits is how they look.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def rgb(*codes: str) -> tuple[tuple[float, float, float], ...]:
    """Hexadecimal sRGB colours to linear ones, 0-1."""
    values = np.array([[int(code[i : i + 2], 16) for i in (0, 2, 4)] for code in codes]) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return tuple((float(red), float(green), float(blue)) for red, green, blue in linear)


Palette = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Weather:
    """Light and air."""

    name: str
    sun: tuple[float, float, float]
    """Colour and strength of sunlight on a surface that faces it."""
    height: tuple[float, float]
    """Range of the sun's height over the horizon, degrees."""
    ambient: tuple[float, float, float]
    """Light from the whole sky on a horizontal surface."""
    zenith: tuple[float, float, float]
    horizon: tuple[float, float, float]
    clouds: float
    """Share of the sky under cloud, 0-1."""
    haze: float
    """Metres at which two thirds of what is seen are haze."""
    wet: float = 0.0
    """How wet the ground is, 0-1."""


SUN = Weather("sun", (3.3, 3.05, 2.6), (28, 60), (0.62, 0.72, 0.9), (0.16, 0.33, 0.66), (0.62, 0.74, 0.88), 0.25, 900)
CLEAR = Weather("clear", (2.9, 2.6, 2.1), (22, 45), (0.6, 0.68, 0.82), (0.2, 0.33, 0.55), (0.7, 0.74, 0.8), 0.12, 700)
OVERCAST = Weather(
    "overcast", (0.35, 0.35, 0.35), (40, 70), (1.35, 1.4, 1.48), (0.5, 0.54, 0.6), (0.72, 0.75, 0.78), 0.9, 600
)
CLOUDY = Weather("cloudy", (1.9, 1.8, 1.65), (30, 60), (0.95, 1.0, 1.1), (0.3, 0.42, 0.6), (0.7, 0.75, 0.82), 0.6, 700)
DUSK = Weather("dusk", (1.9, 1.15, 0.6), (8, 16), (0.42, 0.42, 0.52), (0.17, 0.2, 0.34), (0.86, 0.58, 0.38), 0.4, 600)
RAIN = Weather(
    "rain", (0.18, 0.18, 0.19), (40, 60), (0.85, 0.9, 0.98), (0.3, 0.33, 0.38), (0.5, 0.53, 0.57), 0.95, 330, 0.9
)
FOG = Weather("fog", (0.3, 0.3, 0.3), (35, 60), (1.3, 1.34, 1.4), (0.62, 0.65, 0.69), (0.72, 0.74, 0.77), 0.7, 130)


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
            "t1",
            ((SUN, 4), (CLOUDY, 3), (OVERCAST, 2), (DUSK, 1), (RAIN, 1)),
            {"house": 6, "terrace": 1.2, "park": 4, "hall": 0.4},
            {"picket": 5, "rail": 2, "wall": 6, "hedge": 2.5, "none": 0.5},
            {"fir": 3, "oak": 4, "birch": 1},
            _PLASTER,
            _ROOFS,
            _BRICKS,
            _GREEN,
            rgb("5c7a34", "55752f"),
            rgb("6b6b6b", "747270"),
            rgb("a39c90", "9a948c"),
            rgb("5c6166", "7b8084"),
            (1, 2, 2),
            20,
            0.55,
            0.35,
            (-0.02, 0.08),
            True,
            1.6,
            0.7,
        ),
        Town(
            "t2",
            ((SUN, 2), (CLEAR, 2), (CLOUDY, 2), (OVERCAST, 3), (RAIN, 1.5), (DUSK, 1), (FOG, 0.5)),
            {"block": 4, "tower": 1.5, "terrace": 1.5, "hall": 1, "park": 4},
            {"iron": 5, "wall": 6.5, "rail": 2, "hedge": 1.5, "none": 0.5},
            {"oak": 4, "birch": 2, "fir": 1},
            rgb("a59a8c", "8e8f92", "c4b8a2", "77706a"),
            rgb("4a4a4c", "5a5550"),
            rgb("7d3f34", "8a5040", "5e3a34", "96654f"),
            rgb("3d6428", "4c7030", "58743a"),
            rgb(
                "567233",
            ),
            rgb("656668", "5c5d60"),
            rgb("9b9a98", "a8a094"),
            rgb("4a4f54", "8b9094"),
            (2, 2, 3),
            17,
            0.3,
            0.65,
            (0.0, 0.0),
            True,
            2.0,
            0.8,
        ),
        Town(
            "t3",
            ((SUN, 3), (CLEAR, 3), (DUSK, 2), (CLOUDY, 2), (FOG, 0.7)),
            {"field": 4, "park": 5, "house": 2, "hall": 1},
            {"rail": 5, "barrier": 6, "wall": 2.5, "picket": 2, "hedge": 1, "none": 1},
            {"fir": 6, "oak": 1.5, "poplar": 1},
            rgb("cdbfa0", "b59878", "d8d4c8"),
            _ROOFS,
            _BRICKS,
            rgb("2f5526", "3a6330", "4b7038"),
            rgb("657a38", "5a7030", "7a7c40"),
            rgb("6e6c69", "66625e"),
            rgb(
                "9c968a",
            ),
            rgb("8a8f92", "6a6f72"),
            (1, 2, 2),
            26,
            0.7,
            0.2,
            (0.0, 0.16),
            True,
            1.2,
            0.4,
        ),
        Town(
            "t4",
            ((CLOUDY, 3), (OVERCAST, 2), (CLEAR, 2), (FOG, 1), (DUSK, 1)),
            {"terrace": 2, "house": 2.5, "block": 1, "park": 4.5, "field": 2},
            {"picket": 5, "iron": 4, "rail": 3, "wall": 5, "hedge": 2, "none": 0.5},
            {"poplar": 2, "birch": 3, "oak": 3},
            rgb("e6e2d8", "cfd4d6", "dbb7a0", "b8c2b0"),
            rgb("8f4f3a", "a0583c", "6a4038"),
            rgb("a8624a", "b57a5c"),
            rgb("55803a", "688a40", "477038"),
            rgb("6a8a3c", "728a44"),
            rgb("7c7a78", "858280"),
            rgb("b3a594", "b09a8a"),
            rgb("3a4448", "6a7478"),
            (1, 2),
            19,
            0.55,
            0.4,
            (0.0, 0.06),
            False,
            0.4,
            0.15,
        ),
        Town(
            "t5",
            ((RAIN, 3), (OVERCAST, 3), (DUSK, 1.5), (CLOUDY, 2.5)),
            {"block": 1.3, "tower": 0.8, "hall": 1.2, "park": 4.5, "house": 1},
            {"iron": 6, "rail": 3.5, "wall": 3.5, "barrier": 1, "hedge": 2, "none": 0.7},
            {"palm": 2, "oak": 3, "poplar": 2},
            rgb("8f9aa0", "a8a8a0", "6e7478", "b0a090"),
            rgb("54504e", "3f4448"),
            rgb("6a4a44", "7a5a50"),
            rgb("3a5f34", "50683a", "62702f"),
            rgb("4f6a3a", "5a6a38"),
            rgb("58595e", "62636a"),
            rgb("8a8c90", "95908c"),
            rgb("7a8288", "3c4044"),
            (2, 3),
            22,
            0.4,
            0.55,
            (0.0, 0.03),
            False,
            1.2,
            0.0,
        ),
        Town(
            "t6",
            ((CLEAR, 3), (SUN, 2), (FOG, 1), (DUSK, 1.5), (CLOUDY, 2)),
            {"house": 2, "terrace": 0.8, "block": 0.7, "field": 2, "park": 4.5, "hall": 0.5},
            {"picket": 4.5, "rail": 3.5, "wall": 3.5, "barrier": 1, "hedge": 2.5, "none": 0.7},
            {"palm": 3, "fir": 2, "oak": 2},
            rgb("e8d8b8", "d8a878", "c88860", "e0c8a8"),
            rgb("a85a3a", "94503a", "b0704c"),
            rgb("b08060", "9a6a4c"),
            rgb("6a7a34", "587030", "7a7c3c"),
            rgb("8a8448", "7c7a40"),
            rgb("7a746c", "827c76"),
            rgb("b5a78e", "ac9c84"),
            rgb("50504c", "8c8c84"),
            (1, 2, 2),
            24,
            0.6,
            0.4,
            (0.0, 0.1),
            True,
            1.0,
            0.0,
        ),
    )
}
"""The towns by name."""

SPLITS = {"train": ("t1", "t2", "t3"), "val": ("t4",), "test": ("t5", "t6")}
"""The towns of each split; image i of a split lies in town i modulo their number."""

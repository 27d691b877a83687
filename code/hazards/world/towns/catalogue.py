"""The kinds of weather, and the towns: what is built and planted there, in which colours; see catalogue.toml.

t1 to t3 are the training towns, t4 the validation town, t5 to t10 the test towns. StreetHazards has two test towns, t5
and t6; with six, figures can be told with an interval over towns. Every town has all 13 known classes; what differs
between the splits is how they look.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hazards.world.geometry.materials import linear

Triple = tuple[float, float, float]
Weights = list[tuple[str, float]]
"""Names with their weights, which need not sum to one."""


@dataclass(frozen=True)
class Weather:
    """Light and air.

    Args:
        sun: colour and strength of sunlight on a surface that faces it.
        height: range of the sun's height over the horizon, degrees.
        ambient: light from the whole sky on a horizontal surface.
        zenith, horizon: colours of the sky.
        clouds: share of the sky under cloud, 0-1.
        haze: metres at which two thirds of what is seen are haze.
        wet: how wet the ground is, 0-1.
    """

    name: str
    sun: Triple
    height: tuple[float, float]
    ambient: Triple
    zenith: Triple
    horizon: Triple
    clouds: float
    haze: float
    wet: float = 0.0


@dataclass(frozen=True)
class Town:
    """The look of one town.

    Args:
        weather: weights of the kinds of weather.
        lots: weights of what a lot beside the street is: house, terrace, block, tower, hall, park or field.
        fronts: weights of what bounds a lot at the sidewalk: picket, rail or iron fence, wall, barrier, hedge or none.
        trees: weights of the species.
        colors: palettes of linear colours, 0-1, of walls, roofs, bricks, leaves, grass, asphalt, pavement and poles.
        lanes: numbers of lanes each way, one of which a street has.
        street_trees: metres between trees along the sidewalk.
        bend: share of streets that bend.
        crossing: share of streets with a crossing.
        bank: range of the slope of the land beside the street.
        yellow: whether centre lines may be yellow.
        cars: mean number of cars in view.
        people: mean number of pedestrians near the camera.
        paved_verges: whether pavement, not grass, lies beside the sidewalks.
        white_fences: whether picket fences are white, not brown.
    """

    name: str
    weather: Weights
    lots: Weights
    fronts: Weights
    trees: Weights
    colors: dict[str, tuple[Triple, ...]]
    lanes: tuple[int, ...]
    street_trees: float
    bend: float
    crossing: float
    bank: tuple[float, float]
    yellow: bool
    cars: float
    people: float
    paved_verges: bool = False
    white_fences: bool = False

    def color(self, part: str, rng: np.random.Generator) -> Triple:
        """A random colour of a palette."""
        palette = self.colors[part]
        return palette[rng.integers(len(palette))]


def _town(name: str, colors: dict[str, list[str]], **fields: Any) -> Town:
    """A town whose colours are hexadecimal sRGB ones."""
    palettes = {part: tuple(linear(code) for code in codes) for part, codes in colors.items()}
    return Town(name, colors=palettes, **fields)


_DATA: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
WEATHER = {name: Weather(name, **fields) for name, fields in _DATA["weather"].items()}
"""The kinds of weather by name."""
TOWNS = {name: _town(name, **fields) for name, fields in _DATA["towns"].items()}
"""The towns by name."""
SPLITS = {"train": ("t1", "t2", "t3"), "val": ("t4",), "test": ("t5", "t6", "t7", "t8", "t9", "t10")}
"""The towns of each split; image i of a split lies in town i modulo their number."""


def choose(weights: Weights, rng: np.random.Generator) -> str:
    """A random name, by weight."""
    sums = np.cumsum([weight for _, weight in weights])
    index = np.searchsorted(sums, rng.uniform(0, sums[-1]), side="right")
    return weights[index][0]

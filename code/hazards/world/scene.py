"""One scene: a street of a town in some weather, seen from the car; a pure function of (seed, split, index)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..labels import BUILDING, UNLABELED
from . import placing
from .camera import Camera
from .geometry import Color, Mesh, box, grid, join
from .layout import Layout, furnish
from .materials import Texture
from .noise import fbm
from .plants import forest
from .street import BEHIND, Street, ground_meshes, plain
from .towns import SPLITS, TOWNS, Town, Weather
from .traffic import car, pedestrian


@dataclass(frozen=True)
class Scene:
    """Everything the renderer needs; the mesh is in world coordinates."""

    mesh: Mesh
    street: Street
    town: Town
    weather: Weather
    sun: np.ndarray
    """(3,) unit vector towards the sun."""
    sky: float
    """Shift of the clouds."""
    land: Color
    camera: Camera
    hazards: tuple[str, ...]
    """Names of the hazard kinds set up, the one meant to be seen first."""


def scene(split: str, index: int, seed: int = 0) -> Scene:
    """The scene of an image.

    Args:
        split: "train", "val" or "test"; towns take turns by index.
        index: number of the image in its split, from 0.
        seed: of the whole world.

    Raises:
        ValueError: for an unknown split or a negative index.
    """
    if split not in SPLITS:
        raise ValueError(f"split {split!r}: expected one of {', '.join(SPLITS)}")
    if index < 0:
        raise ValueError(f"image {index} of split {split}: expected 0 or more")
    rng = np.random.default_rng([seed, list(SPLITS).index(split), index])
    town = TOWNS[SPLITS[split][index % len(SPLITS[split])]]
    weather = _weather(town, rng)
    street = _street(town, rng)
    camera = _camera(street, rng)
    layout = Layout(street, town, camera, rng)
    furnish(layout)
    _traffic(layout, people=split != "test")
    land = np.asarray(town.grass[rng.integers(len(town.grass))])
    names = placing.hazards(layout, index, seed) if split == "test" else ()
    asphalt = np.asarray(town.asphalt[rng.integers(len(town.asphalt))]) * rng.uniform(0.85, 1.15)
    pavement = np.asarray(town.pavement[rng.integers(len(town.pavement))])
    texture = Texture.PAVING if rng.random() < 0.6 else Texture.CONCRETE
    ground = ground_meshes(street, (pavement, texture), (land, Texture.GRASS), verge=town.name not in ("t2", "t5"))
    near = join([ground, layout.solid(), *_woods(street, town, rng)])
    bent = replace(near, vertices=street.bend(near.vertices))
    whole = join([bent, plain(asphalt), *_backdrop(town, land, camera, rng)])
    height = np.deg2rad(rng.uniform(*weather.height))
    turn = rng.uniform(0, 2 * np.pi)
    sun = np.array([np.cos(turn) * np.cos(height), np.sin(turn) * np.cos(height), np.sin(height)], np.float32)
    return Scene(whole, street, town, weather, sun, rng.uniform(0, 1), land, camera, names)


def _weather(town: Town, rng: np.random.Generator) -> Weather:
    shares = np.cumsum([share for _, share in town.weather])
    return town.weather[int(np.searchsorted(shares, rng.uniform(0, shares[-1]), side="right"))][0]


def _street(town: Town, rng: np.random.Generator) -> Street:
    bends = rng.random() < town.bend
    crosses = rng.random() < town.crossing
    radius = rng.uniform(260, 500) if crosses else rng.uniform(90, 320)
    lanes = int(rng.choice(town.lanes))
    lane = rng.uniform(3.3, 3.8)
    right, left = (float(rng.choice((1.6, 2.2, 3.0, 4.0))) for _ in range(2))
    return Street(
        curvature=rng.choice((-1, 1)) / radius if bends else 0.0,
        lanes=lanes,
        lane=lane,
        half=lanes * lane + rng.uniform(0.4, 2.4),
        sidewalk=(right, left),
        crossing=rng.uniform(14, 55) if crosses else None,
        cross_half=rng.uniform(4.5, 8.5),
        bank=(rng.uniform(*town.bank), rng.uniform(*town.bank)),
        yellow=town.yellow and rng.random() < 0.75,
        double=rng.random() < 0.45,
        zebra=rng.random() < 0.4,
    )


def _camera(street: Street, rng: np.random.Generator) -> Camera:
    lane = rng.integers(street.lanes)
    t = -(lane + 0.5) * street.lane + rng.normal(0, 0.5)
    turning = rng.random() < 0.15
    return Camera(
        position=(0.0, t, rng.uniform(1.3, 2.2)),
        yaw=rng.normal(0, np.deg2rad(16 if turning else 5)) + 10 * street.curvature,
        pitch=rng.normal(np.deg2rad(0.3), np.deg2rad(1.4)),
        roll=rng.normal(0, np.deg2rad(0.5)),
        fov=np.deg2rad(rng.uniform(86, 94)),
    )


def _traffic(layout: Layout, people: bool) -> None:
    street, rng = layout.street, layout.rng
    for _ in range(rng.poisson(layout.town.cars)):
        s, onward = rng.uniform(11, 75), rng.random() < 0.5
        parked = street.half - street.lanes * street.lane > 1.4 and rng.random() < 0.5
        t = street.half - 1.15 if parked else (rng.integers(street.lanes) + 0.5) * street.lane
        t = -t if onward else t
        if layout.free(s, t, 2.9) and (street.clear_of_crossing(s, 3) or not parked):
            layout.put(car(int(rng.integers(32))), s, t, (0.0 if onward else np.pi) + rng.normal(0, 0.03))
            layout.block(s, t, 2.6)
    for _ in range(rng.poisson(layout.town.people) if people else 0):
        side = int(rng.choice((-1, 1)))
        s, t = rng.uniform(6, 35), side * (street.half + rng.uniform(0.5, street.sidewalk[int(side > 0)] - 0.3))
        if layout.free(s, t, 0.5) and street.clear_of_crossing(s, 1):
            layout.put(pedestrian(int(rng.integers(60))), s, t, rng.choice((0.0, np.pi)) + rng.normal(0, 0.2))
            layout.block(s, t, 0.5)


def _woods(street: Street, town: Town, rng: np.random.Generator) -> list[Mesh]:
    """Edges of woods along both sides and across the far end of the street."""
    color = np.asarray(town.leaves[rng.integers(len(town.leaves))]) * 0.75
    s = np.arange(BEHIND, street.length + 30, 2.0)
    belts = []
    for side in (-1, 1):
        if rng.random() < 0.9:
            path = np.stack([s, np.full(len(s), side * (street.depth - 2.5 + rng.uniform(-2, 2)))], -1)
            belt = forest(path, rng.uniform(8, 14), color, rng)
            belts.append(belt.moved((0, 0, street.ground(side * street.depth))))
    t = np.arange(-street.depth, street.depth, 2.0)
    belts.append(forest(np.stack([np.full(len(t), street.length + 14), t], -1), rng.uniform(7, 11), color, rng))
    return belts


def _backdrop(town: Town, land: Color, camera: Camera, rng: np.random.Generator) -> list[Mesh]:
    """Hills on the horizon, a far wood, and the skyline of a city."""
    angle = camera.yaw + np.linspace(-1, 1, 49)
    shift, height = rng.uniform(0, 1), rng.uniform(10, 70)
    swell = np.clip(fbm(np.cos(angle) / 5 + shift, np.sin(angle) / 5 + shift) * 2.4 - 0.75, 0, 2) * height
    rows = []
    for radius, share in ((420, 0.0), (620, 0.75), (800, 1.0)):
        rows.append(np.stack([radius * np.cos(angle), radius * np.sin(angle), share * swell - 2], -1))
    hills = grid(np.stack(rows), np.asarray(land) * 0.75, Texture.GRASS, UNLABELED)
    around = camera.yaw + np.linspace(-1, 1, 221)
    circle = np.stack([330 * np.cos(around), 330 * np.sin(around)], -1)
    parts = [hills, forest(circle, rng.uniform(5, 9), np.asarray(town.leaves[0]) * 0.7, rng)]
    if "tower" in town.lots or rng.random() < 0.3:
        for _ in range(14):
            direction, away = camera.yaw + rng.uniform(-0.9, 0.9), rng.uniform(210, 380)
            size = (rng.uniform(16, 34), rng.uniform(16, 34), rng.uniform(18, 75))
            color = np.asarray(town.walls[rng.integers(len(town.walls))]) * 0.8
            solid = box(size, color, Texture.WINDOWS, BUILDING).rotated(rng.uniform(0, 1.5))
            parts.append(solid.moved((away * np.cos(direction), away * np.sin(direction), 0)))
    return parts

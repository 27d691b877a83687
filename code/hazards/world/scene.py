"""One scene: a street of a town in some weather, seen from the car; a pure function of (seed, split, index)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hazards.labels import SIDEWALK, UNLABELED
from hazards.world.geometry.camera import Camera
from hazards.world.geometry.materials import Color, Texture
from hazards.world.geometry.solids import Mesh, join
from hazards.world.towns import land, roadside
from hazards.world.towns.catalogue import SPLITS, TOWNS, WEATHER, Town, Weather, choose
from hazards.world.towns.land import Cover
from hazards.world.towns.layout import Layout
from hazards.world.towns.street import Street


@dataclass(frozen=True)
class Scene:
    """Everything the renderer needs; the mesh is in world coordinates.

    Args:
        sun: (3,) unit vector towards the sun.
        sky: shift of the clouds.
        land: colour of the land beside the street.
        hazards: names of the hazard kinds set up, the one meant to be seen first.
    """

    mesh: Mesh
    street: Street
    town: Town
    weather: Weather
    sun: np.ndarray
    sky: float
    land: Color
    camera: Camera
    hazards: tuple[str, ...]


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
    names = SPLITS[split]
    town = TOWNS[names[index % len(names)]]
    weather = WEATHER[choose(town.weather, rng)]
    street = _street(town, rng)
    camera = _camera(street, rng)
    layout = Layout(street, town, camera, rng)
    roadside.furnish(layout)
    roadside.drive(layout)
    if split != "test":
        roadside.walk(layout)
    grass = np.asarray(town.color("grass", rng))
    hazards: tuple[str, ...] = ()
    if split == "test":
        from hazards.world.hazards import placing  # a thing of the test split alone

        hazards = placing.stand(layout, index, seed)
    asphalt = np.asarray(town.color("asphalt", rng)) * rng.uniform(0.85, 1.15)
    near = join([_ground(street, town, grass, rng), layout.solid(), *land.woods(street, town, rng)])
    bent = replace(near, vertices=street.bend(near.vertices))
    mesh = join([bent, land.plain(asphalt), *land.horizon(town, grass, camera, rng)])
    return Scene(mesh, street, town, weather, _sun(weather, rng), rng.uniform(0, 1), grass, camera, hazards)


def _street(town: Town, rng: np.random.Generator) -> Street:
    bends = rng.random() < town.bend
    crosses = rng.random() < town.crossing
    radius = rng.uniform(260, 500) if crosses else rng.uniform(90, 320)
    lanes = int(rng.choice(town.lanes))
    lane = rng.uniform(3.3, 3.8)
    right, left = rng.choice((1.6, 2.2, 3.0, 4.0), 2)
    return Street(
        curvature=rng.choice((-1, 1)) / radius if bends else 0.0,
        lanes=lanes,
        lane=lane,
        half=lanes * lane + rng.uniform(0.4, 2.4),
        sidewalk=(float(right), float(left)),
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


def _ground(street: Street, town: Town, color: Color, rng: np.random.Generator) -> Mesh:
    paving = town.color("pavement", rng)
    texture = Texture.PAVING if rng.random() < 0.6 else Texture.CONCRETE
    pavement = Cover(paving, texture, SIDEWALK)
    grass = Cover(color, Texture.GRASS, UNLABELED)
    return land.ground(street, pavement, verge=pavement if town.paved_verges else grass, grass=grass)


def _sun(weather: Weather, rng: np.random.Generator) -> np.ndarray:
    """(3,) unit vector towards the sun."""
    height = np.deg2rad(rng.uniform(*weather.height))
    turn = rng.uniform(0, 2 * np.pi)
    return np.array([np.cos(turn) * np.cos(height), np.sin(turn) * np.cos(height), np.sin(height)], np.float32)

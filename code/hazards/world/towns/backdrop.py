"""What closes the view: woods beside and behind the street, hills on the horizon, the skyline of a city."""

from __future__ import annotations

import numpy as np

from hazards.labels import BUILDING, UNLABELED
from hazards.world.geometry.camera import Camera
from hazards.world.geometry.materials import Color, Texture
from hazards.world.geometry.noise import fbm
from hazards.world.geometry.solids import Mesh, box, grid
from hazards.world.towns.catalogue import Town
from hazards.world.towns.street import BEHIND, Street
from hazards.world.towns.vegetation import forest


def woods(street: Street, town: Town, rng: np.random.Generator) -> list[Mesh]:
    """Edges of woods along both sides and across the far end of the street, in road coordinates."""
    color = np.asarray(town.color("leaves", rng)) * 0.75
    s = np.arange(BEHIND, street.length + 30, 2.0)
    belts = []
    for side in (-1, 1):
        if rng.random() < 0.9:
            t = side * (street.depth - 2.5 + rng.uniform(-2, 2))
            belt = forest(np.stack([s, np.full(len(s), t)], -1), rng.uniform(8, 14), color, rng)
            belts.append(belt.moved((0, 0, street.ground(side * street.depth))))
    across = np.arange(-street.depth, street.depth, 2.0)
    end = np.stack([np.full(len(across), street.length + 14), across], -1)
    belts.append(forest(end, rng.uniform(7, 11), color, rng))
    return belts


def horizon(town: Town, land: Color, camera: Camera, rng: np.random.Generator) -> list[Mesh]:
    """Hills, a far wood, and in some towns the skyline of a city, in world coordinates."""
    parts = [_hills(land, camera, rng)]
    angle = camera.yaw + np.linspace(-1, 1, 221)
    circle = np.stack([330 * np.cos(angle), 330 * np.sin(angle)], -1)
    parts.append(forest(circle, rng.uniform(5, 9), np.asarray(town.colors["leaves"][0]) * 0.7, rng))
    if "tower" in town.lots or rng.random() < 0.3:
        parts += [_high_rise(town, camera, rng) for _ in range(14)]
    return parts


def _hills(land: Color, camera: Camera, rng: np.random.Generator) -> Mesh:
    angle = camera.yaw + np.linspace(-1, 1, 49)
    shift = rng.uniform(0, 1)
    height = rng.uniform(10, 70)
    swell = np.clip(fbm(np.cos(angle) / 5 + shift, np.sin(angle) / 5 + shift) * 2.4 - 0.75, 0, 2) * height
    rows = []
    for radius, share in ((420, 0.0), (620, 0.75), (800, 1.0)):
        rows.append(np.stack([radius * np.cos(angle), radius * np.sin(angle), share * swell - 2], -1))
    return grid(np.stack(rows), np.asarray(land) * 0.75, Texture.GRASS).with_label(UNLABELED)


def _high_rise(town: Town, camera: Camera, rng: np.random.Generator) -> Mesh:
    direction = camera.yaw + rng.uniform(-0.9, 0.9)
    away = rng.uniform(210, 380)
    size = (rng.uniform(16, 34), rng.uniform(16, 34), rng.uniform(18, 75))
    color = np.asarray(town.color("walls", rng)) * 0.8
    solid = box(size, color, Texture.WINDOWS).rotated(rng.uniform(0, 1.5)).with_label(BUILDING)
    return solid.moved((away * np.cos(direction), away * np.sin(direction), 0))

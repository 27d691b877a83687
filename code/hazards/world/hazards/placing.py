"""Where the hazards of a test image stand: in view, unhidden, and as large in the image as the real ones."""

from __future__ import annotations

import numpy as np

from hazards.world.geometry.solids import Mesh
from hazards.world.hazards.catalogue import KINDS, hazard
from hazards.world.towns import furniture
from hazards.world.towns.layout import Layout

_SHARE = 0.0038
"""Median share of the image that a hazard is to cover; among the real ones the median is 0.0062."""
_SPREAD = 0.75
"""Standard deviation of the logarithm of that share."""
_TRIES = 40


def stand(layout: Layout, index: int, seed: int) -> tuple[str, ...]:
    """Stand one to three hazards in a layout; returns the names of their kinds.

    The first is meant to be seen. Its kind goes through a seeded permutation of all kinds by `index`, so that as many
    successive images as there are kinds show each of them.
    """
    order = np.random.default_rng([seed, 977]).permutation(len(KINDS))
    first = int(order[index % len(KINDS)])
    beyond = _stand(layout, first, nearest=0.0) or _stand_ahead(layout, first)
    names = [KINDS[first].name]
    for _ in range(layout.rng.choice(3, p=(0.65, 0.25, 0.1))):
        kind = int(layout.rng.integers(len(KINDS)))
        if _stand(layout, kind, nearest=beyond):
            names.append(KINDS[kind].name)
    return tuple(names)


def _stand(layout: Layout, kind: int, nearest: float) -> float:
    """Find a hazard a place beyond `nearest` metres; returns how far away it stands, 0 if there was no room."""
    rng, street = layout.rng, layout.street
    solid = hazard(kind)
    place = KINDS[kind].place
    size = np.ptp(solid.vertices, axis=0)
    scale, away = _distance(size, _SHARE * np.exp(rng.normal(0, _SPREAD)))
    size = size * scale
    radius = 0.5 * float(np.hypot(size[0], size[1]))
    if nearest:
        away = max(away, nearest + 2 * radius + 2)
    for attempt in range(_TRIES):
        s = max(away * rng.uniform(0.85, 1.2) * (1 + 0.02 * attempt), radius + 3.5)
        t = layout.camera.position[1] + s * float(np.tan(rng.uniform(-0.55, 0.55)))
        if place == "wall":
            side = 1 if t > 0 else -1
            t = side * (street.outer(side) - 0.25 - size[0] / 2)
        elif not street.clear_of_crossing(s, radius) and abs(t) > street.half:
            continue
        if _visible(layout, s, t, radius) and layout.free(s, t, radius):
            _put(layout, solid, place, (s, t), scale, size)
            layout.obstacles.append((s, t, radius))
            return s
    return 0.0


def _stand_ahead(layout: Layout, kind: int) -> float:
    """Stand a hazard in the camera's lane, nearer than any car, where nothing can hide it."""
    solid = hazard(kind)
    radius = 0.5 * float(np.hypot(*np.ptp(solid.vertices[:, :2], axis=0)))
    s = 7.5
    t = layout.camera.position[1] + 0.5
    layout.put(solid, s, t, layout.rng.uniform(0, 2 * np.pi), min(1.0, 1.2 / radius), takes=1.2)
    return s


def _distance(size: np.ndarray, share: float) -> tuple[float, float]:
    """Scale of a hazard and its distance in metres, so that it covers about `share` of a 16:9, 90 degree image."""
    width = 0.5 * (size[0] + size[1])
    silhouette = 0.5 * float(width * size[2])
    away = np.sqrt(0.444 * silhouette / share)
    larger = float(np.clip(4.5 / away, 1.0, 2.5))
    smaller = float(np.clip(38 / away, 0.4, 1.0))
    scale = larger * smaller
    return scale, float(np.clip(away * scale, 4.5, 38))


def _visible(layout: Layout, s: float, t: float, radius: float) -> bool:
    """Whether a spot on the street is inside the view and nothing that stands there is before it."""
    street, camera = layout.street, layout.camera
    outer = street.half + min(street.sidewalk)
    target = street.bend(np.array([(s, t, 0.0)]))
    angle = abs(camera.angle(target)[0]) + np.arctan2(radius, s)
    if abs(t) > outer - 0.2 or angle > np.deg2rad(41):
        return False
    start = np.array(camera.position[:2])
    points = start + np.linspace(0.1, 0.95, 12)[:, None] * (target[0, :2] - start)
    along, across = street.unbend(points[:, 0], points[:, 1])
    if np.abs(across).max() > outer:
        return False
    return all(np.min((along - a) ** 2 + (across - b) ** 2) > (r + 0.3) ** 2 for a, b, r in layout.obstacles)


def _put(layout: Layout, solid: Mesh, place: str, spot: tuple[float, float], scale: float, size: np.ndarray) -> None:
    """Stand a hazard at a spot (s, t): on the ground, in the air, or at a wall that is put up behind it."""
    s, t = spot
    match place:
        case "air":
            yaw = layout.rng.uniform(0, 2 * np.pi)
            layout.put(solid, s, t, yaw, scale, z=float(layout.rng.uniform(1.2, 1.2 + 0.12 * s)))
        case "wall":
            side = 1 if t > 0 else -1
            board = furniture.wall(max(3.0, float(size[1]) + 1.0), max(2.2, float(size[2]) + 1.0), (0.30, 0.27, 0.24))
            layout.put(board, s, t + side * (size[0] / 2 + 0.16))
            layout.put(solid, s, t, -side * np.pi / 2, scale, z=layout.street.ground(t) + 0.5)
        case _:
            layout.put(solid, s, t, layout.rng.uniform(0, 2 * np.pi), scale)

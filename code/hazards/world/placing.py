"""Where the hazards of a test image stand: in view, unhidden, and as large in the image as the real ones."""

from __future__ import annotations

import numpy as np

from . import furniture
from .geometry import Mesh
from .layout import Layout

_SHARE = (0.0038, 0.75)
"""Median and spread (of the logarithm) of the share of the image that a hazard covers; real median 0.0062."""
_TRIES = 40


def hazards(layout: Layout, index: int, seed: int) -> tuple[str, ...]:
    """Stand one to three hazards in a layout; returns the names of their kinds.

    The first is meant to be seen. Its kind goes through a seeded permutation of all kinds by `index`, so that as many
    successive images as there are kinds show each of them.
    """
    from . import hazards as grammar

    order = np.random.default_rng([seed, 977]).permutation(grammar.KINDS)
    first = int(order[index % grammar.KINDS])
    beyond = _stand(layout, first, nearest=0.0) or _stand_ahead(layout, first)
    names = [grammar.hazard_name(first)]
    for _ in range(layout.rng.choice(3, p=(0.65, 0.25, 0.1))):
        kind = int(layout.rng.integers(grammar.KINDS))
        if _stand(layout, kind, nearest=beyond):
            names.append(grammar.hazard_name(kind))
    return tuple(names)


def _stand(layout: Layout, kind: int, nearest: float) -> float:
    """Find a hazard a place beyond `nearest` metres; returns how far away it stands, 0 if there was no room."""
    from . import hazards as grammar

    rng, street, camera = layout.rng, layout.street, layout.camera
    solid, place = grammar.hazard(kind), grammar.PLACES[kind]
    size = np.ptp(solid.vertices, axis=0)
    scale, away = _distance(size, _SHARE[0] * np.exp(rng.normal(0, _SHARE[1])))
    size = size * scale
    radius = 0.5 * float(np.hypot(size[0], size[1]))
    away = max(away, nearest and nearest + 2 * radius + 2)
    for attempt in range(_TRIES):
        s = max(away * rng.uniform(0.85, 1.2) * (1 + 0.02 * attempt), radius + 3.5)
        t = camera.position[1] + s * float(np.tan(rng.uniform(-0.55, 0.55)))
        if place == "wall":
            side = 1 if t > 0 else -1
            t = side * (street.half + street.sidewalk[side > 0] - 0.25 - size[0] / 2)
        elif not street.clear_of_crossing(s, radius) and abs(t) > street.half:
            continue
        if _visible(layout, s, t, radius) and layout.free(s, t, radius):
            _put(layout, solid, place, (s, t), scale, size)
            layout.block(s, t, radius)
            return s
    return 0.0


def _stand_ahead(layout: Layout, kind: int) -> float:
    """Stand a hazard in the camera's lane, nearer than any car, where nothing can hide it."""
    from . import hazards as grammar

    solid = grammar.hazard(kind)
    radius = 0.5 * float(np.hypot(*np.ptp(solid.vertices[:, :2], axis=0)))
    spot = (7.5, layout.camera.position[1] + 0.5)
    layout.put(solid, *spot, layout.rng.uniform(0, 2 * np.pi), min(1.0, 1.2 / radius))
    layout.block(*spot, 1.2)
    return spot[0]


def _distance(size: np.ndarray, share: float) -> tuple[float, float]:
    """Scale of a hazard and its distance in metres, so that it covers about `share` of a 16:9, 90 degree image."""
    width = 0.5 * (size[0] + size[1])
    silhouette = 0.5 * float(width * size[2])
    away = np.sqrt(0.444 * silhouette / share)
    scale = float(np.clip(4.5 / away, 1.0, 2.5)) * float(np.clip(38 / away, 0.4, 1.0))
    return scale, float(np.clip(away * scale, 4.5, 38))


def _visible(layout: Layout, s: float, t: float, radius: float) -> bool:
    """Whether a spot on the street is inside the view and nothing that stands there is before it."""
    street, camera = layout.street, layout.camera
    outer = street.half + min(street.sidewalk)
    target = street.bend(np.array([(s, t, 0.0)]))
    if abs(t) > outer - 0.2 or abs(camera.angle(target)[0]) + np.arctan2(radius, s) > np.deg2rad(41):
        return False
    start = np.array(camera.position[:2])
    points = start + np.linspace(0.1, 0.95, 12)[:, None] * (target[0, :2] - start)
    along, across = street.unbend(points[:, 0], points[:, 1])
    if np.abs(across).max() > outer:
        return False
    return all(np.min((along - a) ** 2 + (across - b) ** 2) > (r + 0.3) ** 2 for a, b, r in layout.obstacles)


def _put(layout: Layout, solid: Mesh, place: str, spot: tuple[float, float], scale: float, size: np.ndarray) -> None:
    rng, (s, t) = layout.rng, spot
    if place == "air":
        layout.put(solid, s, t, rng.uniform(0, 2 * np.pi), scale, z=float(rng.uniform(1.2, 1.2 + 0.12 * s)))
    elif place == "wall":
        side = 1 if t > 0 else -1
        board = furniture.wall(max(3.0, float(size[1]) + 1.0), max(2.2, float(size[2]) + 1.0), (0.30, 0.27, 0.24))
        layout.put(board, s, t + side * (size[0] / 2 + 0.16))
        layout.put(solid, s, t, -side * np.pi / 2, scale, z=layout.street.ground(t) + 0.5)
    else:
        layout.put(solid, s, t, rng.uniform(0, 2 * np.pi), scale)

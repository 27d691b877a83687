"""Where the hazards of a test image stand: in view, unhidden, and as large in the image as the real ones."""

from __future__ import annotations

import numpy as np

from . import furniture
from .camera import Camera
from .layout import Layout

_SHARE = (0.0058, 0.95)
"""Median and spread (of the logarithm) of the share of the image that a hazard covers; real median 0.0062."""
_TRIES = 40


def hazards(layout: Layout, camera: Camera, index: int, seed: int) -> tuple[str, ...]:
    """Stand one to three hazards in a layout; returns the names of their kinds.

    The first is meant to be seen. Its kind goes through a seeded permutation of all kinds by `index`, so that as many
    successive images as there are kinds show each of them.
    """
    from . import hazards as grammar

    order = np.random.default_rng([seed, 977]).permutation(grammar.KINDS)
    kinds = [int(order[index % grammar.KINDS])]
    kinds += [int(layout.rng.integers(grammar.KINDS)) for _ in range(layout.rng.choice(3, p=(0.65, 0.25, 0.1)))]
    names = []
    for first, kind in zip([True] + [False] * 2, kinds, strict=False):
        if _stand(layout, camera, kind, first):
            names.append(grammar.hazard_name(kind))
    return tuple(names)


def _stand(layout: Layout, camera: Camera, kind: int, must: bool) -> bool:
    from . import hazards as grammar

    rng, street = layout.rng, layout.street
    solid, place = grammar.hazard(kind), grammar.PLACES[kind]
    size = np.ptp(solid.vertices, axis=0)
    share = _SHARE[0] * np.exp(rng.normal(0, _SHARE[1])) * (1.0 if must else 0.5)
    scale, away = _distance(size, share)
    size = size * scale
    radius = 0.5 * float(np.hypot(size[0], size[1]))
    for attempt in range(_TRIES):
        spread = away * rng.uniform(0.85, 1.2) * (1 + 0.02 * attempt)
        reach = max(spread, camera.position[2] + radius + 1.5)
        turn = rng.uniform(-0.55, 0.55)
        limit = street.half - 0.3 if place != "wall" else street.half + 0.5
        t = camera.position[1] + reach * np.tan(turn) if attempt < _TRIES / 2 else rng.uniform(-limit, limit)
        if place == "wall":
            side = 1 if t > 0 else -1
            t = side * (street.half + street.sidewalk[side > 0] - 0.25 - size[0] / 2)
        outer = street.half + min(street.sidewalk) - 0.2
        last = attempt == _TRIES - 1 and must
        if last or (abs(t) < outer and _visible(layout, camera, reach, t, radius) and layout.free(reach, t, radius)):
            _put(layout, solid, place, (reach, float(np.clip(t, -outer, outer))), scale, size)
            layout.block(reach, t, radius)
            return True
    return False


def _distance(size: np.ndarray, share: float) -> tuple[float, float]:
    """Scale of a hazard and its distance in metres, so that it covers about `share` of a 16:9, 90 degree image."""
    width = 0.5 * (size[0] + size[1])
    silhouette = 0.5 * float(width * size[2])
    away = np.sqrt(0.444 * silhouette / share)
    scale = float(np.clip(4.5 / away, 1.0, 2.5)) * float(np.clip(38 / away, 0.4, 1.0))
    return scale, float(np.clip(away * scale, 4.5, 38))


def _visible(layout: Layout, camera: Camera, s: float, t: float, radius: float) -> bool:
    """Whether a spot is inside the view and nothing on the street is before it."""
    street = layout.street
    target = street.bend(np.array([(s, t, 0.0)]))
    margin = np.arctan2(radius, s)
    if abs(camera.angle(target)[0]) + margin > np.deg2rad(41) or not street.clear_of_crossing(
        s, -street.cross_half - 1
    ):
        return False
    start = np.array(camera.position[:2])
    points = start + np.linspace(0.1, 0.95, 12)[:, None] * (target[0, :2] - start)
    along, across = street.unbend(points[:, 0], points[:, 1])
    if np.abs(across).max() > street.half + min(street.sidewalk):
        return False
    return all(np.min((along - a) ** 2 + (across - b) ** 2) > (r + 0.3) ** 2 for a, b, r in layout.obstacles)


def _put(layout: Layout, solid, place: str, spot: tuple[float, float], scale: float, size: np.ndarray) -> None:
    rng, (s, t) = layout.rng, spot
    if place == "air":
        layout.put(solid, s, t, rng.uniform(0, 2 * np.pi), scale, z=float(rng.uniform(1.2, 1.2 + 0.12 * s)))
    elif place == "wall":
        side = 1 if t > 0 else -1
        board = furniture.wall(max(3.0, float(size[1]) + 1.0), max(2.2, float(size[2]) + 1.0), (0.30, 0.27, 0.24))
        yaw = -side * np.pi / 2
        layout.put(board, s, t + side * (size[0] / 2 + 0.16))
        layout.put(solid, s, t, yaw, scale, z=float(layout.street.ground(t)) + 0.5)
    else:
        layout.put(solid, s, t, rng.uniform(0, 2 * np.pi), scale)

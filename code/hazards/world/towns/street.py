"""The street: its course, its cross-section, and what is painted on it.

A scene is laid out in road coordinates (s, t, z): metres along the centre line, metres to the left of it, metres up.
`Street.bend` carries them to the world, so that a curved street is a straight one whose vertices were moved along a
circle. The camera drives towards +s and keeps right, at t < 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

KERB = 0.14
"""Height of sidewalks over the road, metres."""
BEHIND = -45.0
"""Where a street starts, metres behind the camera."""


@dataclass(frozen=True)
class Street:
    """One street, with at most one crossing; lengths in metres.

    Args:
        curvature: 1 / radius of the bend, positive to the left, 0 straight.
        lanes: number of lanes each way.
        lane: width of a lane.
        half: from the centre line to the kerb.
        sidewalk: width of the sidewalk on the right (t < 0) and on the left.
        crossing: s of the crossing street's centre line.
        cross_half: half the width of the crossing street.
        bank: slope of the land beyond the sidewalk on the right and on the left.
        yellow: whether the centre line is yellow.
        double: whether the centre line is a double one.
        zebra: whether pedestrians have zebra stripes at the crossing.
    """

    curvature: float
    lanes: int
    lane: float
    half: float
    sidewalk: tuple[float, float]
    crossing: float | None
    cross_half: float
    bank: tuple[float, float]
    yellow: bool
    double: bool
    zebra: bool

    def outer(self, side: int) -> float:
        """|t| of the outer edge of the sidewalk on a side, -1 right or 1 left."""
        return self.half + self.sidewalk[side > 0]

    @property
    def length(self) -> float:
        """How far the street goes on ahead of s = 0."""
        return 280.0 if self.curvature == 0 else min(280.0, 2.2 / abs(self.curvature))

    @property
    def depth(self) -> float:
        """How far the land beside the street reaches, |t|; within the bend's centre."""
        return 75.0 if self.curvature == 0 else min(75.0, 0.75 / abs(self.curvature))

    def bend(self, points: np.ndarray) -> np.ndarray:
        """(N, 3) road coordinates to (N, 3) world coordinates, float32."""
        if self.curvature == 0:
            return points.astype(np.float32)
        s, t, z = points.T.astype(np.float64)
        angle = s * self.curvature
        radius = 1 / self.curvature
        x = (radius - t) * np.sin(angle)
        y = radius - (radius - t) * np.cos(angle)
        return np.stack([x, y, z], 1).astype(np.float32)

    def unbend(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """World x, y to (s, t)."""
        if self.curvature == 0:
            return x, y
        radius = float(1 / self.curvature)
        sign = math.copysign(1, self.curvature)
        up = (radius - y) * sign
        s = np.arctan2(x * sign, up) * radius
        t = radius - sign * np.sqrt(x * x + up * up)
        return s, t

    def place(self, s: float, t: float) -> tuple[float, float]:
        """World x, y of a point in road coordinates."""
        if self.curvature == 0:
            return s, t
        angle = s * self.curvature
        radius = 1 / self.curvature
        return (radius - t) * math.sin(angle), radius - (radius - t) * math.cos(angle)

    def ground(self, t: float) -> float:
        """Height of the ground at t beside the street (not on a crossing street)."""
        if abs(t) < self.half:
            return 0.0
        side = int(t > 0)
        return KERB + self.bank[side] * max(abs(t) - self.half - self.sidewalk[side] - 3.0, 0.0)

    def clear_of_crossing(self, s: float, margin: float) -> bool:
        """Whether s keeps `margin` metres from the kerbs of the crossing street."""
        return self.crossing is None or abs(s - self.crossing) > self.cross_half + margin

    def on_street(self, s: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Whether points of the flat ground belong to this street or to the one crossing it."""
        inside = (np.abs(t) < self.half + 0.5) & (s > BEHIND) & (s < self.length)
        if self.crossing is not None:
            inside |= (np.abs(s - self.crossing) < self.cross_half + 4) & (np.abs(t) < self.depth)
        return inside


def markings(street: Street, s: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Paint at points of a street: (N,) uint8, 0 bare, 1 white, 2 yellow."""
    across = np.abs(t)
    dashed = _within(s, 9.0) < 3.6
    centre = (across < 0.09) & dashed
    if street.double:
        centre = np.abs(across - 0.17) < 0.08
    white = np.abs(across - street.lanes * street.lane) < 0.09
    for lane in range(1, street.lanes):
        white |= (np.abs(across - lane * street.lane) < 0.09) & dashed
    if street.crossing is not None:
        ahead = s - street.crossing
        clear = np.abs(ahead) - street.cross_half > 4.2
        stops, middle = _on_crossing_street(street, ahead, t)
        white = (white & clear) | _before_crossing(street, ahead, t) | stops
        centre = (centre & clear) | middle
    paint = white.astype(np.uint8)
    paint[centre] = 2 if street.yellow else 1
    return paint


def _before_crossing(street: Street, ahead: np.ndarray, t: np.ndarray) -> np.ndarray:
    """(N,) bool: stop lines, zebra stripes and arrows; `ahead` is along the street from the crossing's middle."""
    away = np.abs(ahead) - street.cross_half
    on_lanes = np.abs(t) < street.lanes * street.lane
    keeps_right = (t < 0) == (ahead < 0)
    stop = (np.abs(away - 3.9) < 0.25) & on_lanes
    white = (stop | _arrows(street, away - 9.0, t)) & keeps_right
    if street.zebra:
        white |= (np.abs(away - 2.0) < 1.2) & (_within(t, 1.1) < 0.55) & on_lanes
    return white


def _arrows(street: Street, back: np.ndarray, t: np.ndarray) -> np.ndarray:
    """(N,) bool: arrows on the lanes that lead to the crossing; `back` counts metres back from their tips."""
    offset = np.abs(_within(np.abs(t), street.lane) - street.lane / 2)
    stem = (offset < 0.13) & (back > 0) & (back < 4.5)
    tip = (back > 0) & (back < 1.6) & (offset < 0.42 * back)
    return (stem | tip) & (np.abs(t) < street.lanes * street.lane)


def _on_crossing_street(street: Street, ahead: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two (N,) bool: the stop lines and the centre line of the street that crosses."""
    beside = np.abs(t) - street.half
    keeps_right = (ahead < 0) == (t > 0)
    stops = (np.abs(beside - 4.0) < 0.25) & keeps_right & (np.abs(ahead) < street.cross_half - 0.4)
    middle = (np.abs(ahead) < 0.09) & (beside > 5) & (_within(t, 9.0) < 3.6)
    return stops, middle


def _within(x: np.ndarray, period: float) -> np.ndarray:
    """Position in the period, metres; `np.mod` takes several times as long."""
    return x - np.floor(x / period) * period

"""The street: its course and cross-section.

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
    """One street, with at most one crossing; lengths in metres."""

    curvature: float
    """1 / radius of the bend, positive to the left, 0 straight."""
    lanes: int
    """Lanes each way."""
    lane: float
    """Width of a lane."""
    half: float
    """From the centre line to the kerb."""
    sidewalk: tuple[float, float]
    """Width of the sidewalk on the right (t < 0) and on the left."""
    crossing: float | None
    """s of the crossing street's centre line."""
    cross_half: float
    """Half the width of the crossing street."""
    bank: tuple[float, float]
    """Slope of the land beyond the sidewalk on the right and on the left."""
    yellow: bool
    """Whether the centre line is yellow."""
    double: bool
    """Whether the centre line is a double one."""
    zebra: bool
    """Whether pedestrians have zebra stripes at the crossing."""

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

"""The street: its course, cross-section, markings and ground.

A scene is laid out in road coordinates (s, t, z): metres along the centre line, metres to the left of it, metres up.
`Street.bend` carries them to the world, so that a curved street is a straight one whose vertices were moved along a
circle. The camera drives towards +s and keeps right, at t < 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..labels import ROAD, SIDEWALK, UNLABELED
from .geometry import Color, Mesh, grid, join, quad
from .materials import Texture
from .noise import fbm

KERB = 0.14
"""Height of sidewalks over the road, metres."""
BEHIND = -45.0
"""Where a street starts, metres behind the camera."""
STEP = 5.0
"""Metres between the points of kerb lines, so that they follow a bend."""


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
        angle, radius = s * self.curvature, 1 / self.curvature
        return np.stack([(radius - t) * np.sin(angle), radius - (radius - t) * np.cos(angle), z], 1).astype(np.float32)

    def unbend(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """World x, y to (s, t)."""
        if self.curvature == 0:
            return x, y
        radius, sign = float(1 / self.curvature), math.copysign(1, self.curvature)
        up = (radius - y) * sign
        return np.arctan2(x * sign, up) * radius, radius - sign * np.sqrt(x * x + up * up)

    def heading(self, s: float) -> float:
        """Direction of the centre line at s, radians about z."""
        return s * self.curvature

    def place(self, s: float, t: float) -> tuple[float, float]:
        """World x, y of a point in road coordinates."""
        if self.curvature == 0:
            return s, t
        angle, radius = s * self.curvature, 1 / self.curvature
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

    def paint(self, s: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Road markings: (N,) uint8, 0 bare, 1 white, 2 yellow."""
        edge = self.lanes * self.lane
        dashed = _along(s, 9.0) < 3.6
        across = np.abs(t)
        centre = np.abs(across - 0.17) < 0.08 if self.double else (across < 0.09) & dashed
        white = np.abs(across - edge) < 0.09
        for lane in range(1, self.lanes):
            white |= (np.abs(across - lane * self.lane) < 0.09) & dashed
        if self.crossing is not None:
            away = np.abs(s - self.crossing) - self.cross_half
            keeps_right = (t < 0) == (s < self.crossing)
            clear = away > 4.2
            white &= clear
            centre &= clear
            white |= (np.abs(away - 3.9) < 0.25) & keeps_right & (across < edge)
            if self.zebra:
                white |= (np.abs(away - 2.0) < 1.2) & (_along(t, 1.1) < 0.55) & (across < edge)
            white |= self._arrows(away - 9.0, t) & keeps_right
            beside = across - self.half
            along = s - self.crossing
            centre |= (np.abs(along) < 0.09) & (beside > 5) & (_along(t, 9.0) < 3.6)
            white |= (np.abs(beside - 4.0) < 0.25) & ((along < 0) == (t > 0)) & (np.abs(along) < self.cross_half - 0.4)
        return np.where(centre, 2 if self.yellow else 1, white).astype(np.uint8)

    def _arrows(self, ahead: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Arrows on the lanes that lead to the crossing; `ahead` counts metres back from their tips."""
        offset = np.abs(_along(np.abs(t), self.lane) - self.lane / 2)
        stem = (offset < 0.13) & (ahead > 0) & (ahead < 4.5)
        tip = (ahead > 0) & (ahead < 1.6) & (offset < 0.42 * ahead)
        return (stem | tip) & (np.abs(t) < self.lanes * self.lane)


def _along(x: np.ndarray, period: float) -> np.ndarray:
    """Position in the period, metres; `np.mod` takes several times as long."""
    return x - np.floor(x / period) * period


def ground_meshes(street: Street, pavement: tuple[Color, Texture], land: tuple[Color, Texture], verge: bool) -> Mesh:
    """Sidewalks with kerbs and the land beyond them, in road coordinates."""
    parts = []
    for side, width in zip((-1, 1), street.sidewalk, strict=True):
        for outline in _outlines(street):
            parts.append(_block(street, outline, side, width, pavement, land, verge))
    return join(parts)


def plain(color: Color) -> Mesh:
    """The flat ground under everything, world coordinates; what of it is road follows from `Street.on_street`."""
    corners = [(-3000, -3000, 0), (3000, -3000, 0), (3000, 3000, 0), (-3000, 3000, 0)]
    return quad(corners, color, Texture.ASPHALT, ROAD)


def _outlines(street: Street) -> list[tuple[np.ndarray, int]]:
    """s of the kerb points along the street, one entry a block, and where its corner is: -1 start, 1 end, 0 none."""
    if street.crossing is None:
        return [(np.arange(BEHIND, street.length + STEP, STEP), 0)]
    near, far = street.crossing - street.cross_half, street.crossing + street.cross_half
    blocks = []
    if near > BEHIND + 10:
        blocks.append((np.linspace(BEHIND, near, max(2, int((near - BEHIND) / STEP))), 1))
    blocks.append((np.linspace(far, street.length, max(2, int((street.length - far) / STEP))), -1))
    return blocks


def _block(
    street: Street,
    outline: tuple[np.ndarray, int],
    side: int,
    width: float,
    pavement: tuple[Color, Texture],
    land: tuple[Color, Texture],
    verge: bool,
) -> Mesh:
    """The kerb, sidewalk and land of one block: strips between ever more inset copies of its kerb line."""
    depth = street.depth
    insets = np.array([0, 0.02, 0.3, width, width + 3, depth * 0.45, depth - street.half - 1])
    t = street.half + insets
    heights = [-0.02, *(street.ground(side * (inner + 1e-3)) for inner in t[1:])]
    rows = np.stack([_inset(street, outline, inset, z) for inset, z in zip(insets, heights, strict=True)])
    rows[:, :, 1] *= side
    if depth > 30:
        rough = fbm(rows[-2:, :, 0] / 90 + side * 0.3, rows[-2:, :, 1] / 90)
        rows[-2:, :, 2] += rough * np.array([[0.4], [4.0]]) * abs(street.bank[side > 0]) * 6
    kerb = tuple(0.8 * np.asarray(pavement[0]))
    inner = land if verge else pavement
    return join(
        [
            grid(rows[:3], kerb, Texture.CONCRETE, SIDEWALK),
            grid(rows[2:4], *pavement, SIDEWALK),
            grid(rows[3:5], *inner, UNLABELED if verge else SIDEWALK),
            grid(rows[4:], *land, UNLABELED),
        ]
    )


def _inset(street: Street, outline: tuple[np.ndarray, int], inset: float, z: float) -> np.ndarray:
    """(N, 3) the kerb line of a block moved inwards: straight along the street, then round its corner if it has one."""
    s, corner = outline
    straight = np.stack([s, np.full(len(s), street.half + inset), np.full(len(s), z)], -1)
    if corner == 0:
        return straight
    radius, edge = 4.0, s[-1] if corner == 1 else s[0]
    limit = edge - corner * max(inset, radius)
    straight[:, 0] = np.minimum(straight[:, 0], limit) if corner == 1 else np.maximum(straight[:, 0], limit)
    reach = max(inset, radius)
    angle = np.linspace(0, np.pi / 2, 6)
    arc = np.stack(
        [
            edge - corner * reach + corner * np.sin(angle) * max(radius - inset, 0),
            street.half + reach - np.cos(angle) * max(radius - inset, 0),
            np.full(6, z),
        ],
        -1,
    )
    t = np.linspace(street.half + reach, street.depth, 8)
    away = np.stack([np.full(8, edge - corner * inset), t, np.full(8, z)], -1)
    # Columns run along s on one side of a corner and along t on the other.
    return np.concatenate([straight, arc, away] if corner == 1 else [away[::-1], arc[::-1], straight])

"""Solids placed along a street: what is in view or casts a shadow into it, and what is taken already."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from hazards.world.geometry.camera import Camera
from hazards.world.geometry.solids import Mesh, join
from hazards.world.towns.catalogue import Town
from hazards.world.towns.street import Street

Circle = tuple[float, float, float]
"""A circle on the street: s and t of its middle in road coordinates, and its radius, metres."""


@dataclass
class Layout:
    """Solids placed along one street, in road coordinates.

    Args:
        parts: solids with their places, turns about z and scales.
        obstacles: where something stands on the road and the sidewalks.
    """

    street: Street
    town: Town
    camera: Camera
    rng: np.random.Generator
    parts: list[tuple[Mesh, tuple[float, float, float], float, float]] = field(default_factory=list)
    obstacles: list[Circle] = field(default_factory=list)

    def put(
        self,
        solid: Mesh,
        s: float,
        t: float,
        yaw: float = 0.0,
        scale: float = 1.0,
        *,
        z: float | None = None,
        takes: float | None = None,
    ) -> None:
        """Stand a solid on the ground at (s, t), or at height z, unless it is neither in view nor near enough.

        `takes` is the radius in metres of the circle of the street that is taken then, in view or not.
        """
        if takes is not None:
            self.obstacles.append((s, t, takes))
        if self._matters(solid, s, t):
            height = self.street.ground(t) if z is None else z
            self.parts.append((solid, (s, t, height), yaw, scale))

    def _matters(self, solid: Mesh, s: float, t: float) -> bool:
        """Whether a solid can be seen, or stands so near that its shadow can."""
        x, y = self.street.place(s, t)
        y -= self.camera.position[1]
        away = math.hypot(x, y)
        size = 0.5 * solid.reach
        if away < 16 + size:
            return True
        slack = self.camera.fov / 2 + math.asin(min(1.0, 2 * size / away))
        return abs(math.remainder(math.atan2(y, x) - self.camera.yaw, math.tau)) < slack

    def solid(self) -> Mesh:
        """Everything placed, as one mesh in road coordinates."""
        solids, offsets, yaws, scales = zip(*self.parts, strict=True)
        counts = [len(solid.vertices) for solid in solids]
        whole = join(solids)
        turn = np.repeat(np.exp(1j * np.array(yaws)) * np.array(scales), counts)
        flat = (whole.vertices[:, 0] + 1j * whole.vertices[:, 1]) * turn
        height = whole.vertices[:, 2] * np.repeat(scales, counts)
        points = np.stack([flat.real, flat.imag, height], -1)
        points += np.repeat(np.array(offsets), counts, axis=0)
        return replace(whole, vertices=points.astype(np.float32))

    def free(self, s: float, t: float, radius: float) -> bool:
        """Whether a circle is still free."""
        return all((s - a) ** 2 + (t - b) ** 2 > (radius + r) ** 2 for a, b, r in self.obstacles)

"""Solids of the hazard grammar, each placed where it stands in the object and painted with one material.

Unlike those of `geometry.solids`, which stand on the origin, these are given by their centre or by the points they
run through, as is natural for the parts of a larger thing. Metres; x forward, y left, z up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hazards.world.geometry import solids
from hazards.world.geometry.materials import Paint, paint
from hazards.world.geometry.solids import Mesh, join

Point = Sequence[float] | np.ndarray
BLACK = paint("black")
STEEL = paint("steel")


def block(center: Point, size: Point, material: Paint, taper: float = 1.0) -> Mesh:
    """A box with its centre and full size; the top face is `taper` times as wide as the bottom."""
    solid = solids.box((1, 1, 1), *material)
    vertices = solid.vertices - (0, 0, 0.5)
    vertices[vertices[:, 2] > 0, :2] *= taper
    return replace(solid, vertices=vertices.astype(np.float32)).scaled(size).moved(center)


def ball(center: Point, size: Point, material: Paint, bands: int = 7) -> Mesh:
    """An ellipsoid with its centre and full size, `bands` from pole to pole."""
    sphere = solids.sphere(0.5, bands, *material).moved((0, 0, -0.5))
    return sphere.scaled(size).moved(center)


def limb(path: Sequence[Point] | np.ndarray, radii: Point | float, material: Paint, sides: int = 8) -> Mesh:
    """A closed tube through (N, 3) points; `radii` one number, or as many as wished, spread evenly over the path.

    The cross-section is carried along without twist (rotation-minimising by projection), so sharp bends stay round.
    """
    points = np.asarray(path, np.float64)
    knots = np.atleast_1d(np.asarray(radii, np.float64))
    radius = np.interp(np.linspace(0, 1, len(points)), np.linspace(0, 1, len(knots)), knots)
    tangents = np.gradient(points, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    steep = abs(tangents[0][2]) >= 0.95
    side = np.cross(tangents[0], (1, 0, 0) if steep else (0, 0, 1))
    angles = (np.arange(sides) + 0.5) * (2 * np.pi / sides)
    across = np.cos(angles)[:, None]
    along = np.sin(angles)[:, None]
    rings = [np.repeat(points[:1], sides, axis=0)]
    for point, tangent, size in zip(points, tangents, radius, strict=True):
        side = side - tangent * (side @ tangent)
        side /= np.linalg.norm(side)
        up = np.cross(side, tangent)
        rings.append(point + size * (across * side + along * up))
    rings.append(np.repeat(points[-1:], sides, axis=0))
    grid = np.stack(rings)
    return solids.grid(np.concatenate([grid, grid[:, :1]], axis=1), *material)


def rod(ends: np.ndarray, radius: float, material: Paint, end: float | None = None, sides: int = 8) -> Mesh:
    """A straight limb between two points; `end` is the radius at the second, by default the same."""
    return limb(ends, (radius, radius if end is None else end), material, sides)


def pipe(
    points: np.ndarray, radius: float, material: Paint, end: float | None = None, samples: int = 12, sides: int = 8
) -> Mesh:
    """A bent limb through points; `end` is the radius at the last, by default the same."""
    return rod(curve(points, samples), radius, material, end, sides)


def curve(points: Sequence[Point] | np.ndarray, samples: int = 12) -> np.ndarray:
    """A smooth path (samples, 3) through control points (Catmull-Rom spline)."""
    knots = np.asarray(points, np.float64)
    before = 2 * knots[:1] - knots[1:2]
    after = 2 * knots[-1:] - knots[-2:-1]
    padded = np.concatenate([before, knots, after])
    place = np.linspace(0, len(knots) - 1, samples)
    start = np.minimum(place.astype(int), len(knots) - 2)
    t = (place - start)[:, None]
    a, b, c, d = padded[start + np.arange(4)[:, None]]
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def turned(base: Point, profile: Sequence[Point] | np.ndarray, material: Paint, sides: int = 14) -> Mesh:
    """A solid of revolution about the upright axis through `base`, from (radius, height) points; ends closed."""
    points = np.asarray(profile, np.float64)
    closed = np.concatenate([[(0, points[0, 1])], points, [(0, points[-1, 1])]])
    return solids.lathe(closed, sides, *material).moved(base)


def ring(center: Point, radius: float, thickness: float, material: Paint, sides: int = 18) -> Mesh:
    """A flat-lying torus: `radius` to the middle of the tube, `thickness` the radius of the tube."""
    return solids.torus(radius, thickness, sides, 6, *material).moved((0, 0, -thickness)).moved(center)


def sheet(y: float, thickness: float, outline: Sequence[Point] | np.ndarray, material: Paint) -> Mesh:
    """A plate standing in the x-z plane at `y`; the (x, z) outline is star-shaped about its mean point."""
    # The extruded prism stands up along z; rolling it by a quarter turn lays its height along -y.
    solid = solids.extrude(np.asarray(outline), thickness, *material)
    return solid.rotated(roll=np.pi / 2).moved((0, y + thickness / 2, 0))


def wheel(center: Point, radius: float, width: float, tyre: Paint, hub: Paint = STEEL) -> Mesh:
    """A wheel whose axle runs along y."""
    axle = np.array([(0, -width / 2, 0), (0, width / 2, 0)])
    return join([limb(center + axle, radius, tyre, 16), limb(center + 1.15 * axle, 0.55 * radius, hub, 10)])


def mirrored(solid: Mesh, axis: int = 1) -> Mesh:
    """The solid together with its reflection; axis 1 (default) adds the other side in y, axis 0 in x."""
    factors = [1.0, 1.0, 1.0]
    factors[axis] = -1.0
    twin = solid.scaled(factors)
    return join([solid, replace(twin, faces=twin.faces[:, ::-1].copy())])


def around(solid: Mesh, count: int) -> Mesh:
    """`count` copies turned evenly about the z axis."""
    return join(solid.rotated(yaw=2 * np.pi * i / count) for i in range(count))

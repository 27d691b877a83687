"""Foliage, hedges, bushes and the edges of woods (label vegetation)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hazards.labels import VEGETATION
from hazards.world.geometry.materials import Color, Texture
from hazards.world.geometry.mesh import Mesh, join, mesh
from hazards.world.geometry.noise import fbm
from hazards.world.geometry.solids import grid, lathe, quad


class Blob(NamedTuple):
    """An ellipsoid of leaves, metres."""

    center: Sequence[float] | np.ndarray
    radii: Sequence[float] | np.ndarray


def crown(blobs: list[Blob], size: float, leaves: int, color: Color, rng: np.random.Generator) -> Mesh:
    """A crown of blobs round dark cores: `leaves` tufts of leaves of about `size` metres."""
    bands = 5 if leaves > 200 else 3
    if leaves <= 50:
        blobs = blobs[:2]
    parts = []
    for blob in blobs:
        center = np.asarray(blob.center, float)
        radii = np.asarray(blob.radii, float)
        parts.append(_core(radii * 0.78, np.asarray(color) * 0.45, bands).moved(center))
        parts.append(_foliage(center, radii, leaves // len(blobs), size, color, rng))
    return join(parts)


def _core(radii: np.ndarray, color: Color, bands: int) -> Mesh:
    angle = np.linspace(0, np.pi, bands + 1)
    profile = np.stack([np.sin(angle), -np.cos(angle)], -1)
    return lathe(profile, bands + 3, color, Texture.LEAVES).scaled(radii)


def _foliage(
    center: np.ndarray, radii: np.ndarray, count: int, size: float, color: Color, rng: np.random.Generator
) -> Mesh:
    """Tufts of leaves, bent diamonds, near the surface of an ellipsoid and facing roughly outwards."""
    out = rng.normal(0, 1, (count, 3))
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    centers = center + out * radii * rng.uniform(0.72, 1.05, (count, 1))
    facing = out + rng.normal(0, 0.45, (count, 3))
    side = np.cross(facing, rng.normal(0, 1, (count, 3)))
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-6
    up = np.cross(side, facing / (np.linalg.norm(facing, axis=1, keepdims=True) + 1e-6))
    scale = size * rng.uniform(0.6, 1.2, (count, 1))
    droop = np.array([0, 0, -0.25]) * scale
    left = centers - side * scale + droop
    right = centers + side * scale + droop
    corners = np.stack([left, centers - up * scale * 0.8, right, centers + up * scale], axis=1)
    faces = np.arange(count)[:, None, None] * 4 + np.array([(0, 1, 2), (0, 2, 3)])
    solid = mesh(corners.reshape(-1, 3), faces.reshape(-1, 3), color, Texture.LEAVES)
    # Low and inner leaves see less sky.
    low = centers[:, 2].min()
    high = centers[:, 2].max() + 1e-6
    light = 0.6 + 0.5 * (centers[:, 2] - low) / (high - low) + rng.normal(0, 0.09, count)
    solid.color[:] *= np.repeat(np.clip(light, 0.35, 1.4), 2)[:, None].astype(np.float32)
    return solid


def hedge(length: float, height: float, color: Color, rng: np.random.Generator) -> Mesh:
    """A clipped hedge along x, centred, with a little fringe of leaves."""
    count = max(2, int(length / 1.2))
    wobble = rng.normal(0, 0.04, (6, count, 3))
    section = np.array([(-0.42, 0), (-0.45, 0.85), (-0.3, 1), (0.3, 1), (0.45, 0.85), (0.42, 0)])
    rows = np.empty((6, count, 3))
    rows[:, :, 0] = np.linspace(-length / 2, length / 2, count)
    rows[:, :, 1] = section[:, :1]
    rows[:, :, 2] = section[:, 1:] * height
    parts = [grid(rows + wobble, color, Texture.LEAVES)]
    top = height * 0.93
    for x in (-length / 2, length / 2):
        parts.append(quad([(x, -0.42, 0), (x, 0.42, 0), (x, 0.42, top), (x, -0.42, top)], color, Texture.LEAVES))
    return join(parts).with_label(VEGETATION)


def bush(color: Color, rng: np.random.Generator, detail: float = 1.0) -> Mesh:
    """A round shrub about a metre high."""
    radii = rng.uniform(0.6, 0.95, 3)
    blob = Blob((0, 0, radii[2] * 0.7), radii)
    return crown([blob], 0.26 / detail**0.4, int(56 * detail), color, rng).with_label(VEGETATION)


def forest(path: np.ndarray, height: float, color: Color, rng: np.random.Generator) -> Mesh:
    """A far belt of trees along (N, 2) points, with a jagged top: the edge of a wood."""
    count = len(path)
    base = rng.uniform(0, 1)
    swell = 0.55 + 0.9 * fbm(np.arange(count) / 97 + base, np.full(count, base))
    jag = np.where(np.arange(count) % 2, 1.0, 0.66) * rng.uniform(0.8, 1.15, count)
    top = height * np.clip(swell * jag, 0.15, 2)
    rows = np.stack([np.column_stack([path, np.full(count, -6.0)]), np.column_stack([path, top])])
    return grid(rows, color, Texture.LEAVES, VEGETATION)

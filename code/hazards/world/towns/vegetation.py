"""Vegetation (label vegetation): trees by species, trunks included, bushes, hedges and the edges of woods."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hazards.labels import VEGETATION
from hazards.world.geometry.materials import Color, Texture
from hazards.world.geometry.noise import fbm
from hazards.world.geometry.solids import Mesh, grid, join, lathe, mesh, quad, tube

_LEAVES = (0.8, 0.22, 0.06)
"""Share of the leaves that trees have, by level of detail."""
_TRUNK = (0.10, 0.075, 0.05)
_BIRCH = (0.45, 0.44, 0.40)


Blob = tuple[Sequence[float] | np.ndarray, Sequence[float] | np.ndarray]
"""Centre and radii of an ellipsoid of leaves, metres."""


def _crown(blobs: list[Blob], size: float, count: int, detail: float, color: Color, rng: np.random.Generator) -> Mesh:
    """A crown of blobs round dark cores: `count` tufts of leaves of about `size` m, fewer and larger by `detail`."""
    leaves = int(count * detail)
    bands = 5 if leaves > 200 else 3
    if leaves <= 50:
        blobs = blobs[:2]
    angle = np.linspace(0, np.pi, bands + 1)
    core = lathe(np.stack([np.sin(angle), -np.cos(angle)], -1), bands + 3, np.asarray(color) * 0.45, Texture.LEAVES)
    parts = []
    for center, radii in blobs:
        parts.append(core.scaled(np.asarray(radii) * 0.78).moved(center))
        parts.append(_foliage(center, radii, leaves // len(blobs), size / detail**0.4, color, rng))
    return join(parts)


def _foliage(
    center: Sequence[float] | np.ndarray,
    radii: Sequence[float] | np.ndarray,
    count: int,
    size: float,
    color: Color,
    rng: np.random.Generator,
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
    corners = np.stack(
        [
            centers - side * scale + droop,
            centers - up * scale * 0.8,
            centers + side * scale + droop,
            centers + up * scale,
        ],
        axis=1,
    )
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


def bush(color: Color, rng: np.random.Generator, level: int) -> Mesh:
    """A round shrub about a metre high, of level of detail 0, 1 or 2."""
    radii = rng.uniform(0.6, 0.95, 3)
    return _crown([((0, 0, radii[2] * 0.7), radii)], 0.26, 56, (1.0, 0.35, 0.12)[level], color, rng).with_label(
        VEGETATION
    )


def forest(path: np.ndarray, height: float, color: Color, rng: np.random.Generator) -> Mesh:
    """A far belt of trees along (N, 2) points, with a jagged top: the edge of a wood."""
    count = len(path)
    base = rng.uniform(0, 1)
    swell = 0.55 + 0.9 * fbm(np.arange(count) / 97 + base, np.full(count, base))
    jag = np.where(np.arange(count) % 2, 1.0, 0.66) * rng.uniform(0.8, 1.15, count)
    top = height * np.clip(swell * jag, 0.15, 2)
    rows = np.stack([np.column_stack([path, np.full(count, -6.0)]), np.column_stack([path, top])])
    return grid(rows, color, Texture.LEAVES).with_label(VEGETATION)


def tree(species: str, color: Color, rng: np.random.Generator, level: int) -> Mesh:
    """A tree at its natural size, of level of detail 0, 1 or 2. Species: fir, oak, birch, poplar, palm."""
    return _SPECIES[species](color, rng, level).with_label(VEGETATION)


def _trunk(height: float, radius: float, color: Color = _TRUNK) -> Mesh:
    profile = [(radius * 1.5, 0), (radius, 0.3), (radius * 0.75, height * 0.6), (radius * 0.35, height)]
    return lathe(profile, 6, color, Texture.BARK)


def _oak(color: Color, rng: np.random.Generator, level: int) -> Mesh:
    height = rng.uniform(3.0, 4.2)
    blobs: list[Blob] = [((0, 0, height + 2.0), (2.2, 2.2, 1.9))]
    for turn in np.arange(4) * (np.pi / 2) + rng.uniform(0, 1):
        reach = rng.uniform(1.2, 1.9)
        center = (reach * np.cos(turn), reach * np.sin(turn), height + rng.uniform(0.2, 1.6))
        blobs.append((center, rng.uniform(1.2, 1.8, 3)))
    parts = [_trunk(height + 1, 0.24)]
    if level == 0:
        for middle, _ in blobs[1:]:
            branch = np.array([(0, 0, height * 0.6), np.array(middle) * 0.8])
            parts.append(tube(branch, (0.12, 0.05), 5, _TRUNK, Texture.BARK))
    parts.append(_crown(blobs, 0.42, 430, _LEAVES[level], color, rng))
    return join(parts)


def _birch(color: Color, rng: np.random.Generator, level: int) -> Mesh:
    height = rng.uniform(6.5, 9)
    blobs: list[Blob] = []
    for part, width in ((0.45, 1.3), (0.66, 1.5), (0.88, 0.9)):
        center = (rng.normal(0, 0.4), rng.normal(0, 0.4), height * part)
        blobs.append((center, (width, width, height * 0.15)))
    light = np.minimum(np.asarray(color) * 1.25, 0.9)
    leaves = _crown(blobs, 0.34, 360, _LEAVES[level], light, rng)
    return join([_trunk(height * 0.9, 0.13, _BIRCH), leaves])


def _poplar(color: Color, rng: np.random.Generator, level: int) -> Mesh:
    height = rng.uniform(9, 13)
    blobs: list[Blob] = []
    for part, width in ((0.3, 0.9), (0.55, 1.05), (0.8, 0.7)):
        blobs.append(((0, 0, height * part), (width, width, height * 0.2)))
    return join([_trunk(height * 0.6, 0.18), _crown(blobs, 0.36, 360, _LEAVES[level], color, rng)])


def _fir(color: Color, rng: np.random.Generator, level: int) -> Mesh:
    """Whorls of drooping branches: star-shaped skirts, each smaller than the one below."""
    height = rng.uniform(7, 13)
    tiers = (9, 7, 4)[level]
    sections = (18, 12, 6)[level]
    parts = [_trunk(height * 0.9, 0.2)]
    for tier in range(tiers):
        share = tier / tiers
        low = height * (0.10 + 0.84 * share)
        radius = height * 0.24 * (1 - share) ** 0.85 * rng.uniform(0.9, 1.1) + 0.15
        star = np.where(np.arange(sections) % 2, 1.0, 0.62) * rng.uniform(0.8, 1.12, sections)
        profile = [(radius, low), (radius * 0.55, low + radius * 0.38), (0.04, low + height * 0.15)]
        skirt = lathe(profile, sections, np.asarray(color) * (0.45 + 0.4 * share), Texture.LEAVES)
        skirt.vertices[:sections, :2] *= star[:, None].astype(np.float32)
        skirt.vertices[:sections, 2] -= (star * radius * 0.2).astype(np.float32)
        parts.append(skirt.rotated(yaw=tier * 1.7))
    return join(parts)


def _palm(color: Color, rng: np.random.Generator, level: int) -> Mesh:
    height = rng.uniform(6, 9)
    lean = rng.uniform(-0.8, 0.8, 2)
    rise = np.linspace(0, 1, 6)
    path = np.stack([lean[0] * rise**2, lean[1] * rise**2, height * rise], -1)
    parts = [tube(path, np.linspace(0.24, 0.15, 6), 7, (0.22, 0.17, 0.12), Texture.BARK)]
    along = np.linspace(0, 1, (6, 4, 4)[level])
    for turn in np.linspace(0, 2 * np.pi, (14, 14, 8)[level], endpoint=False):
        parts.append(_palm_leaf(along, color, rng).rotated(yaw=turn).moved(path[-1]))
    return join(parts)


def _palm_leaf(along: np.ndarray, color: Color, rng: np.random.Generator) -> Mesh:
    """A drooping leaf in the direction of x, folded along its middle; `along` are points on it, 0-1."""
    reach = rng.uniform(2.2, 3.0)
    lift = rng.uniform(0.2, 1.1)
    spine = np.stack([reach * along, 0 * along, lift * np.sin(along * 2.6) - 1.5 * along**2], -1)
    half = 0.42 * np.sin(np.pi * np.clip(along * 0.92 + 0.08, 0, 1)) + 0.02
    edge = np.stack([0 * half, half, -0.6 * half], -1)
    return grid(
        np.stack([spine + edge, spine, spine + edge * (1, -1, 1)]),
        np.asarray(color) * rng.uniform(0.75, 1.15),
        Texture.LEAVES,
    )


_SPECIES = {"oak": _oak, "birch": _birch, "poplar": _poplar, "fir": _fir, "palm": _palm}

"""Triangle meshes with a colour, a texture and a label per face, and the solids that things are built from.

Lengths are metres, angles radians, z points up. Every solid has one colour and texture, stands on z = 0 and is centred
in x and y. Faces wind counter-clockwise seen from outside, though the renderer turns normals towards the viewer anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from hazards.world.geometry.materials import Color, Texture

_GREY = (0.5, 0.5, 0.5)
_BOX_CORNERS = np.array([(x, y, z) for z in (0, 1) for y in (-0.5, 0.5) for x in (-0.5, 0.5)], np.float32)
_BOX_QUADS = np.array([(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (1, 3, 7, 5), (3, 2, 6, 7), (2, 0, 4, 6)])


@dataclass(frozen=True)
class Mesh:
    """A triangle mesh; all arrays are row-aligned as the shapes say.

    Args:
        vertices: (V, 3) float32, metres, z up.
        faces: (F, 3) int32.
        color: (F, 3) float32, linear albedo 0-1.
        texture: (F,) uint8, values of `Texture`.
        label: (F,) uint8, 0-13.
    """

    vertices: np.ndarray
    faces: np.ndarray
    color: np.ndarray
    texture: np.ndarray
    label: np.ndarray

    @cached_property
    def reach(self) -> float:
        """Radius about the origin that holds every vertex, metres."""
        return float(np.sqrt((self.vertices**2).sum(axis=1).max(initial=0.0)))

    def moved(self, offset: Sequence[float] | np.ndarray) -> Mesh:
        """Shift by (x, y, z) metres."""
        return replace(self, vertices=self.vertices + np.asarray(offset, np.float32))

    def scaled(self, factors: float | Sequence[float] | np.ndarray) -> Mesh:
        """Scale about the origin by one factor or one per axis."""
        return replace(self, vertices=self.vertices * np.asarray(factors, np.float32))

    def rotated(self, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Mesh:
        """Rotate about the origin: roll about x, then pitch about y, then yaw about z."""
        return replace(self, vertices=self.vertices @ rotation(yaw, pitch, roll).T)

    def with_label(self, label: int) -> Mesh:
        """The same mesh with one label (0-13) on every face."""
        return replace(self, label=np.full(len(self.faces), label, np.uint8))


def rotation(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> np.ndarray:
    """(3, 3) float32 matrix: roll about x, then pitch about y, then yaw about z; angles in radians."""
    cz, cy, cx = np.cos((yaw, pitch, roll))
    sz, sy, sx = np.sin((yaw, pitch, roll))
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    return (about_z @ about_y @ about_x).astype(np.float32)


def mesh(
    vertices: np.ndarray,
    faces: np.ndarray,
    color: Color = _GREY,
    texture: Texture = Texture.PLAIN,
) -> Mesh:
    """A mesh of one material from (V, 3) vertices and (F, 3) faces."""
    count = len(faces)
    return Mesh(
        np.ascontiguousarray(vertices, np.float32),
        np.ascontiguousarray(faces, np.int32),
        np.broadcast_to(np.asarray(color, np.float32), (count, 3)).copy(),
        np.full(count, texture, np.uint8),
        np.zeros(count, np.uint8),
    )


def join(meshes: Iterable[Mesh]) -> Mesh:
    """All meshes as one; of nothing, an empty mesh."""
    parts = list(meshes)
    if not parts:
        return mesh(np.zeros((0, 3)), np.zeros((0, 3)))
    starts = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    return Mesh(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + np.int32(start) for part, start in zip(parts, starts, strict=True)]),
        np.concatenate([part.color for part in parts]),
        np.concatenate([part.texture for part in parts]),
        np.concatenate([part.label for part in parts]),
    )


def _triangles(quads: np.ndarray) -> np.ndarray:
    """Split (Q, 4) quads into (2Q, 3) triangles."""
    return np.asarray(quads)[:, (0, 1, 2, 0, 2, 3)].reshape(-1, 3)


def box(size: Sequence[float], color: Color = _GREY, texture: Texture = Texture.PLAIN) -> Mesh:
    """A box of size (x, y, z) metres; 12 triangles."""
    return mesh(_BOX_CORNERS * np.asarray(size, np.float32), _triangles(_BOX_QUADS), color, texture)


def quad(
    corners: Sequence[Sequence[float]] | np.ndarray, color: Color = _GREY, texture: Texture = Texture.PLAIN
) -> Mesh:
    """A flat patch through four (x, y, z) corners given in order around it."""
    return mesh(np.asarray(corners), np.array([(0, 1, 2), (0, 2, 3)]), color, texture)


def slope(
    x: Sequence[float], y: Sequence[float], z: Sequence[float], color: Color, texture: Texture = Texture.PLAIN
) -> Mesh:
    """A rectangle that rises, or lies flat, from its lower edge at the first y and z to the upper at the second."""
    return quad([(x[0], y[0], z[0]), (x[1], y[0], z[0]), (x[1], y[1], z[1]), (x[0], y[1], z[1])], color, texture)


def lathe(
    profile: Sequence[Sequence[float]] | np.ndarray,
    sections: int = 12,
    color: Color = _GREY,
    texture: Texture = Texture.PLAIN,
) -> Mesh:
    """A profile of (radius, height) points, bottom to top, turned about the z axis."""
    radius, height = np.asarray(profile, np.float32).T
    angle = np.arange(sections) * (2 * np.pi / sections)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    xy = radius[:, None, None] * ring
    z = np.broadcast_to(height[:, None, None], (len(radius), sections, 1))
    vertices = np.concatenate([xy, z], axis=-1).reshape(-1, 3)
    return mesh(vertices, _grid_faces(len(radius), sections, wrap=True), color, texture)


@lru_cache(maxsize=256)
def _grid_faces(rows: int, columns: int, wrap: bool) -> np.ndarray:
    """Triangles between neighbours in a (rows, columns) grid; `wrap` joins the last column to the first."""
    gaps = columns if wrap else columns - 1
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(gaps), indexing="ij")
    right = (column + 1) % columns
    above = row + 1
    corners = (row * columns + column, row * columns + right, above * columns + right, above * columns + column)
    return _triangles(np.stack(corners, axis=-1).reshape(-1, 4))


def grid(points: np.ndarray, color: Color = _GREY, texture: Texture = Texture.PLAIN) -> Mesh:
    """A surface through a (rows, columns, 3) grid of points."""
    rows, columns = points.shape[:2]
    return mesh(points.reshape(-1, 3), _grid_faces(rows, columns, wrap=False), color, texture)


def cylinder(
    radius: float,
    height: float,
    sections: int = 12,
    color: Color = _GREY,
    texture: Texture = Texture.PLAIN,
    top_radius: float | None = None,
) -> Mesh:
    """A closed upright cylinder, or a truncated cone where `top_radius` differs from `radius`."""
    top = radius if top_radius is None else top_radius
    return lathe([(0, 0), (radius, 0), (top, height), (0, height)], sections, color, texture)


def sphere(radius: float, subdivisions: int = 8, color: Color = _GREY, texture: Texture = Texture.PLAIN) -> Mesh:
    """A sphere standing on z = 0: `subdivisions` bands from pole to pole, twice as many around."""
    angle = np.linspace(0, np.pi, subdivisions + 1)
    profile = np.stack([np.sin(angle), 1 - np.cos(angle)], axis=-1) * radius
    return lathe(profile, 2 * subdivisions, color, texture)


def capsule(
    radius: float, height: float, sections: int = 10, color: Color = _GREY, texture: Texture = Texture.PLAIN
) -> Mesh:
    """An upright cylinder with round ends, `height` metres from end to end (at least 2 radii)."""
    angle = np.linspace(0, np.pi / 2, max(2, sections // 4) + 1)
    lower = np.stack([np.sin(angle), 1 - np.cos(angle)], axis=-1) * radius
    upper = lower[::-1] * (1, -1) + (0, height)
    return lathe(np.concatenate([lower, upper]), sections, color, texture)


def torus(
    radius: float,
    thickness: float,
    sections: int = 16,
    sides: int = 8,
    color: Color = _GREY,
    texture: Texture = Texture.PLAIN,
) -> Mesh:
    """A ring lying flat: `radius` to the middle of the tube, `thickness` the radius of the tube."""
    angle = np.linspace(-np.pi / 2, 1.5 * np.pi, sides + 1)
    profile = np.stack([radius + thickness * np.cos(angle), thickness * (1 + np.sin(angle))], axis=-1)
    return lathe(profile, sections, color, texture)


def extrude(
    polygon: Sequence[Sequence[float]] | np.ndarray,
    height: float,
    color: Color = _GREY,
    texture: Texture = Texture.PLAIN,
) -> Mesh:
    """An upright prism over a counter-clockwise (x, y) polygon, star-shaped about its mean point."""
    outline = np.asarray(polygon, np.float32)
    count = len(outline)
    low = np.column_stack([outline, np.zeros(count)])
    high = np.column_stack([outline, np.full(count, height)])
    middle = outline.mean(axis=0)
    vertices = np.concatenate([low, high, [(*middle, 0), (*middle, height)]])
    start = np.arange(count)
    end = (start + 1) % count
    sides = _triangles(np.stack([start, end, end + count, start + count], axis=-1))
    floor = np.stack([end, start, np.full(count, 2 * count)], axis=-1)
    lid = np.stack([start + count, end + count, np.full(count, 2 * count + 1)], axis=-1)
    return mesh(vertices, np.concatenate([sides, floor, lid]), color, texture)


def tube(
    path: Sequence[Sequence[float]] | np.ndarray,
    radius: float | Sequence[float] | np.ndarray,
    sections: int = 8,
    color: Color = _GREY,
    texture: Texture = Texture.PLAIN,
) -> Mesh:
    """A pipe along (N, 3) points, `radius` one number or one per point; it stays where the path is."""
    points = np.asarray(path, np.float64)
    radii = np.broadcast_to(np.asarray(radius, np.float64), (len(points),))
    tangent = np.gradient(points, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
    steep = np.abs(tangent[:, 2:]) > 0.9
    side = np.cross(tangent, np.where(steep, (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(tangent, side)
    angle = np.arange(sections) * (2 * np.pi / sections)
    ring = np.cos(angle)[:, None] * side[:, None] + np.sin(angle)[:, None] * up[:, None]
    rings = points[:, None] + radii[:, None, None] * ring
    ends = np.broadcast_to(points[[0, -1], None], (2, sections, 3))
    vertices = np.concatenate([ends[:1], rings, ends[1:]]).reshape(-1, 3)
    return mesh(vertices, _grid_faces(len(points) + 2, sections, wrap=True), color, texture)

"""Triangle meshes with a colour, a texture and a label per face: lengths in metres, angles in radians, z up.

Faces wind counter-clockwise seen from outside, though the renderer turns normals towards the viewer anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hazards.world.geometry.materials import Color, Texture


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
    color: Color = (0.5, 0.5, 0.5),
    texture: Texture = Texture.PLAIN,
    label: int = 0,
) -> Mesh:
    """A mesh of one material and label from (V, 3) vertices and (F, 3) faces."""
    count = len(faces)
    return Mesh(
        np.ascontiguousarray(vertices, np.float32),
        np.ascontiguousarray(faces, np.int32),
        np.broadcast_to(np.asarray(color, np.float32), (count, 3)).copy(),
        np.full(count, texture, np.uint8),
        np.full(count, label, np.uint8),
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

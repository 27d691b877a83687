"""Rays without Embree, for machines that embreex has no package for: NumPy and a tree of boxes, some 50 times slower.

Faces are sorted along a curve that keeps neighbours together, and four by four put in boxes, these four by four in
larger ones, and so on. Rays go down the tree side by side, level by level, and then through the faces in the boxes that
they meet, the nearest box first. A picture is Embree's but for some pixels at the edges of faces, where the last digits
of a distance decide.

The curve is Morton's: A computer oriented geodetic data base, 1966; trees along it are those of Lauterbach et al., Fast
BVH construction on GPUs, 2009. Rays meet faces as in Möller and Trumbore, Fast, minimum storage ray/triangle
intersection, 1997.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hazards.world.rendering.planes import dot

_WIDTH = 4
"""Faces in a box, and boxes in a larger one."""
_RAYS = 1024
"""Rays that go down together: few enough for the processor's cache."""
_BITS = 10
"""Of each coordinate of a face's place on the curve."""
_SLACK = np.float32(1e-5)
"""By how much of its sides a ray may miss a face and still meet it, so that none slips between two faces."""
_LEAST = np.float32(1e-12)
"""Least size of a direction's coordinate."""


class _Boxes(NamedTuple):
    """Boxes of one level of the tree, by their lower and upper corners, (3, N) float32 each."""

    low: np.ndarray
    high: np.ndarray


class _Met(NamedTuple):
    """Pairs of a ray and a box that it meets: both by number, (N,), and how far away the box begins, (N,) float32."""

    ray: np.ndarray
    box: np.ndarray
    near: np.ndarray


class Solids:
    """Triangles ready for rays; points and directions are planes, (3, N) float32."""

    def __init__(self, vertices: np.ndarray, faces: np.ndarray):
        """Take (V, 3) float32 vertices and (F, 3) int32 faces."""
        corners = vertices[faces].astype(np.float32)
        order = _sorted(corners)
        self._levels = _levels(corners[order])
        self._face = np.pad(order, (0, -len(order) % _WIDTH), mode="edge")
        a, b, c = corners[self._face].transpose(1, 2, 0)
        self._corner, self._along, self._across = a, b - a, c - a

    def first(self, origins: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Face first met by each ray, (N,) int32 or -1, and how far away, (N,) float32."""
        count = directions.shape[1]
        place = np.full(count, -1)
        distance = np.full(count, np.inf, np.float32)
        for start in range(0, count, _RAYS):
            rays = slice(start, start + _RAYS)
            place[rays], distance[rays] = self._cast(origins[:, rays], directions[:, rays], is_any_enough=False)
        face = np.append(self._face, -1)[place]
        return face.astype(np.int32), distance

    def hidden(self, origins: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """(N,) bool: whether anything lies in a direction, (3, 1), from each point."""
        count = origins.shape[1]
        hidden = np.zeros(count, bool)
        for start in range(0, count, _RAYS):
            points = origins[:, start : start + _RAYS]
            place, _ = self._cast(points, np.broadcast_to(direction, points.shape), is_any_enough=True)
            hidden[start : start + _RAYS] = place >= 0
        return hidden

    def _cast(self, origins: np.ndarray, directions: np.ndarray, is_any_enough: bool) -> tuple[np.ndarray, np.ndarray]:
        """The place of the face that each ray meets, (N,) or -1, the first one or any, and its distance, (N,)."""
        count = directions.shape[1]
        place = np.full(count, -1)
        distance = np.full(count, np.inf, np.float32)
        searching = np.ones(count, bool)
        for met in _by_turns(self._boxes_met(origins, directions)):
            is_nearer = met.near < distance[met.ray]
            useful = np.flatnonzero(is_nearer & searching[met.ray])
            ray = met.ray[useful]
            faces = met.box[useful, None] * _WIDTH + np.arange(_WIDTH)
            away = self._distances(origins.take(ray, 1), directions.take(ray, 1), faces)
            best = away.argmin(1)
            least = away[np.arange(len(ray)), best]
            closer = np.flatnonzero(least < distance[ray])
            distance[ray[closer]] = least[closer]
            place[ray[closer]] = faces[closer, best[closer]]
            if is_any_enough:
                searching[ray[closer]] = False
        return place, distance

    def _boxes_met(self, origins: np.ndarray, directions: np.ndarray) -> _Met:
        """The smallest boxes that rays meet."""
        count = directions.shape[1]
        top = len(self._levels[-1].low[0])
        small = np.abs(directions) < _LEAST
        inverse = 1 / np.where(small, np.copysign(_LEAST, directions), directions)
        ray = np.repeat(np.arange(count), top)
        box = np.tile(np.arange(top), count)
        for level in reversed(self._levels):
            near, far = _span(level, box, origins.take(ray, 1), inverse.take(ray, 1))
            kept = np.flatnonzero((near <= far) & (far > 0))
            met = _Met(ray[kept], box[kept], near[kept])
            ray = np.repeat(met.ray, _WIDTH)
            box = (met.box[:, None] * _WIDTH + np.arange(_WIDTH)).ravel()
        return met

    def _distances(self, origins: np.ndarray, directions: np.ndarray, faces: np.ndarray) -> np.ndarray:
        """How far from rays, (3, N), faces by place, (N, 8), are along them: (N, 8) float32, infinite if not met."""
        along, across = self._along[:, faces], self._across[:, faces]
        view = directions[:, :, None]
        offset = origins[:, :, None] - self._corner[:, faces]
        beside = _cross(view, across)
        below = _cross(offset, along)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = 1 / dot(along, beside)
            u = dot(offset, beside) * scale
            v = dot(view, below) * scale
            away = dot(across, below) * scale
            is_met = (u >= -_SLACK) & (v >= -_SLACK) & (u + v <= 1 + _SLACK) & (away > 0)
        return np.where(is_met, away, np.float32(np.inf))


def _sorted(corners: np.ndarray) -> np.ndarray:
    """The order of faces along the curve, from their corners (F, 3, 3)."""
    centre = (corners.min(1) + corners.max(1)) / 2
    span = np.ptp(centre, axis=0) + _LEAST
    cells = ((centre - centre.min(0)) / span * (2**_BITS - 1)).astype(np.int64)
    code = np.zeros(len(cells), np.int64)
    for bit in range(_BITS):
        for axis in range(3):
            code |= (cells[:, axis] >> bit & 1) << (3 * bit + axis)
    return np.argsort(code, kind="stable")


def _levels(corners: np.ndarray) -> list[_Boxes]:
    """The boxes around faces, from their corners (F, 3, 3), four by four; around these; and so on."""
    low, high = corners.min(1), corners.max(1)
    levels: list[_Boxes] = []
    while not levels or len(low) > _WIDTH:
        groups = range(0, len(low), _WIDTH)
        low = np.minimum.reduceat(low, groups)
        high = np.maximum.reduceat(high, groups)
        levels.append(_Boxes(_filled_up(low), _filled_up(high)))
    return levels


def _filled_up(ends: np.ndarray) -> np.ndarray:
    """Corners of boxes, (N, 3), as planes of whole groups; no ray meets the boxes that are added."""
    missing = -len(ends) % _WIDTH
    return np.ascontiguousarray(np.pad(ends, ((0, missing), (0, 0)), constant_values=np.nan).T)


def _span(level: _Boxes, box: np.ndarray, origins: np.ndarray, inverse: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where rays enter and leave boxes by number, (N,) each; they miss a box that they leave before they enter it."""
    one_end = (level.low.take(box, 1) - origins) * inverse
    other_end = (level.high.take(box, 1) - origins) * inverse
    near = np.minimum(one_end, other_end).max(0)
    far = np.maximum(one_end, other_end).min(0)
    return near, far


def _by_turns(met: _Met) -> Iterator[_Met]:
    """Pairs, first each ray's nearest box, then each ray's second, and so on."""
    order = np.lexsort((met.near, met.ray))
    _, begin, number = np.unique(met.ray[order], return_index=True, return_counts=True)
    turn = np.arange(len(order)) - np.repeat(begin, number)
    by_turn = order[np.argsort(turn, kind="stable")]
    ends = np.cumsum(np.bincount(turn))
    for pairs in np.split(by_turn, ends[:-1]):
        yield _Met(met.ray[pairs], met.box[pairs], met.near[pairs])


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cross products of the vectors of two planes."""
    return np.stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])

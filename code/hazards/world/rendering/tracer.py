"""Ray tracing of scenes: one ray a pixel for light and labels, one more towards the sun."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from hazards.labels import ROAD, ROAD_LINE, UNLABELED
from hazards.world.geometry.materials import Texture
from hazards.world.geometry.noise import fbm
from hazards.world.rendering.patterns import Surface, albedo
from hazards.world.rendering.planes import dot, put, vector
from hazards.world.rendering.rays import solids
from hazards.world.rendering.sky import haze, sky
from hazards.world.scene import Scene
from hazards.world.towns.street import markings

_PAINT = np.array([(0, 0.62, 0.62), (0, 0.62, 0.42), (0, 0.60, 0.06)], np.float32)
"""Red, green and blue of bare road, white and yellow paint."""


@dataclass(frozen=True)
class _Hits:
    """Where rays meet the scene; vectors and colours are planes, (3, N) float32.

    Args:
        view: unit directions of the rays.
        distance: (N,) metres.
        normal: unit normals of the faces, on the rays' side.
        face: (N,) index of the face.
        color: albedo of the face, before its texture.
        texture: (N,) `Texture`.
        label: (N,) 0-13.
    """

    view: np.ndarray
    distance: np.ndarray
    position: np.ndarray
    normal: np.ndarray
    face: np.ndarray
    color: np.ndarray
    texture: np.ndarray
    label: np.ndarray


class Tracer:
    """A scene ready for rays; points, directions and colours are planes, (3, N) float32."""

    def __init__(self, setting: Scene):
        self.scene = setting
        self.mesh = setting.mesh
        self._solids = solids(self.mesh.vertices, self.mesh.faces)
        self._color = np.ascontiguousarray(self.mesh.color.T)
        self._corners = np.ascontiguousarray(self.mesh.vertices[self.mesh.faces].transpose(1, 2, 0))
        a, b, c = self._corners
        normal = np.cross(b - a, c - a, axis=0)
        self._normal = normal / (np.sqrt(dot(normal, normal)) + 1e-12)

    def image(self, rows: np.ndarray, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Radiance (3, N) float32 and labels (N,) uint8 of all pixels of some rows."""
        directions = self.scene.camera.rays(rows, height, width)
        origins = np.broadcast_to(vector(self.scene.camera.position), directions.shape)
        return self.trace(origins, directions, reflect=self.scene.weather.wet > 0)

    def trace(self, origins: np.ndarray, directions: np.ndarray, reflect: bool) -> tuple[np.ndarray, np.ndarray]:
        """Radiance (3, N) and labels (N,) along rays; `reflect` follows them off wet ground."""
        face, distance = self._solids.first(origins, directions)
        labels = np.full(len(face), UNLABELED, np.uint8)
        color = np.empty_like(directions)
        miss = np.flatnonzero(face < 0)
        put(color, miss, self._sky(directions.take(miss, 1)))
        rows = np.flatnonzero(face >= 0)
        hits = self._hits(origins.take(rows, 1), directions.take(rows, 1), face[rows], distance[rows])
        lit = self._lit(hits)
        labels[rows] = hits.label
        if reflect:
            self._wet(lit, hits)
        haze(lit, hits.distance, hits.view, self.scene.weather, self.scene.sun)
        put(color, rows, lit)
        return color, labels

    def _sky(self, directions: np.ndarray) -> np.ndarray:
        return sky(directions, self.scene.weather, self.scene.sun, self.scene.sky)

    def _hits(self, origins: np.ndarray, view: np.ndarray, face: np.ndarray, distance: np.ndarray) -> _Hits:
        """The points at which rays, (3, N), meet faces, (N,)."""
        face = face.astype(np.intp)
        normal = self._normal.take(face, 1)
        normal *= np.copysign(np.float32(1), -dot(normal, view))
        return _Hits(
            view=view,
            distance=distance,
            position=view * distance + origins,
            normal=normal,
            face=face,
            color=self._color.take(face, 1),
            texture=self.mesh.texture.take(face),
            label=self.mesh.label.take(face),
        )

    def _base(self, hits: _Hits) -> np.ndarray:
        """Albedo of hit points, (3, N); the flat ground among them becomes road, marking or land."""
        street = self.scene.street
        x, y, _ = hits.position
        ground = np.flatnonzero(hits.label == ROAD)
        s, t = street.unbend(x[ground], y[ground])
        on_street = street.on_street(s, t)
        land = ground[~on_street]
        put(hits.color, land, vector(self.scene.land))
        hits.texture[land] = Texture.GRASS
        hits.label[land] = UNLABELED
        base = albedo(hits.texture, self._surfaces(hits), hits.color)
        paint = markings(street, s[on_street], t[on_street])
        marked = ground[on_street][paint > 0]
        hits.label[marked] = ROAD_LINE
        worn = np.clip(1.6 - 1.5 * fbm(x[marked] / 7, y[marked] / 7), 0.35, 0.95)
        bare = base.take(marked, 1)
        put(base, marked, bare + (_PAINT[:, paint[paint > 0]] - bare) * worn)
        return base

    def _surfaces(self, hits: _Hits) -> Callable[[np.ndarray], Surface]:
        """What gives the hit points of some rows to a texture."""
        x, y, z = hits.position
        across, along, up = hits.normal
        flat = np.abs(up) > 0.6
        u = (across * y - along * x) / (np.sqrt(across**2 + along**2) + 1e-6)
        np.copyto(u, x, where=flat)
        v = np.where(flat, y, z)

        def surface(rows: np.ndarray) -> Surface:
            panel = partial(self._panel, hits, rows)
            return Surface(hits.color.take(rows, 1), u[rows], v[rows], hits.distance[rows], panel)

        return surface

    def _panel(self, hits: _Hits, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        """Position on the rectangles that faces are halves of, and their sizes; see `patterns.Surface.panel`."""
        a, b, c = self._corners.take(hits.face[rows], 2)
        first = np.abs(b[2] - a[2]) < np.abs(c[2] - b[2])  # (0, 1, 2), its level edge leads off
        along = b - np.where(first, a, c)
        upward = c - np.where(first, b, a)
        width = np.sqrt(dot(along, along)) + 1e-6
        height = np.sqrt(dot(upward, upward)) + 1e-6
        offset = hits.position.take(rows, 1) - a
        return dot(offset, along) / width**2, dot(offset, upward) / height**2, width, height

    def _lit(self, hits: _Hits) -> np.ndarray:
        """Radiance of hit points, (3, N): sun with shadows, light of the sky, gloss."""
        base = self._base(hits)
        weather = self.scene.weather
        radiance = vector(weather.sun) * self._sunlight(hits)
        radiance += vector(weather.ambient) * (0.62 + 0.38 * hits.normal[2])
        radiance *= base
        glossy = np.flatnonzero((hits.texture == Texture.GLASS) | (hits.texture == Texture.METAL))
        put(radiance, glossy, radiance.take(glossy, 1) + self._gloss(hits, glossy))
        glow = np.flatnonzero(hits.texture == Texture.GLOW)
        put(radiance, glow, base.take(glow, 1) * 1.6)
        return radiance

    def _sunlight(self, hits: _Hits) -> np.ndarray:
        """(N,) share of the sun's light that points get, 0 in the shade."""
        sun = self.scene.sun
        facing = sun @ hits.normal
        through = 0.35 + 0.65 * np.abs(facing)  # leaves let light through
        facing = np.where(hits.texture == Texture.LEAVES, through, np.maximum(facing, 0))
        lit = np.flatnonzero(facing)
        start = hits.normal.take(lit, 1) * np.float32(0.006) + hits.position.take(lit, 1)
        start += vector(sun * 0.01)
        shaded = self._solids.hidden(start, vector(sun))
        facing[lit[shaded]] = 0
        return facing

    def _gloss(self, hits: _Hits, rows: np.ndarray) -> np.ndarray:
        """Radiance of the sky that glass and metal mirror, strongest at flat angles."""
        normal = hits.normal.take(rows, 1)
        view = hits.view.take(rows, 1)
        cosine = dot(normal, view)
        share = 0.05 + 0.55 * (1 - np.abs(cosine)) ** 4 + np.float32(0.08) * (hits.texture[rows] == Texture.GLASS)
        return share * self._sky(view - 2 * cosine * normal)

    def _wet(self, radiance: np.ndarray, hits: _Hits) -> None:
        """Add the mirror image in wet roads, strongest in puddles and at flat angles; darkens what is wet."""
        road = (hits.label == ROAD) | (hits.label == ROAD_LINE)
        ground = np.flatnonzero(road & (hits.normal[2] > 0.9))
        start = hits.position.take(ground, 1)
        mirrored = hits.view.take(ground, 1)
        x, y, _ = start
        puddle = np.clip((fbm(x / 43, y / 43) - 0.43) * 9, 0, 1)
        ripple = 0.02 * (fbm(x / 3, y / 3) - 0.5) * (1.2 - puddle)
        flatness = 1 - np.abs(mirrored[2])
        mirrored[0] += ripple
        mirrored[2] = np.abs(ripple) - mirrored[2]
        mirrored /= np.sqrt(dot(mirrored, mirrored))
        start[2] += np.float32(0.01)
        seen, _ = self.trace(start, mirrored, reflect=False)
        share = self.scene.weather.wet * (0.10 + 0.72 * puddle) * (0.06 + 0.94 * flatness**4)
        put(radiance, ground, radiance.take(ground, 1) * (0.62 - 0.3 * share) + seen * share)

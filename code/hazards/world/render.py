"""Ray tracing of scenes with Embree: one ray a pixel for image and labels, one more towards the sun.

image, labels = render("train", 0, height=144, width=256)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from ..labels import ROAD, ROAD_LINE, UNLABELED
from .embree import Solids
from .geometry import Mesh
from .materials import Surface, Texture, albedo
from .noise import fbm
from .planes import dot, put, vector
from .scene import Scene, scene
from .sky import haze, sky

_RAYS = 32768
"""Rays traced and shaded at a time."""
_PAINT = np.array([(0, 0.62, 0.62), (0, 0.62, 0.42), (0, 0.60, 0.06)], np.float32)
"""Red, green and blue of bare road, white and yellow paint."""
_EXPOSURE = 0.62


class Tracer:
    """A scene ready for rays; points, directions and colours are planes, (3, N) float32."""

    def __init__(self, setting: Scene):
        self.scene = setting
        self.mesh: Mesh = setting.mesh
        self._solids = Solids(self.mesh.vertices, self.mesh.faces)
        self._color = np.ascontiguousarray(self.mesh.color.T)
        self._corners = np.ascontiguousarray(self.mesh.vertices[self.mesh.faces].transpose(1, 2, 0))
        a, b, c = self._corners
        normal = np.cross(b - a, c - a, axis=0)
        self._normal = normal / (np.sqrt(dot(normal, normal)) + 1e-12)

    def image(self, rows: np.ndarray, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Radiance (3, N) float32 and labels (N,) uint8 of all pixels of some rows."""
        directions = self.scene.camera.rays(rows, height, width)
        return self.trace(vector(self.scene.camera.position), directions, reflect=self.scene.weather.wet > 0)

    def trace(self, origins: np.ndarray, directions: np.ndarray, reflect: bool) -> tuple[np.ndarray, np.ndarray]:
        """Radiance and labels along rays from (3, N) or (3, 1) origins; `reflect` follows them off wet ground."""
        face, distance = self._solids.first(origins, directions)
        setting = self.scene
        hit, miss = np.flatnonzero(face >= 0), np.flatnonzero(face < 0)
        labels = np.full(len(face), UNLABELED, np.uint8)
        color = np.empty_like(directions)
        if len(miss):
            put(color, miss, sky(directions.take(miss, 1), setting.weather, setting.sun, setting.sky))
        if len(hit):
            face, view, distance = face[hit].astype(np.intp), directions.take(hit, 1), distance[hit]
            position = view * distance + (origins if origins.shape[1] == 1 else origins.take(hit, 1))
            normal = self._normal.take(face, 1)
            normal *= np.copysign(np.float32(1), -dot(normal, view))
            base, texture, label = self._surface(face, position, normal, distance)
            labels[hit] = label
            lit = self._light(base, texture, position, normal, view)
            if reflect:
                self._wet(lit, label, position, normal, view)
            haze(lit, distance, view, setting.weather, setting.sun)
            put(color, hit, lit)
        return color, labels

    def _surface(
        self, face: np.ndarray, position: np.ndarray, normal: np.ndarray, distance: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Albedo, texture and label of hit points; the flat ground is road, marking or land, as the street has it."""
        street, (x, y, z) = self.scene.street, position
        color, texture, label = self._color.take(face, 1), self.mesh.texture.take(face), self.mesh.label.take(face)
        ground = np.flatnonzero(label == ROAD)
        s, t = street.unbend(x[ground], y[ground])
        on_street = street.on_street(s, t)
        land, ground, s, t = ground[~on_street], ground[on_street], s[on_street], t[on_street]
        put(color, land, vector(self.scene.land))
        texture[land], label[land] = Texture.GRASS, UNLABELED
        flat = np.abs(normal[2]) > 0.6
        u = (normal[0] * y - normal[1] * x) / (np.sqrt(normal[0] ** 2 + normal[1] ** 2) + 1e-6)
        np.copyto(u, x, where=flat)
        v = np.where(flat, y, z)

        def points(rows: np.ndarray) -> Surface:
            panel = partial(self._panel, face, position, rows)
            return Surface(color.take(rows, 1), u[rows], v[rows], distance[rows], panel)

        base = albedo(texture, points, color)
        paint = street.paint(s, t)
        painted = np.flatnonzero(paint)
        marked = ground[painted]
        label[marked] = ROAD_LINE
        worn = np.clip(1.6 - 1.5 * fbm(x[marked] / 7, y[marked] / 7), 0.35, 0.95)
        bare = base.take(marked, 1)
        put(base, marked, bare + (_PAINT[:, paint[painted]] - bare) * worn)
        return base, texture, label

    def _panel(self, face: np.ndarray, position: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        """Position on the rectangles that faces are halves of, and their sizes; see `materials.Surface.panel`."""
        a, b, c = (corner.take(face[rows], 1) for corner in self._corners)
        first = np.abs(b[2] - a[2]) < np.abs(c[2] - b[2])  # (0, 1, 2), its level edge leads off
        along = b - np.where(first, a, c)
        upward = c - np.where(first, b, a)
        width, height = np.sqrt(dot(along, along)) + 1e-6, np.sqrt(dot(upward, upward)) + 1e-6
        offset = position.take(rows, 1) - a
        return dot(offset, along) / width**2, dot(offset, upward) / height**2, width, height

    def _light(
        self, base: np.ndarray, texture: np.ndarray, position: np.ndarray, normal: np.ndarray, view: np.ndarray
    ) -> np.ndarray:
        """Radiance of hit points: sun with shadows, light of the sky, gloss."""
        weather, sun = self.scene.weather, self.scene.sun
        facing = sun @ normal
        leaf = texture == Texture.LEAVES
        facing = np.where(leaf, 0.35 + 0.65 * np.abs(facing), np.maximum(facing, 0))  # leaves let light through
        lit = np.flatnonzero(facing)
        start = normal.take(lit, 1) * np.float32(0.006) + position.take(lit, 1)
        start += vector(sun * 0.01)
        facing[lit[self._solids.hidden(start, vector(sun))]] = 0
        radiance = vector(weather.sun) * facing
        radiance += vector(weather.ambient) * (0.62 + 0.38 * normal[2])
        radiance *= base
        glossy = np.flatnonzero((texture == Texture.GLASS) | (texture == Texture.METAL))
        if len(glossy):
            across, along = normal.take(glossy, 1), view.take(glossy, 1)
            cosine = dot(across, along)
            share = 0.05 + 0.55 * (1 - np.abs(cosine)) ** 4 + np.float32(0.08) * (texture[glossy] == Texture.GLASS)
            mirrored = along - 2 * cosine * across
            gloss = share * sky(mirrored, weather, sun, self.scene.sky)
            put(radiance, glossy, radiance.take(glossy, 1) + gloss)
        glow = np.flatnonzero(texture == Texture.GLOW)
        put(radiance, glow, base.take(glow, 1) * 1.6)
        return radiance

    def _wet(
        self, radiance: np.ndarray, label: np.ndarray, position: np.ndarray, normal: np.ndarray, view: np.ndarray
    ) -> None:
        """Add the mirror image in wet roads, strongest in puddles and at flat angles; darkens what is wet."""
        ground = np.flatnonzero(((label == ROAD) | (label == ROAD_LINE)) & (normal[2] > 0.9))
        if not len(ground):
            return
        start, mirrored = position.take(ground, 1), view.take(ground, 1)
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


def develop(radiance: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Radiance (3, H, W) to sRGB uint8 (H, W, 3): the lens' slight blur, film curve, and noise (H, W) of the sensor."""
    _, height, width = radiance.shape
    image = np.empty((height, width, 3), np.uint8)
    for channel, plane in enumerate(radiance):
        for rows in _strips(height, width):
            above, below = max(rows.start - 1, 0), min(rows.stop + 1, height)
            part = _blur(np.minimum(plane[above:below] * np.float32(_EXPOSURE), 6))
            part = part[rows.start - above : rows.stop - above]
            bright = (part * 2.43 + 0.59) * part + 0.14
            part *= part * 2.51 + 0.03
            part /= bright
            np.sqrt(part, out=part)
            part *= 255
            part += noise[rows] * np.float32(1.6) + np.float32(0.5)
            image[rows, :, channel] = np.clip(part, 0, 255, out=part)
    return image


def _blur(plane: np.ndarray) -> np.ndarray:
    """A tenth of each neighbour above and below, then left and right; the border keeps its own."""
    for view in (plane, plane.T):
        view[1:-1] = 0.1 * (view[:-2] + view[2:]) + 0.8 * view[1:-1]
    return plane


def _strips(height: int, width: int) -> Iterator[slice]:
    """Successive rows of an image, few enough for the processor's cache."""
    step = max(1, _RAYS // width)
    for top in range(0, height, step):
        yield slice(top, min(top + step, height))


def render(split: str, index: int, *, height: int, width: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """One image of the world, a pure function of its arguments; the scene does not depend on the size.

    Args:
        split: "train", "val" or "test".
        index: number of the image in its split, from 0.
        height, width: pixels.
        seed: of the whole world.

    Returns:
        Image (height, width, 3) uint8 sRGB and labels (height, width) uint8, 0-13.

    Raises:
        ValueError: for an unknown split, a negative index, or a size below 8 pixels.
    """
    if min(height, width) < 8:
        raise ValueError(f"image size {width}x{height}: expected at least 8x8")
    return shoot(scene(split, index, seed), height, width, np.random.default_rng([seed, index, 5]))


def shoot(
    setting: Scene, height: int, width: int, rng: np.random.Generator, tracer: Tracer | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Image and labels of a scene; `rng` gives the sensor's noise, `tracer` saves making another."""
    tracer = tracer or Tracer(setting)
    color = np.empty((3, height, width), np.float32)
    labels = np.empty((height, width), np.uint8)
    for rows in _strips(height, width):
        part, names = tracer.image(np.arange(rows.start, rows.stop), height, width)
        color[:, rows], labels[rows] = part.reshape(3, -1, width), names.reshape(-1, width)
    return develop(color, rng.standard_normal((height, width), np.float32)), labels

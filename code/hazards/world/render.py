"""Ray tracing of scenes with Embree: one ray a pixel for image and labels, one more towards the sun.

image, labels = render("train", 0, height=144, width=256)
"""

from __future__ import annotations

import numpy as np

from ..labels import ROAD, ROAD_LINE, UNLABELED
from .embree import Solids
from .geometry import Mesh
from .materials import Surface, Texture, albedo
from .noise import fbm
from .scene import Scene, scene
from .sky import haze, sky

_RAYS = 32768
"""Rays traced and shaded at a time, few enough for the processor's cache."""
_PAINT = np.array([(0, 0, 0), (0.62, 0.62, 0.60), (0.62, 0.42, 0.06)], np.float32)
_EXPOSURE = 0.62


class Tracer:
    """A scene ready for rays."""

    def __init__(self, setting: Scene):
        self.scene = setting
        self.mesh: Mesh = setting.mesh
        self._solids = Solids(self.mesh.vertices, self.mesh.faces)
        corners = self.mesh.vertices[self.mesh.faces]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        self._normal = normal / (np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12)
        self._corners = corners

    def image(self, rows: np.ndarray, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Radiance (N, 3) float32 and labels (N,) uint8 of all pixels of some rows."""
        directions = self.scene.camera.rays(rows, height, width)
        start = np.asarray(self.scene.camera.position, np.float32)
        origins = np.broadcast_to(start, directions.shape)
        return self.trace(np.ascontiguousarray(origins), directions, reflect=self.scene.weather.wet > 0)

    def trace(self, origins: np.ndarray, directions: np.ndarray, reflect: bool) -> tuple[np.ndarray, np.ndarray]:
        """Radiance and labels along rays; `reflect` follows them once more off wet ground."""
        face, distance = self._solids.first(origins.T, directions.T)
        setting = self.scene
        hit = np.flatnonzero(face >= 0)
        miss = np.flatnonzero(face < 0)
        labels = np.full(len(face), UNLABELED, np.uint8)
        color = np.empty((len(face), 3), np.float32)
        color[miss] = sky(directions[miss], setting.weather, setting.sun, setting.sky)
        if len(hit):
            face, view, distance = face[hit], directions[hit], distance[hit]
            position = origins[hit] + view * distance[:, None]
            normal = self._normal[face]
            normal = np.where(np.einsum("ij,ij->i", normal, view)[:, None] > 0, -normal, normal)
            base, label = self._surface(face, position, normal, distance)
            labels[hit] = label
            lit = self._light(base, self.mesh.texture[face], position, normal, view)
            if reflect:
                self._wet(lit, label, position, normal, view)
            color[hit] = haze(lit, distance, view, setting.weather, setting.sun)
        return color, labels

    def _surface(
        self, face: np.ndarray, position: np.ndarray, normal: np.ndarray, distance: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Albedo and label of hit points; the flat ground is road, marking or land, as the street has it."""
        color, texture, label = self.mesh.color[face], self.mesh.texture[face], self.mesh.label[face].copy()
        ground = np.flatnonzero(label == ROAD)
        s, t = self.scene.street.unbend(position[ground, 0], position[ground, 1])
        land = ground[~self.scene.street.on_street(s, t)]
        color[land], texture[land], label[land] = self.scene.land, Texture.GRASS, UNLABELED
        flat = np.abs(normal[:, 2]) > 0.6
        level = np.hypot(normal[:, 0], normal[:, 1]) + 1e-6
        u = np.where(flat, position[:, 0], (normal[:, 0] * position[:, 1] - normal[:, 1] * position[:, 0]) / level)
        v = np.where(flat, position[:, 1], position[:, 2])

        def points(rows: np.ndarray) -> Surface:
            return Surface(
                color[rows], u[rows], v[rows], distance[rows], lambda: self._panel(face[rows], position[rows])
            )

        base = albedo(texture, points, len(face))
        paint = self.scene.street.paint(s, t)
        paint[label[ground] != ROAD] = 0
        marked = ground[paint > 0]
        label[marked] = ROAD_LINE
        worn = np.clip(1.6 - 1.5 * fbm(position[marked, 0] / 7, position[marked, 1] / 7), 0.35, 0.95)[:, None]
        base[marked] += (_PAINT[paint[paint > 0]] - base[marked]) * worn
        return base, label

    def _panel(self, face: np.ndarray, position: np.ndarray) -> tuple[np.ndarray, ...]:
        """Position on the rectangles that faces are halves of, and their sizes; see `materials.Surface.panel`."""
        a, b, c = (self._corners[face, i] for i in range(3))
        first = np.abs(b[:, 2] - a[:, 2]) < np.abs(c[:, 2] - b[:, 2])  # (0, 1, 2), its level edge leads off
        along = np.where(first[:, None], b - a, b - c)
        upward = np.where(first[:, None], c - b, c - a)
        width, height = np.linalg.norm(along, axis=1) + 1e-6, np.linalg.norm(upward, axis=1) + 1e-6
        offset = position - a
        across = np.einsum("ij,ij->i", offset, along) / width**2
        up = np.einsum("ij,ij->i", offset, upward) / height**2
        return across, up, width, height

    def _light(
        self, base: np.ndarray, texture: np.ndarray, position: np.ndarray, normal: np.ndarray, view: np.ndarray
    ) -> np.ndarray:
        """Radiance of hit points: sun with shadows, light of the sky, gloss."""
        weather, sun = self.scene.weather, self.scene.sun
        facing = np.einsum("ij,j->i", normal, sun)
        leaf = texture == Texture.LEAVES
        facing[leaf] = 0.35 + 0.65 * np.abs(facing[leaf])  # leaves let light through
        lit = np.flatnonzero(facing > 0)
        start = position[lit] + normal[lit] * np.float32(0.006) + sun * np.float32(0.01)
        hidden = self._solids.hidden(start.T, sun[:, None])
        facing[lit[hidden]] = 0
        direct = np.maximum(facing, 0)[:, None] * np.asarray(weather.sun, np.float32)
        diffuse = (0.62 + 0.38 * normal[:, 2])[:, None] * np.asarray(weather.ambient, np.float32)
        radiance = base * (direct + diffuse)
        glossy = np.flatnonzero((texture == Texture.GLASS) | (texture == Texture.METAL))
        if len(glossy):
            cosine = np.einsum("ij,ij->i", normal[glossy], view[glossy])
            mirrored = view[glossy] - 2 * cosine[:, None] * normal[glossy]
            share = (0.05 + 0.55 * (1 - np.abs(cosine)) ** 4)[:, None] + 0.08 * (texture[glossy] == Texture.GLASS)[
                :, None
            ]
            radiance[glossy] += share * sky(mirrored, weather, sun, self.scene.sky)
        glow = texture == Texture.GLOW
        radiance[glow] = base[glow] * 1.6
        return radiance

    def _wet(
        self, radiance: np.ndarray, label: np.ndarray, position: np.ndarray, normal: np.ndarray, view: np.ndarray
    ) -> None:
        """Add the mirror image in wet roads, strongest in puddles and at flat angles; darkens what is wet."""
        ground = np.flatnonzero(((label == ROAD) | (label == ROAD_LINE)) & (normal[:, 2] > 0.9))
        if not len(ground):
            return
        x, y = position[ground, 0], position[ground, 1]
        puddle = np.clip((fbm(x / 43, y / 43) - 0.43) * 9, 0, 1)
        ripple = 0.02 * (fbm(x / 3, y / 3) - 0.5) * (1.2 - puddle)
        cosine = np.abs(view[ground, 2])
        mirrored = view[ground] * np.array([1, 1, -1], np.float32)
        mirrored[:, 0] += ripple
        mirrored[:, 2] += np.abs(ripple)
        mirrored /= np.linalg.norm(mirrored, axis=1, keepdims=True)
        start = position[ground] + np.array([0, 0, 0.01], np.float32)
        seen, _ = self.trace(start, mirrored.astype(np.float32), reflect=False)
        share = (self.scene.weather.wet * (0.10 + 0.72 * puddle) * (0.06 + 0.94 * (1 - cosine) ** 4))[:, None]
        radiance[ground] = radiance[ground] * (0.62 - 0.3 * share) + seen * share


def develop(radiance: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Radiance (H, W, 3) to sRGB uint8: slight blur of the lens, film curve, and noise (H, W) of the sensor."""
    image = np.minimum(radiance * np.float32(_EXPOSURE), 6)
    for axis in (0, 1):
        view = image.swapaxes(0, axis)
        view[1:-1] = 0.1 * (view[:-2] + view[2:]) + 0.8 * view[1:-1]
    bright = image * 2.43 + 0.59
    bright *= image
    bright += 0.14
    image *= image * 2.51 + 0.03
    image /= bright
    np.sqrt(image, out=image)
    image *= 255
    image += (noise * np.float32(1.6) + np.float32(0.5))[:, :, None]
    np.clip(image, 0, 255, out=image)
    return image.astype(np.uint8)


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
    step = max(1, _RAYS // width)
    color = np.empty((height, width, 3), np.float32)
    labels = np.empty((height, width), np.uint8)
    for top in range(0, height, step):
        rows = np.arange(top, min(top + step, height))
        part, names = tracer.image(rows, height, width)
        color[rows] = part.reshape(len(rows), width, 3)
        labels[rows] = names.reshape(len(rows), width)
    return develop(color, rng.standard_normal((height, width), np.float32)), labels

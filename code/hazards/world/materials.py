"""Surface textures of the embedded world: procedural patterns evaluated at the hit point, in metres."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from .noise import fbm, grain
from .planes import put, vector


class Texture(IntEnum):
    """Procedural texture of a face, evaluated at the hit point in metres."""

    PLAIN = 0
    BRICK = 1
    WINDOWS = 2
    ASPHALT = 3
    CONCRETE = 4
    GRASS = 5
    LEAVES = 6
    BARK = 7
    WOOD = 8
    METAL = 9
    STRIPES = 10
    CHECKER = 11
    SPOTS = 12
    FUR = 13
    PLASTER = 14
    TILES = 15
    ROOF = 16
    PAVING = 17
    GLASS = 18
    CLOTH = 19
    RUST = 20
    PLANKS = 21
    GLOW = 22
    SCALES = 23
    BRICK_WINDOWS = 24
    GLASS_FRONT = 25
    ROCK = 26


@dataclass(frozen=True)
class Surface:
    """Hit points of one texture."""

    color: np.ndarray
    """(3, N) albedo of the face, 0-1."""
    u: np.ndarray
    """(N,) metres along the surface, sideways."""
    v: np.ndarray
    """(N,) metres along the surface, upwards on walls."""
    distance: np.ndarray
    """(N,) metres from the camera; fine patterns fade with it, since they would only flicker."""
    panel: Callable[[], tuple[np.ndarray, ...]]
    """Position on the rectangle hit (0-1 across, 0-1 up) and its width and height in metres, four (N,) arrays."""

    def near(self, reach: float) -> np.ndarray:
        """(N,) 1 at the camera, 0 from `reach` metres on."""
        return np.clip(1.3 - 1.3 * self.distance / reach, 0, 1)


def albedo(texture: np.ndarray, surface: Callable[[np.ndarray], Surface], plain: np.ndarray) -> np.ndarray:
    """(3, N) float32 albedo of hit points of `plain` colours (3, N); `surface(rows)` gives those of one texture."""
    result = plain.copy()
    for kind in np.flatnonzero(np.bincount(texture)).tolist():
        if pattern := _PATTERNS.get(Texture(kind)):
            rows = np.flatnonzero(texture == kind)
            put(result, rows, pattern(surface(rows)))
    return result


def _shade(points: Surface, factor: np.ndarray) -> np.ndarray:
    return points.color * factor.astype(np.float32, copy=False)


def _blend(points: Surface, other: tuple[float, float, float], share: np.ndarray) -> np.ndarray:
    return points.color + (vector(other) - points.color) * share


def _cell(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index of the cell and the position in it, 0-1."""
    whole = np.floor(x)
    return whole.astype(np.int32), x - whole


def _courses(points: Surface, length: float, height: float, joint: float) -> tuple[np.ndarray, np.ndarray]:
    """Running bond: (N,) joint mask 0-1 and (N,) random value of each brick or slab, 0-1."""
    row, y = _cell(points.v / height)
    column, x = _cell(points.u / length + 0.5 * (row & 1))
    mask = (y < joint / height) | (x < joint / length)
    return mask.astype(np.float32), grain(column, row)


def _brick(points: Surface) -> np.ndarray:
    joint, tone = _courses(points, 0.42, 0.16, 0.025)
    near = points.near(28)
    tones = 1 + (tone - 0.5) * 0.5 * near + 0.35 * (fbm(points.u / 17, points.v / 17) - 0.5)
    return _shade(points, tones * (1 - 0.35 * joint * near))


def _paving(points: Surface) -> np.ndarray:
    joint, tone = _courses(points, 0.9, 0.9, 0.035)
    near = points.near(24)
    tones = 1 + (tone - 0.5) * 0.22 * near + 0.3 * (fbm(points.u / 23, points.v / 23) - 0.5)
    return _shade(points, tones * (1 - 0.4 * joint * near))


def _tiles(points: Surface) -> np.ndarray:
    joint, tone = _courses(points, 0.3, 0.3, 0.03)
    return _shade(points, (1 + (tone - 0.5) * 0.15) * (1 - 0.4 * joint))


def _roof(points: Surface) -> np.ndarray:
    row, y = _cell(points.v / 0.4)
    column, _ = _cell(points.u / 0.5 + 0.5 * (row & 1))
    near = points.near(45)
    return _shade(points, 1 + near * ((grain(column, row) - 0.5) * 0.4 - 0.35 * (y < 0.15)))


def _planks(points: Surface) -> np.ndarray:
    row, y = _cell(points.v / 0.22)
    near = points.near(30)
    return _shade(points, 1 + near * ((grain(row, row) - 0.5) * 0.12 - 0.3 * (y < 0.12)))


def _wood(points: Surface) -> np.ndarray:
    return _shade(points, 0.7 + 0.6 * fbm(points.u / 2.5, points.v / 30))


def _asphalt(points: Surface) -> np.ndarray:
    speckle = grain(np.floor(points.u * 28).astype(np.int32), np.floor(points.v * 28).astype(np.int32)) - 0.5
    broad = fbm(points.u / 61, points.v / 61) - 0.5
    fine = fbm(points.u / 9, points.v / 9) - 0.5
    return _shade(points, 1 + 0.4 * broad + points.near(30) * (0.25 * fine + 0.3 * speckle))


def _concrete(points: Surface) -> np.ndarray:
    seam = (_cell(points.u / 2.5)[1] < 0.012) * points.near(40)
    stain = fbm(points.u / 13, points.v / 40) - 0.5
    return _shade(points, (1 + 0.45 * stain + 0.2 * (fbm(points.u / 3, points.v / 3) - 0.5)) * (1 - 0.4 * seam))


def _plaster(points: Surface) -> np.ndarray:
    return _shade(points, 1 + 0.25 * (fbm(points.u / 19, points.v / 31) - 0.5))


def _grass(points: Surface) -> np.ndarray:
    blades = grain(np.floor(points.u * 14).astype(np.int32), np.floor(points.v * 14).astype(np.int32)) - 0.5
    patches = fbm(points.u / 37, points.v / 37) - 0.5
    tones = 1 + 0.7 * patches + points.near(40) * (0.6 * blades + 0.5 * (fbm(points.u / 5, points.v / 5) - 0.5))
    return _blend(points, (0.16, 0.13, 0.06), np.clip(patches * 1.6 - 0.1, 0, 0.6)) * tones


def _leaves(points: Surface) -> np.ndarray:
    leaf = grain(np.floor(points.u * 9).astype(np.int32), np.floor(points.v * 9).astype(np.int32)) - 0.5
    clump = fbm(points.u / 6, points.v / 6) - 0.5
    return _shade(points, np.clip(1 + 1.5 * clump + (0.3 + 0.5 * points.near(40)) * leaf, 0.25, 2))


def _bark(points: Surface) -> np.ndarray:
    return _shade(points, 0.6 + 0.8 * fbm(points.u / 1.5, points.v / 9))


def _rock(points: Surface) -> np.ndarray:
    return _shade(points, 0.55 + 0.9 * fbm(points.u / 11, points.v / 11))


def _metal(points: Surface) -> np.ndarray:
    return _shade(points, 0.9 + 0.2 * fbm(points.u / 3, points.v / 7))


def _rust(points: Surface) -> np.ndarray:
    return _blend(points, (0.22, 0.08, 0.03), np.clip(3 * fbm(points.u / 3, points.v / 3) - 1.1, 0, 1))


def _stripes(points: Surface) -> np.ndarray:
    wobble = 0.3 * fbm(points.u / 4, points.v / 4)
    return _shade(points, np.where(_cell((points.u + wobble) / 0.22)[1] < 0.45, 0.12, 1.0))


def _checker(points: Surface) -> np.ndarray:
    odd = (_cell(points.u / 0.2)[0] + _cell(points.v / 0.2)[0]) & 1
    return _shade(points, np.where(odd, 0.15, 1.0))


def _spots(points: Surface) -> np.ndarray:
    return _shade(points, np.where(fbm(points.u / 2.2, points.v / 2.2) > 0.56, 0.15, 1.0))


def _fur(points: Surface) -> np.ndarray:
    return _shade(points, 0.6 + 0.5 * fbm(points.u / 0.8, points.v / 2.5) + 0.3 * fbm(points.u / 3, points.v / 3))


def _cloth(points: Surface) -> np.ndarray:
    return _shade(points, 0.8 + 0.4 * fbm(points.u / 2, points.v / 4))


def _scales(points: Surface) -> np.ndarray:
    joint, tone = _courses(points, 0.12, 0.1, 0.03)
    return _shade(points, (0.75 + 0.5 * tone) * (1 - 0.4 * joint))


_PANE = vector((0.030, 0.040, 0.050))


def _facade(points: Surface, wall: np.ndarray, bay: float, storey: float, pane: float, trim: float) -> np.ndarray:
    """Rows of windows on a wall: bays and storeys of about the given metres, `pane` the share of glass across."""
    across, up, width, height = points.panel()
    bays, x = _cell(across * np.maximum(1, np.round(width / bay)))
    row, y = _cell(up * np.maximum(1, np.round(height / storey)))
    side, low = np.abs(x - 0.5), 0.62 - 0.5 * pane
    outer = (side < pane / 2 + 0.045) & (y > low - 0.05) & (y < 0.90)
    inner = (side < pane / 2) & (y > low) & (y < 0.86)
    bars = (side < 0.018) | (np.abs(y - 0.68) < 0.012)
    tone = grain(bays, row)
    drawn = (tone > 0.72) & (y > 0.55)  # a drawn blind, brighter than the dark room behind other panes
    glass = np.where(drawn, wall * 0.25 + 0.12, _PANE * (0.5 + 2.2 * tone))
    glass *= 1 - np.float32(0.5) * ((y > 0.82) | (x - 0.5 > pane / 2 - 0.03))  # shade of the reveal
    frame = np.where(y < low, np.float32(trim * 0.6), np.float32(trim))
    return np.where(inner & ~bars, glass, np.where(outer, frame, wall))


def _windows(points: Surface) -> np.ndarray:
    return _facade(points, _plaster(points), 2.9, 3.1, 0.42, 0.55)


def _brick_windows(points: Surface) -> np.ndarray:
    return _facade(points, _brick(points), 2.6, 3.3, 0.46, 0.42)


def _glass_front(points: Surface) -> np.ndarray:
    return _facade(points, _concrete(points), 1.7, 3.6, 0.82, 0.10)


_PATTERNS: dict[Texture, Callable[[Surface], np.ndarray]] = {
    Texture.BRICK: _brick,
    Texture.WINDOWS: _windows,
    Texture.ASPHALT: _asphalt,
    Texture.CONCRETE: _concrete,
    Texture.GRASS: _grass,
    Texture.LEAVES: _leaves,
    Texture.BARK: _bark,
    Texture.WOOD: _wood,
    Texture.METAL: _metal,
    Texture.STRIPES: _stripes,
    Texture.CHECKER: _checker,
    Texture.SPOTS: _spots,
    Texture.FUR: _fur,
    Texture.PLASTER: _plaster,
    Texture.TILES: _tiles,
    Texture.ROOF: _roof,
    Texture.PAVING: _paving,
    Texture.CLOTH: _cloth,
    Texture.RUST: _rust,
    Texture.PLANKS: _planks,
    Texture.SCALES: _scales,
    Texture.BRICK_WINDOWS: _brick_windows,
    Texture.GLASS_FRONT: _glass_front,
    Texture.ROCK: _rock,
}

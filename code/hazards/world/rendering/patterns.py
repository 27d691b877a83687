"""Surface textures of the embedded world: procedural patterns evaluated at the hit point, in metres."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from hazards.world.geometry.materials import Texture
from hazards.world.geometry.noise import fbm, grain
from hazards.world.rendering.planes import put, vector


@dataclass(frozen=True)
class Surface:
    """Hit points of one texture.

    Args:
        color: (3, N) albedo of the face, 0-1.
        u: (N,) metres along the surface, sideways.
        v: (N,) metres along the surface, upwards on walls.
        distance: (N,) metres from the camera; fine patterns fade with it, since they would only flicker.
        panel: gives the position on the rectangle hit (0-1 across, 0-1 up) and its width and height in metres, four
            (N,) arrays.
    """

    color: np.ndarray
    u: np.ndarray
    v: np.ndarray
    distance: np.ndarray
    panel: Callable[[], tuple[np.ndarray, ...]]

    def near(self, reach: float) -> np.ndarray:
        """(N,) 1 at the camera, 0 from `reach` metres on."""
        return np.clip(1.3 - 1.3 * self.distance / reach, 0, 1)

    def noise(self, width: float, height: float) -> np.ndarray:
        """(N,) fractal noise about 0-1, its tile so many metres wide and high."""
        return fbm(self.u / width, self.v / height)

    def speckle(self, fineness: float) -> np.ndarray:
        """(N,) random values -0.5 to 0.5, `fineness` of them a metre."""
        column, _ = _cell(self.u * fineness)
        row, _ = _cell(self.v * fineness)
        return grain(column, row) - 0.5

    def courses(self, length: float, height: float, joint: float) -> tuple[np.ndarray, np.ndarray]:
        """Running bond: (N,) joint mask 0-1 and (N,) random value of each brick or slab, 0-1."""
        row, y = _cell(self.v / height)
        column, x = _cell(self.u / length + 0.5 * (row & 1))
        mask = (y < joint / height) | (x < joint / length)
        return mask.astype(np.float32), grain(column, row)


def albedo(texture: np.ndarray, surface: Callable[[np.ndarray], Surface], plain: np.ndarray) -> np.ndarray:
    """(3, N) float32 albedo of hit points of `plain` colours (3, N); `surface(rows)` gives those of one texture."""
    result = plain.copy()
    for kind in np.flatnonzero(np.bincount(texture)).tolist():
        if pattern := _PATTERNS.get(Texture(kind)):
            rows = np.flatnonzero(texture == kind)
            put(result, rows, pattern(surface(rows)))
    return result


def _cell(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index of the cell and the position in it, 0-1."""
    whole = np.floor(x)
    return whole.astype(np.int32), x - whole


# Tones: (N,) factors of the face's colour.


def _brick(points: Surface) -> np.ndarray:
    joint, tone = points.courses(0.42, 0.16, 0.025)
    near = points.near(28)
    tones = 1 + (tone - 0.5) * 0.5 * near + 0.35 * (points.noise(17, 17) - 0.5)
    return tones * (1 - 0.35 * joint * near)


def _paving(points: Surface) -> np.ndarray:
    joint, tone = points.courses(0.9, 0.9, 0.035)
    near = points.near(24)
    tones = 1 + (tone - 0.5) * 0.22 * near + 0.3 * (points.noise(23, 23) - 0.5)
    return tones * (1 - 0.4 * joint * near)


def _tiles(points: Surface) -> np.ndarray:
    joint, tone = points.courses(0.3, 0.3, 0.03)
    return (1 + (tone - 0.5) * 0.15) * (1 - 0.4 * joint)


def _scales(points: Surface) -> np.ndarray:
    joint, tone = points.courses(0.12, 0.1, 0.03)
    return (0.75 + 0.5 * tone) * (1 - 0.4 * joint)


def _roof(points: Surface) -> np.ndarray:
    row, y = _cell(points.v / 0.4)
    column, _ = _cell(points.u / 0.5 + 0.5 * (row & 1))
    tone = (grain(column, row) - 0.5) * 0.4
    return 1 + points.near(45) * (tone - 0.35 * (y < 0.15))


def _planks(points: Surface) -> np.ndarray:
    row, y = _cell(points.v / 0.22)
    tone = (grain(row, row) - 0.5) * 0.12
    return 1 + points.near(30) * (tone - 0.3 * (y < 0.12))


def _asphalt(points: Surface) -> np.ndarray:
    fine = 0.25 * (points.noise(9, 9) - 0.5) + 0.3 * points.speckle(28)
    return 1 + 0.4 * (points.noise(61, 61) - 0.5) + points.near(30) * fine


def _concrete(points: Surface) -> np.ndarray:
    _, x = _cell(points.u / 2.5)
    seam = (x < 0.012) * points.near(40)
    tones = 1 + 0.45 * (points.noise(13, 40) - 0.5) + 0.2 * (points.noise(3, 3) - 0.5)
    return tones * (1 - 0.4 * seam)


def _leaves(points: Surface) -> np.ndarray:
    clump = points.noise(6, 6) - 0.5
    tones = 1 + 1.5 * clump + (0.3 + 0.5 * points.near(40)) * points.speckle(9)
    return np.clip(tones, 0.25, 2)


def _stripes(points: Surface) -> np.ndarray:
    _, x = _cell((points.u + 0.3 * points.noise(4, 4)) / 0.22)
    return np.where(x < 0.45, 0.25, 1.0)


def _checker(points: Surface) -> np.ndarray:
    column, _ = _cell(points.u / 0.2)
    row, _ = _cell(points.v / 0.2)
    return np.where((column + row) & 1, 0.25, 1.0)


_TONES: dict[Texture, Callable[[Surface], np.ndarray]] = {
    Texture.ASPHALT: _asphalt,
    Texture.BARK: lambda points: 0.6 + 0.8 * points.noise(1.5, 9),
    Texture.BRICK: _brick,
    Texture.CHECKER: _checker,
    Texture.CLOTH: lambda points: 0.8 + 0.4 * points.noise(2, 4),
    Texture.CONCRETE: _concrete,
    Texture.FUR: lambda points: 0.6 + 0.5 * points.noise(0.8, 2.5) + 0.3 * points.noise(3, 3),
    Texture.LEAVES: _leaves,
    Texture.METAL: lambda points: 0.9 + 0.2 * points.noise(3, 7),
    Texture.PAVING: _paving,
    Texture.PLANKS: _planks,
    Texture.PLASTER: lambda points: 1 + 0.25 * (points.noise(19, 31) - 0.5),
    Texture.ROOF: _roof,
    Texture.SCALES: _scales,
    Texture.SPOTS: lambda points: np.where(points.noise(2.2, 2.2) > 0.56, 0.25, 1.0),
    Texture.STRIPES: _stripes,
    Texture.TILES: _tiles,
    Texture.WOOD: lambda points: 0.7 + 0.6 * points.noise(2.5, 30),
}


# Colours: (3, N).


def _toned(texture: Texture, points: Surface) -> np.ndarray:
    tones = _TONES[texture](points)
    return points.color * tones.astype(np.float32, copy=False)


def _blend(points: Surface, other: tuple[float, float, float], share: np.ndarray) -> np.ndarray:
    return points.color + (vector(other) - points.color) * share


def _grass(points: Surface) -> np.ndarray:
    tufts = points.noise(5, 5) - 0.5
    patches = points.noise(37, 37) - 0.5
    tones = 1 + 0.7 * patches + points.near(40) * (0.6 * points.speckle(14) + 0.5 * tufts)
    bare = np.clip(patches * 1.6 - 0.1, 0, 0.6)
    return _blend(points, (0.16, 0.13, 0.06), bare) * tones


def _rust(points: Surface) -> np.ndarray:
    share = np.clip(3 * points.noise(3, 3) - 1.1, 0, 1)
    return _blend(points, (0.22, 0.08, 0.03), share)


_PANE = vector((0.030, 0.040, 0.050))


def _facade(wall_texture: Texture, bay: float, storey: float, pane: float, trim: float, points: Surface) -> np.ndarray:
    """Rows of windows on a wall: bays and storeys of about the given metres, `pane` the share of glass across."""
    wall = _toned(wall_texture, points)
    across, up, width, height = points.panel()
    bays, x = _cell(across * np.maximum(1, np.round(width / bay)))
    row, y = _cell(up * np.maximum(1, np.round(height / storey)))
    side = np.abs(x - 0.5)
    low = 0.62 - 0.5 * pane
    outer = (side < pane / 2 + 0.045) & (y > low - 0.05) & (y < 0.90)
    inner = (side < pane / 2) & (y > low) & (y < 0.86)
    bars = (side < 0.018) | (np.abs(y - 0.68) < 0.012)
    tone = grain(bays, row)
    drawn = (tone > 0.72) & (y > 0.55)  # a drawn blind, brighter than the dark room behind other panes
    glass = np.where(drawn, wall * 0.25 + 0.12, _PANE * (0.5 + 2.2 * tone))
    reveal = (y > 0.82) | (x - 0.5 > pane / 2 - 0.03)
    glass *= 1 - np.float32(0.5) * reveal  # it lies in shade
    frame = np.where(y < low, np.float32(trim * 0.6), np.float32(trim))
    facade = np.where(outer, frame, wall)
    return np.where(inner & ~bars, glass, facade)


_PATTERNS: dict[Texture, Callable[[Surface], np.ndarray]] = {
    **{texture: partial(_toned, texture) for texture in _TONES},
    Texture.GRASS: _grass,
    Texture.RUST: _rust,
    Texture.WINDOWS: partial(_facade, Texture.PLASTER, 2.9, 3.1, 0.42, 0.55),
    Texture.BRICK_WINDOWS: partial(_facade, Texture.BRICK, 2.6, 3.3, 0.46, 0.42),
    Texture.GLASS_FRONT: partial(_facade, Texture.CONCRETE, 1.7, 3.6, 0.82, 0.10),
}

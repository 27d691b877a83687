"""Surface textures of the embedded world: procedural patterns evaluated at the hit point, in metres."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hazards.world.geometry.materials import Texture
from hazards.world.geometry.noise import fbm, grain
from hazards.world.rendering.planes import put, vector


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
    weathered = fbm(points.u / 17, points.v / 17) - 0.5
    tones = 1 + (tone - 0.5) * 0.5 * near + 0.35 * weathered
    return _shade(points, tones * (1 - 0.35 * joint * near))


def _paving(points: Surface) -> np.ndarray:
    joint, tone = _courses(points, 0.9, 0.9, 0.035)
    near = points.near(24)
    worn = fbm(points.u / 23, points.v / 23) - 0.5
    tones = 1 + (tone - 0.5) * 0.22 * near + 0.3 * worn
    return _shade(points, tones * (1 - 0.4 * joint * near))


def _tiles(points: Surface) -> np.ndarray:
    joint, tone = _courses(points, 0.3, 0.3, 0.03)
    return _shade(points, (1 + (tone - 0.5) * 0.15) * (1 - 0.4 * joint))


def _roof(points: Surface) -> np.ndarray:
    row, y = _cell(points.v / 0.4)
    column, _ = _cell(points.u / 0.5 + 0.5 * (row & 1))
    near = points.near(45)
    tone = (grain(column, row) - 0.5) * 0.4
    return _shade(points, 1 + near * (tone - 0.35 * (y < 0.15)))


def _planks(points: Surface) -> np.ndarray:
    row, y = _cell(points.v / 0.22)
    near = points.near(30)
    tone = (grain(row, row) - 0.5) * 0.12
    return _shade(points, 1 + near * (tone - 0.3 * (y < 0.12)))


def _wood(points: Surface) -> np.ndarray:
    return _shade(points, 0.7 + 0.6 * fbm(points.u / 2.5, points.v / 30))


def _speckle(points: Surface, fineness: float) -> np.ndarray:
    """(N,) random values -0.5 to 0.5, `fineness` of them a metre."""
    column, _ = _cell(points.u * fineness)
    row, _ = _cell(points.v * fineness)
    return grain(column, row) - 0.5


def _asphalt(points: Surface) -> np.ndarray:
    speckle = _speckle(points, 28)
    broad = fbm(points.u / 61, points.v / 61) - 0.5
    fine = fbm(points.u / 9, points.v / 9) - 0.5
    return _shade(points, 1 + 0.4 * broad + points.near(30) * (0.25 * fine + 0.3 * speckle))


def _concrete(points: Surface) -> np.ndarray:
    _, x = _cell(points.u / 2.5)
    seam = (x < 0.012) * points.near(40)
    stain = fbm(points.u / 13, points.v / 40) - 0.5
    mottle = fbm(points.u / 3, points.v / 3) - 0.5
    return _shade(points, (1 + 0.45 * stain + 0.2 * mottle) * (1 - 0.4 * seam))


def _plaster(points: Surface) -> np.ndarray:
    return _shade(points, 1 + 0.25 * (fbm(points.u / 19, points.v / 31) - 0.5))


def _grass(points: Surface) -> np.ndarray:
    blades = _speckle(points, 14)
    tufts = fbm(points.u / 5, points.v / 5) - 0.5
    patches = fbm(points.u / 37, points.v / 37) - 0.5
    tones = 1 + 0.7 * patches + points.near(40) * (0.6 * blades + 0.5 * tufts)
    bare = np.clip(patches * 1.6 - 0.1, 0, 0.6)
    return _blend(points, (0.16, 0.13, 0.06), bare) * tones


def _leaves(points: Surface) -> np.ndarray:
    leaf = _speckle(points, 9)
    clump = fbm(points.u / 6, points.v / 6) - 0.5
    tones = 1 + 1.5 * clump + (0.3 + 0.5 * points.near(40)) * leaf
    return _shade(points, np.clip(tones, 0.25, 2))


def _bark(points: Surface) -> np.ndarray:
    return _shade(points, 0.6 + 0.8 * fbm(points.u / 1.5, points.v / 9))


def _rock(points: Surface) -> np.ndarray:
    return _shade(points, 0.55 + 0.9 * fbm(points.u / 11, points.v / 11))


def _metal(points: Surface) -> np.ndarray:
    return _shade(points, 0.9 + 0.2 * fbm(points.u / 3, points.v / 7))


def _rust(points: Surface) -> np.ndarray:
    share = np.clip(3 * fbm(points.u / 3, points.v / 3) - 1.1, 0, 1)
    return _blend(points, (0.22, 0.08, 0.03), share)


def _stripes(points: Surface) -> np.ndarray:
    wobble = 0.3 * fbm(points.u / 4, points.v / 4)
    _, x = _cell((points.u + wobble) / 0.22)
    return _shade(points, np.where(x < 0.45, 0.12, 1.0))


def _checker(points: Surface) -> np.ndarray:
    column, _ = _cell(points.u / 0.2)
    row, _ = _cell(points.v / 0.2)
    return _shade(points, np.where((column + row) & 1, 0.15, 1.0))


def _spots(points: Surface) -> np.ndarray:
    spotted = fbm(points.u / 2.2, points.v / 2.2) > 0.56
    return _shade(points, np.where(spotted, 0.15, 1.0))


def _fur(points: Surface) -> np.ndarray:
    hair = fbm(points.u / 0.8, points.v / 2.5)
    tuft = fbm(points.u / 3, points.v / 3)
    return _shade(points, 0.6 + 0.5 * hair + 0.3 * tuft)


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

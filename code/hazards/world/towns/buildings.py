"""Buildings (label building): the front stands on y = 0 and faces -y, x is centred, the body lies at y > 0."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from hazards.labels import BUILDING
from hazards.world.geometry.materials import Color, Texture
from hazards.world.geometry.solids import Mesh, box, cylinder, join, quad, slope
from hazards.world.towns.catalogue import Town

_DOOR = ((0.20, 0.07, 0.05), (0.05, 0.10, 0.08), (0.10, 0.07, 0.05), (0.05, 0.07, 0.14))
_AWNING = ((0.4, 0.05, 0.04), (0.05, 0.2, 0.12), (0.05, 0.09, 0.25), (0.5, 0.35, 0.08))
_TRIM = (0.55, 0.53, 0.50)
_DARK = (0.05, 0.05, 0.055)
_EAVES = 0.5
"""How far a pitched roof reaches beyond the walls in front and behind, metres."""

Span = tuple[float, float]
"""From and to, metres."""


def building(kind: str, town: Town, rng: np.random.Generator) -> Mesh:
    """A building of the kind (house, terrace, block, tower or hall) in the town's materials."""
    return _KINDS[kind](town, rng).with_label(BUILDING)


def _pick(town: Town, part: str, rng: np.random.Generator) -> np.ndarray:
    """A colour of a town's palette, somewhat lighter or darker."""
    color = np.asarray(town.color(part, rng))
    return color * rng.uniform(0.85, 1.12)


def _walls(width: float, depth: float, height: float, color: Color, texture: Texture) -> Mesh:
    """Four walls as rectangles wound so that textures know left from right, without floor or roof."""
    x = width / 2
    return _upright([(-x, 0), (x, 0), (x, depth), (-x, depth), (-x, 0)], height, color, texture)


def _upright(foot: list[Span], height: float, color: Color, texture: Texture) -> Mesh:
    """Walls on the lines between (x, y) points."""
    return join(
        quad([(*start, 0), (*end, 0), (*end, height), (*start, height)], color, texture)
        for start, end in pairwise(foot)
    )


def _slab(x: Span, y: Span, z: Span, color: Color, texture: Texture = Texture.PLAIN) -> Mesh:
    """A box between two x, two y and two z."""
    solid = box((x[1] - x[0], y[1] - y[0], z[1] - z[0]), color, texture)
    return solid.moved(((x[0] + x[1]) / 2, (y[0] + y[1]) / 2, z[0]))


def _gable(width: float, depth: float, low: float, rise: float, roof: Color, wall: Color, texture: Texture) -> Mesh:
    """A pitched roof with its ridge along x, eaves, and the two triangles of wall under it."""
    x = width / 2 + 0.4
    middle = depth / 2
    eave = low - _EAVES * rise / middle
    ridge = low + rise
    parts = [
        slope((-x, x), (-_EAVES, middle), (eave, ridge), roof, Texture.ROOF),
        slope((x, -x), (depth + _EAVES, middle), (eave, ridge), roof, Texture.ROOF),
        _slab((-x, x), (-_EAVES - 0.06, -_EAVES), (eave - 0.16, eave + 0.02), _TRIM),
    ]
    for side in (-width / 2, width / 2):
        top = (side, middle, ridge)
        parts.append(quad([(side, 0, low), (side, depth, low), top, top], wall, texture))
    return join(parts)


def _hip(width: float, depth: float, low: float, rise: float, roof: Color) -> Mesh:
    """A hipped roof."""
    x = width / 2 + 0.5
    y = depth + _EAVES
    a, b, c, d = [(-x, -_EAVES, low), (x, -_EAVES, low), (x, y, low), (-x, y, low)]
    ridge = max(0.3, width / 2 - depth / 2)
    left = (-ridge, depth / 2, low + rise)
    right = (ridge, depth / 2, low + rise)
    sides = [(a, b, right, left), (c, d, left, right), (b, c, right, right), (d, a, left, left)]
    soffit = slope((-x, x), (-_EAVES, y), (low, low), _TRIM).moved((0, 0, -0.02))
    return join([*(quad(side, roof, Texture.ROOF) for side in sides), soffit])


def _door(x: float, color: Color) -> Mesh:
    """A door with its frame and a step."""
    return join(
        [
            _slab((x - 0.55 - 0.12, x + 0.55 + 0.12), (-0.06, 0.02), (0, 2.2 + 0.14), _TRIM),
            _slab((x - 0.55, x + 0.55), (-0.1, 0.0), (0, 2.2), color, Texture.WOOD),
            _slab((x - 1.1, x + 1.1), (-0.9, 0), (-0.2, 0.16), (0.35, 0.34, 0.32), Texture.CONCRETE),
        ]
    )


def _house(town: Town, rng: np.random.Generator) -> Mesh:
    """A detached house of one or two storeys with gable or hipped roof, chimney and porch."""
    width = rng.uniform(9, 13)
    depth = rng.uniform(7.5, 9.5)
    storeys = rng.integers(1, 3)
    wall = _pick(town, "walls", rng)
    roof = _pick(town, "roofs", rng)
    texture, plain = Texture.WINDOWS, Texture.PLANKS
    if rng.random() < 0.3:
        wall = _pick(town, "bricks", rng)
        texture, plain = Texture.BRICK_WINDOWS, Texture.BRICK
    low = 0.4 + 2.9 * storeys
    rise = rng.uniform(2.0, 3.2)
    hipped = rng.random() < 0.35
    x = width / 2 + 0.05
    side = width * 0.25
    y = depth * 0.55
    parts = [
        _walls(width, depth, low, wall, texture),
        _hip(width, depth, low, rise, roof) if hipped else _gable(width, depth, low, rise, roof, wall, plain),
        _slab((-x, x), (-0.05, depth + 0.05), (-1.5, 0.4), (0.28, 0.27, 0.26), Texture.CONCRETE),
        _door(rng.uniform(-0.25, 0.25) * width, _DOOR[rng.integers(4)]).moved((0, 0, 0.3)),
        _slab((side, side + 0.8), (y, y + 0.7), (low, low + rise + 0.9), _pick(town, "bricks", rng), Texture.BRICK),
    ]
    if rng.random() < 0.5:
        parts.append(_porch(width * rng.uniform(0.4, 0.8), roof))
    return join(parts)


def _porch(width: float, roof: Color) -> Mesh:
    """Three posts, a roof and a floor before the front."""
    half = width / 2
    return join(
        [
            *(_slab((x - 0.08, x + 0.08), (-1.9, -1.74), (0, 2.6), _TRIM) for x in np.linspace(-half, half, 3)),
            slope((-half - 0.3, half + 0.3), (-2.1, 0), (2.6, 3.2), roof, Texture.ROOF),
            _slab((-half - 0.2, half + 0.2), (-2.0, 0), (-0.5, 0.3), (0.3, 0.24, 0.18), Texture.WOOD),
        ]
    )


def _terrace(town: Town, rng: np.random.Generator) -> Mesh:
    """A row of narrow houses, each in its own colour."""
    parts = []
    x = 0.0
    for _ in range(rng.integers(3, 5)):
        width = rng.uniform(5.5, 7)
        parts.append(_terraced_house(width, town, rng).moved((x + width / 2, 0, 0)))
        x += width
    return join(parts).moved((-x / 2, 0, 0))


def _terraced_house(width: float, town: Town, rng: np.random.Generator) -> Mesh:
    """A narrow house of two or three storeys with steps, cornice and bay windows."""
    depth = 10.0
    storeys = int(rng.integers(2, 4))
    wall, texture = _facade(town, 0.6, rng)
    height = 0.6 + 3.2 * storeys
    x = width / 2
    parts = [
        _walls(width, depth, height, wall, texture),
        _slab((-x, x), (-0.35, 0.1), (height - 0.35, height + 0.1), wall * 0.7),
        slope((-x, x), (0, depth), (height, height + 1.2), _pick(town, "roofs", rng), Texture.ROOF),
        _door(-width * 0.28, _DOOR[rng.integers(4)]).moved((0, 0, 0.1)),
    ]
    if rng.random() < 0.6:
        parts.append(_bay(width * 0.22, 0.8, height * 0.86, wall, texture))
    return join(parts)


def _facade(town: Town, bricks: float, rng: np.random.Generator) -> tuple[np.ndarray, Texture]:
    """Colour and texture of walls with windows, of which a share `bricks` is of bricks."""
    if rng.random() < bricks:
        return _pick(town, "bricks", rng), Texture.BRICK_WINDOWS
    return _pick(town, "walls", rng), Texture.WINDOWS


def _bay(x: float, reach: float, height: float, wall: Color, texture: Texture) -> Mesh:
    """A bay window: three walls and their lid."""
    foot = [(x - 1.5, 0.0), (x - 0.9, -reach), (x + 0.9, -reach), (x + 1.5, 0.0)]
    return join([_upright(foot, height, wall, texture), quad([(*corner, height) for corner in foot], _TRIM)])


def _block(town: Town, rng: np.random.Generator) -> Mesh:
    """A block of flats of four to nine storeys with a ground floor of shops and bands or balconies."""
    width = rng.uniform(17, 26)
    depth = rng.uniform(13, 18)
    storeys = int(rng.integers(4, 10))
    wall, texture = _facade(town, 0.6, rng)
    base = 4.0
    height = base + 3.2 * storeys
    x = width / 2
    edge = wall * 0.65
    parts = [
        _walls(width, depth, base, wall * 0.6, Texture.GLASS_FRONT),
        _walls(width, depth, height - base, wall, texture).moved((0, 0, base)),
        _lid(width, depth, height),
        _slab((-x - 0.2, x + 0.2), (-0.25, depth + 0.2), (base - 0.25, base + 0.2), edge, Texture.CONCRETE),
        _slab((-x - 0.15, x + 0.15), (-0.3, 0.2), (height - 0.3, height + 0.8), edge, Texture.CONCRETE),
    ]
    levels = [base + 3.2 * storey for storey in range(storeys)]
    if rng.random() < 0.5:
        for z in levels[1:]:
            parts.append(_slab((-x - 0.1, x + 0.1), (-0.35, 0.1), (z - 0.25, z + 0.1), edge, Texture.CONCRETE))
    else:
        parts += [_balcony(middle, z, wall) for middle in (-width * 0.3, width * 0.3) for z in levels]
    if rng.random() < 0.5:
        parts.append(_awning(width, rng))
    return join(parts)


def _lid(width: float, depth: float, height: float) -> Mesh:
    """A flat roof with the plant that stands on it."""
    x = width / 2
    y = depth / 2
    return join(
        [
            slope((-x, x), (0, depth), (height, height), (0.2, 0.2, 0.2), Texture.CONCRETE),
            _slab((-2, 2), (y - 2, y + 2), (height, height + 2.4), (0.3, 0.3, 0.3), Texture.CONCRETE),
        ]
    )


def _balcony(x: float, z: float, wall: np.ndarray) -> Mesh:
    """A slab with a railing."""
    return join(
        [
            _slab((x - 1.8, x + 1.8), (-1.2, 0), (z, z + 0.18), wall * 0.8),
            _slab((x - 1.8, x + 1.8), (-1.22, -1.14), (z, z + 1.05), _DARK, Texture.METAL),
        ]
    )


def _awning(width: float, rng: np.random.Generator) -> Mesh:
    color = rng.choice(_AWNING)
    x = width * rng.uniform(0.15, 0.4)
    return slope((-x, x), (-1.5, 0), (2.7, 3.4), color, Texture.CLOTH)


def _tower(town: Town, rng: np.random.Generator) -> Mesh:
    """A high-rise of ten to twenty storeys over a low plinth."""
    width = rng.uniform(18, 26)
    depth = rng.uniform(16, 22)
    height = 3.4 * int(rng.integers(10, 20))
    style = rng.random()
    part, texture = "walls", Texture.WINDOWS
    if style < 0.3:
        part, texture = "bricks", Texture.BRICK_WINDOWS
    elif style < 0.7:
        texture = Texture.GLASS_FRONT
    wall = _pick(town, part, rng)
    return join(
        [
            _walls(width + 4, depth + 4, 5, wall * 0.7, Texture.GLASS_FRONT),
            _lid(width + 4, depth + 4, 5.01),
            _walls(width, depth, height, wall, texture).moved((0, 2, 5)),
            _lid(width, depth, height).moved((0, 2, 5)),
        ]
    )


def _hall(town: Town, rng: np.random.Generator) -> Mesh:
    """A low shop or workshop with a flat roof, a shop front and a sign band."""
    width = rng.uniform(14, 24)
    depth = rng.uniform(10, 16)
    height = rng.uniform(4.2, 6.5)
    wall = _pick(town, "walls", rng)
    x = width / 2
    return join(
        [
            _walls(width, depth, height, wall, Texture.CONCRETE),
            slope((-width * 0.42, width * 0.42), (-0.04, -0.04), (0.3, 3.2), wall * 0.5, Texture.GLASS_FRONT),
            _slab((-x - 0.1, x + 0.1), (-0.3, 0.1), (height - 0.9, height + 0.3), _pick(town, "roofs", rng)),
            cylinder(1.2, 2.2, 10, (0.4, 0.4, 0.42), Texture.METAL).moved((width * 0.25, depth * 0.6, height)),
            _lid(width, depth, height),
            _door(width * 0.46, _DARK),
        ]
    )


_KINDS = {"house": _house, "terrace": _terrace, "block": _block, "tower": _tower, "hall": _hall}

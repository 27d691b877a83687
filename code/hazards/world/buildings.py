"""Buildings (label building): the front stands on y = 0 and faces -y, x is centred, the body lies at y > 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..labels import BUILDING
from .geometry import Color, Mesh, box, cylinder, join, quad
from .materials import Texture
from .towns import Town

_DOOR = ((0.20, 0.07, 0.05), (0.05, 0.10, 0.08), (0.10, 0.07, 0.05), (0.05, 0.07, 0.14))
_TRIM = (0.55, 0.53, 0.50)
_DARK = (0.05, 0.05, 0.055)


def building(kind: str, town: Town, rng: np.random.Generator) -> Mesh:
    """A building of the kind (house, terrace, block, tower or hall) in the town's materials."""
    return _KINDS[kind](town, rng).with_label(BUILDING)


def _pick(palette: tuple, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(palette[rng.integers(len(palette))]) * rng.uniform(0.85, 1.12)


def _body(width: float, depth: float, height: float, color: Color, texture: Texture) -> Mesh:
    """Four walls as rectangles wound so that textures know left from right, without floor or roof."""
    x, walls = width / 2, []
    corners = [(-x, 0), (x, 0), (x, depth), (-x, depth)]
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        walls.append(quad([(ax, ay, 0), (bx, by, 0), (bx, by, height), (ax, ay, height)], color, texture))
    return join(walls)


def _slab(
    x0: float, x1: float, y0: float, y1: float, z0: float, z1: float, color: Color, texture: Texture = Texture.PLAIN
) -> Mesh:
    return box((x1 - x0, y1 - y0, z1 - z0), color, texture).moved(((x0 + x1) / 2, (y0 + y1) / 2, z0))


def _gable(width: float, depth: float, low: float, rise: float, roof: Color, wall: Color, texture: Texture) -> Mesh:
    """A pitched roof with its ridge along x, eaves, and the two triangles of wall under it."""
    x, over, eave = width / 2 + 0.4, 0.5, low - 0.5 * rise / (depth / 2)
    ridge = low + rise
    front = quad(
        [(-x, -over, eave), (x, -over, eave), (x, depth / 2, ridge), (-x, depth / 2, ridge)], roof, Texture.ROOF
    )
    back = quad(
        [(x, depth + over, eave), (-x, depth + over, eave), (-x, depth / 2, ridge), (x, depth / 2, ridge)],
        roof,
        Texture.ROOF,
    )
    fascia = _slab(-x, x, -over - 0.06, -over, eave - 0.16, eave + 0.02, _TRIM)
    ends = [
        quad([(side, 0, low), (side, depth, low), (side, depth / 2, ridge), (side, depth / 2, ridge)], wall, texture)
        for side in (-width / 2, width / 2)
    ]
    return join([front, back, fascia, *ends])


def _hip(width: float, depth: float, low: float, rise: float, roof: Color) -> Mesh:
    """A hipped roof."""
    x, over = width / 2 + 0.5, 0.5
    inner = max(0.3, width / 2 - depth / 2)
    y, z = depth / 2, low + rise
    a, b, c, d = (-x, -over, low), (x, -over, low), (x, depth + over, low), (-x, depth + over, low)
    left, right = (-inner, y, z), (inner, y, z)
    sides = [(a, b, right, left), (c, d, left, right), (b, c, right, right), (d, a, left, left)]
    soffit = quad([a, b, c, d], _TRIM)
    return join([*(quad(side, roof, Texture.ROOF) for side in sides), soffit.moved((0, 0, -0.02))])


def _door(x: float, color: Color, width: float = 1.1, height: float = 2.2) -> Mesh:
    frame = _slab(x - width / 2 - 0.12, x + width / 2 + 0.12, -0.06, 0.02, 0, height + 0.14, _TRIM)
    leaf = _slab(x - width / 2, x + width / 2, -0.1, 0.0, 0, height, color, Texture.WOOD)
    step = _slab(x - width, x + width, -0.9, 0, -0.2, 0.16, (0.35, 0.34, 0.32), Texture.CONCRETE)
    return join([frame, leaf, step])


def _house(town: Town, rng: np.random.Generator) -> Mesh:
    """A detached house of one or two storeys with gable or hipped roof, chimney and porch."""
    width, depth, storeys = rng.uniform(9, 13), rng.uniform(7.5, 9.5), rng.integers(1, 3)
    wall, roof = _pick(town.walls, rng), _pick(town.roofs, rng)
    brick = rng.random() < 0.3
    if brick:
        wall = _pick(town.bricks, rng)
    texture = Texture.BRICK_WINDOWS if brick else Texture.WINDOWS
    low, rise = 0.4 + 2.9 * storeys, rng.uniform(2.0, 3.2)
    plain = Texture.BRICK if brick else Texture.PLANKS
    top = (
        _hip(width, depth, low, rise, roof)
        if rng.random() < 0.35
        else _gable(width, depth, low, rise, roof, wall, plain)
    )
    base = _slab(
        -width / 2 - 0.05, width / 2 + 0.05, -0.05, depth + 0.05, -1.5, 0.4, (0.28, 0.27, 0.26), Texture.CONCRETE
    )
    door = _door(rng.uniform(-0.25, 0.25) * width, _DOOR[rng.integers(4)]).moved((0, 0, 0.3))
    chimney = _slab(
        width * 0.25,
        width * 0.25 + 0.8,
        depth * 0.55,
        depth * 0.55 + 0.7,
        low,
        low + rise + 0.9,
        _pick(town.bricks, rng),
        Texture.BRICK,
    )
    parts = [_body(width, depth, low, wall, texture), top, base, door, chimney]
    if rng.random() < 0.5:
        parts.append(_porch(width * rng.uniform(0.4, 0.8), roof))
    return join(parts)


def _porch(width: float, roof: Color) -> Mesh:
    posts = [_slab(x - 0.08, x + 0.08, -1.9, -1.74, 0, 2.6, _TRIM) for x in np.linspace(-width / 2, width / 2, 3)]
    lid = quad(
        [
            (-width / 2 - 0.3, -2.1, 2.6),
            (width / 2 + 0.3, -2.1, 2.6),
            (width / 2 + 0.3, 0, 3.2),
            (-width / 2 - 0.3, 0, 3.2),
        ],
        roof,
        Texture.ROOF,
    )
    floor = _slab(-width / 2 - 0.2, width / 2 + 0.2, -2.0, 0, -0.5, 0.3, (0.3, 0.24, 0.18), Texture.WOOD)
    return join([*posts, lid, floor])


def _terrace(town: Town, rng: np.random.Generator) -> Mesh:
    """A row of narrow houses, each in its own colour, with steps, cornice and bay windows."""
    parts, x, count = [], 0.0, int(rng.integers(3, 5))
    depth = 10.0
    for _ in range(count):
        width, storeys = rng.uniform(5.5, 7), int(rng.integers(2, 4))
        brick = rng.random() < 0.6
        wall = _pick(town.bricks if brick else town.walls, rng)
        height = 0.6 + 3.2 * storeys
        unit = [_body(width, depth, height, wall, Texture.BRICK_WINDOWS if brick else Texture.WINDOWS)]
        unit.append(_slab(-width / 2, width / 2, -0.35, 0.1, height - 0.35, height + 0.1, wall * 0.7))
        unit.append(
            quad(
                [
                    (-width / 2, 0, height),
                    (width / 2, 0, height),
                    (width / 2, depth, height + 1.2),
                    (-width / 2, depth, height + 1.2),
                ],
                _pick(town.roofs, rng),
                Texture.ROOF,
            )
        )
        unit.append(_door(-width * 0.28, _DOOR[rng.integers(4)]).moved((0, 0, 0.1)))
        if rng.random() < 0.6:
            unit.append(_bay(width * 0.22, 0.8, height * 0.86, wall, brick))
        parts.append(join(unit).moved((x + width / 2, 0, 0)))
        x += width
    return join(parts).moved((-x / 2, 0, 0))


def _bay(x: float, reach: float, height: float, wall: Color, brick: bool) -> Mesh:
    texture = Texture.BRICK_WINDOWS if brick else Texture.WINDOWS
    xs = (x - 1.5, x - 0.9, x + 0.9, x + 1.5)
    ys = (0, -reach, -reach, 0)
    walls = [
        quad(
            [(xs[i], ys[i], 0), (xs[i + 1], ys[i + 1], 0), (xs[i + 1], ys[i + 1], height), (xs[i], ys[i], height)],
            wall,
            texture,
        )
        for i in range(3)
    ]
    lid = quad([(xs[0], ys[0], height), (xs[1], ys[1], height), (xs[2], ys[2], height), (xs[3], ys[3], height)], _TRIM)
    return join([*walls, lid])


def _block(town: Town, rng: np.random.Generator) -> Mesh:
    """A block of flats of four to nine storeys with a ground floor of shops and bands or balconies."""
    width, depth, storeys = rng.uniform(17, 26), rng.uniform(13, 18), int(rng.integers(4, 10))
    brick = rng.random() < 0.6
    wall = _pick(town.bricks if brick else town.walls, rng)
    base, height = 4.0, 4.0 + 3.2 * storeys
    shop = _body(width, depth, base, wall * 0.6, Texture.GLASS_FRONT)
    upper = _body(width, depth, height - base, wall, Texture.BRICK_WINDOWS if brick else Texture.WINDOWS)
    parts = [shop, upper.moved((0, 0, base)), _lid(width, depth, height)]
    edge: dict[str, Any] = {"color": wall * 0.65, "texture": Texture.CONCRETE}
    parts.append(_slab(-width / 2 - 0.2, width / 2 + 0.2, -0.25, depth + 0.2, base - 0.25, base + 0.2, **edge))
    parts.append(_slab(-width / 2 - 0.15, width / 2 + 0.15, -0.3, 0.2, height - 0.3, height + 0.8, **edge))
    if rng.random() < 0.5:
        for storey in range(1, storeys):
            z = base + 3.2 * storey
            parts.append(_slab(-width / 2 - 0.1, width / 2 + 0.1, -0.35, 0.1, z - 0.25, z + 0.1, **edge))
    else:
        parts += _balconies(width, base, storeys, wall)
    if rng.random() < 0.5:
        parts.append(_awning(width, rng))
    return join(parts)


def _lid(width: float, depth: float, height: float) -> Mesh:
    x = width / 2
    plant = _slab(-2, 2, depth / 2 - 2, depth / 2 + 2, height, height + 2.4, (0.3, 0.3, 0.3), Texture.CONCRETE)
    corners = [(-x, 0, height), (x, 0, height), (x, depth, height), (-x, depth, height)]
    return join([quad(corners, (0.2, 0.2, 0.2), Texture.CONCRETE), plant])


def _balconies(width: float, base: float, storeys: int, wall: np.ndarray) -> list[Mesh]:
    parts = []
    for x in (-width * 0.3, width * 0.3):
        for storey in range(storeys):
            z = base + 3.2 * storey
            parts.append(_slab(x - 1.8, x + 1.8, -1.2, 0, z + 0.0, z + 0.18, wall * 0.8))
            parts.append(_slab(x - 1.8, x + 1.8, -1.22, -1.14, z, z + 1.05, _DARK, Texture.METAL))
    return parts


def _awning(width: float, rng: np.random.Generator) -> Mesh:
    color = rng.choice([(0.4, 0.05, 0.04), (0.05, 0.2, 0.12), (0.05, 0.09, 0.25), (0.5, 0.35, 0.08)])
    x = width * rng.uniform(0.15, 0.4)
    return quad([(-x, -1.5, 2.7), (x, -1.5, 2.7), (x, 0, 3.4), (-x, 0, 3.4)], color, Texture.CLOTH)


def _tower(town: Town, rng: np.random.Generator) -> Mesh:
    """A high-rise of ten to twenty storeys over a low plinth."""
    width, depth, storeys = rng.uniform(18, 26), rng.uniform(16, 22), int(rng.integers(10, 20))
    kind = rng.random()
    wall = _pick(town.bricks if kind < 0.3 else town.walls, rng)
    texture = Texture.BRICK_WINDOWS if kind < 0.3 else Texture.GLASS_FRONT if kind < 0.7 else Texture.WINDOWS
    plinth = _body(width + 4, depth + 4, 5, wall * 0.7, Texture.GLASS_FRONT)
    height = 3.4 * storeys
    shaft = join([_body(width, depth, height, wall, texture), _lid(width, depth, height)]).moved((0, 2, 5))
    return join([plinth, _lid(width + 4, depth + 4, 5.01), shaft])


def _hall(town: Town, rng: np.random.Generator) -> Mesh:
    """A low shop or workshop with a flat roof, a shop front and a sign band."""
    width, depth, height = rng.uniform(14, 24), rng.uniform(10, 16), rng.uniform(4.2, 6.5)
    wall = _pick(town.walls, rng)
    body = _body(width, depth, height, wall, Texture.CONCRETE)
    glass = quad(
        [
            (-width * 0.42, -0.04, 0.3),
            (width * 0.42, -0.04, 0.3),
            (width * 0.42, -0.04, 3.2),
            (-width * 0.42, -0.04, 3.2),
        ],
        wall * 0.5,
        Texture.GLASS_FRONT,
    )
    band = _slab(-width / 2 - 0.1, width / 2 + 0.1, -0.3, 0.1, height - 0.9, height + 0.3, _pick(town.roofs, rng))
    tank = cylinder(1.2, 2.2, 10, (0.4, 0.4, 0.42), Texture.METAL).moved((width * 0.25, depth * 0.6, height))
    return join([body, glass, band, tank, _lid(width, depth, height), _door(width * 0.46, _DARK)])


_KINDS = {"house": _house, "terrace": _terrace, "block": _block, "tower": _tower, "hall": _hall}

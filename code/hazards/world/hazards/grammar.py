"""The grammar in which hazards are written: a thing is a header and one indented line a part.

    armchair: red, striped blue, green/oak, red+white; trim=black place=ground
      block 0 0 .25  .8 .8 .3  main
      pair block 0 .4 .45  .8 .15 .3  main
      four rod .3 .3 .1  .3 .3 0  .04  trim

The header lists the looks, each of which is a kind of hazard: the material called `main` in the parts, and after a
slash, or a plus sign to have it in the name too, the one called `trim`. A part is a shape, its numbers (metres, see
SHAPES), options `key=value` and materials (`shaggy_brown` for "shaggy brown"). Before the shape may stand a symmetry:
`pair` (mirrored in y), `twin` (mirrored in x), `four` (both), `round:6` (six turned about z). Any part takes `yaw`,
`pitch`, `roll` (degrees about its own middle), `scale` (about the origin) and `x`, `y`, `z` (shift). A line that
begins with # is a comment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from hazards.world.geometry.materials import Paint, paint
from hazards.world.geometry.solids import Mesh, join
from hazards.world.hazards import shapes
from hazards.world.hazards.animals import ANIMALS

PLACES = ("ground", "air", "wall")
"""Where a kind is found: on the ground, in the air, or with its back to a wall."""


class Kind(NamedTuple):
    """One kind of hazard: a noun in one look.

    Args:
        name: what it is, such as "striped red deck chair"; no two kinds share a name.
        place: one of PLACES.
    """

    name: str
    family: str
    place: str
    parts: tuple[str, ...]
    main: Paint
    trim: Paint


_MIRRORS = {"pair": (1,), "twin": (0,), "four": (1, 0)}
"""Axes that a part is mirrored in, by symmetry."""


def _rows(numbers: list[float], size: int = 3) -> np.ndarray:
    return np.asarray(numbers).reshape(-1, size)


SHAPES: dict[str, Callable[..., Mesh]] = {
    # center x y z, size x y z; taper=
    "block": lambda n, p, **o: shapes.block(n[:3], n[3:6], *p, **o),
    # center x y z, size x y z
    "ball": lambda n, p, **o: shapes.ball(n[:3], n[3:6], *p, **o),
    # from x y z, to x y z, radius; end= radius at the far end
    "rod": lambda n, p, **o: shapes.rod(_rows(n[:6]), n[6], *p, **o),
    # radius, then points x y z of a smooth path; end= radius at the far end
    "pipe": lambda n, p, **o: shapes.pipe(_rows(n[1:]), n[0], *p, **o),
    # foot x y z of the axis, then pairs radius height
    "turned": lambda n, p, **o: shapes.turned(n[:3], _rows(n[3:], 2), *p, **o),
    # center x y z, radius, thickness
    "ring": lambda n, p, **o: shapes.ring(n[:3], n[3], n[4], *p, **o),
    # y, thickness, then pairs x z of the outline
    "sheet": lambda n, p, **o: shapes.sheet(n[0], n[1], _rows(n[2:], 2), *p, **o),
    # center x y z, radius, width; materials of tyre and hub
    "wheel": lambda n, p, **o: shapes.wheel(n[:3], n[3], n[4], *p, **o),
}
"""Shape name to a function of its numbers, materials and options."""


def kinds(text: str, family: str) -> Iterator[Kind]:
    """All kinds of a text in the grammar, in its order; ValueError names the header that is not understood."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    things: list[list[str]] = []
    for line in lines:
        if not line[0].isspace():
            things.append([])
        things[-1].append(line.strip())
    for header, *parts in things:
        noun, _, rest = header.partition(":")
        looks, _, settings = rest.partition(";")
        chosen = {"trim": "black", "place": "ground"} | dict(word.split("=", 1) for word in settings.split())
        if not looks.strip() or not parts or set(chosen) != {"trim", "place"} or chosen["place"] not in PLACES:
            raise ValueError(f"hazard {header!r}: expected 'noun: look, look; trim=material place=ground' and parts")
        for look in looks.split(","):
            main, _, trim = look.strip().replace("+", "/").partition("/")
            named = look.strip().replace("+", " and ") if "+" in look else main
            name = f"{named} {noun}"
            yield Kind(name, family, chosen["place"], tuple(parts), paint(main), paint(trim or chosen["trim"]))


def assemble(kind: Kind) -> Mesh:
    """The parts of one kind, joined; ValueError names the hazard and the part that is not understood."""
    meshes = []
    for line in kind.parts:
        try:
            meshes.append(_part(line, kind))
        except (ValueError, TypeError, IndexError) as error:
            raise ValueError(f"hazard {kind.name!r}, part {line!r}: {error}") from error
    return join(meshes)


def _part(line: str, kind: Kind) -> Mesh:
    """One part of a thing where it belongs."""
    shape, *words = line.split()
    symmetry = ""
    if shape in _MIRRORS or shape.startswith("round:"):
        symmetry, shape, *words = [shape, *words]
    options = dict(_option(word) for word in words if "=" in word)
    turn = [float(np.radians(options.pop(key, 0.0))) for key in ("yaw", "pitch", "roll")]
    shift = [float(options.pop(key, 0.0)) for key in ("x", "y", "z")]
    scale = float(options.pop("scale", 1.0))
    solid = _solid(shape, [word for word in words if "=" not in word], options, kind)
    if any(turn):
        middle = (solid.vertices.min(axis=0) + solid.vertices.max(axis=0)) / 2
        solid = solid.moved(-middle).rotated(*turn).moved(middle)
    return _symmetric(solid.scaled(scale).moved(shift), symmetry)


def _solid(shape: str, words: list[str], options: dict[str, Any], kind: Kind) -> Mesh:
    """A shape or an animal of some numbers and materials."""
    numbers = [float(word) for word in words if _is_number(word)]
    named = {"main": kind.main, "trim": kind.trim}
    paints = [named.get(word) or paint(word) for word in words if not _is_number(word)]
    if shape in ANIMALS:
        return ANIMALS[shape](*(paints or named.values()), **options)
    if shape in SHAPES:
        return SHAPES[shape](numbers, paints or [kind.main], **options)
    raise ValueError(f"no shape {shape!r}; there are {', '.join(sorted([*SHAPES, *ANIMALS]))}")


def _is_number(word: str) -> bool:
    return word[-1:].isdigit() or word.endswith(".")


def _option(word: str) -> tuple[str, float | int | str]:
    """Key and value of an option: a whole number, another number, or a word."""
    key, _, value = word.partition("=")
    if not _is_number(value):
        return key, value
    return key, float(value) if "." in value else int(value)


def _symmetric(solid: Mesh, symmetry: str) -> Mesh:
    """A solid with its copies on the other sides."""
    if symmetry.startswith("round:"):
        return shapes.around(solid, int(symmetry.removeprefix("round:")))
    for axis in _MIRRORS.get(symmetry, ()):
        solid = shapes.mirrored(solid, axis)
    return solid

"""The grammar in which hazards are written: a thing is a header and one line a part.

    armchair: red, striped blue, green/oak, red+white; trim=black place=ground
      block 0 0 .25  .8 .8 .3  main
      pair block 0 .4 .45  .8 .15 .3  main
      four rod .3 .3 .1  .3 .3 0  .04  trim

The header lists the looks, each of which is a kind of hazard: the material called `main` in the parts, and after a
slash, or a plus sign to have it in the name too, the one called `trim`. A part is a shape, its numbers (metres, see
SHAPES), options `key=value` and materials (`shaggy_brown` for "shaggy brown"). Before the shape may stand a symmetry:
`pair` (mirrored in y), `twin` (mirrored in x), `four` (both), `round:6` (six turned about z). Any part takes `yaw`,
`pitch`, `roll` (degrees about its own middle), `scale` (about the origin) and `x`, `y`, `z` (shift).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from . import shapes
from .geometry import Mesh, join
from .hazard_animals import ANIMALS
from .hazard_paint import Paint, paint

PLACES = ("ground", "air", "wall")


class Kind(NamedTuple):
    """One kind of hazard: a noun in one look."""

    name: str
    place: str
    parts: tuple[str, ...]
    main: Paint
    trim: Paint


def _points(numbers: list[float], size: int = 3) -> np.ndarray:
    return np.asarray(numbers).reshape(-1, size)


SHAPES: dict[str, Callable[..., Mesh]] = {
    # center x y z, size x y z; taper=
    "block": lambda n, p, **o: shapes.block(n[:3], n[3:6], p[0], **o),
    # center x y z, size x y z
    "ball": lambda n, p, **o: shapes.ball(n[:3], n[3:6], p[0], **o),
    # from x y z, to x y z, radius; end= radius at the far end
    "rod": lambda n, p, end=None, **o: shapes.limb(_points(n[:6]), (n[6], n[6] if end is None else end), p[0], **o),
    # radius, then points x y z of a smooth path; end= radius at the far end
    "pipe": lambda n, p, end=None, samples=12, **o: shapes.limb(
        shapes.curve(_points(n[1:]), samples), (n[0], n[0] if end is None else end), p[0], **o
    ),
    # foot x y z of the axis, then pairs radius height
    "turned": lambda n, p, **o: shapes.turned(n[:3], _points(n[3:], 2), p[0], **o),
    # center x y z, radius, thickness
    "ring": lambda n, p, **o: shapes.ring(n[:3], n[3], n[4], p[0], **o),
    # y, thickness, then pairs x z of the outline
    "sheet": lambda n, p, **o: shapes.sheet(n[0], n[1], _points(n[2:], 2), p[0], **o),
    # center x y z, radius, width; materials of tyre and hub
    "wheel": lambda n, p, **o: shapes.wheel(n[:3], n[3], n[4], *(p + [shapes.BLACK, shapes.STEEL][len(p) :]), **o),
}
"""Shape name to a function of its numbers, materials and options."""


def kinds(text: str) -> Iterator[Kind]:
    """All kinds of a text in the grammar, in its order; ValueError names the header that is not understood."""
    blocks: list[list[str]] = []
    for line in filter(str.strip, text.splitlines()):
        if line[0].isspace():
            blocks[-1].append(line.strip())
        else:
            blocks.append([line])
    for header, *parts in blocks:
        noun, _, rest = header.partition(":")
        looks, _, settings = rest.partition(";")
        given = {"trim": "black", "place": "ground"} | dict(word.split("=", 1) for word in settings.split())
        if not looks.strip() or not parts or set(given) != {"trim", "place"} or given["place"] not in PLACES:
            raise ValueError(f"hazard {header!r}: expected 'noun: look, look; trim=material place=ground' and parts")
        for look in looks.split(","):
            main, _, trim = look.strip().replace("+", "/").partition("/")
            named = look.strip().replace("+", " and ") if "+" in look else main
            yield Kind(f"{named} {noun}", given["place"], tuple(parts), paint(main), paint(trim or given["trim"]))


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
    words = line.split()
    symmetry = words.pop(0) if words[0] in _SYMMETRIES or words[0].startswith("round:") else ""
    shape, numbers, paints, options = words.pop(0), [], [], {}
    for word in words:
        key, equals, value = word.partition("=")
        if equals:
            options[key] = _value(value)
        elif word[-1].isdigit() or word[-1] == ".":
            numbers.append(float(word))
        else:
            paints.append({"main": kind.main, "trim": kind.trim}.get(word) or paint(word))
    turn = [float(np.radians(options.pop(key, 0.0))) for key in ("yaw", "pitch", "roll")]
    shift = [float(options.pop(key, 0.0)) for key in ("x", "y", "z")]
    scale = float(options.pop("scale", 1.0))
    if shape in ANIMALS:
        solid = ANIMALS[shape](*(paints or [kind.main, kind.trim]), **options)
    elif shape in SHAPES:
        solid = SHAPES[shape](numbers, paints or [kind.main], **options)
    else:
        raise ValueError(f"no shape {shape!r}; there are {', '.join(sorted([*SHAPES, *ANIMALS]))}")
    middle = (solid.vertices.min(axis=0) + solid.vertices.max(axis=0)) / 2
    if any(turn):
        solid = solid.moved(-middle).rotated(*turn).moved(middle)
    return _symmetric(solid.scaled(scale).moved(shift), symmetry)


_SYMMETRIES = ("pair", "twin", "four")


def _symmetric(solid: Mesh, symmetry: str) -> Mesh:
    if symmetry.startswith("round:"):
        return shapes.around(solid, int(symmetry.removeprefix("round:")))
    if symmetry in ("pair", "four"):
        solid = shapes.mirrored(solid)
    if symmetry in ("twin", "four"):
        solid = shapes.mirrored(solid, axis=0)
    return solid


def _value(word: str) -> float | int | str:
    for read in (int, float):
        try:
            return read(word)
        except ValueError:
            continue
    return word

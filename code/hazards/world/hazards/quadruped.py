"""The body plan of four-legged animals: one plan, with other proportions a dachshund, a giraffe or a hippopotamus."""

from __future__ import annotations

import numpy as np

from hazards.world.geometry.materials import Paint, paint
from hazards.world.geometry.solids import Mesh, join
from hazards.world.hazards.shapes import BLACK, ball, curve, limb, mirrored

IVORY = paint("cream")


def at(x: float, y: float, z: float) -> np.ndarray:
    """The vector (x, y, z), to be added to a point."""
    return np.array([x, y, z])


def ray(start: np.ndarray, length: float, rise: float) -> np.ndarray:
    """The point `length` from `start` at `rise` degrees above +x."""
    return start + length * at(np.cos(np.radians(rise)), 0, np.sin(np.radians(rise)))


def head_of(
    coat: Paint, nape: np.ndarray, *, size: float, muzzle: float, dip: float, ears: float, flap: float, spread: float
) -> Mesh:
    """A skull at `nape` tapering to a muzzle (`muzzle` its share of the skull's width) `dip` degrees down."""
    tip = ray(nape, size, -dip)
    back = ray(nape, -0.12 * size, -dip)
    skull = limb(curve([back, nape, tip]), size * np.array([0.12, 0.33, 0.3, 0.28 * muzzle, 0.2 * muzzle]), coat)
    nose = ball(tip, np.array([0.1, 0.26, 0.2]) * size * muzzle, BLACK, 4)
    eye = ball(nape + at(0.2 * size, 0.23 * size, 0.12 * size), np.full(3, 0.12 * size), BLACK, 4)
    ear = ball((0, 0, 0.45 * ears), (0.25 * flap * ears, flap * ears, ears), coat, 5)
    ear = ear.rotated(roll=-np.radians(spread)).moved(nape + at(-0.05 * size, 0.22 * size, 0.2 * size))
    return join([skull, nose, mirrored(join([eye, ear]))])


_HORNS = {
    "cow": [(0, 0.5, 0.0), (0.1, 0.8, 0.35), (0.1, 0.7, 0.8)],
    "goat": [(-0.1, 0.1, 0.5), (-0.35, 0.2, 0.85), (-0.7, 0.25, 1.0)],
    "ram": [(-0.4, 0.3, 0.3), (-0.5, 0.5, -0.3), (0.0, 0.55, -0.5), (0.2, 0.6, -0.1)],
    "antlers": [(-0.15, 0.35, 0.35), (-0.2, 0.6, 0.7), (0.05, 0.65, 1.0)],
}
"""The way of the left horn by style: points from the brow, in lengths of the horn."""


def _horns(style: str, nape: np.ndarray, head: float, size: float, dip: float) -> Mesh:
    """Horns of one of the styles cow, goat, ram, antlers, rhino, on a head of the given size."""
    if style == "rhino":
        rise = np.array([(0, 0, 0), (0.05 * size, 0, 0.4 * size), (0.35 * size, 0, size)])
        return limb(curve(ray(nape, 0.85 * head, -dip) + rise), [0.2 * size, 0.02], IVORY)
    brow = nape + at(0, 0.12 * head, 0.25 * head)
    path = curve([brow, *(brow + size * np.array(_HORNS[style]))])
    color = paint("charcoal") if style == "goat" else IVORY
    parts = [limb(path, [0.09 * size, 0.03 * size], color, 6)]
    if style == "antlers":
        for tine in path[[4, 7, 9]]:
            parts.append(limb([tine, tine + size * at(0.35, 0.05, 0.25)], [0.05 * size, 0.01], IVORY, 5))
    return mirrored(join(parts))


def _legs(coat: Paint, trim: Paint, *, height: float, length: float, girth: float, leg: float) -> Mesh:
    """The four legs of a quadruped, with hooves or paws in `trim`."""
    middle = height - girth / 2
    y = girth / 2 - 1.2 * leg
    legs = []
    for hip, knee in ((0.4 * length, 0.02), (-0.4 * length, -0.05)):
        path = [
            (hip, y, middle),
            (hip + knee * height, y, 0.5 * middle),
            (hip, y, 0.1 * height),
            (hip, y, 0.06 * height),
        ]
        legs.append(limb(path, leg * np.array([2.0, 1.1, 0.85, 0.9]), coat))
        legs.append(limb([(hip, y, 0.07 * height), (hip + 0.4 * leg, y, 0)], [leg, 1.35 * leg], trim))
    return mirrored(join(legs))


def _trunk(coat: Paint, nape: np.ndarray, head: float, dip: float, length: float) -> Mesh:
    lip = ray(nape, 0.8 * head, -dip)
    path = [nape + at(0.2 * head, 0, 0), lip, lip + at(0.15, 0, -0.6 * length), lip + at(0.35, 0, -length)]
    return limb(curve(path, 8), [0.22 * head, 0.16 * head, 0.09 * head], coat)


def _tusks(nape: np.ndarray, head: float, dip: float, length: float) -> Mesh:
    root = ray(nape, 0.6 * head, -dip) + at(0, 0.2 * head, 0)
    path = root + np.array([(0, 0, 0), (0.5 * length, 0.05, -0.4 * length), (length, 0.05, -0.2 * length)])
    return mirrored(limb(curve(path, 6), [0.09 * length, 0.02], IVORY, 6))


def _tail(coat: Paint, rump: np.ndarray, length: float, droop: float, bush: float) -> Mesh:
    end = ray(rump, -length, droop)
    middle = (rump + end) / 2 + at(-0.1 * length, 0, 0.05 * length)
    return limb(curve([rump, middle, end], 6), [0.7 * bush, bush, bush, 0.4 * bush], coat, 6)


def _crest(trim: Paint, shoulder: np.ndarray, nape: np.ndarray, size: float, girth: float, head: float) -> Mesh:
    """The mane along the neck."""
    ridge = nape + np.array([(-0.2 * head, 0, 0.3 * head), (0.2 * head, 0, 0.25 * head)])
    path = curve([shoulder + at(-0.1, 0, 0.42 * girth), *ridge], 6)
    return limb(path, [0.5 * size, size, 0.4 * size], trim, 6).scaled((1, 0.6, 1))


def quadruped(
    coat: Paint,
    trim: Paint,
    *,
    height: float = 1.0,
    length: float = 1.2,
    girth: float = 0.45,
    leg: float = 0.07,
    neck: float = 0.4,
    rise: float = 40,
    head: float = 0.4,
    muzzle: float = 0.65,
    dip: float = 35,
    ears: float = 0.15,
    flap: float = 0.5,
    spread: float = 30,
    tail: float = 0.5,
    droop: float = 60,
    bush: float = 0.03,
    horns: str = "",
    horn: float = 0.35,
    crest: float = 0.0,
    ruff: float = 0.0,
    humps: int = 0,
    trunk: float = 0.0,
    tusks: float = 0.0,
) -> Mesh:
    """A four-legged animal: `height` to the back, `length` and `girth` of the torso, `leg` the radius of a leg.

    The neck rises at `rise` degrees and the head dips by `dip`; `ears` long, `flap` their width by length, `spread`
    their lean outwards; the tail hangs `droop` degrees below level and is `bush` thick. `trim` colours hooves,
    mane (`crest` along the neck, `ruff` around it) and tail tip.
    """
    half = length / 2
    middle = height - girth / 2
    spine = curve([(-half, 0, middle + 0.1 * girth), (0, 0, middle), (half, 0, middle + 0.05 * girth)], 9)
    shoulder = at(0.4 * length, 0, middle + 0.12 * girth)
    nape = ray(shoulder, neck + 0.1 * length, rise)
    rump = at(-0.96 * half, 0, middle + 0.18 * girth)
    parts = [
        limb(spine, girth / 2 * np.array([0.4, 0.85, 0.98, 0.97, 1.0, 1.0, 0.98, 0.8, 0.4]), coat, 10),
        _legs(coat, trim, height=height, length=length, girth=girth, leg=leg),
        limb(curve([shoulder, nape], 4), [0.38 * girth, 0.33 * head, 0.28 * head], coat),
        head_of(coat, nape, size=head, muzzle=muzzle, dip=dip, ears=ears, flap=flap, spread=spread),
        _tail(coat, rump, tail, droop, bush),
    ]
    if horns:
        parts.append(_horns(horns, nape, head, horn, dip))
    if crest:
        parts.append(_crest(trim, shoulder, nape, crest, girth, head))
    if ruff:
        parts.append(ball(nape - (0.25 * head, 0, 0.1 * head), (1.3 * ruff, 2 * ruff, 2.2 * ruff), trim))
    for x in np.linspace(0.2, -0.2, humps) if humps > 1 else [0.0] * humps:
        parts.append(ball((x * length, 0, height - 0.05 * girth), (0.32 * length, 0.5 * girth, 0.75 * girth), coat))
    if trunk:
        parts.append(_trunk(coat, nape, head, dip, trunk))
    if tusks:
        parts.append(_tusks(nape, head, dip, tusks))
    return join(parts)

"""The body plan of four-legged animals: one plan, with other proportions a dachshund, a giraffe or a hippopotamus."""

from __future__ import annotations

import numpy as np

from .geometry import Mesh, join
from .hazard_paint import Paint, paint
from .shapes import BLACK, ball, curve, limb, mirrored

IVORY = paint("cream")


def at(x: float, y: float, z: float) -> np.ndarray:
    """The vector (x, y, z), to be added to a point."""
    return np.array([x, y, z])


def ray(start: np.ndarray, length: float, rise: float) -> np.ndarray:
    """The point `length` from `start` at `rise` degrees above +x."""
    return start + length * np.array([np.cos(np.radians(rise)), 0, np.sin(np.radians(rise))])


def head_of(
    coat: Paint, nape: np.ndarray, *, size: float, muzzle: float, dip: float, ears: float, flap: float, spread: float
) -> Mesh:
    """A skull at `nape` tapering to a muzzle (`muzzle` its share of the skull's width) `dip` degrees down."""
    tip = ray(nape, size, -dip)
    skull = limb(
        curve([ray(nape, -0.12 * size, -dip), nape, tip]),
        size * np.array([0.12, 0.33, 0.3, 0.28 * muzzle, 0.2 * muzzle]),
        coat,
    )
    nose = ball(tip, np.array([0.1, 0.26, 0.2]) * size * muzzle, BLACK, 4)
    side = np.array([0.2 * size, 0.23 * size, 0.12 * size])
    eye = ball(nape + side, np.full(3, 0.12 * size), BLACK, 4)
    ear = ball((0, 0, 0.45 * ears), (0.25 * flap * ears, flap * ears, ears), coat, 5)
    ear = ear.rotated(roll=-np.radians(spread)).moved(nape + at(-0.05 * size, 0.22 * size, 0.2 * size))
    return join([skull, nose, mirrored(join([eye, ear]))])


def _horns(style: str, nape: np.ndarray, head: float, size: float, dip: float) -> Mesh:
    """Horns of one of the styles cow, goat, ram, antlers, rhino, on a head of the given size."""
    brow = nape + np.array([0, 0.12 * head, 0.25 * head])
    if style == "rhino":
        nose = ray(nape, 0.85 * head, -dip)
        tip = nose + np.array([0.35 * size, 0, size])
        return limb(curve([nose, nose + at(0.05 * size, 0, 0.4 * size), tip]), [0.2 * size, 0.02], IVORY)
    ways = {
        "cow": [(0, 0.5, 0.0), (0.1, 0.8, 0.35), (0.1, 0.7, 0.8)],
        "goat": [(-0.1, 0.1, 0.5), (-0.35, 0.2, 0.85), (-0.7, 0.25, 1.0)],
        "ram": [(-0.4, 0.3, 0.3), (-0.5, 0.5, -0.3), (0.0, 0.55, -0.5), (0.2, 0.6, -0.1)],
        "antlers": [(-0.15, 0.35, 0.35), (-0.2, 0.6, 0.7), (0.05, 0.65, 1.0)],
    }
    path = curve([brow, *(brow + size * np.array(way) for way in ways[style])])
    parts = [limb(path, [0.09 * size, 0.03 * size], IVORY if style != "goat" else paint("charcoal"), 6)]
    if style == "antlers":
        for tine in (4, 7, 9):
            parts.append(
                limb([path[tine], path[tine] + size * np.array([0.35, 0.05, 0.25])], [0.05 * size, 0.01], IVORY, 5)
            )
    return mirrored(join(parts))


def _legs(coat: Paint, trim: Paint, *, height: float, length: float, girth: float, leg: float) -> Mesh:
    """The four legs of a quadruped, with hooves or paws in `trim`."""
    middle = height - girth / 2
    legs = []
    for hip, knee in ((0.4 * length, 0.02), (-0.4 * length, -0.05)):
        y = girth / 2 - 1.2 * leg
        path = [
            (hip, y, middle),
            (hip + knee * height, y, 0.5 * middle),
            (hip, y, 0.1 * height),
            (hip, y, 0.06 * height),
        ]
        legs.append(limb(path, leg * np.array([2.0, 1.1, 0.85, 0.9]), coat))
        legs.append(limb([(hip, y, 0.07 * height), (hip + 0.4 * leg, y, 0)], [leg, 1.35 * leg], trim))
    return mirrored(join(legs))


def _trunk_and_tusks(coat: Paint, nape: np.ndarray, head: float, dip: float, trunk: float, tusks: float) -> list[Mesh]:
    """What an elephant or a boar wears on its head; nothing where both lengths are 0."""
    parts = []
    if trunk:
        tip = ray(nape, 0.8 * head, -dip)
        path = curve([nape + at(0.2 * head, 0, 0), tip, tip + at(0.15, 0, -0.6 * trunk), tip + at(0.35, 0, -trunk)], 8)
        parts.append(limb(path, [0.22 * head, 0.16 * head, 0.09 * head], coat))
    if tusks:
        root = ray(nape, 0.6 * head, -dip) + at(0, 0.2 * head, 0)
        path = curve([root, root + at(0.5 * tusks, 0.05, -0.4 * tusks), root + at(tusks, 0.05, -0.2 * tusks)], 6)
        parts.append(mirrored(limb(path, [0.09 * tusks, 0.02], IVORY, 6)))
    return parts


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
    half, middle = length / 2, height - girth / 2
    spine = curve([(-half, 0, middle + 0.1 * girth), (0, 0, middle), (half, 0, middle + 0.05 * girth)], 9)
    parts = [limb(spine, girth / 2 * np.array([0.4, 0.85, 0.98, 0.97, 1.0, 1.0, 0.98, 0.8, 0.4]), coat, 10)]
    parts.append(_legs(coat, trim, height=height, length=length, girth=girth, leg=leg))
    shoulder = np.array([0.4 * length, 0, middle + 0.12 * girth])
    nape = ray(shoulder, neck + 0.1 * length, rise)
    parts.append(limb(curve([shoulder, nape], 4), [0.38 * girth, 0.33 * head, 0.28 * head], coat))
    parts.append(head_of(coat, nape, size=head, muzzle=muzzle, dip=dip, ears=ears, flap=flap, spread=spread))
    rump = np.array([-0.96 * half, 0, middle + 0.18 * girth])
    end = rump + tail * np.array([-np.cos(np.radians(droop)), 0, -np.sin(np.radians(droop))])
    parts.append(
        limb(
            curve([rump, (rump + end) / 2 + at(-0.1 * tail, 0, 0.05 * tail), end], 6),
            [0.7 * bush, bush, bush, 0.4 * bush],
            coat,
            6,
        )
    )
    if horns:
        parts.append(_horns(horns, nape, head, horn, dip))
    if crest:
        along = curve(
            [
                shoulder + at(-0.1, 0, 0.42 * girth),
                nape + at(-0.2 * head, 0, 0.3 * head),
                nape + at(0.2 * head, 0, 0.25 * head),
            ],
            6,
        )
        parts.append(limb(along, [0.5 * crest, crest, 0.4 * crest], trim, 6).scaled((1, 0.6, 1)))
    if ruff:
        parts.append(ball(nape - (0.25 * head, 0, 0.1 * head), (1.3 * ruff, 2 * ruff, 2.2 * ruff), trim))
    for x in np.linspace(0.2, -0.2, humps) * length if humps > 1 else [0.0] * humps:
        parts.append(ball((x, 0, height - 0.05 * girth), (0.32 * length, 0.5 * girth, 0.75 * girth), coat))
    parts += _trunk_and_tusks(coat, nape, head, dip, trunk, tusks)
    return join(parts)

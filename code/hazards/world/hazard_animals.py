"""Body plans of animals: a quadruped, biped, bird, fish, snake or bug of given proportions, in metres and degrees.

Each stands on z = 0 facing +x. One plan with other proportions gives a dachshund, a giraffe or a hippopotamus.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .geometry import Mesh, join
from .hazard_paint import Paint, paint
from .shapes import BLACK, ball, curve, limb, mirrored, sheet

IVORY = paint("cream")


def _at(x: float, y: float, z: float) -> np.ndarray:
    return np.array([x, y, z])


def _ray(start: np.ndarray, length: float, rise: float) -> np.ndarray:
    """The point `length` from `start` at `rise` degrees above +x."""
    return start + length * np.array([np.cos(np.radians(rise)), 0, np.sin(np.radians(rise))])


def _head(
    coat: Paint, nape: np.ndarray, *, size: float, muzzle: float, dip: float, ears: float, flap: float, spread: float
) -> Mesh:
    """A skull at `nape` tapering to a muzzle (`muzzle` its share of the skull's width) `dip` degrees down."""
    tip = _ray(nape, size, -dip)
    skull = limb(
        curve([_ray(nape, -0.12 * size, -dip), nape, tip]),
        size * np.array([0.12, 0.33, 0.3, 0.28 * muzzle, 0.2 * muzzle]),
        coat,
    )
    nose = ball(tip, np.array([0.1, 0.26, 0.2]) * size * muzzle, BLACK, 4)
    side = np.array([0.2 * size, 0.23 * size, 0.12 * size])
    eye = ball(nape + side, np.full(3, 0.12 * size), BLACK, 4)
    ear = ball((0, 0, 0.45 * ears), (0.25 * flap * ears, flap * ears, ears), coat, 5)
    ear = ear.rotated(roll=-np.radians(spread)).moved(nape + _at(-0.05 * size, 0.22 * size, 0.2 * size))
    return join([skull, nose, mirrored(join([eye, ear]))])


def _horns(style: str, nape: np.ndarray, head: float, size: float, dip: float) -> Mesh:
    """Horns of one of the styles cow, goat, ram, antlers, rhino, on a head of the given size."""
    brow = nape + np.array([0, 0.12 * head, 0.25 * head])
    if style == "rhino":
        nose = _ray(nape, 0.85 * head, -dip)
        tip = nose + np.array([0.35 * size, 0, size])
        return limb(curve([nose, nose + _at(0.05 * size, 0, 0.4 * size), tip]), [0.2 * size, 0.02], IVORY)
    ways = {
        "cow": [(0, 0.5, 0.0), (0.1, 0.8, 0.35), (0.1, 0.7, 0.8)],
        "goat": [(-0.1, 0.1, 0.5), (-0.35, 0.2, 0.85), (-0.7, 0.25, 1.0)],
        "ram": [(-0.4, 0.3, 0.3), (-0.5, 0.5, -0.3), (0.0, 0.55, -0.5), (0.2, 0.6, -0.1)],
        "antlers": [(-0.15, 0.35, 0.35), (-0.2, 0.6, 0.7), (0.05, 0.65, 1.0)],
    }
    path = curve([brow, *(brow + size * np.array(way) for way in ways[style])])
    parts = [limb(path, [0.09 * size, 0.03 * size], IVORY if style != "goat" else paint("charcoal"), 6)]
    if style == "antlers":
        for at in (4, 7, 9):
            parts.append(
                limb([path[at], path[at] + size * np.array([0.35, 0.05, 0.25])], [0.05 * size, 0.01], IVORY, 5)
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
        tip = _ray(nape, 0.8 * head, -dip)
        path = curve(
            [nape + _at(0.2 * head, 0, 0), tip, tip + _at(0.15, 0, -0.6 * trunk), tip + _at(0.35, 0, -trunk)], 8
        )
        parts.append(limb(path, [0.22 * head, 0.16 * head, 0.09 * head], coat))
    if tusks:
        root = _ray(nape, 0.6 * head, -dip) + _at(0, 0.2 * head, 0)
        path = curve([root, root + _at(0.5 * tusks, 0.05, -0.4 * tusks), root + _at(tusks, 0.05, -0.2 * tusks)], 6)
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
    nape = _ray(shoulder, neck + 0.1 * length, rise)
    parts.append(limb(curve([shoulder, nape], 4), [0.38 * girth, 0.33 * head, 0.28 * head], coat))
    parts.append(_head(coat, nape, size=head, muzzle=muzzle, dip=dip, ears=ears, flap=flap, spread=spread))
    rump = np.array([-0.96 * half, 0, middle + 0.18 * girth])
    end = rump + tail * np.array([-np.cos(np.radians(droop)), 0, -np.sin(np.radians(droop))])
    parts.append(
        limb(
            curve([rump, (rump + end) / 2 + _at(-0.1 * tail, 0, 0.05 * tail), end], 6),
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
                shoulder + _at(-0.1, 0, 0.42 * girth),
                nape + _at(-0.2 * head, 0, 0.3 * head),
                nape + _at(0.2 * head, 0, 0.25 * head),
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


def biped(
    coat: Paint,
    trim: Paint,
    *,
    height: float = 2.0,
    lean: float = 30,
    girth: float = 0.5,
    leg: float = 0.12,
    neck: float = 0.4,
    head: float = 0.5,
    muzzle: float = 0.9,
    ears: float = 0.0,
    arms: float = 0.4,
    tail: float = 1.6,
    spikes: int = 0,
) -> Mesh:
    """An animal on two strong legs with a long tail: `height` to the crown, the torso rising at `lean` degrees."""
    hip = np.array([0.0, 0, 0.5 * height])
    chest = _ray(hip, 0.3 * height, lean)
    nape = _ray(chest, neck, lean + 35)
    rear = hip + np.array([-0.55 * tail, 0, -0.1 * height])
    end = hip + np.array([-tail, 0, -0.5 * height + 0.06])
    spine = curve([end, rear, hip, chest, nape], 14)
    radii = girth / 2 * np.array([0.08, 0.3, 0.6, 0.95, 1.05, 0.9, 0.6, 0.45])
    parts = [limb(spine, radii, coat, 10)]
    parts.append(_head(coat, nape, size=head, muzzle=muzzle, dip=15, ears=ears or 0.01, flap=0.35, spread=15))
    y = 0.42 * girth
    thigh = limb(
        curve([hip, hip + _at(0.12 * height, y, -0.15 * height), hip + _at(-0.06 * height, y, -0.36 * height)], 6),
        [1.8 * leg, 1.6 * leg, 0.7 * leg],
        coat,
    )
    shin = limb([hip + _at(-0.06 * height, y, -0.36 * height), (0.0, y, 0.06)], [0.7 * leg, 0.6 * leg], coat)
    foot = ball((0.1 * height, y, 0.05), (0.26 * height, 0.9 * leg + 0.06, 0.1), trim, 5)
    hand = chest + _at(0.7 * arms, 0.7 * y, -0.7 * arms)
    arm = limb(
        [chest + _at(0, 0.7 * y, 0), chest + _at(0.2 * arms, y, -0.6 * arms), hand],
        [0.5 * leg, 0.35 * leg, 0.3 * leg],
        coat,
        6,
    )
    parts.append(mirrored(join([thigh, shin, foot, arm])))
    for point in spine[1 : 1 + spikes] if spikes else []:
        parts.append(
            limb(
                [point + _at(0, 0, 0.3 * girth), point + _at(-0.1 * girth, 0, 0.8 * girth)],
                [0.16 * girth, 0.01],
                trim,
                5,
            )
        )
    return join(parts)


def bird(
    plumage: Paint,
    trim: Paint,
    *,
    body: float = 0.5,
    girth: float = 0.3,
    tilt: float = 25,
    legs: float = 0.3,
    neck: float = 0.2,
    rise: float = 70,
    head: float = 0.14,
    beak: float = 0.12,
    hook: float = 0.0,
    tail: float = 0.25,
    fan: float = 0.5,
    wings: float = 0.0,
    comb: float = 0.0,
) -> Mesh:
    """A bird with a torso `body` long, tilted by `tilt`; `wings` the length of each spread wing, or 0 for folded.

    `trim` colours beak and legs; `fan` is the tail's width by length, `comb` the height of a red comb, `hook` how far
    the beak bends down.
    """
    middle = np.array([0.0, 0, legs + 0.5 * girth + 0.3 * body * np.sin(np.radians(tilt))])
    front, back = _ray(middle, 0.5 * body, tilt), _ray(middle, -0.5 * body, tilt)
    parts = [limb(curve([back, middle, front], 8), girth / 2 * np.array([0.2, 0.75, 1, 1, 0.85, 0.35]), plumage, 10)]
    throat = _ray(middle, 0.38 * body, tilt)
    crown = _ray(throat, neck + 0.1 * body, rise)
    bend = (throat + crown) / 2 + _at(0.15 * neck, 0, 0)
    parts.append(limb(curve([throat, bend, crown], 8), [0.33 * girth, 0.4 * head, 0.36 * head], plumage))
    parts.append(ball(crown, (1.15 * head, head, head), plumage))
    tip = crown + _at(0.5 * head + beak, 0, -0.15 * beak - hook)
    parts.append(
        limb(
            curve([crown + _at(0.4 * head, 0, 0), crown + _at(0.5 * head + 0.6 * beak, 0, 0), tip], 5),
            [0.3 * head, 0.2 * head, 0.01],
            trim,
            6,
        )
    )
    eye = ball(crown + _at(0.25 * head, 0.38 * head, 0.12 * head), np.full(3, 0.24 * head), BLACK, 4)
    foot = 0.45 * girth * np.array([0, 0.5, 0])
    stick = limb([middle + foot - (0.05 * body, 0, 0.3 * girth), foot + _at(0, 0, 0.02)], 0.035 * girth + 0.01, trim, 5)
    toes = ball(foot + _at(0.08 * girth + 0.03, 0, 0.02), (0.35 * girth + 0.06, 0.25 * girth + 0.03, 0.04), trim, 4)
    side = [eye, stick, toes] if legs else [eye]
    if wings:
        root = _ray(middle, 0.1 * body, tilt) + _at(0, 0.3 * girth, 0.15 * girth)
        wing = ball((0, 0.5 * wings, 0), (0.55 * body, wings, 0.12 * girth), plumage, 6)
        side.append(wing.rotated(yaw=0.2, roll=0.25).moved(root))
    else:
        wing = ball((0, 0, 0), (0.8 * body, 0.14 * girth, 0.62 * girth), plumage, 6)
        side.append(wing.rotated(pitch=-np.radians(tilt)).moved(middle + _at(-0.06 * body, 0.47 * girth, 0.06 * girth)))
    parts.append(mirrored(join(side)))
    feathers = ball((-0.5 * tail, 0, 0), (1.2 * tail, fan * tail, 0.12 * tail), plumage, 5)
    parts.append(feathers.rotated(pitch=-np.radians(tilt)).moved(back))
    if comb:
        parts.append(ball(crown + _at(0.1 * head, 0, 0.5 * head), (0.9 * head, 0.15 * head, 2 * comb), paint("red"), 5))
    return join(parts)


def fish(
    skin: Paint,
    trim: Paint,
    *,
    length: float = 2.0,
    depth: float = 0.6,
    width: float = 0.4,
    tail: float = 0.5,
    flat: int = 0,
    fin: float = 0.4,
    fins: float = 0.4,
    snout: float = 0.35,
) -> Mesh:
    """A fish or whale: torso `length` x `width` x `depth`, an upright tail or a `flat` fluke, `fin` on the back.

    `fins` are the side fins' length, `snout` the roundness of the nose (0 pointed - 1 blunt).
    """
    body = limb(
        curve([(-0.5 * length, 0, 0), (0, 0, 0), (0.5 * length, 0, 0)], 11),
        [0.1, 0.35, 0.75, 0.98, 1, 0.85, snout],
        skin,
        12,
    )
    parts = [body.scaled((1, width / 2, depth / 2))]
    fluke = [
        (-0.46, -0.08),
        (-0.46, 0.08),
        (-0.5 - 0.6 * tail, 0.5 * tail),
        (-0.5 - 0.3 * tail, 0),
        (-0.5 - 0.6 * tail, -0.5 * tail),
    ]
    blade = sheet(0, 0.05 * depth, np.array(fluke) * length, trim)
    parts.append(blade.rotated(roll=np.pi / 2) if flat else blade)
    if fin:
        parts.append(
            sheet(
                0,
                0.06 * depth,
                [(0.12 * length, 0.4 * depth), (-0.15 * length, 0.4 * depth), (-0.14 * length, 0.5 * depth + fin)],
                trim,
            )
        )
    side = sheet(0, 0.05 * depth, [(0.22 * length, 0), (0.05 * length, 0), (-0.02 * length, -fins)], trim)
    side = side.rotated(roll=np.radians(50)).moved((0, 0.42 * width, -0.15 * depth))
    eye = ball((0.38 * length, 0.32 * width, 0.1 * depth), np.full(3, 0.13 * depth), BLACK, 4)
    parts.append(mirrored(join([side, eye])))
    return join(parts)


def snake(
    skin: Paint,
    trim: Paint,
    *,
    length: float = 3.0,
    radius: float = 0.09,
    sway: float = 0.3,
    waves: float = 2,
    rear: float = 0.0,
    hood: float = 0.0,
) -> Mesh:
    """A snake winding over the ground, its head lifted by `rear` metres, with a cobra's `hood` where wanted."""
    along = np.linspace(0, 1, 28)
    lift = np.clip((along - 0.8) / 0.2, 0, 1)
    path = np.stack(
        [
            (along - 0.5) * length - 0.4 * rear * lift**3,
            sway * np.sin(2 * np.pi * waves * along) * (1 - lift),
            radius + rear * lift**0.7,
        ],
        axis=-1,
    )
    head = path[-1]
    parts = [limb(path, radius * np.array([0.15, 0.8, 1, 1, 1, 0.9, 0.7]), skin)]
    parts.append(ball(head + _at(0.8 * radius, 0, 0.2 * radius), (3.6 * radius, 2.2 * radius, 1.5 * radius), skin))
    parts.append(
        mirrored(ball(head + _at(1.4 * radius, 0.7 * radius, 0.7 * radius), np.full(3, 0.5 * radius), trim, 4))
    )
    if hood:
        parts.append(ball(head - (0, 0, 0.8 * hood), (0.8 * radius, hood, 1.5 * hood), skin))
    return join(parts)


def bug(
    shell: Paint,
    trim: Paint,
    *,
    body: float = 1.0,
    width: float = 0.6,
    height: float = 0.5,
    legs: int = 3,
    reach: float = 0.6,
    head: float = 0.3,
    waist: float = 0.0,
    wings: float = 0.0,
    claws: float = 0.0,
    feelers: float = 0.4,
    sting: float = 0.0,
) -> Mesh:
    """A bug: an abdomen `body` x `width` on `legs` pairs of legs reaching `reach` sideways, its belly 0.4 `height` up.

    `waist` sets a thorax between head and abdomen, `sting` a scorpion's tail; `trim` colours legs and head.
    """
    z = 0.75 * height
    front = 0.5 * body
    parts = [ball((0, 0, z), (body, width, 0.8 * height), shell)]
    if waist:
        parts.append(ball((front + 0.4 * waist, 0, z), (1.1 * waist, 0.7 * waist, 0.7 * waist), trim, 6))
        front += 0.85 * waist
    parts.append(ball((front + 0.3 * head, 0, z), (head, head, 0.85 * head), trim, 6))
    side = [ball((front + 0.5 * head, 0.35 * head, z + 0.2 * head), np.full(3, 0.3 * head), BLACK, 4)]
    for x in np.linspace(-0.3 * body, front - 0.1, legs) if not waist else np.linspace(0.2 * body, front, legs):
        lean = 0.8 * (x - 0.5 * (front - 0.3 * body))
        hip, knee, foot = (
            (x, 0.2 * width, z),
            (x + 0.5 * lean, 0.3 * width + 0.55 * reach, z + 0.4 * min(height, reach)),
            (x + lean, 0.35 * width + reach, 0),
        )
        side.append(limb([hip, knee, foot], [0.05 * height + 0.02, 0.05 * height + 0.015, 0.02], trim, 5))
    if feelers:
        side.append(
            limb(
                curve(
                    [
                        (front + 0.5 * head, 0.15 * head, z),
                        (front + head, 0.4 * head, z + 0.6 * feelers),
                        (front + head + 0.6 * feelers, 0.6 * head, z + feelers),
                    ],
                    6,
                ),
                0.015 + 0.01 * body,
                trim,
                5,
            )
        )
    if claws:
        elbow = (front + 0.5 * claws, 0.5 * width + 0.5 * claws, z)
        side.append(
            limb(
                [(front - 0.1, 0.3 * width, z), elbow, (front + claws, 0.4 * width + 0.3 * claws, z)],
                0.1 * claws,
                shell,
                6,
            )
        )
        side.append(
            ball(
                (front + 1.35 * claws, 0.4 * width + 0.35 * claws, z), (0.9 * claws, 0.2 * claws, 0.3 * claws), shell, 5
            )
        )
        side.append(
            ball(
                (front + 1.3 * claws, 0.4 * width + 0.08 * claws, z), (0.7 * claws, 0.15 * claws, 0.2 * claws), shell, 5
            )
        )
    if wings:
        wing = ball((0, 0.5 * wings, 0), (0.45 * wings, wings, 0.03 * wings), paint("glass"), 6)
        side.append(wing.rotated(yaw=0.4, roll=0.35).moved((0.2 * body, 0.15 * width, z + 0.35 * height)))
    parts.append(mirrored(join(side)))
    if sting:
        rear = np.array([-0.45 * body, 0, z])
        parts.append(
            limb(
                curve(
                    [
                        rear,
                        rear + _at(-0.6 * sting, 0, 0.3 * sting),
                        rear + _at(-0.4 * sting, 0, sting),
                        rear + _at(0.3 * sting, 0, 1.1 * sting),
                    ],
                    12,
                ),
                [0.16 * sting, 0.09 * sting, 0.02],
                shell,
            )
        )
    return join(parts)


ANIMALS: dict[str, Callable[..., Mesh]] = {
    "quadruped": quadruped,
    "biped": biped,
    "bird": bird,
    "fish": fish,
    "snake": snake,
    "bug": bug,
}
"""Body plans by name."""

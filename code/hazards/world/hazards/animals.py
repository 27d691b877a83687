"""Body plans of animals: a quadruped, biped, bird, fish, snake or bug of given proportions, in metres and degrees.

Each stands on z = 0 (fish and snakes where they are told to) facing +x; `trim` paints what the docstring says.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hazards.world.geometry.materials import Paint, paint
from hazards.world.geometry.solids import Mesh, join
from hazards.world.hazards.quadruped import at, head_of, quadruped, ray
from hazards.world.hazards.shapes import BLACK, ball, curve, limb, mirrored, sheet


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
    chest = ray(hip, 0.3 * height, lean)
    nape = ray(chest, neck, lean + 35)
    rear = hip + np.array([-0.55 * tail, 0, -0.1 * height])
    end = hip + np.array([-tail, 0, -0.5 * height + 0.06])
    spine = curve([end, rear, hip, chest, nape], 14)
    radii = girth / 2 * np.array([0.08, 0.3, 0.6, 0.95, 1.05, 0.9, 0.6, 0.45])
    y = 0.42 * girth
    knee = hip + at(-0.06 * height, y, -0.36 * height)
    bend = hip + at(0.12 * height, y, -0.15 * height)
    arm = chest + np.array([(0, 0.7 * y, 0), (0.2 * arms, y, -0.6 * arms), (0.7 * arms, 0.7 * y, -0.7 * arms)])
    side = [
        limb(curve([hip, bend, knee], 6), [1.8 * leg, 1.6 * leg, 0.7 * leg], coat),
        limb([knee, (0.0, y, 0.06)], [0.7 * leg, 0.6 * leg], coat),
        ball((0.1 * height, y, 0.05), (0.26 * height, 0.9 * leg + 0.06, 0.1), trim, 5),
        limb(arm, [0.5 * leg, 0.35 * leg, 0.3 * leg], coat, 6),
    ]
    parts = [
        limb(spine, radii, coat, 10),
        head_of(coat, nape, size=head, muzzle=muzzle, dip=15, ears=ears or 0.01, flap=0.35, spread=15),
        mirrored(join(side)),
    ]
    for point in spine[1 : 1 + spikes]:
        spike = point + np.array([(0, 0, 0.3 * girth), (-0.1 * girth, 0, 0.8 * girth)])
        parts.append(limb(spike, [0.16 * girth, 0.01], trim, 5))
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
    front = ray(middle, 0.5 * body, tilt)
    back = ray(middle, -0.5 * body, tilt)
    throat = ray(middle, 0.38 * body, tilt)
    crown = ray(throat, neck + 0.1 * body, rise)
    bend = (throat + crown) / 2 + at(0.15 * neck, 0, 0)
    parts = [
        limb(curve([back, middle, front], 8), girth / 2 * np.array([0.2, 0.75, 1, 1, 0.85, 0.35]), plumage, 10),
        limb(curve([throat, bend, crown], 8), [0.33 * girth, 0.4 * head, 0.36 * head], plumage),
        ball(crown, (1.15 * head, head, head), plumage),
        _beak(trim, crown, head, beak, hook),
    ]
    side = [ball(crown + at(0.25 * head, 0.38 * head, 0.12 * head), np.full(3, 0.24 * head), BLACK, 4)]
    if legs:
        foot = at(0, 0.225 * girth, 0)
        hip = middle + foot - (0.05 * body, 0, 0.3 * girth)
        toes = foot + at(0.08 * girth + 0.03, 0, 0.02)
        side += [
            limb([hip, foot + at(0, 0, 0.02)], 0.035 * girth + 0.01, trim, 5),
            ball(toes, (0.35 * girth + 0.06, 0.25 * girth + 0.03, 0.04), trim, 4),
        ]
    if wings:
        root = ray(middle, 0.1 * body, tilt) + at(0, 0.3 * girth, 0.15 * girth)
        wing = ball((0, 0.5 * wings, 0), (0.55 * body, wings, 0.12 * girth), plumage, 6)
        side.append(wing.rotated(yaw=0.2, roll=0.25).moved(root))
    else:
        wing = ball((0, 0, 0), (0.8 * body, 0.14 * girth, 0.62 * girth), plumage, 6)
        flank = middle + at(-0.06 * body, 0.47 * girth, 0.06 * girth)
        side.append(wing.rotated(pitch=-np.radians(tilt)).moved(flank))
    parts.append(mirrored(join(side)))
    feathers = ball((-0.5 * tail, 0, 0), (1.2 * tail, fan * tail, 0.12 * tail), plumage, 5)
    parts.append(feathers.rotated(pitch=-np.radians(tilt)).moved(back))
    if comb:
        parts.append(ball(crown + at(0.1 * head, 0, 0.5 * head), (0.9 * head, 0.15 * head, 2 * comb), paint("red"), 5))
    return join(parts)


def _beak(trim: Paint, crown: np.ndarray, head: float, length: float, hook: float) -> Mesh:
    """A beak whose tip bends down by `hook`."""
    ridge = [(0.4 * head, 0, 0), (0.5 * head + 0.6 * length, 0, 0), (0.5 * head + length, 0, -0.15 * length - hook)]
    return limb(curve(crown + np.array(ridge), 5), [0.3 * head, 0.2 * head, 0.01], trim, 6)


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
    spine = curve([(-0.5 * length, 0, 0), (0, 0, 0), (0.5 * length, 0, 0)], 11)
    body = limb(spine, [0.1, 0.35, 0.75, 0.98, 1, 0.85, snout], skin, 12)
    tip = -0.5 - 0.6 * tail
    fluke = [(-0.46, -0.08), (-0.46, 0.08), (tip, 0.5 * tail), (-0.5 - 0.3 * tail, 0), (tip, -0.5 * tail)]
    blade = sheet(0, 0.05 * depth, np.array(fluke) * length, trim)
    if flat:
        blade = blade.rotated(roll=np.pi / 2)
    parts = [body.scaled((1, width / 2, depth / 2)), blade]
    if fin:
        top = 0.4 * depth
        outline = [(0.12 * length, top), (-0.15 * length, top), (-0.14 * length, 0.5 * depth + fin)]
        parts.append(sheet(0, 0.06 * depth, outline, trim))
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
    x = (along - 0.5) * length - 0.4 * rear * lift**3
    y = sway * np.sin(2 * np.pi * waves * along) * (1 - lift)
    path = np.stack([x, y, radius + rear * lift**0.7], axis=-1)
    head = path[-1]
    parts = [
        limb(path, radius * np.array([0.15, 0.8, 1, 1, 1, 0.9, 0.7]), skin),
        ball(head + at(0.8 * radius, 0, 0.2 * radius), (3.6 * radius, 2.2 * radius, 1.5 * radius), skin),
        mirrored(ball(head + at(1.4 * radius, 0.7 * radius, 0.7 * radius), np.full(3, 0.5 * radius), trim, 4)),
    ]
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
        hips = np.linspace(0.2 * body, front, legs)
    else:
        hips = np.linspace(-0.3 * body, front - 0.1, legs)
    parts.append(ball((front + 0.3 * head, 0, z), (head, head, 0.85 * head), trim, 6))
    side = [ball((front + 0.5 * head, 0.35 * head, z + 0.2 * head), np.full(3, 0.3 * head), BLACK, 4)]
    for x in hips:
        lean = 0.8 * (x - 0.5 * (front - 0.3 * body))
        leg = [
            (x, 0.2 * width, z),
            (x + 0.5 * lean, 0.3 * width + 0.55 * reach, z + 0.4 * min(height, reach)),
            (x + lean, 0.35 * width + reach, 0),
        ]
        side.append(limb(leg, [0.05 * height + 0.02, 0.05 * height + 0.015, 0.02], trim, 5))
    if feelers:
        feeler = [
            (front + 0.5 * head, 0.15 * head, z),
            (front + head, 0.4 * head, z + 0.6 * feelers),
            (front + head + 0.6 * feelers, 0.6 * head, z + feelers),
        ]
        side.append(limb(curve(feeler, 6), 0.015 + 0.01 * body, trim, 5))
    if claws:
        side += _claw(shell, claws, front, width, z)
    if wings:
        wing = ball((0, 0.5 * wings, 0), (0.45 * wings, wings, 0.03 * wings), paint("glass"), 6)
        side.append(wing.rotated(yaw=0.4, roll=0.35).moved((0.2 * body, 0.15 * width, z + 0.35 * height)))
    parts.append(mirrored(join(side)))
    if sting:
        parts.append(_sting(shell, sting, np.array([-0.45 * body, 0, z])))
    return join(parts)


def _claw(shell: Paint, size: float, front: float, width: float, z: float) -> list[Mesh]:
    """The left arm and the two fingers of its claw."""
    arm = [
        (front - 0.1, 0.3 * width, z),
        (front + 0.5 * size, 0.5 * width + 0.5 * size, z),
        (front + size, 0.4 * width + 0.3 * size, z),
    ]
    return [
        limb(arm, 0.1 * size, shell, 6),
        ball((front + 1.35 * size, 0.4 * width + 0.35 * size, z), (0.9 * size, 0.2 * size, 0.3 * size), shell, 5),
        ball((front + 1.3 * size, 0.4 * width + 0.08 * size, z), (0.7 * size, 0.15 * size, 0.2 * size), shell, 5),
    ]


def _sting(shell: Paint, size: float, rear: np.ndarray) -> Mesh:
    """A scorpion's tail, bent forwards over the back."""
    bends = rear + size * np.array([(-0.6, 0, 0.3), (-0.4, 0, 1), (0.3, 0, 1.1)])
    return limb(curve([rear, *bends], 12), [0.16 * size, 0.09 * size, 0.02], shell)


ANIMALS: dict[str, Callable[..., Mesh]] = {
    "quadruped": quadruped,
    "biped": biped,
    "bird": bird,
    "fish": fish,
    "snake": snake,
    "bug": bug,
}
"""Body plans by name."""

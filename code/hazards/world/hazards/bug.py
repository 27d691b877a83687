"""The body plan of bugs: insects, spiders, crabs and scorpions; see `animals` for the others."""

from __future__ import annotations

import numpy as np

from hazards.world.geometry.mesh import Mesh, join
from hazards.world.hazards.paint import Paint, paint
from hazards.world.hazards.shapes import BLACK, ball, curve, limb, mirrored


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
        hip = (x, 0.2 * width, z)
        knee = (x + 0.5 * lean, 0.3 * width + 0.55 * reach, z + 0.4 * min(height, reach))
        foot = (x + lean, 0.35 * width + reach, 0)
        side.append(limb([hip, knee, foot], [0.05 * height + 0.02, 0.05 * height + 0.015, 0.02], trim, 5))
    if feelers:
        root = (front + 0.5 * head, 0.15 * head, z)
        bend = (front + head, 0.4 * head, z + 0.6 * feelers)
        tip = (front + head + 0.6 * feelers, 0.6 * head, z + feelers)
        side.append(limb(curve([root, bend, tip], 6), 0.015 + 0.01 * body, trim, 5))
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
    shoulder = (front - 0.1, 0.3 * width, z)
    elbow = (front + 0.5 * size, 0.5 * width + 0.5 * size, z)
    wrist = (front + size, 0.4 * width + 0.3 * size, z)
    return [
        limb([shoulder, elbow, wrist], 0.1 * size, shell, 6),
        ball((front + 1.35 * size, 0.4 * width + 0.35 * size, z), (0.9 * size, 0.2 * size, 0.3 * size), shell, 5),
        ball((front + 1.3 * size, 0.4 * width + 0.08 * size, z), (0.7 * size, 0.15 * size, 0.2 * size), shell, 5),
    ]


def _sting(shell: Paint, size: float, rear: np.ndarray) -> Mesh:
    """A scorpion's tail, bent forwards over the back."""
    bends = rear + size * np.array([(-0.6, 0, 0.3), (-0.4, 0, 1), (0.3, 0, 1.1)])
    return limb(curve([rear, *bends], 12), [0.16 * size, 0.09 * size, 0.02], shell)

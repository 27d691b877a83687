"""One image of the world and its label map.

image, labels = render("train", 0, height=144, width=256)
"""

from __future__ import annotations

import numpy as np

from hazards.world.rendering.film import develop, strips
from hazards.world.rendering.tracer import Tracer
from hazards.world.scene import Scene, scene


def render(split: str, index: int, *, height: int, width: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """One image of the world, a pure function of its arguments; the scene does not depend on the size.

    Args:
        split: "train", "val" or "test".
        index: number of the image in its split, from 0.
        height, width: pixels.
        seed: of the whole world.

    Returns:
        Image (height, width, 3) uint8 sRGB and labels (height, width) uint8, 0-13.

    Raises:
        ValueError: for an unknown split, a negative index, or a size below 8 pixels.
    """
    if min(height, width) < 8:
        raise ValueError(f"image size {width}x{height}: expected at least 8x8")
    return shoot(scene(split, index, seed), height, width, sensor(index, seed))


def sensor(index: int, seed: int) -> np.random.Generator:
    """What makes the sensor's noise in an image."""
    return np.random.default_rng([seed, index, 5])


def shoot(
    setting: Scene, height: int, width: int, rng: np.random.Generator, tracer: Tracer | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Image and labels of a scene; `rng` gives the sensor's noise, `tracer` saves making another."""
    tracer = tracer or Tracer(setting)
    radiance = np.empty((3, height, width), np.float32)
    labels = np.empty((height, width), np.uint8)
    for rows in strips(height, width):
        light, names = tracer.image(np.arange(rows.start, rows.stop), height, width)
        radiance[:, rows] = light.reshape(3, -1, width)
        labels[rows] = names.reshape(-1, width)
    noise = rng.standard_normal((height, width), np.float32)
    return develop(radiance, noise), labels

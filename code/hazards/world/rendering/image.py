"""One image of the world and its label map.

image, labels = render("train", 0, height=144, width=256)
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hazards.world.rendering.tracer import Tracer
from hazards.world.scene import Scene, scene

_PIXELS = 32768
"""Pixels of a strip: few enough for the processor's cache."""
_EXPOSURE = np.float32(0.62)


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
    for rows in _strips(height, width):
        light, names = tracer.image(np.arange(rows.start, rows.stop), height, width)
        radiance[:, rows] = light.reshape(3, -1, width)
        labels[rows] = names.reshape(-1, width)
    return _develop(radiance, rng.standard_normal((height, width), np.float32)), labels


def _strips(height: int, width: int) -> Iterator[slice]:
    """Successive rows of an image, few enough for the processor's cache."""
    step = max(1, _PIXELS // width)
    for top in range(0, height, step):
        yield slice(top, min(top + step, height))


def _develop(radiance: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Radiance (3, H, W) to sRGB uint8 (H, W, 3): the lens' slight blur, film curve, and noise (H, W) of the sensor."""
    _, height, width = radiance.shape
    image = np.empty((height, width, 3), np.uint8)
    for channel, plane in enumerate(radiance):
        for rows in _strips(height, width):
            above = max(rows.start - 1, 0)
            part = _blur(np.minimum(plane[above : rows.stop + 1] * _EXPOSURE, 6))
            part = part[rows.start - above : rows.stop - above]
            bright = (part * 2.43 + 0.59) * part + 0.14
            part *= part * 2.51 + 0.03
            part /= bright
            np.sqrt(part, out=part)
            part *= 255
            part += noise[rows] * np.float32(1.6) + np.float32(0.5)
            image[rows, :, channel] = np.clip(part, 0, 255, out=part)
    return image


def _blur(plane: np.ndarray) -> np.ndarray:
    """A tenth of each neighbour above and below, then left and right; the border keeps its own."""
    for view in (plane, plane.T):
        view[1:-1] = 0.1 * (view[:-2] + view[2:]) + 0.8 * view[1:-1]
    return plane

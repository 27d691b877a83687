"""From light to pixels: the lens' blur, the film's curve and the sensor's noise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

_PIXELS = 32768
"""Pixels of a strip: few enough for the processor's cache."""
_EXPOSURE = np.float32(0.62)


def strips(height: int, width: int) -> Iterator[slice]:
    """Successive rows of an image, few enough for the processor's cache."""
    step = max(1, _PIXELS // width)
    for top in range(0, height, step):
        yield slice(top, min(top + step, height))


def develop(radiance: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Radiance (3, H, W) to sRGB uint8 (H, W, 3): the lens' slight blur, film curve, and noise (H, W) of the sensor."""
    _, height, width = radiance.shape
    image = np.empty((height, width, 3), np.uint8)
    for channel, plane in enumerate(radiance):
        for rows in strips(height, width):
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

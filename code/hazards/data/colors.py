"""The colours of pixels: in CIELAB, how colourful and how rare they are, and how much lightness changes around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from hazards.data.layout import Sample
from hazards.data.transforms import read_resized

_TO_XYZ = np.array([(0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)], np.float32)
"""Linear sRGB to XYZ (IEC 61966-2-1)."""
_WHITE = np.array([0.9505, 1.0, 1.089], np.float32)
"""XYZ of the white of sRGB, D65."""
_SRGB = np.arange(256) / 255
_LINEAR = np.where(_SRGB <= 0.04045, _SRGB / 12.92, ((_SRGB + 0.055) / 1.055) ** 2.4).astype(np.float32)
"""Linear value of each of an image's (IEC 61966-2-1)."""
_SHIFT = 128
"""What makes a* and b* of all sRGB colours positive."""
_BIN = 6
"""Width of the bins in which colours are counted, in units of L*, a* and b*."""
_BINS = 256 // _BIN + 1
_PATCH = 7
"""Width of the patch whose contrast is taken, pixels."""


def lab(image: np.ndarray) -> np.ndarray:
    """CIELAB colours, float32 (H, W, 3), of an sRGB image, uint8 (H, W, 3): L* 0–100, a* and b* about -128–128."""
    relative = _LINEAR[image] @ _TO_XYZ.T / _WHITE
    bent = np.cbrt(relative)
    dark = relative < (6 / 29) ** 3
    bent[dark] = relative[dark] * (29 / 6) ** 2 / 3 + 4 / 29
    x, y, z = np.moveaxis(bent, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


@dataclass
class KnownColors:
    """The colours of a split's known pixels.

    Args:
        counts: int64 (bins, bins, bins), pixels by L*, a* and b*, see `_BIN`.
        sums: (3,) sums of the colours.
        products: (3, 3) sums of their products.
    """

    counts: np.ndarray
    sums: np.ndarray
    products: np.ndarray

    @classmethod
    def of(cls, images: Iterator[np.ndarray]) -> KnownColors:
        """Those of images in CIELAB, (..., 3)."""
        known = cls(np.zeros(_BINS**3, np.int64), np.zeros(3), np.zeros((3, 3)))
        for image in images:
            colors = image.reshape(-1, 3).astype(np.float64)
            known.counts += np.bincount(_bins(image).ravel(), minlength=_BINS**3)
            known.sums += colors.sum(0)
            known.products += colors.T @ colors
        return known

    def distance(self, image: np.ndarray) -> np.ndarray:
        """Mahalanobis distance, squared, from the known colours, (H, W)."""
        number = self.counts.sum()
        mean = self.sums / number
        covariance = self.products / number - np.outer(mean, mean)
        offset = image - mean
        return np.einsum("hwi,ij,hwj->hw", offset, _inverse(covariance), offset)

    def rarity(self, image: np.ndarray) -> np.ndarray:
        """Minus the logarithm of the share of known pixels in the bin of each colour, (H, W); an empty bin has one."""
        shares = (self.counts + 1) / (self.counts.sum() + len(self.counts))
        return -np.log(shares)[_bins(image)]


def _inverse(covariance: np.ndarray) -> np.ndarray:
    """The inverse of a covariance; its pseudo-inverse where colours vary in fewer directions, as in grey images."""
    try:
        return np.linalg.inv(covariance)
    except np.linalg.LinAlgError:
        return np.linalg.pinv(covariance)


def _bins(image: np.ndarray) -> np.ndarray:
    """Number of each colour's bin, (...), of colours (..., 3)."""
    positive = image + np.array([0, _SHIFT, _SHIFT])
    places = (positive / _BIN).astype(int).clip(0, _BINS - 1)
    return np.ravel_multi_index(tuple(np.moveaxis(places, -1, 0)), (_BINS,) * 3)


def chroma(image: np.ndarray) -> np.ndarray:
    """How colourful each pixel is, (H, W): distance from grey in CIELAB."""
    return np.hypot(image[..., 1], image[..., 2])


def contrast(image: np.ndarray) -> np.ndarray:
    """Standard deviation of the lightness in a patch around each pixel, (H, W)."""
    lightness = image[..., 0].astype(np.float64)
    mean = ndimage.uniform_filter(lightness, _PATCH)
    square = ndimage.uniform_filter(lightness**2, _PATCH)
    return np.sqrt((square - mean**2).clip(0))


def read_rgb(sample: Sample, size: tuple[int, int]) -> np.ndarray:
    """The image of a sample at a size, uint8 (H, W, 3)."""
    image, _ = read_resized(sample, size)
    return image.permute(1, 2, 0).numpy()

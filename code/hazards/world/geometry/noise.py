"""Tabled noise: two fixed tiles looked up instead of computed, since texturing is a good part of rendering."""

from __future__ import annotations

import numpy as np

_SIZE = 256


def _make_cells() -> np.ndarray:
    """A tile of summed value noise, periodic, mean 0.5, nearly all within 0-1.

    It has for each of its cells the four coefficients of a bilinear patch, in 16 bytes that are looked up at once.
    """
    rng = np.random.default_rng(20)
    tile = np.zeros((_SIZE, _SIZE))
    for octave in range(2, 8):
        cells = 2**octave
        lattice = rng.random((cells, cells)) - 0.5
        place = np.arange(_SIZE) * cells / _SIZE
        low = place.astype(int)
        part = place - low
        part = part * part * (3 - 2 * part)
        high = (low + 1) % cells
        rows = lattice[low] * (1 - part)[:, None] + lattice[high] * part[:, None]
        tile += (rows[:, low] * (1 - part) + rows[:, high] * part) * 0.62 ** (octave - 2)
    tile = (0.5 + 0.19 * tile / tile.std()).astype(np.float32)
    right = np.roll(tile, -1, 1)
    above = np.roll(tile, -1, 0)
    both = np.roll(right, -1, 0)
    patches = np.stack([tile, right - tile, above - tile, both - right - above + tile], -1)
    return patches.view(np.complex128).ravel()


_FBM = _make_cells()
_WHITE = np.random.default_rng(21).random(_SIZE * _SIZE).astype(np.float32)


def fbm(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Smooth fractal noise at (u, v), period 1 in both, about 0-1 around 0.5, float32."""
    x = np.asarray(u, np.float32) * _SIZE
    y = np.asarray(v, np.float32) * _SIZE
    left = np.floor(x)
    low = np.floor(y)
    cell = (low.astype(np.int64) & (_SIZE - 1)) * _SIZE
    cell += left.astype(np.int64) & (_SIZE - 1)
    patch = _FBM.take(cell).view(np.float32).reshape(*cell.shape, 4)
    x -= left
    y -= low
    return patch[..., 0] + patch[..., 1] * x + (patch[..., 2] + patch[..., 3] * x) * y


def grain(column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """A random number 0-1 for each integer cell (column, row), repeating every 256 cells."""
    return _WHITE.take(((column + 57 * row) & (_SIZE - 1)) + (row & (_SIZE - 1)) * _SIZE)

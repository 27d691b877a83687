"""Tabled noise: two fixed tiles looked up instead of computed, since texturing is a good part of rendering."""

from __future__ import annotations

import numpy as np

_SIZE = 256


def _make_fbm() -> np.ndarray:
    """A tile of summed value noise, periodic, mean 0.5, nearly all within 0-1."""
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
    return (0.5 + 0.19 * tile / tile.std()).astype(np.float32)


_FBM = _make_fbm().ravel()
_WHITE = np.random.default_rng(21).random(_SIZE * _SIZE).astype(np.float32)


def fbm(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Smooth fractal noise at (u, v), period 1 in both, about 0-1 around 0.5, float32."""
    x, y = np.asarray(u, np.float32) * _SIZE, np.asarray(v, np.float32) * _SIZE
    left, low = np.floor(x), np.floor(y)
    dx, dy = x - left, y - low
    column, row = left.astype(np.int32) & (_SIZE - 1), (low.astype(np.int32) & (_SIZE - 1)) * _SIZE
    right, above = (column + 1) & (_SIZE - 1), (row + _SIZE) & (_SIZE * _SIZE - 1)
    bottom = _FBM[row + column] * (1 - dx) + _FBM[row + right] * dx
    top = _FBM[above + column] * (1 - dx) + _FBM[above + right] * dx
    return bottom + (top - bottom) * dy


def grain(column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """A random number 0-1 for each integer cell (column, row), repeating every 256 cells."""
    return _WHITE[((column + 57 * row) & (_SIZE - 1)) + (row & (_SIZE - 1)) * _SIZE]

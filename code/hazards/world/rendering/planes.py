"""Vectors and colours of many points as planes: (3, N) float32, one row a coordinate, which NumPy computes fastest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(N,) products of the vectors of two planes."""
    total = a[0] * b[0]
    total += a[1] * b[1]
    total += a[2] * b[2]
    return total


def vector(values: Sequence[float] | np.ndarray) -> np.ndarray:
    """One vector or colour as (3, 1), to meet planes."""
    return np.asarray(values, np.float32)[:, None]


def put(planes: np.ndarray, rows: np.ndarray, values: np.ndarray) -> None:
    """Set the points `rows` of planes."""
    for plane, row in zip(planes, np.broadcast_to(values, (len(planes), len(rows))), strict=True):
        plane[rows] = row

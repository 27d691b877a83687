"""The camera: a pinhole on a car."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .geometry import rotation


@dataclass(frozen=True)
class Camera:
    """Where the camera is and looks; yaw and pitch in radians, pitch positive downwards."""

    position: tuple[float, float, float]
    yaw: float
    pitch: float
    roll: float
    fov: float
    """Horizontal angle of view, radians."""

    def rays(self, rows: np.ndarray, height: int, width: int, shift: tuple[float, float] = (0, 0)) -> np.ndarray:
        """Unit directions (len(rows) * width, 3) float32 through the pixel centres of some rows of an image.

        `shift` moves them by a part of a pixel, right and down.
        """
        scale = 2 * np.tan(self.fov / 2) / width
        right = (np.arange(width, dtype=np.float32) + 0.5 + shift[0] - width / 2) * scale
        down = (rows.astype(np.float32) + 0.5 + shift[1] - height / 2) * scale
        local = np.empty((len(rows), width, 3), np.float32)
        local[..., 0] = 1
        local[..., 1] = -right
        local[..., 2] = -down[:, None]
        local /= np.linalg.norm(local, axis=-1, keepdims=True)
        return local.reshape(-1, 3) @ rotation(self.yaw, self.pitch, self.roll).T

    def angle(self, points: np.ndarray) -> np.ndarray:
        """(N,) horizontal angle of (N, 2+) world points off the middle of the view, radians, left positive."""
        x, y = points[:, 0] - self.position[0], points[:, 1] - self.position[1]
        return (np.arctan2(y, x) - self.yaw + np.pi) % (2 * np.pi) - np.pi

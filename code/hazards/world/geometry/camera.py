"""The camera: a pinhole on a car."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hazards.world.geometry.solids import rotation


@dataclass(frozen=True)
class Camera:
    """Where the camera is and looks; yaw and pitch in radians, pitch positive downwards."""

    position: tuple[float, float, float]
    yaw: float
    pitch: float
    roll: float
    fov: float
    """Horizontal angle of view, radians."""

    def rays(self, rows: np.ndarray, height: int, width: int) -> np.ndarray:
        """Unit directions (3, len(rows) * width) float32 through the pixel centres of some rows of an image."""
        scale = np.float32(2 * np.tan(self.fov / 2) / width)
        left = (width / 2 - np.arange(width, dtype=np.float32) - np.float32(0.5)) * scale
        up = (height / 2 - rows[:, None].astype(np.float32) - np.float32(0.5)) * scale
        length = np.sqrt(1 + left**2 + up**2)
        turn = rotation(self.yaw, self.pitch, self.roll)
        return np.stack([(ahead + y * left + z * up) / length for ahead, y, z in turn]).reshape(3, -1)

    def angle(self, points: np.ndarray) -> np.ndarray:
        """(N,) horizontal angle of (N, 2+) world points off the middle of the view, radians, left positive."""
        x = points[:, 0] - self.position[0]
        y = points[:, 1] - self.position[1]
        return (np.arctan2(y, x) - self.yaw + np.pi) % (2 * np.pi) - np.pi

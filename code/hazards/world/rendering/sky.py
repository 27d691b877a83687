"""The sky and the light that comes from it."""

from __future__ import annotations

import numpy as np

from hazards.world.geometry.noise import fbm
from hazards.world.rendering.planes import vector
from hazards.world.towns.catalogue import Weather


def sky(directions: np.ndarray, weather: Weather, sun: np.ndarray, shift: float) -> np.ndarray:
    """Radiance (3, N) float32 seen along (3, N) unit directions: a gradient, clouds, and the glow of the sun."""
    up = np.clip(directions[2], 0, 1)
    horizon = vector(weather.horizon)
    light = vector(weather.sun)
    color = horizon + (vector(weather.zenith) - horizon) * (1 - np.exp(-4.0 * up))
    # Clouds lie on a plane overhead; near the horizon they would be finer than pixels and dissolve in haze.
    flat = 1 / (9 * up + 1.08)
    u = directions[0] * flat + shift
    v = directions[1] * flat + shift
    cover = fbm(u, v) - (0.86 - 0.62 * weather.clouds)
    amount = np.clip(cover / 0.30, 0, 1)
    amount *= amount * (3 - 2 * amount)
    amount *= np.clip(up * 7, 0, 1)
    body = np.clip(1.25 - 0.75 * cover - 0.35 * fbm(u * 3.1 + 0.4, v * 3.1), 0.35, 1.2)
    bright = horizon * 0.75 + 0.10 * light + 0.12
    color += ((1 - 0.22 * weather.clouds) * bright * body - color) * (amount * 0.9)
    toward = np.clip(sun @ directions, 0, 1)
    disc = 2.0 if weather.clouds < 0.8 else 0.1
    glow = 0.12 * np.exp(18 * (toward - 1)) + disc * np.exp(1800 * (toward - 1))
    color += light * (glow * (1 - 0.8 * amount))
    return color


def haze(color: np.ndarray, distance: np.ndarray, directions: np.ndarray, weather: Weather, sun: np.ndarray) -> None:
    """Mix the air between it and the camera into (3, N) radiance."""
    share = 1 - np.exp(distance * np.float32(-1 / weather.haze))
    toward = np.exp(7 * (sun @ directions) - 7)
    air = vector(weather.horizon) * 0.95 + (vector(weather.sun) * 0.08) * toward
    air -= color
    air *= share
    color += air

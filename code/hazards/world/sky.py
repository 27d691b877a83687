"""The sky and the light that comes from it."""

from __future__ import annotations

import numpy as np

from .noise import fbm
from .towns import Weather


def sky(directions: np.ndarray, weather: Weather, sun: np.ndarray, shift: float) -> np.ndarray:
    """Radiance (N, 3) float32 seen along (N, 3) unit directions: a gradient, clouds, and the glow of the sun."""
    up = np.clip(directions[:, 2], 0, 1)
    blend = (1 - np.exp(-4.0 * up))[:, None]
    horizon, zenith = np.asarray(weather.horizon, np.float32), np.asarray(weather.zenith, np.float32)
    color = horizon + (zenith - horizon) * blend
    toward = np.clip(directions @ sun, 0, 1)
    light = np.asarray(weather.sun, np.float32)
    # Clouds lie on a plane overhead; near the horizon they would be finer than pixels and dissolve in haze.
    flat = 1 / (up + 0.12)
    u, v = directions[:, 0] * flat / 9 + shift, directions[:, 1] * flat / 9 + shift
    cover = fbm(u, v)
    low, soft = 0.86 - 0.62 * weather.clouds, 0.30
    amount = np.clip((cover - low) / soft, 0, 1)
    amount = amount * amount * (3 - 2 * amount) * np.clip(up * 7, 0, 1)
    body = np.clip(1.25 - 0.75 * (cover - low) - 0.35 * fbm(u * 3.1 + 0.4, v * 3.1), 0.35, 1.2)
    bright = horizon * 0.75 + 0.10 * light + 0.12
    cloud = bright * body[:, None] * (1 - 0.22 * weather.clouds)
    color += (cloud - color) * (amount * 0.9)[:, None]
    clear = 1 - 0.8 * amount
    glow = 0.12 * np.exp(18 * (toward - 1)) + (2.0 if weather.clouds < 0.8 else 0.1) * np.exp(1800 * (toward - 1))
    return color + (glow * clear)[:, None] * light


def haze(
    color: np.ndarray, distance: np.ndarray, directions: np.ndarray, weather: Weather, sun: np.ndarray
) -> np.ndarray:
    """Mix (N, 3) radiance with the air between it and the camera."""
    share = (1 - np.exp(-distance / weather.haze))[:, None]
    air = np.asarray(weather.horizon, np.float32) * np.float32(0.95)
    toward = np.exp(7 * (directions @ sun - 1))
    lit = air + 0.08 * toward[:, None] * np.asarray(weather.sun, np.float32)
    return color + (lit - color) * share

"""Light and air: the kinds of weather that the towns see."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Weather:
    """Light and air."""

    name: str
    sun: tuple[float, float, float]
    """Colour and strength of sunlight on a surface that faces it."""
    height: tuple[float, float]
    """Range of the sun's height over the horizon, degrees."""
    ambient: tuple[float, float, float]
    """Light from the whole sky on a horizontal surface."""
    zenith: tuple[float, float, float]
    horizon: tuple[float, float, float]
    clouds: float
    """Share of the sky under cloud, 0-1."""
    haze: float
    """Metres at which two thirds of what is seen are haze."""
    wet: float = 0.0
    """How wet the ground is, 0-1."""


SUN = Weather("sun", (3.3, 3.05, 2.6), (28, 60), (0.62, 0.72, 0.9), (0.16, 0.33, 0.66), (0.62, 0.74, 0.88), 0.25, 900)
CLEAR = Weather("clear", (2.9, 2.6, 2.1), (22, 45), (0.6, 0.68, 0.82), (0.2, 0.33, 0.55), (0.7, 0.74, 0.8), 0.12, 700)
OVERCAST = Weather(
    "overcast", (0.35, 0.35, 0.35), (40, 70), (1.35, 1.4, 1.48), (0.5, 0.54, 0.6), (0.72, 0.75, 0.78), 0.9, 600
)
CLOUDY = Weather("cloudy", (1.9, 1.8, 1.65), (30, 60), (0.95, 1.0, 1.1), (0.3, 0.42, 0.6), (0.7, 0.75, 0.82), 0.6, 700)
DUSK = Weather("dusk", (1.9, 1.15, 0.6), (8, 16), (0.42, 0.42, 0.52), (0.17, 0.2, 0.34), (0.86, 0.58, 0.38), 0.4, 600)
RAIN = Weather(
    "rain", (0.18, 0.18, 0.19), (40, 60), (0.85, 0.9, 0.98), (0.3, 0.33, 0.38), (0.5, 0.53, 0.57), 0.95, 330, 0.9
)
FOG = Weather("fog", (0.3, 0.3, 0.3), (35, 60), (1.3, 1.34, 1.4), (0.62, 0.65, 0.69), (0.72, 0.74, 0.77), 0.7, 130)

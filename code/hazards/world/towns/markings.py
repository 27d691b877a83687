"""What is painted on the road: lines, arrows and zebra stripes."""

from __future__ import annotations

import numpy as np

from hazards.world.towns.street import Street


def markings(street: Street, s: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Paint at points of a street: (N,) uint8, 0 bare, 1 white, 2 yellow."""
    across = np.abs(t)
    dashed = _within(s, 9.0) < 3.6
    centre = (across < 0.09) & dashed
    if street.double:
        centre = np.abs(across - 0.17) < 0.08
    white = np.abs(across - street.lanes * street.lane) < 0.09
    for lane in range(1, street.lanes):
        white |= (np.abs(across - lane * street.lane) < 0.09) & dashed
    if street.crossing is not None:
        ahead = s - street.crossing
        clear = np.abs(ahead) - street.cross_half > 4.2
        white = (white & clear) | _before_crossing(street, ahead, t) | _stops_of_crossing(street, ahead, t)
        centre = (centre & clear) | _centre_of_crossing(street, ahead, t)
    paint = white.astype(np.uint8)
    paint[centre] = 2 if street.yellow else 1
    return paint


def _before_crossing(street: Street, ahead: np.ndarray, t: np.ndarray) -> np.ndarray:
    """(N,) bool: stop lines, zebra stripes and arrows; `ahead` is along the street from the crossing's middle."""
    away = np.abs(ahead) - street.cross_half
    on_lanes = np.abs(t) < street.lanes * street.lane
    keeps_right = (t < 0) == (ahead < 0)
    stop = (np.abs(away - 3.9) < 0.25) & on_lanes
    white = (stop | _arrows(street, away - 9.0, t)) & keeps_right
    if street.zebra:
        white |= (np.abs(away - 2.0) < 1.2) & (_within(t, 1.1) < 0.55) & on_lanes
    return white


def _arrows(street: Street, back: np.ndarray, t: np.ndarray) -> np.ndarray:
    """(N,) bool: arrows on the lanes that lead to the crossing; `back` counts metres back from their tips."""
    offset = np.abs(_within(np.abs(t), street.lane) - street.lane / 2)
    stem = (offset < 0.13) & (back > 0) & (back < 4.5)
    tip = (back > 0) & (back < 1.6) & (offset < 0.42 * back)
    return (stem | tip) & (np.abs(t) < street.lanes * street.lane)


def _stops_of_crossing(street: Street, ahead: np.ndarray, t: np.ndarray) -> np.ndarray:
    """(N,) bool: the stop lines of the street that crosses."""
    beside = np.abs(t) - street.half
    keeps_right = (ahead < 0) == (t > 0)
    return (np.abs(beside - 4.0) < 0.25) & keeps_right & (np.abs(ahead) < street.cross_half - 0.4)


def _centre_of_crossing(street: Street, ahead: np.ndarray, t: np.ndarray) -> np.ndarray:
    """(N,) bool: the centre line of the street that crosses."""
    beside = np.abs(t) - street.half
    return (np.abs(ahead) < 0.09) & (beside > 5) & (_within(t, 9.0) < 3.6)


def _within(x: np.ndarray, period: float) -> np.ndarray:
    """Position in the period, metres; `np.mod` takes several times as long."""
    return x - np.floor(x / period) * period

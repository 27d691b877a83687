"""How a mask of marked pixels is painted over a picture.

Hits, false alarms and misses differ in colour and in texture, so that neither a print in grey nor an eye that sees
fewer colours mixes them up.
"""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Patch

HIT, FALSE_ALARM, MISS = COLORS = ("#56b4e9", "#e66100", "#fff15c")
"""Solid, striped and dotted. Light blue, dark orange and lighter yellow stay apart for every kind of colour vision."""
FINENESS = 2
"""Painted pixels along each side of a pixel of the score."""
LIGHT, STRONG = 70, 235
"""Opacities, 0–255, between and on the stripes and dots."""


def paint(marked: np.ndarray, anomaly: np.ndarray) -> np.ndarray:
    """A layer to lay over the picture: boolean (H, W) twice to RGBA uint8 (2 H, 2 W, 4), clear where all is well."""
    large = np.ones((FINENESS, FINENESS), bool)
    marked, anomaly = np.kron(marked, large), np.kron(anomaly, large)
    y, x = np.indices(marked.shape)
    solid = np.ones_like(marked)
    stripes = (x + y) % 6 < 3
    dots = (x // 2 + y // 2) % 2 == 0
    layer = np.zeros((*marked.shape, 4), np.uint8)
    for color, pixels, texture in (
        (HIT, marked & anomaly, solid),
        (FALSE_ALARM, marked & ~anomaly, stripes),
        (MISS, ~marked & anomaly, dots),
    ):
        layer[pixels, :3] = list(bytes.fromhex(color[1:]))
        layer[pixels & texture, 3] = STRONG
        layer[pixels & ~texture, 3] = LIGHT
    return layer


def handles() -> list[Patch]:
    """What a legend shows of hits, false alarms and misses."""
    return [
        Patch(facecolor=HIT, label="hit"),
        Patch(facecolor="white", edgecolor=FALSE_ALARM, hatch="//////", linewidth=0, label="false alarm"),
        Patch(facecolor=MISS, edgecolor="#777777", hatch="....", linewidth=0, label="miss"),
    ]

"""A mask is painted in solid, striped and dotted colours."""

from __future__ import annotations

import numpy as np

from hazards.report.mask_painting import paint

CLEAR = (0, 0, 0, 0)
HIT, FALSE_ALARM, MISS = (0x56, 0xB4, 0xE9), (0xE6, 0x61, 0x00), (0xFF, 0xF1, 0x5C)


def test_hits_are_solid_false_alarms_striped_and_misses_dotted():
    marked, anomaly = np.zeros((2, 12, 12), bool)
    marked[:, :8] = True
    anomaly[:, 4:] = True
    anomaly[9:] = marked[9:] = False
    layer = paint(marked, anomaly)
    assert layer.shape == (24, 24, 4)
    assert layer.dtype == np.uint8
    assert (layer[18:] == CLEAR).all()
    for columns, color in ((slice(0, 8), FALSE_ALARM), (slice(8, 16), HIT), (slice(16, 24), MISS)):
        assert (layer[:18, columns, :3] == color).all()
    y, x = np.indices((18, 24))
    opacity = layer[:18, :, 3]
    assert (opacity[:, 8:16] == 235).all()
    striped = np.where((x + y) % 6 < 3, 235, 70)[:, :8]
    assert np.array_equal(opacity[:, :8], striped)
    dotted = np.where(((x // 2) + (y // 2)) % 2 == 0, 235, 70)[:, 16:]
    assert np.array_equal(opacity[:, 16:], dotted)

"""A bent street is a straight one, moved."""

from __future__ import annotations

import numpy as np
import pytest

from hazards.world.towns.street import Street


@pytest.mark.parametrize("curvature", [0.0, 1 / 90, -1 / 120])
def test_bending_a_street_can_be_undone(curvature):
    street = Street(curvature, 2, 3.5, 8, (2, 3), None, 6, (0, 0), True, False, False)
    points = np.random.default_rng(0).uniform((-40, -45, 0), (180, 45, 3), (500, 3))
    bent = street.bend(points)
    s, t = street.unbend(bent[:, 0], bent[:, 1])
    np.testing.assert_allclose(np.stack([s, t], -1), points[:, :2], atol=1e-3)
    np.testing.assert_allclose(street.place(*points[0, :2]), bent[0, :2], atol=1e-3)

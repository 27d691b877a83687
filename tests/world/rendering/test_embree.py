"""Rays through Embree meet what they should."""

from __future__ import annotations

import numpy as np
import pytest

from hazards.world.geometry.solids import box, join
from hazards.world.rendering.embree import Solids

DOWN = np.array([[0], [0], [-1]], np.float32)


@pytest.mark.parametrize("count", [0, 1, 16, 50])
def test_rays_meet_the_nearest_face_whatever_their_number(count):
    low, high = box((2, 2, 1)), box((1, 1, 1)).moved((0, 0, 3))
    both = join([low, high])
    solids = Solids(both.vertices, both.faces)
    origins = np.zeros((3, count), np.float32)
    origins[0], origins[2] = np.resize([0.1, 0.7, 5], count), 9
    face, distance = solids.first(origins, np.broadcast_to(DOWN, origins.shape))
    np.testing.assert_array_equal(face // 12, np.resize([1, 0, -1], count))
    np.testing.assert_allclose(distance, np.resize([5, 8, np.inf], count), rtol=1e-6)
    np.testing.assert_array_equal(solids.hidden(origins, DOWN), np.resize([True, True, False], count))
    assert not solids.hidden(origins, -DOWN).any()

"""The solids: closed, on the ground, facing outwards; meshes keep what they are when moved and joined."""

from __future__ import annotations

import numpy as np
import pytest

from hazards.world.geometry.solids import box, capsule, cylinder, extrude, join, sphere, torus, tube


def volume(solid):
    corners = solid.vertices[solid.faces].astype(float)
    return np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6


@pytest.mark.parametrize(
    ("solid", "expected", "tolerance"),
    [
        (box((1, 2, 3)), 6, 1e-5),
        (cylinder(1, 2, 64), 2 * np.pi, 0.02),
        (cylinder(1, 3, 64, top_radius=0), np.pi, 0.02),
        (sphere(1, 24), 4 / 3 * np.pi, 0.05),
        (capsule(0.5, 3, 64), np.pi * 0.25 * 2 + np.pi / 6, 0.02),
        (torus(2, 0.5, 48, 24), 2 * np.pi**2 * 2 * 0.25, 0.25),
        (extrude([(0, 0), (1, 0), (1, 1), (0, 1)], 2), 2, 1e-5),
        (tube([(0, 0, 0), (0, 0, 1), (0, 0, 2)], 0.5, 32), np.pi * 0.5, 0.02),
    ],
)
def test_solids_are_closed_stand_on_the_ground_and_face_outwards(solid, expected, tolerance):
    assert volume(solid) == pytest.approx(expected, abs=tolerance)
    assert solid.vertices[:, 2].min() == pytest.approx(0, abs=1e-6)


def test_moving_turning_and_joining_keep_what_a_solid_is():
    solid = box((1, 2, 3), (0.1, 0.2, 0.3)).with_label(5)
    moved = solid.rotated(yaw=0.3, pitch=0.2, roll=-0.1).moved((4, 5, 6))
    both = join([solid, moved])
    assert volume(moved.moved((-4, -5, -6))) == pytest.approx(6, abs=1e-4)
    assert (both.label == 5).all()
    np.testing.assert_array_equal(both.vertices[both.faces[12:]], moved.vertices[moved.faces])

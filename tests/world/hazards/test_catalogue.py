"""The hazards of the embedded world: distinct, whole, of sensible size, and the same each time."""

import numpy as np
import pytest

from hazards.labels import ANOMALY
from hazards.world.hazards.catalogue import FILES, KINDS, hazard
from hazards.world.hazards.grammar import PLACES


@pytest.fixture(scope="module")
def meshes():
    return [hazard(kind) for kind in range(len(KINDS))]


def test_at_least_250_kinds_with_names_of_their_own():
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 250
    assert {kind.family for kind in KINDS} == {file.stem for file in FILES}
    assert {kind.place for kind in KINDS} == set(PLACES) == {"ground", "air", "wall"}


def test_no_two_kinds_look_the_same(meshes):
    looks = {(m.vertices.tobytes(), m.faces.tobytes(), m.color.tobytes(), m.texture.tobytes()) for m in meshes}
    shapes = {(m.vertices.tobytes(), m.faces.tobytes()) for m in meshes}
    assert len(looks) == len(KINDS)
    assert len(shapes) >= 200


def test_every_mesh_is_whole_and_labelled(meshes):
    for kind, mesh in enumerate(meshes):
        name, corners = KINDS[kind].name, mesh.vertices[mesh.faces]
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
        assert np.isfinite(mesh.vertices).all(), name
        assert mesh.faces.min() >= 0, name
        assert mesh.faces.max() < len(mesh.vertices), name
        assert (area > 0).all(), name
        assert (mesh.label == ANOMALY).all(), name
        assert mesh.color.shape == mesh.faces.shape, name
        assert mesh.color.min() >= 0, name
        assert mesh.color.max() <= 1, name
        assert len(mesh.label) == len(mesh.texture) == len(mesh.faces) < 6000, name


def test_every_mesh_stands_at_the_origin_in_natural_size(meshes):
    for kind, mesh in enumerate(meshes):
        low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
        assert low[2] == 0, KINDS[kind].name
        np.testing.assert_allclose((low + high)[:2], 0, atol=1e-3, err_msg=KINDS[kind].name)
        assert 0.2 <= (high - low).max() <= 12, KINDS[kind].name


def test_a_kind_is_a_pure_function_of_its_number():
    first = hazard(7)
    hazard.cache_clear()
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    again = hazard(7)
    np.testing.assert_array_equal(first.vertices, again.vertices)
    np.testing.assert_array_equal(first.color, again.color)
    np.testing.assert_array_equal(state, np.random.get_state()[1])  # noqa: NPY002
    with pytest.raises(ValueError, match="read-only"):
        again.vertices[0] = 0


@pytest.mark.parametrize("kind", [-1, len(KINDS)])
def test_a_kind_out_of_range_is_named(kind):
    with pytest.raises(ValueError, match=f"hazard kind {kind}: expected 0 to {len(KINDS) - 1}"):
        hazard(kind)

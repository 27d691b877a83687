"""The hazards of the embedded world: distinct, whole, of sensible size, and the same each time."""

import numpy as np
import pytest

from hazards.labels import ANOMALY
from hazards.world import hazards
from hazards.world.hazard_paint import paint
from hazards.world.hazard_parts import assemble, kinds

ALL = range(hazards.KINDS)


@pytest.fixture(scope="module")
def meshes():
    return [hazards.hazard(kind) for kind in ALL]


def test_at_least_250_kinds_with_names_of_their_own():
    names = {hazards.hazard_name(kind) for kind in ALL}
    assert len(names) == hazards.KINDS >= 250
    assert {hazards.family(kind) for kind in ALL} == set(hazards.FAMILIES)
    assert set(hazards.PLACES) == {"ground", "air", "wall"}
    assert [hazards.place(kind) for kind in ALL] == list(hazards.PLACES)


def test_no_two_kinds_look_the_same(meshes):
    looks = {(m.vertices.tobytes(), m.faces.tobytes(), m.color.tobytes(), m.texture.tobytes()) for m in meshes}
    shapes = {(m.vertices.tobytes(), m.faces.tobytes()) for m in meshes}
    assert len(looks) == hazards.KINDS
    assert len(shapes) >= 200


def test_every_mesh_is_whole_and_labelled(meshes):
    for kind, mesh in enumerate(meshes):
        name, corners = hazards.hazard_name(kind), mesh.vertices[mesh.faces]
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
        assert low[2] == 0, hazards.hazard_name(kind)
        np.testing.assert_allclose((low + high)[:2], 0, atol=1e-3, err_msg=hazards.hazard_name(kind))
        assert 0.2 <= (high - low).max() <= 12, hazards.hazard_name(kind)


def test_a_kind_is_a_pure_function_of_its_number():
    first = hazards.hazard(7)
    hazards.hazard.cache_clear()
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    again = hazards.hazard(7)
    np.testing.assert_array_equal(first.vertices, again.vertices)
    np.testing.assert_array_equal(first.color, again.color)
    np.testing.assert_array_equal(state, np.random.get_state()[1])  # noqa: NPY002
    with pytest.raises(ValueError, match="read-only"):
        again.vertices[0] = 0


@pytest.mark.parametrize("kind", [-1, hazards.KINDS])
def test_a_kind_out_of_range_is_named(kind):
    with pytest.raises(ValueError, match=f"hazard kind {kind}: expected 0 to {hazards.KINDS - 1}"):
        hazards.hazard(kind)


def test_symmetries_multiply_a_part_and_looks_multiply_a_thing():
    table, chair = kinds("table: oak, red+white\n  four rod 1 .5 0 1 .5 .7 .05 trim\n  block 0 0 .75 2.4 1.4 .1")
    assert (table.name, chair.name) == ("oak table", "red and white table")
    mesh = assemble(chair)
    legs = mesh.vertices[mesh.vertices[:, 2] < 0.1]
    assert {(bool(x > 0), bool(y > 0)) for x, y, _ in legs} == {(a, b) for a in (True, False) for b in (True, False)}
    assert {tuple(color) for color in mesh.color.tolist()} == {
        tuple(np.float32(paint(name).color).tolist()) for name in ("red", "white")
    }


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("blok 0 0 0 1 1 1", "hazard 'red thing', part 'blok 0 0 0 1 1 1': no shape 'blok'"),
        ("block 0 0 0 1 1 1 reddish", "part .*'reddish' is not one of"),
        ("quadruped wings=3", "part 'quadruped wings=3': .*unexpected keyword argument 'wings'"),
    ],
)
def test_a_part_that_is_not_understood_is_named(part, message):
    (thing,) = kinds(f"thing: red\n  {part}")
    with pytest.raises(ValueError, match=message):
        assemble(thing)


def test_a_header_that_is_not_understood_is_named():
    with pytest.raises(ValueError, match="hazard 'thing: red; place=sea': expected"):
        list(kinds("thing: red; place=sea\n  ball 0 0 0 1 1 1"))

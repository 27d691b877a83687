"""The grammar of hazards: symmetries and looks multiply, and what is not understood is named."""

import numpy as np
import pytest

from hazards.world.geometry.materials import paint
from hazards.world.hazards.grammar import assemble, kinds


def test_symmetries_multiply_a_part_and_looks_multiply_a_thing():
    table, chair = kinds(
        "table: oak, red+white\n  four rod 1 .5 0 1 .5 .7 .05 trim\n  block 0 0 .75 2.4 1.4 .1", "furniture"
    )
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
    (thing,) = kinds(f"thing: red\n  {part}", "things")
    with pytest.raises(ValueError, match=message):
        assemble(thing)


def test_a_header_that_is_not_understood_is_named():
    with pytest.raises(ValueError, match="hazard 'thing: red; place=sea': expected"):
        list(kinds("thing: red; place=sea\n  ball 0 0 0 1 1 1", "things"))

"""The paints of hazards do not tell them from what stands in every street."""

import numpy as np
import pytest

from hazards.data.colors import chroma, lab
from hazards.world.geometry.materials import MATERIALS
from hazards.world.towns.catalogue import TOWNS


def chroma_of(color):
    """Chroma of a linear colour, 0-1."""
    values = np.asarray(color)
    srgb = np.where(values <= 0.0031308, 12.92 * values, 1.055 * values ** (1 / 2.4) - 0.055)
    return chroma(lab(np.rint(srgb * 255).astype(np.uint8)[None, None]))[0, 0]


@pytest.mark.parametrize("name", MATERIALS)
def test_no_paint_is_more_colourful_than_what_towns_are_built_of(name):
    built = [color for town in TOWNS.values() for part in ("walls", "roofs", "bricks") for color in town.colors[part]]
    code, _ = MATERIALS[name]
    paint = np.array([[[int(code[i : i + 2], 16) for i in (0, 2, 4)]]], np.uint8)
    assert chroma(lab(paint))[0, 0] < np.mean([chroma_of(color) for color in built])

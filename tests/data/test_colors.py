"""Colours of pixels: CIELAB as it is defined, and how rare, far and colourful a colour is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import mahalanobis

from hazards.data.colors import KnownColors, chroma, contrast, lab

RED, GREY = (255, 0, 0), (119, 119, 119)


def image(*colors):
    """An image of one row of these colours."""
    return np.array([colors], np.uint8)


def test_colours_in_cielab_are_those_of_published_tables():
    expected = {
        (255, 255, 255): (100, 0, 0),
        RED: (53.24, 80.09, 67.20),
        (0, 255, 0): (87.73, -86.18, 83.18),
        (0, 0, 255): (32.30, 79.19, -107.86),
        (0, 0, 0): (0, 0, 0),
        (5, 5, 5): (1.37, 0, 0),
        GREY: (50.03, 0, 0),
    }
    np.testing.assert_allclose(lab(image(*expected))[0], list(expected.values()), atol=0.06)


def test_grey_has_no_chroma_and_a_colour_its_distance_from_grey():
    assert chroma(lab(image(GREY, RED)))[0] == pytest.approx([0, np.hypot(80.09, 67.20)], abs=0.1)


def test_contrast_is_that_of_the_patch():
    flat = lab(np.full((20, 20, 3), 90, np.uint8))
    assert contrast(flat) == pytest.approx(0, abs=1e-3)
    flat[:, 10:, 0] += 40
    assert contrast(flat)[10, [2, 10, 17]] == pytest.approx([0, np.std([0] * 3 + [40] * 4), 0], abs=1e-3)


def test_rarity_falls_with_the_share_of_a_colour_and_is_highest_for_one_never_seen():
    known = KnownColors.of(iter([lab(image(GREY, GREY, GREY)), lab(image(GREY, RED))]))
    common, rare, unseen = known.rarity(lab(image(GREY, RED, (0, 0, 255))))[0]
    assert np.exp(common - rare) == pytest.approx(2 / 5)
    assert np.exp(rare - unseen) == pytest.approx(1 / 2)


def test_distance_is_that_of_mahalanobis():
    rng = np.random.default_rng(0)
    seen = rng.normal((50, 5, -5), (20, 4, 8), (40, 30, 3)).astype(np.float32)
    pixels = seen.reshape(-1, 3).astype(np.float64)
    inverse = np.linalg.inv(np.cov(pixels.T, bias=True))
    expected = [mahalanobis(color, pixels.mean(0), inverse) ** 2 for color in pixels[:5]]
    known = KnownColors.of(iter([seen[:17], seen[17:]]))
    assert known.distance(seen)[0, :5] == pytest.approx(expected)

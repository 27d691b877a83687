"""Images of the world: pure functions of their numbers, with the real shares of labels."""

from __future__ import annotations

import numpy as np
import pytest

from hazards.labels import ANOMALY, PEDESTRIAN, STREETHAZARDS
from hazards.world.rendering.image import render

REAL = {
    "train": (31.0, 12.0, 1.25, 0.47, 0.018, 1.25, 1.35, 33.3, 6.7, 8.8, 0.25, 3.4, 0.10),
    "val": (28.4, 12.7, 2.27, 0.45, 0.002, 0.61, 1.31, 36.2, 4.4, 10.4, 0.04, 3.1, 0.11),
    "test": (30.7, 12.0, 1.12, 0.59, 0.0, 0.78, 1.85, 37.3, 3.9, 8.7, 0.16, 1.8, 0.17),
}
"""Share of pixels of labels 0-12 in StreetHazards, per cent."""
SIZE = {"height": 36, "width": 64}


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_an_image_is_a_pure_function_of_its_number(split):
    image, labels = render(split, 3, **SIZE)
    render("train", 0, **SIZE)
    again = render(split, 3, **SIZE)
    np.testing.assert_array_equal(image, again[0])
    np.testing.assert_array_equal(labels, again[1])
    assert image.dtype == labels.dtype == np.uint8
    assert (render(split, 3, seed=1, **SIZE)[1] != labels).any()
    assert (render(split, 5, **SIZE)[1] != labels).any()


def test_the_scene_does_not_depend_on_the_resolution():
    coarse, fine = render("train", 1, height=36, width=64)[1], render("train", 1, height=108, width=192)[1]
    # Centre pixels of 3x3 groups see along the same rays.
    assert (coarse == fine[1::3, 1::3]).mean() > 0.999


@pytest.fixture(scope="module")
def samples():
    """Labels of 60 images a split at 160x90: {split: (60, 90, 160)}."""
    return {split: np.stack([render(split, i, height=90, width=160)[1] for i in range(60)]) for split in REAL}


@pytest.mark.parametrize("split", list(REAL))
def test_shares_of_labels_are_near_the_real_ones(samples, split):
    """Within a factor of 2 for classes of at least 1 % in training, 5 for rare ones; people may be more common."""
    shares = 100 * np.bincount(samples[split].ravel(), minlength=14) / samples[split].size
    for label, (real, common) in enumerate(zip(REAL[split], REAL["train"], strict=True)):
        if label == PEDESTRIAN:
            assert shares[label] < 0.3
            continue
        factor = 2 if common >= 1 else 5
        assert real / factor < shares[label] < real * factor, (
            f"{split}: {STREETHAZARDS.names[label]} {shares[label]:.3f} %"
        )


def test_only_the_test_split_holds_hazards_and_it_holds_no_pedestrian(samples):
    assert (samples["train"] != ANOMALY).all()
    assert (samples["val"] != ANOMALY).all()
    assert (samples["test"] != PEDESTRIAN).all()
    sizes = (samples["test"] == ANOMALY).mean(axis=(1, 2))
    assert (sizes > 0).all()
    assert 0.002 < np.median(sizes) < 0.009
    assert np.quantile(sizes, 0.95) < 0.06


@pytest.mark.parametrize(("split", "index", "message"), [("dev", 0, "'dev'"), ("val", -1, "image -1 of split val")])
def test_an_unknown_image_is_refused(split, index, message):
    with pytest.raises(ValueError, match=message):
        render(split, index, **SIZE)


def test_a_size_too_small_is_refused():
    with pytest.raises(ValueError, match="4x36"):
        render("val", 0, height=36, width=4)

"""What colour alone finds: all of a hazard in a colour of its own, nothing of one painted like what is known."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image

from hazards.data import DataSet
from hazards.evaluation.appearance import appearance_figures
from hazards.labels import ANOMALY

SIZE = (32, 48)


def painted(stripes, folder, color):
    """The stripes with hazards of a colour, or, where it is None, of those of pixels at the left of them."""
    root = shutil.copytree(stripes.root, folder / "data")
    data = DataSet(root)
    for sample in data.split("test"):
        picture = np.array(Image.open(sample.image))
        hazard = sample.read_labels() == ANOMALY
        picture[hazard] = np.roll(picture, 10, 1)[hazard] if color is None else color
        Image.fromarray(picture).save(sample.image)
    return data


def test_a_colour_of_its_own_gives_a_hazard_away(stripes, tmp_path, store):
    figures = appearance_figures(painted(stripes, tmp_path, (255, 120, 0)), SIZE).value.set_index(["score", "town"])
    for score in ("color distance", "color rarity"):
        assert figures.loc[(score, "all"), "auroc"] > 0.95


def test_known_colours_give_nothing_away(stripes, tmp_path, store):
    figures = appearance_figures(painted(stripes, tmp_path, None), SIZE).value.set_index(["score", "town"])
    for score in ("chroma", "color distance", "color rarity"):
        assert 0.2 < figures.loc[(score, "all"), "auroc"] < 0.8


def test_towns_are_told_apart_and_make_up_the_whole(stripes, tmp_path, store):
    data = painted(stripes, tmp_path, None)
    listed = data.root / "test/test.odgt"
    (data.root / "test/images/test/t6").mkdir()
    moved = data.split("test")[3].image
    moved.rename(moved.parents[1] / "t6" / moved.name)
    listed.write_text(listed.read_text().replace("images/test/t5/4.png", "images/test/t6/4.png"))
    rows = appearance_figures(data, SIZE).value
    by_town = rows.pivot(index="score", columns="town", values="auroc per image")
    assert list(by_town.columns) == ["all", "t5", "t6"]
    assert by_town["all"].to_numpy() == pytest.approx(((3 * by_town["t5"] + by_town["t6"]) / 4).to_numpy())

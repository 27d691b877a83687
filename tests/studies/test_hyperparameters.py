"""The table of hyperparameters has every field of a recipe and its augmentation, with its source."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from hazards import profiles
from hazards.data.augmentation import Augmentation
from hazards.profiles import Profile
from hazards.studies.budgets import hyperparameters
from hazards.training import Recipe
from small_studies import RECIPE

SHOWN_ELSEWHERE = {"name", "world", "own_data"}
"""Fields of a profile that are no hyperparameters."""


def test_every_field_has_an_origin():
    assert hyperparameters.RECIPE.keys() == {field.name for field in fields(Recipe)} - {"transform"}
    assert hyperparameters.AUGMENTATION.keys() == {field.name for field in fields(Augmentation)}
    in_recipes = {*hyperparameters.RECIPE, "networks", "baseline"}
    others = {field.name for field in fields(Profile)} - in_recipes - SHOWN_ELSEWHERE
    assert hyperparameters.PROFILE.keys() == others


def test_a_value_comes_from_the_log_where_it_is_the_logs():
    full, mini = profiles.PROFILES["streethazards"], profiles.PROFILES["mini"]
    recipe = replace(RECIPE, size=(512, 512), batch_size=4, epochs=7, transform=Augmentation(scale=(0.5, 2.0)))
    table = hyperparameters.table(recipe, full).set_index("hyperparameter")
    assert table.loc["size of the images"].tolist() == ["512×512", "512×512", "log"]
    assert table.loc["epochs"].tolist() == ["7", "30", "choice of the profile"]
    assert table.loc["network"].tolist() == ["deeplabv3_mini", "deeplabv3_resnet50", "choice of the profile"]
    assert table.loc["weight decay"].tolist() == ["0.0001", "–", "torchvision's reference for segmentation"]
    assert table.loc["scale of crops", "value"] == "0.5, 2"
    assert table.loc["flips"].tolist() == ["yes", "yes", "log"]
    assert table.loc["best state beside the last", "value"] == "no"
    assert table.loc["native size of the images", "source"] == "log"
    assert hyperparameters.table(recipe, mini).set_index("hyperparameter").loc[
        "images in train, val and test"
    ].tolist() == [
        "240, 96, 120",
        "5125, 1031, 1500",
        "choice of the profile",
    ]
    assert table["source"].notna().all()


def test_profiles_compare_by_their_own_length_and_rate_among_others():
    for profile in profiles.PROFILES.values():
        assert profile.epochs in profile.lengths
        assert len(profile.lengths) > 1
        assert 1 in profile.learning_rates


def test_images_in_proportion_have_as_many_pixels_as_squeezed_ones():
    for profile in profiles.PROFILES.values():
        height, width = profile.unsqueezed
        assert height % 8 == width % 8 == 0
        assert height * width == pytest.approx(profile.reduced[0] * profile.reduced[1], rel=0.15)
        assert width / height == pytest.approx(profile.native[1] / profile.native[0], rel=0.15)

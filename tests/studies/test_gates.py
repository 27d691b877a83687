"""Gates: what networks have to have reached, on means over seeds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hazards.studies.claims import gates
from small_studies import small_study


def log(*values: float) -> pd.DataFrame:
    """The log of one training, with val mIoU after each epoch."""
    return pd.DataFrame({"recipe": "a", "seed": 0, "epoch": range(1, len(values) + 1), "loss": 1.0, "val_miou": values})


@pytest.mark.parametrize(
    ("values", "rise"),
    [
        ((0.1, 0.2, 0.3, 0.4, 0.5), 0.1),  # four fifths of five epochs is the fourth
        ((0.5, 0.5, 0.5, 0.5, 0.45), -0.05),
        ((0.1, 0.2, 0.5), 0.18),  # after 2.4 of three epochs, between the second and the third
        ((np.nan, 0.2, np.nan, 0.4), 0.08),
    ],
)
def test_the_last_fifth_lies_between_validations(values, rise):
    assert gates.last_fifth(log(*values))["a"] == pytest.approx(rise)


@pytest.mark.parametrize("values", [(np.nan, np.nan, 0.4), (0.4,)])
def test_one_validation_says_nothing_about_convergence(values):
    assert np.isnan(gates.last_fifth(log(*values))["a"])
    study = small_study({"a": {"log": [np.nan, np.nan, 0.4]}})
    gate = gates.convergence([(study, ["a"])])
    assert not gate.met
    assert "not measured" in gate.measured


@pytest.mark.parametrize(("end", "met"), [(0.3, True), (0.316, True), (0.317, False), (0.4, False), (0.2, True)])
def test_a_network_has_converged_where_less_than_a_point_is_gained(end, met):
    """Of three epochs the last fifth is 0.6 of the last one: 0.0166 from the second to the third is a point."""
    study = small_study({"a": {"log": [0.1, 0.3, end]}, "b": {}})
    gate = gates.convergence([(study, ["a", "b"])])
    assert gate.met == met
    if not met:
        assert "“a”" in gate.measured


def test_all_networks_of_all_studies_have_to_have_converged_and_no_others():
    rising = {"log": [0.1, 0.2, 0.3]}
    first, second = small_study({"a": {}, "other": rising}), small_study({"b": rising})
    assert gates.convergence([(first, ["a"])]).met
    assert not gates.convergence([(first, ["a"]), (second, ["b"])]).met


def test_convergence_is_judged_by_the_mean_over_seeds():
    """One seed that still rises is outweighed by two that do not: 1.2 points, 0 and 0."""
    logs = pd.concat(
        log(0.3, 0.3, 0.3, 0.3, 0.3 + rise).assign(seed=seed) for seed, rise in enumerate((0.012, 0.0, 0.0))
    )
    assert gates.last_fifth(logs)["a"] == pytest.approx(0.004)


@pytest.mark.parametrize(("train", "met"), [(0.5, False), (0.54, False), (0.56, True)])
def test_one_network_that_overfits_is_enough(train, met):
    study = small_study({"a": {"train": train, "val": 0.5}, "b": {"train": 0.5, "val": 0.5}})
    gate = gates.overfitting([(study, ["a", "b"])])
    assert gate.met == met
    assert "“a”" in gate.measured or train == 0.5
    assert not gates.overfitting([(study, ["b"])]).met


def test_without_figures_on_train_whether_a_network_overfits_is_not_known():
    study = small_study({"a": {}}, splits=("val", "test"))
    gate = gates.overfitting([(study, ["a"])])
    assert not gate.met
    assert "not measured" in gate.measured


@pytest.mark.parametrize(
    ("start", "met"), [("ImageNet", True), ("random", False), ("random, no ImageNet weights to be had", False)]
)
def test_all_networks_have_to_start_from_imagenet(start, met):
    study = small_study({"a": {}, "b": {"start": start}})
    assert gates.pretraining([(study, ["a", "b"])]).met == met
    assert gates.pretraining([(study, ["a"])]).met


def test_studies_may_call_different_recipes_alike():
    steep = small_study({"a": {"log": [0.1, 0.2, 0.3], "train": 0.7}})
    flat = small_study({"a": {"train": 0.5}})
    for compared in ([(steep, ["a"]), (flat, ["a"])], [(flat, ["a"]), (steep, ["a"])]):
        assert "gained 6.0 points" in gates.convergence(compared).measured
        assert gates.overfitting(compared).met
    assert gates.convergence([(flat, ["a"]), (flat, ["a"])]).met
    assert not gates.overfitting([(flat, ["a"]), (flat, ["a"])]).met

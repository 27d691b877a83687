"""A verdict is decided by the whole interval, also where the interval ends exactly at the limit."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hazards import studies
from hazards.labels import STREETHAZARDS
from hazards.scores.logits import max_logit
from hazards.scores.method import as_method
from hazards.studies import Finding, Interval
from hazards.studies.verdicts import Fixed, any_of, best, effects


def over(low: float, high: float) -> Interval:
    """An interval with these ends."""
    return Interval((low + high) / 2, (high - low) / 2 * 3**0.5 / stats.t.ppf(0.975, 2), 3)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-1e-9, 1.0, "undecided"),
        (1e-9, 1.0, "holds"),
        (0.0, 0.0, "does not hold"),
        (-1.0, -1e-9, "does not hold"),
        (-1.0, 1e-9, "undecided"),
        (-1.0, -0.5, "does not hold"),
    ],
)
def test_a_gain_holds_where_the_whole_interval_is_over_zero(low, high, verdict):
    assert over(low, high).verdict() == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-1.0, 0.1001, "undecided"),
        (-1.0, 0.0999, "holds"),
        (0.1, 0.1, "does not hold"),
        (-1e-9, 0.2, "undecided"),
        (1e-9, 0.2, "undecided"),
        (0.0999, 0.2, "undecided"),
        (0.1001, 0.2, "does not hold"),
        (1e-9, 0.05, "holds"),
    ],
)
def test_no_gain_holds_where_the_whole_interval_is_under_the_margin(low, high, verdict):
    assert over(low, high).no_gain(0.1) == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.1, 0.1, "holds"),
        (-0.1, -0.1, "holds"),
        (-0.0999, 0.0999, "holds"),
        (-0.1001, 0.0999, "undecided"),
        (-0.0999, 0.1001, "undecided"),
        (0.0999, 0.2, "undecided"),
        (0.1001, 0.2, "does not hold"),
        (-0.2, -0.0999, "undecided"),
        (-0.2, -0.1001, "does not hold"),
        (-0.2, 0.2, "undecided"),
    ],
)
def test_equivalence_includes_its_margin(low, high, verdict):
    assert over(low, high).equivalence(0.1) == verdict


def test_any_of_is_the_best_of_its_parts_whatever_their_order():
    ranks = ["holds", "undecided", "does not hold"]
    for parts in itertools.product(ranks, repeat=3):
        assert any_of(parts) == min(parts, key=ranks.index)


@pytest.mark.parametrize("count", [2, 3, 8])
def test_intervals_are_those_of_students_t(count):
    values = np.random.default_rng(count).normal(0.3, 1, count)
    found = studies.interval(np.r_[values, np.nan])
    low, high = stats.t.interval(0.95, count - 1, values.mean(), stats.sem(values))
    assert (found.mean, found.low, found.high) == pytest.approx((values.mean(), low, high))
    assert found.n == count


@pytest.mark.parametrize("tail", [0.025, 0.2])
def test_parts_of_an_error_reach_each_by_its_own_degrees_of_freedom(tail):
    estimate = Interval(0.0, 0.3, 6, (Fixed(0.1, 2), Fixed(0.05)))
    parts = [stats.t.ppf(1 - tail, 5) * 0.3 / 6**0.5, stats.t.ppf(1 - tail, 2) * 0.1, stats.norm.ppf(1 - tail) * 0.05]
    assert estimate.reach(tail) == pytest.approx(np.sqrt(np.square(parts).sum()))
    more = [stats.t.ppf(1 - tail, 11) * 0.3 / 12**0.5, *parts[1:]]
    assert estimate.reach(tail, np.array([6, 12])) == pytest.approx(
        np.sqrt([np.square(parts).sum(), np.square(more).sum()])
    )


def test_one_value_has_no_ends_and_none_no_mean():
    alone = studies.interval([2.0])
    assert (alone.mean, alone.low, alone.high, alone.n) == (2.0, -np.inf, np.inf, 1)
    nothing = studies.interval([np.nan])
    assert np.isnan(nothing.mean)
    assert (nothing.low, nothing.high, nothing.n) == (-np.inf, np.inf, 0)
    assert nothing.verdict() == nothing.no_gain(1.0) == nothing.equivalence(1.0) == "undecided"


def test_texts_of_intervals_take_scale_and_digits():
    assert over(-0.0056, 0.0301).text() == "1.2 (−0.6 to 3.0)"
    assert over(0.5, 2.0).text(scale=1, digits=2) == "1.25 (0.50 to 2.00)"
    assert studies.interval(np.array([0.012])).text() == "1.2 (a single value, so no interval)"


def test_gains_and_drops_are_paired_by_seed_on_their_split():
    rows = [
        {"recipe": recipe, "seed": seed, "split": split, "miou": value + seed / 10}
        for (recipe, split), value in {
            ("a", "val"): 0.5,
            ("b", "val"): 0.3,
            ("a", "test"): 0.4,
            ("b", "test"): 0.35,
        }.items()
        for seed in (1, 0, 2)
    ]
    summary = pd.DataFrame(rows)
    assert studies.gain(summary, "miou", of="a", over="b").low == pytest.approx(0.2)
    assert studies.gain(summary, "miou", of="a", over="b", split="test").high == pytest.approx(0.05)
    assert studies.gain(summary, "miou", of="b", over="a").mean == pytest.approx(-0.2)
    fall = studies.interval(studies.paired(summary, "miou", of="val", over="test", by="split", recipe="a"))
    assert (fall.mean, fall.low, fall.n) == (pytest.approx(0.1), pytest.approx(0.1), 3)


@pytest.mark.parametrize("kind", [Interval, Finding, studies.Study])
def test_what_a_chapter_finds_cannot_be_changed(kind):
    assert kind.__dataclass_params__.frozen


def test_curves_are_those_of_the_first_seed_by_the_names_readers_see():
    evaluations = {
        ("a", seed, split): SimpleNamespace(value={"curves": pd.DataFrame({"score": ["max_logit"], "seed": [seed]})})
        for seed in (0, 1)
        for split in ("val", "test")
    }
    study = studies.Study({}, {"MaxLogit": as_method(max_logit)}, {}, evaluations, {}, STREETHAZARDS)
    assert study.curves("a").to_dict("records") == [{"score": "MaxLogit", "seed": 0}]


def test_confusions_of_all_seeds_of_a_recipe_and_a_split():
    evaluations = {
        (recipe, seed, split): SimpleNamespace(value={"confusion": np.full((2, 2), number)})
        for number, (recipe, seed, split) in enumerate(itertools.product("ab", (0, 1), ("val", "test")))
    }
    study = studies.Study({}, {}, {}, evaluations, {}, STREETHAZARDS)
    assert study.confusion("b", "val")[:, 0, 0].tolist() == [4, 6]


def summary_of(values: dict[str, list[float]]) -> pd.DataFrame:
    """Summary of val mIoU by recipe and seed."""
    rows = [
        {"recipe": recipe, "seed": seed, "split": "val", "miou": value}
        for recipe, by_seed in values.items()
        for seed, value in enumerate(by_seed)
    ]
    return pd.DataFrame(rows)


def test_effects_are_gains_by_name():
    summary = summary_of({"a": [0.5, 0.7, 0.6], "b": [0.3, 0.6, 0.2]})
    found = effects(summary, "miou", {"better": ("a", "b"), "worse": ("b", "a")}).set_index("effect")
    expected = studies.interval(np.array([0.2, 0.1, 0.4]))
    assert found.loc["better", ["mean", "low", "high"]].tolist() == pytest.approx(
        [expected.mean, expected.low, expected.high]
    )
    assert found.loc["worse", ["mean", "low", "high"]].tolist() == pytest.approx(
        [-expected.mean, -expected.high, -expected.low]
    )


def test_the_best_has_the_highest_mean_on_its_split_among_those_asked_for():
    summary = summary_of({"a": [0.9, 0.1], "b": [0.6, 0.5], "c": [0.2, 0.2]})
    summary = pd.concat([summary, summary.assign(split="test", miou=1 - summary["miou"])])
    assert best(summary, "miou") == "b"
    assert best(summary, "miou", of=["a", "c"]) == "a"
    assert best(summary, "miou", "test") == "c"

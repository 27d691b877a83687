"""Rank correlations: Spearman's, with an interval that is as wide as their number of replicates makes it."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hazards.studies.correlations import largest, rank_correlation
from hazards.studies.decisions import Decision


def in_order(n: int, turned: bool = False) -> pd.DataFrame:
    values = np.arange(float(n))
    return pd.DataFrame({"x": values, "y": -values if turned else values})


def test_rank_correlations_are_spearmans_with_ties_and_repeat():
    rng = np.random.default_rng(1)
    points = pd.DataFrame({"x": rng.integers(0, 5, 12), "y": rng.integers(0, 5, 12)})
    correlation = rank_correlation(points, "x", "y", resamples=300, seed=4)
    assert correlation.mean == pytest.approx(stats.spearmanr(points["x"], points["y"]).statistic)
    drawn = points[["x", "y"]].to_numpy()[np.random.default_rng(4).integers(12, size=(300, 12))]
    error = np.std(np.arctanh([stats.spearmanr(sample).statistic for sample in drawn]), ddof=1)
    half = stats.t.ppf(0.975, 11) * max(error, np.sqrt((1 + correlation.mean**2 / 2) / 9))
    center = np.arctanh(correlation.mean)
    assert (correlation.low, correlation.high) == pytest.approx((np.tanh(center - half), np.tanh(center + half)))
    assert rank_correlation(points, "x", "y") == rank_correlation(points, "x", "y")


def test_the_unit_is_what_the_rows_are():
    assert (rank_correlation(in_order(6), "x", "y").n, rank_correlation(in_order(6), "x", "y").unit) == (6, "recipes")
    assert rank_correlation(in_order(6), "x", "y", "hazards").unit == "hazards"


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("n", [4, 5, 8, 20])
def test_rows_that_are_all_in_one_order_have_an_interval_with_a_width(n, turned):
    """Four rows are in one of two orders in 2 of 24 cases by chance, which decides nothing; five in 2 of 120."""
    correlation = rank_correlation(in_order(n, turned), "x", "y")
    assert abs(correlation.mean) == pytest.approx(1)
    assert correlation.high - correlation.low > 1 / n**3
    assert correlation.low <= correlation.mean <= correlation.high
    decided = "does not hold" if turned else "holds"
    assert correlation.verdict() == ("undecided" if n < 6 else decided)
    assert 0 < Decision(correlation, "gain", 0.5).p < 1


def test_a_correlation_that_is_nearly_one_ends_before_it():
    points = in_order(12)
    points.loc[[0, 1], "x"] = [1.0, 0.0]
    correlation = rank_correlation(points, "x", "y")
    assert correlation.mean < correlation.high < 1


@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_the_largest_correlation_told_from_one_lies_between_one_and_the_next(n):
    orders = [stats.spearmanr(range(n), order).statistic for order in itertools.permutations(range(n))]
    following = sorted(set(np.round(orders, 9)))[-2]
    assert largest(n) == pytest.approx((1 + following) / 2)


@pytest.mark.parametrize("truth", [0.0, 0.8])
def test_intervals_cover_the_truth_as_often_as_they_say(truth):
    rng = np.random.default_rng(0)
    spearman = 6 / np.pi * np.arcsin(truth / 2)
    covered = 0
    for _ in range(200):
        x, noise = rng.normal(size=(2, 15))
        points = pd.DataFrame({"x": x, "y": truth * x + np.sqrt(1 - truth**2) * noise})
        correlation = rank_correlation(points, "x", "y", resamples=100)
        covered += correlation.low <= spearman <= correlation.high
    assert covered / 200 > 0.93


def test_what_does_not_vary_and_what_is_too_few_has_no_interval():
    constant = rank_correlation(pd.DataFrame({"x": np.arange(5.0), "y": 1.0}), "x", "y")
    assert np.isnan(constant.mean)
    for undecided in (constant, rank_correlation(in_order(3), "x", "y")):
        assert undecided.verdict() == "undecided"
        assert (undecided.low, undecided.high) == (-1, 1)
        assert Decision(undecided, "gain", 0.5).needed is None


def test_half_the_width_and_what_could_be_seen_are_correlations():
    correlation = rank_correlation(in_order(8), "x", "y")
    decision = Decision(correlation, "gain", 0.5)
    assert decision.half_width == pytest.approx((correlation.high - correlation.low) / 2)
    assert np.tanh(correlation.half_width()) < decision.seen < 1
    assert decision.needed > 8

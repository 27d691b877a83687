"""Risk against coverage, against sums pixel by pixel."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hazards.metrics.anomaly import AnomalyMetrics
from hazards.metrics.curves import curve
from hazards.metrics.ranking import rank, rank_cells
from hazards.metrics.risk import aurc, least_aurc, risk_curve


def mean_risk(wrong: np.ndarray) -> float:
    """Mean over n of the share of errors among the n pixels kept first."""
    return float((wrong.cumsum() / np.arange(1, len(wrong) + 1)).mean())


@given(st.permutations(range(40)), hnp.arrays(bool, 40))
def test_the_area_is_the_mean_risk_over_all_numbers_of_pixels(order, wrong):
    wrong[:2] = (True, False)
    doubt = np.array(order, np.float32)
    least, most = aurc(rank(doubt[~wrong], doubt[wrong]))
    assert least == most == pytest.approx(mean_risk(wrong[doubt.argsort()]), abs=1e-12)


def test_tied_pixels_come_in_every_order():
    doubt, wrong = np.array([1, 2, 2, 2, 2, 3], np.float32), np.array([True, False, True, True, False, False])
    orders = [[0, *order, 5] for order in itertools.permutations(range(1, 5))]
    expected = np.mean([mean_risk(wrong[order]) for order in orders])
    least, most = aurc(rank(doubt[~wrong], doubt[wrong]))
    assert least == most == pytest.approx(expected, abs=1e-12)


@given(hnp.arrays(np.float32, 40, elements=st.integers(0, 12)), hnp.arrays(bool, 40), st.integers(1, 13))
def test_an_unknown_order_within_cells_leaves_the_area_between_its_bounds(doubt, wrong, width):
    wrong[:2] = (True, False)
    low = np.arange(0, 13, width, dtype=np.float32)
    cell = doubt.astype(int) // width
    counts = [np.bincount(cell[kind], minlength=len(low)) for kind in (~wrong, wrong)]
    least, most = aurc(rank_cells(low, low + width - 1, *counts, tied=np.full(len(low), width == 1)))
    exact, _ = aurc(rank(doubt[~wrong], doubt[wrong]))
    assert least - 1e-12 <= exact <= most + 1e-12


@pytest.mark.parametrize("wrong", [1, 7, 29])
def test_one_cell_of_unknown_order_may_have_any(wrong):
    cell = np.array([0.0]), np.array([1.0]), np.array([30 - wrong]), np.array([wrong])
    least, most = aurc(rank_cells(*cell, tied=np.array([False])))
    assert most == pytest.approx(mean_risk(np.arange(30) < wrong), abs=1e-12)
    assert least == pytest.approx(mean_risk(np.arange(30) >= 30 - wrong), abs=1e-12)


def test_no_score_is_better_than_one_that_doubts_errors_most():
    wrong = np.random.default_rng(0).random(300) < 0.2
    assert least_aurc((~wrong).sum(), wrong.sum()) == pytest.approx(mean_risk(np.sort(wrong)))


def test_the_curve_is_exact_at_its_points_and_ends_with_all_pixels():
    rng = np.random.default_rng(0)
    wrong = rng.random(5000) < 0.2
    doubt = (rng.normal(size=5000) + wrong).astype(np.float32)
    points = curve(rank(doubt[~wrong], doubt[wrong]))
    coverage, risk = risk_curve(points, (~wrong).sum(), wrong.sum())
    assert (np.diff(coverage) >= 0).all()
    assert (coverage[-1], risk[-1]) == (1, pytest.approx(wrong.mean()))
    for threshold in points.threshold[:-1]:
        kept = doubt < threshold
        place = np.abs(coverage - kept.mean()).argmin()
        assert coverage[place] == pytest.approx(kept.mean())
        assert risk[place] == pytest.approx(wrong[kept].mean())


def test_errors_counted_in_a_histogram_keep_the_area_within_a_small_bound():
    rng = np.random.default_rng(0)
    wrong = rng.random(50_000) < 0.2
    doubt = (rng.normal(size=50_000) + wrong).astype(np.float32)
    metrics = AnomalyMetrics(exact_up_to=0)
    metrics.update(doubt, wrong)
    least, most = aurc(metrics.ranking())
    assert least - 1e-9 <= mean_risk(wrong[doubt.argsort()]) <= most + 1e-9
    assert most - least < 1e-4

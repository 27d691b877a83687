"""What a threshold marks, and how right that is: by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hazards.metrics import masks


def test_rates_by_hand():
    marked, anomaly = np.array([1, 1, 1, 1, 0, 0, 0], bool), np.array([1, 0, 0, 0, 1, 0, 0], bool)
    assert masks.rates(marked, anomaly) == (1 / 2, 1 / 4, 3 / 5)
    assert masks.rates(~marked, anomaly) == (1 / 2, 1 / 3, 2 / 5)


def test_without_anomalies_or_marks_or_normal_pixels_a_share_is_not_a_number():
    some, none = np.ones(3, bool), np.zeros(3, bool)
    assert np.isnan(masks.rates(some, none)).tolist() == [True, False, False]
    assert np.isnan(masks.rates(none, some)).tolist() == [False, True, True]


def test_f1_is_a_harmonic_mean():
    found = masks.f1([0.5, 1.0, 0.0, 0.2], [0.25, 1.0, 0.0, 0.0])
    assert found == pytest.approx([1 / 3, 1, 0, 0])


def made_curve(share: float) -> pd.DataFrame:
    curve = pd.DataFrame({"threshold": [1.0, 2.0, 3.0], "recall": [1.0, 0.6, 0.2], "fpr": [1.0, 0.3, 0.0]})
    curve["precision"] = share * curve["recall"] / (share * curve["recall"] + (1 - share) * curve["fpr"])
    return curve


@pytest.mark.parametrize("share", [0.01, 0.4])
def test_prevalence_follows_from_any_row_with_false_alarms(share):
    assert masks.prevalence(made_curve(share).iloc[1:]) == pytest.approx(share)
    assert np.isnan(masks.prevalence(made_curve(share).iloc[2:]))
    unfound = made_curve(share).iloc[1:2].assign(recall=0.0, precision=0.0)
    assert np.isnan(masks.prevalence(unfound))


def test_a_short_walk_leads_over_each_finite_threshold_once_rising():
    curve = made_curve(0.1)
    doubled = pd.concat([curve, curve.iloc[:1], curve.iloc[:1].assign(threshold=np.inf)]).iloc[::-1]
    walked = masks.walk(doubled, 50)
    pd.testing.assert_frame_equal(walked, curve)


@pytest.mark.parametrize("steps", [5, 11])
def test_a_walk_takes_even_steps_along_the_way(steps):
    """Recall and precision stand still, so that the way is that of the false-positive share."""
    fpr = np.linspace(1, 0, 101) ** 2
    curve = pd.DataFrame({"threshold": np.arange(101.0), "recall": 1.0, "fpr": fpr, "precision": 0.5})
    walked = masks.walk(curve, steps)
    assert len(walked) == steps - 1
    assert walked["threshold"].iloc[[0, -1]].tolist() == [0, 100]
    assert np.diff(walked["fpr"]) == pytest.approx(-1 / (steps - 2), abs=0.02)


def test_a_walk_passes_over_precision_that_falls_back():
    """A precision that jumps down and up again, where it was better at a lower threshold, is no way to go."""
    rows = 200
    curve = pd.DataFrame({"threshold": np.arange(float(rows)), "recall": 1 - np.arange(rows) / rows, "fpr": 0.0})
    steady, jumping = curve.assign(precision=0.9), curve.assign(precision=np.where(np.arange(rows) % 2, 0.2, 0.9))
    assert masks.walk(jumping, 20)["threshold"].tolist() == masks.walk(steady, 20)["threshold"].tolist()


def test_levels_count_the_thresholds_that_a_score_reaches():
    levels = masks.levels(np.array([[0.5, 1.0, 1.5], [2.0, 3.0, 9.0]]), np.array([1.0, 2.0, 3.0]))
    assert levels.tolist() == [[0, 1, 1], [2, 3, 3]]
    assert levels.dtype == np.uint8
    with pytest.raises(ValueError, match="2 scores are not a number"):
        masks.levels(np.array([np.nan, 0.0, np.nan]), np.array([1.0]))

"""The same claim under every measure and convention."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from hazards.studies import Interval, Study, score_gain
from hazards.studies.claims.robustness import correlations_by_measure, scores_by_measure
from small_studies import small_study

SCORES = {"MaxLogit": 0.8, "MSP": 0.75, "MSP aupr": 0.2}


def gains(study: Study) -> Callable[[str, str, str, str], Interval]:
    """How much better a score is than another on the networks of recipe a."""
    return lambda figure, of, over, convention: score_gain(study, figure, of, over, "a", convention)


def test_a_score_may_be_ahead_by_one_measure_and_behind_by_another():
    study = small_study({"a": SCORES}, ("MaxLogit", "MSP"))
    texts = scores_by_measure(gains(study), [("MaxLogit", "MSP")])
    assert texts == {
        "pooled AUROC": "holds, 5.0",
        "pooled AUPR": "does not hold, −12.0",
        "pooled FPR95": "does not hold, 0.0",  # a tie is no lead
        "per-image AUROC": "holds, 5.0",
        "per-image AUPR": "does not hold, −12.0",
        "per-image FPR95": "does not hold, 0.0",
    }


def test_equality_is_judged_by_its_margin():
    study = small_study({"a": SCORES}, ("MaxLogit", "MSP"))
    texts = scores_by_measure(gains(study), [("MaxLogit", "MSP")], "equivalence", 0.1)
    assert texts["pooled AUROC"] == "holds, 5.0"
    assert texts["pooled AUPR"] == "does not hold, −12.0"


def test_an_order_holds_where_each_of_its_steps_does():
    study = small_study({"a": SCORES | {"Energy": 0.9}}, ("Energy", "MaxLogit", "MSP"))
    steps = [("Energy", "MaxLogit"), ("MaxLogit", "MSP")]
    assert scores_by_measure(gains(study), steps)["pooled AUROC"] == "holds"
    assert scores_by_measure(gains(study), steps[::-1])["pooled AUPR"] == "does not hold"


def test_a_fall_of_fpr95_goes_with_better_segmentation():
    points = pd.DataFrame({"val": range(6), "auroc": range(6), "aupr": range(6, 0, -1), "fpr95": range(6, 0, -1)})
    texts = correlations_by_measure({"pooled": points, "per-image": points.assign(auroc=1)})
    assert texts["pooled AUROC"] == texts["pooled FPR95"] == "holds, 1.00"
    assert texts["pooled AUPR"] == "does not hold, −1.00"
    assert texts["per-image AUROC"] == "undecided, no correlation"

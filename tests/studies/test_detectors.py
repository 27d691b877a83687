"""What scores are worth as detectors: known rows in, known figures out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hazards.evaluation.failures import failure_cases
from hazards.prose import NOTHING
from hazards.report import detector_figures
from hazards.store import step
from hazards.studies import detectors
from small_studies import small_study

PLACE = {"top": 1, "left": 2, "bottom": 5, "right": 9, "label": "road", "taken for": "car"}


@step
def given(value):
    return value


def opened() -> pd.DataFrame:
    """Two towns, three images in one and one in the other, and two seeds."""
    rows = []
    for seed in (0, 1):
        for town, images, open_miou in (("t5", 3, 0.2), ("t6", 1, 0.6)):
            row = {"score": "a", "rule": "95 % TPR", "town": town, "images": images, "seed": seed}
            rows.append(row | {"closed": 0.8, "open": open_miou + 0.1 * seed, "recall": 0.9, "fpr": 0.5})
    return pd.DataFrame(rows)


def test_towns_are_weighed_by_images_and_seeds_alike():
    row = detectors.open_table(opened()).iloc[0]
    assert (row["score"], row["rule"]) == ("a", "95 % TPR")
    assert row["open"] == pytest.approx((30 + 40) / 2)
    assert row["gap"] == pytest.approx(80 - 35)
    assert row["false alarms"] == pytest.approx(50)


def test_without_another_town_there_is_no_threshold_and_no_row():
    assert detectors.open_table(opened().iloc[:0]).empty


def marked(*rows: tuple[str, str, int, float, str]) -> pd.DataFrame:
    """Components over the threshold: score, image, pixels, PPV and label."""
    frame = pd.DataFrame(rows, columns=["score", "image", "pixels", "ppv", "label"])
    return frame.assign(**{name: value for name, value in PLACE.items() if name != "label"})


def test_false_alarms_are_those_with_hardly_a_hazard_the_most_pixels_first():
    rows = [
        ("a", "1", 10, 0.0, "road"),
        ("a", "2", 5, 0.24, "road"),
        ("a", "3", 40, 0.2, "sky"),
        ("a", "4", 99, 0.25, "sky"),
    ]
    found = detectors.false_alarms(marked(*rows))
    assert found.to_numpy().tolist() == [["a", "sky", 1, 40], ["a", "road", 2, 15]]


def test_failures_are_the_largest_of_the_best_score_one_an_image(store):
    anomaly = pd.DataFrame(
        {"score": ["a", "b", "c", "b"], "convention": ["pooled"] * 3 + ["per-image"], "aupr": [0.1, 0.3, 0.9, 0.0]}
    )
    hazards = [("a", "1", 99, 0.0), ("b", "1", 7, 0.0), ("b", "1", 9, 0.1), ("b", "2", 50, 0.25), ("b", "3", 8, 0.24)]
    hazards += [("b", "4", 9, 0.0), ("b", "5", 1, 0.0)]
    tables = {
        "hazards": pd.DataFrame(hazards, columns=["score", "image", "pixels", "siou"]).assign(**PLACE),
        "marked": marked(("b", "1", 60, 0.3, "road"), ("b", "2", 4, 0.0, "sky"), ("a", "2", 90, 0.0, "sky")),
    }
    cases = failure_cases(given({"anomaly": anomaly}), given(tables), ("a", "b")).value
    chosen = cases[["kind", "score", "image", "pixels"]].to_numpy().tolist()
    assert chosen == [
        ["miss", "b", "1", 9],
        ["miss", "b", "4", 9],
        ["miss", "b", "3", 8],
        ["false alarm", "b", "2", 4],
    ]


@pytest.mark.parametrize(("f1", "word"), [(0.5, "more hits"), (0.49, "no usable alarm")])
def test_an_alarm_is_usable_from_an_f1_of_one_half_on(f1, word):
    figures = pd.DataFrame({"score": ["a", "b"], "f1": [0.1, f1], "siou": 0.1, "ppv": 0.2})
    cases = pd.DataFrame({"score": []})
    found = detectors.Detection(figures, pd.DataFrame(), marked(), cases, {})
    study = small_study({"one": {}}, scores=("a", "b"))
    for (_, seed, split), entry in study.evaluations.items():
        if split == "test":
            entry.value["anomaly"]["tpr5"] = 0.3 + seed / 10
    areas = pd.DataFrame({"score": ["a", "b"], "aurc": [0.1, 0.2], "error": 0.3, "least": 0.05})
    result = detectors.conclude(study, "one", found, opened(), areas)
    assert result.values["best"] == "b"
    assert word in result.texts["alarm"]
    assert result.values["failed"] == NOTHING
    assert result.values["detectors"].to_numpy().tolist() == [
        ["a", pytest.approx(40), 10],
        ["b", pytest.approx(40), 20],
    ]


def test_hazards_found_are_those_with_an_siou_of_a_quarter():
    """Ten hazards, each larger than the one before; the five largest are found."""
    hazards = pd.DataFrame({"score": "a", "pixels": np.arange(1, 11), "siou": [0.2] * 5 + [0.25] * 5})
    left, right = detector_figures.found_by_size(hazards, ["a"], 100, "note").axes
    assert left.lines[0].get_ydata().tolist() == pytest.approx([0, 0, 0.5, 1, 1])
    assert right.lines[0].get_ydata()[[0, -1]].tolist() == pytest.approx([0.2, 0.25])
    assert left.lines[0].get_xdata()[0] == pytest.approx(0.015)


def test_the_best_risk_is_nothing_until_only_errors_are_left():
    curves = pd.DataFrame({"score": "a", "coverage": [0.5, 1.0], "risk": [0.1, 0.2]})
    (axis,) = detector_figures.risk_coverage(curves, ["a"], 0.2, "note").axes
    best = axis.lines[1]
    assert (best.get_xdata()[0], best.get_ydata()[0]) == (0.8, pytest.approx(0))
    assert (best.get_xdata()[-1], best.get_ydata()[-1]) == (1, pytest.approx(0.2))


def test_failures_are_framed_in_their_pictures():
    cases = pd.DataFrame(
        [PLACE | {"kind": kind, "image": "1", "pixels": 28} for kind in ("miss", "miss", "false alarm")]
    )
    views = {
        "image": np.zeros((3, 12, 16, 3), np.uint8),
        "labels": np.zeros((3, 12, 16)),
        "marked": np.ones((3, 12, 16)),
    }
    figure = detector_figures.failures(cases, views, 13, "note")
    framed = [axis for axis in figure.axes if axis.patches]
    assert len(framed) == 3
    assert [axis.get_ylabel() for axis in figure.axes] == ["miss", "", "false alarm", ""]
    frame = framed[0].patches[0]
    assert (frame.get_x(), frame.get_y(), frame.get_width(), frame.get_height()) == (-0.5, -1.5, 11, 8)

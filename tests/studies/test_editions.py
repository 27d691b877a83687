"""Editions: the verdicts of one are kept as a small file, and set beside those of another with why they changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hazards.profiles import PROFILES
from hazards.studies import Finding, Interval, claims
from hazards.studies.claims import editions
from hazards.studies.verdicts import Fixed
from small_studies import small_study

MINI = replace(PROFILES["mini"], seeds=3)
LONGER = replace(MINI, name="longer", epochs=12, seeds=8)
OVERFITS = [(small_study({"a": {"train": 0.6}}), ["a"])]
RISES = [(small_study({"a": {"log": [0.1, 0.2, 0.3]}}), ["a"])]


def towns(mean: float, deviation: float) -> Interval:
    return Interval(mean, deviation, 6, (Fixed(0.001, 2),), "towns")


def images(mean: float, deviation: float, seeds: int = 3) -> Interval:
    return Interval(mean, deviation, seeds, (Fixed(0.001),), "seeds and images")


def row(before: dict[str, Finding], now: dict[str, Finding], profile=MINI) -> pd.Series:
    """The one row of the changes between two editions of one claim."""
    table = editions.changes(editions.edition("first", before, MINI), editions.edition("second", now, profile))
    assert len(table) == 1
    return table.iloc[0]


def test_an_edition_is_the_same_when_it_has_been_written_and_read(tmp_path, monkeypatch):
    findings = {
        "C08": Finding("71.6 %", "holds"),
        "C11": claims.decide("C11", Interval(0.01, 0.02, 3), Interval(0.05, 0.001, 3), compared=OVERFITS),
        "C12": claims.decide("C12", Interval(0.01, np.inf, 1)),
    }
    rows = editions.edition("first", findings, MINI)
    assert rows[["claim", "part", "verdict"]].values.tolist() == [
        ["C08", 0, "holds"],
        ["C11", 1, "undecided"],
        ["C11", 2, "undecided"],
        ["C12", 1, "undecided"],
    ]
    assert rows["decided"].tolist()[1:3] == ["undecided", "holds"]
    (tmp_path / "editions").mkdir()
    editions.write(rows, tmp_path / "editions" / "first.csv")
    monkeypatch.setattr(editions.resources, "files", lambda package: tmp_path)
    kept = editions.read("first")
    assert kept[["mean", "low", "high"]].to_numpy(float) == pytest.approx(
        rows[["mean", "low", "high"]].to_numpy(float), rel=1e-5, nan_ok=True
    )
    texts = ["edition", "claim", "part", "verdict", "measured", "seeds"]
    assert kept[texts].values.tolist() == rows[texts].values.tolist()
    same = editions.changes(kept, rows)
    assert same["why"].tolist() == ["–", "–", "–"]
    assert same["before"].tolist() == same["now"].tolist()


def test_the_edition_that_comes_with_the_project_has_every_claim_that_was_tested():
    rows = editions.read("mini-3-seeds")
    verdicts = rows.drop_duplicates("claim").set_index("claim")["verdict"]
    assert verdicts.value_counts().to_dict() == {"not testable": 10, "undecided": 7, "holds": 3, "does not hold": 1}
    assert (rows["part"] > 0).equals(rows["mean"].notna())
    assert set(rows["seeds"]) == {3}


def test_a_gate_that_opens_is_the_reason():
    gain = Interval(0.1, 0.001, 3)
    closed = {"C13": claims.decide("C13", gain, compared=RISES)}
    opened = {"C13": claims.decide("C13", gain, compared=OVERFITS)}
    change = row(closed, opened)
    assert change["before"].startswith("not testable: 10.0 (")
    assert change["now"].startswith("holds: 10.0 (")
    assert change["why"] == "its gates are met now"
    assert row(opened, closed)["why"] == "a gate is not met any more"


def test_more_seeds_make_an_interval_narrower():
    before, now = claims.decide("C16", images(0.03, 0.02)), claims.decide("C16", images(0.03, 0.02, 8))
    assert (before.verdict, now.verdict) == ("undecided", "holds")
    why = row({"C16": before}, {"C16": now}, LONGER)["why"]
    assert why == "the interval of AUROC is narrower, ±1.7 instead of ±5.0 with 8 seeds instead of 3"
    assert "wider" in row({"C16": now}, {"C16": before})["why"]


def test_other_networks_move_the_figure():
    before, now = claims.decide("C16", images(0.03, 0.01)), claims.decide("C16", images(-0.05, 0.01))
    assert row({"C16": before}, {"C16": now}, LONGER)["why"] == "AUROC moved from 3.0 to −5.0, by other networks"
    assert row({"C16": before}, {"C16": now})["why"] == "AUROC moved from 3.0 to −5.0"


def test_another_unit_is_the_reason():
    now = claims.decide("C05", towns(0.03, 0.05))
    before = editions.edition("first", {"C05": now}, MINI).assign(verdict="holds", decided="holds", unit="seeds")
    before = before.assign(low=0.025, high=0.035)
    change = editions.changes(before, editions.edition("second", {"C05": now}, MINI)).iloc[0]
    assert change["why"].startswith("its interval is over towns, no longer over seeds; the interval of mIoU of single")


def test_only_the_part_that_changed_is_named():
    clear = Interval(0.1, 0.001, 3)
    before = claims.decide("C11", clear, Interval(0.02, 0.05, 3), compared=OVERFITS)
    now = claims.decide("C11", Interval(0.2, 0.0001, 3), Interval(0.02, 0.001, 3), compared=OVERFITS)
    why = row({"C11": before}, {"C11": now})["why"]
    assert why == "the interval of val mIoU over Hiera is narrower, ±0.2 instead of ±12.4"


def test_what_one_edition_lacks_is_said():
    gain = claims.decide("C12", Interval(0.1, 0.001, 3))
    never = Finding("val mIoU never fell in a training", "undecided")
    assert row({"C12": never}, {"C12": gain})["why"] == "one edition alone has an interval"
    change = row({}, {"C12": gain})
    assert (change["before"], change["why"]) == ("–", "one edition alone has a finding about it")


def test_an_interval_without_an_end_is_unknown():
    before = claims.decide("C12", Interval(0.01, np.inf, 1))
    now = claims.decide("C12", Interval(0.01, 0.0001, 3))
    assert "±0.0 instead of ±unknown" in row({"C12": before}, {"C12": now})["why"]

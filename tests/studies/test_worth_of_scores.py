"""What scores need and cost stands beside what they reach, and the ensemble has its members' cost."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hazards import studies
from hazards.evaluation.figures import KEPT_DRAWS
from hazards.scores import DenseNeighbors, LogHeat, as_method, energy
from hazards.studies.scoring import worth
from small_studies import small_study

COSTS = {
    "scores": pd.DataFrame(
        {
            "score": ["cDNP", "energy", "HEAT of the log"],
            "milliseconds": [30.0, 2.0, 3.0],
            "mebibytes": [0.25, 0.0, 0.0],
        }
    ),
    "network": {"milliseconds": 10.0, "mebibytes": 4.0},
    "processor": "a processor",
}


def scored_study() -> studies.Study:
    """A study of three seeds whose scores are real methods: AUROC 80, 70 and 60 %, a tenth of a point more a seed."""
    methods = {"Energy": as_method(energy), "HEAT": LogHeat(), "Neighbours": DenseNeighbors()}
    names = [method.name for method in methods.values()]
    found = small_study({"A": dict(zip(names, (0.8, 0.7, 0.6), strict=True))}, names)
    return replace(found, scores=methods)


def test_costs_are_told_apart_by_method_and_the_ensemble_pays_for_its_networks():
    study = scored_study()
    pooled = {"convention": ["pooled", "per-image"], "auroc": [0.85, 0.1], "aupr": [0.2, 0.1]}
    members = study.evaluations["A", 0, "test"].value["draws"]["energy"]
    draws = members + np.linspace(-0.01, 0.01, KEPT_DRAWS)[:, None]
    joint = {"anomaly": pd.DataFrame(pooled), "draws": {"energy, 3 networks": draws}}
    found = worth.conclude(study, "A", joint, "Energy", COSTS)
    rows = found.values["table"].set_index("score")
    assert rows["needs"].tolist() == ["nothing", "earlier images", "a bank of train", "3 networks"]
    assert rows["ms"].tolist() == [2, 3, 30, 2 * 10 + 3 * 2]
    assert rows["MiB"].tolist() == [0, 0, 0.25, 8]
    assert rows["AUROC"].tolist() == pytest.approx([80.1, 70.1, 60.1, 85])
    assert rows.index[-1] == "Energy, mean of 3 networks"
    assert found.values["members"]["auroc"].tolist() == pytest.approx([0.8, 0.801, 0.802])
    ahead = found.gains["ensemble"]
    assert ahead.mean == pytest.approx(0.049)
    assert ahead.unit == "images"
    # what all networks share on a draw of images is no doubt about the difference; what the ensemble adds is
    spread = np.linspace(-0.01, 0.01, KEPT_DRAWS).std(ddof=1)
    assert ahead.high - ahead.low == pytest.approx(2 * stats.t.ppf(0.975, 1) * spread)  # two images


def test_the_ensemble_has_every_seed_of_the_recipe(monkeypatch):
    called = []
    monkeypatch.setattr(worth, "evaluate_ensemble", lambda members, score: called.append((members, score)))
    study = scored_study()
    worth.ensemble(study, "A", SimpleNamespace(), "Energy")
    ((members, score),) = called
    assert [member.trained for member in members] == [study.trainings["A", seed] for seed in range(3)]
    assert score.name == "energy"

"""Tables say what figures of studies allow: costs, gaps, falls, gains with intervals, correlations."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from torch import nn

from hazards import studies
from hazards.labels import STREETHAZARDS
from hazards.networks.complexity import complexity
from hazards.report import network_figures
from hazards.report.tables import table
from hazards.studies.tables import anomaly_grid
from hazards.studies.verdicts import best, effects
from small_studies import small_study

TWO = {"a": {"train": 0.8, "val": 0.8, "seconds": 10.0}, "b": {"train": 1.0, "val": 0.7, "seconds": 20.0}}


def test_trainings_have_gap_falls_and_seconds():
    study = small_study({"a": TWO["a"], "b": TWO["b"] | {"log": [0.3, 0.1, 0.25]}}, seeds=2)
    rows = studies.trainings(study).set_index(["recipe", "seed"])
    assert rows.loc[("b", 0), "gap"] == pytest.approx(0.3)
    assert rows.loc[("a", 1), "gap"] == 0
    assert rows.loc[("b", 0), "falls"] == pytest.approx(0.2)
    assert rows.loc[("a", 0), "falls"] == 0
    slower = studies.gain(studies.trainings(study), "seconds", of="b", over="a")
    assert slower.mean == 10
    assert slower.verdict() == "holds"


def test_a_training_that_was_resumed_has_no_seconds_and_decides_nothing():
    study = small_study({"a": TWO["a"], "b": TWO["b"] | {"resumed": True}})
    assert studies.gain(studies.trainings(study), "seconds", of="b", over="a").verdict() == "undecided"


def test_the_table_of_costs(store):
    rows = studies.spread_and_cost(small_study(TWO, seeds=2)).set_index("recipe")
    assert rows.loc["a", "seconds"] == 10.5
    assert rows.loc["b", "MiB"] == 101
    assert rows.loc["b", ["miou", "low", "high"]].tolist() == pytest.approx([0.7005, 0.7, 0.701])
    assert rows.loc["a", "network"] == "deeplabv3_mini"
    assert rows.loc["a", "size"] == "24×16"
    assert 0.1 < rows.loc["a", "million parameters"] < 0.3


def test_the_grid_takes_one_convention_and_the_names_readers_see():
    grid = anomaly_grid(small_study(TWO, seeds=1))
    assert grid[["network", "score", "auroc"]].to_numpy().tolist() == [["a", "MaxLogit", 0.8], ["b", "MaxLogit", 0.8]]


def test_means_in_per_cent_by_split_with_the_gap():
    study = small_study(TWO, seeds=1)
    rows = studies.reached(study.summary)
    assert rows.columns.tolist() == [
        "recipe",
        "train mIoU",
        "val mIoU",
        "test mIoU",
        "gap",
        "val, shared labels",
        "test, shared labels",
    ]
    assert rows.iloc[1, 1:].tolist() == pytest.approx([100, 70, 50, 30, 70, 50])
    rows = studies.reached(studies.outcome(study, "MaxLogit").query("recipe == 'b'"))
    assert rows.columns.tolist()[-3:] == ["AUROC", "AUPR", "FPR95"]
    assert rows.iloc[0][["gap", "AUROC", "AUPR", "FPR95"]].tolist() == pytest.approx([30, 80, 8, 50])


def test_scores_stand_beside_what_is_quoted_for_them():
    methods = studies.anomaly_table(small_study({"a": {}}, ("MaxLogit", "new"), seeds=1), "a")
    rows = studies.beside_quoted(methods).set_index("score")
    assert rows.columns.tolist() == ["AUROC", "AUPR", "FPR95", "log AUROC", "log AUPR", "paper AUROC", "paper AUPR"]
    assert rows.loc["MaxLogit", ["AUROC", "log AUROC", "log AUPR", "paper AUROC"]].tolist() == [75, 90.5, 8.43, 89.3]
    assert rows.loc["new"].isna().sum() == 4


def test_published_figures_say_whether_anomalies_were_shown_in_training():
    table = studies.published()
    assert table["AUPR"].is_monotonic_increasing
    assert set(table["anomalies in training"]) <= {"no", "yes", "not known"}
    assert table.set_index("method").loc["MaxLogit", ["FPR95", "AUROC", "AUPR"]].tolist() == [26.5, 89.3, 10.6]
    assert len(table) == len(studies.quoted_figures().query("source == 'published'"))


def test_effects_say_how_sure_they_are():
    summary = pd.DataFrame(
        [
            {"recipe": recipe, "seed": seed, "split": "val", "miou": value + seed / 100}
            for recipe, values in {"none": [0.1, 0.1, 0.1], "crop": [0.3, 0.31, 0.3], "blur": [0.1, 0.3, 0.0]}.items()
            for seed, value in enumerate(values)
        ]
    )
    changes = effects(summary, "miou", {"crop": ("crop", "none"), "blur": ("blur", "none")})
    axis = network_figures.effects(changes, "gain", "note").axes[0]
    marks = [line for line in axis.lines if line.get_marker() == "o"]
    assert [mark.get_markerfacecolor() == "white" for mark in marks] == [False, True]
    assert best(summary, "miou", of=["none", "blur"]) == "blur"


class OneConvolution(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 4, 3, padding=1)
        self.auxiliary = nn.Linear(5, 5)

    def forward(self, images):
        return self.layer(images)


class Curious(OneConvolution):
    """Looks at its input, as networks may that choose a branch by it."""

    def forward(self, images):
        return super().forward(images if images.sum().item() == 0 else images[..., :1])


@pytest.mark.parametrize("network", [OneConvolution, Curious])
def test_complexity_counts_a_convolution(store, network):
    counts = complexity(network, (6, 8), 13).value
    assert counts == {"parameters": 3 * 4 * 9 + 4, "flops": 2 * 3 * 9 * 4 * 6 * 8}


def test_heat_maps_write_what_they_show():
    grid = anomaly_grid(small_study(TWO, seeds=1))
    figure = network_figures.score_heatmaps(grid, {"auroc": "AUROC", "fpr95": "FPR95 ↓"}, "note")
    assert [[text.get_text() for text in axis.texts] for axis in figure.axes] == [["80", "80"], ["50", "50"]]
    ious = {"a": np.full((2, 13), 0.25), "b": np.full((2, 13), np.nan)}
    texts = [text.get_text() for text in network_figures.label_heatmap(ious, STREETHAZARDS, "note").axes[0].texts]
    assert texts == ["25"] * 13 + ["–"] * 13


def test_tables_are_exported_in_full_precision(tmp_path):
    frame = pd.DataFrame({"network": ["a|b", "ü"], "value": [1 / 3, np.nan]})
    paths = table(frame, digits=1).export(tmp_path / "deep" / "tbl-x")
    assert sorted(path.rsplit(".", 1)[1] for path in paths) == ["csv", "json", "md"]
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "deep/tbl-x.csv"), frame)
    rows = json.loads((tmp_path / "deep/tbl-x.json").read_text(encoding="utf-8"))
    assert rows == [{"network": "a|b", "value": pytest.approx(1 / 3)}, {"network": "ü", "value": None}]
    assert r"| a\|b | 0.3 |" in (tmp_path / "deep/tbl-x.md").read_text(encoding="utf-8")


def test_costs_of_trainings_that_were_all_resumed_are_unknown(store):
    resumed = small_study({"b": {"resumed": True}})
    assert resumed.costs.empty
    costs = studies.cost_table(resumed)
    assert np.isnan(costs["seconds"].item())
    assert costs["seconds"].dtype == costs["MiB"].dtype == float
    assert studies.minutes(resumed).startswith("nan minutes")


@pytest.mark.parametrize(
    ("seeds", "text"),
    [
        (1, "5.0 minutes of one core with 1 seed"),
        (2, "10.0 minutes of one core with 2 seeds"),
        (4, "10.1 minutes of one core with 2 seeds, 20.1 with all 4"),
    ],
)
def test_the_cost_of_a_recipe_is_said_for_few_seeds_and_for_all(seeds, text):
    two = small_study({"a": {"seconds": 200.0}, "b": {"seconds": 400.0}}, seeds=seeds)
    assert studies.minutes(two) == studies.evaluation_minutes(two) == text

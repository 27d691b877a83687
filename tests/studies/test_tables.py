"""Comparisons of networks say what their figures allow: costs, gaps, falls, gains with intervals, correlations."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from torch import nn

from hazards import studies
from hazards.labels import STREETHAZARDS
from hazards.networks.complexity import complexity
from hazards.networks.models import deeplabv3_mini
from hazards.report import network_figures
from hazards.report.tables import table
from hazards.scores.logits import max_logit
from hazards.scores.method import as_method
from hazards.studies import comparisons
from hazards.training import Recipe

RECIPE = Recipe(model=deeplabv3_mini, size=(16, 24), epochs=3, batch_size=4, learning_rate=1e-3)


def confusion(right: float) -> np.ndarray:
    """Two labels, of whose pixels this share is right."""
    matrix = np.zeros((13, 13), np.int64)
    matrix[:2, :2] = np.rint(np.array([[right, 1 - right], [1 - right, right]]) * 1000)
    return matrix


def small_study(train: list[float], val: list[float], falling: list[float], resumed: bool = False) -> studies.Study:
    """Recipes a and b with two seeds; b's networks have these shares right, a's 0.9, and these val mIoUs by epoch."""
    trainings, evaluations = {}, {}
    for name in ("a", "b"):
        for seed in (0, 1):
            curve = falling if name == "b" else [0.1, 0.2, 0.3]
            log = pd.DataFrame({"epoch": [1, 2, 3], "loss": 1.0, "val_miou": curve})
            provenance = {
                "seconds": 10.0 * (2 if name == "b" else 1) + seed,
                "peak_memory_mib": 100.0 + seed,
                "device": "cpu",
                "resumed": resumed and name == "b",
            }
            trainings[name, seed] = SimpleNamespace(value={"log": log, "start": "random"}, provenance=provenance)
            for split, shares in (("train", train), ("val", val)):
                right = shares[seed] if name == "b" else 0.9
                value = {"confusion": confusion(right), "images": pd.DataFrame({"miou": [0.5]})}
                evaluations[name, seed, split] = SimpleNamespace(value=value)
            rows = [
                {"score": "max_logit", "convention": "pooled", "auroc": 0.8, "aupr": 0.1, "fpr95": 0.5},
                {"score": "max_logit", "convention": "per-image", "auroc": 0.1, "aupr": 0.1, "fpr95": 0.1},
            ]
            value = {
                "confusion": confusion(0.5),
                "images": pd.DataFrame({"miou": [0.5]}),
                "anomaly": pd.DataFrame(rows),
            }
            evaluations[name, seed, "test"] = SimpleNamespace(value=value)
    recipes = {"a": RECIPE, "b": RECIPE}
    return studies.Study(recipes, {"MaxLogit": as_method(max_logit)}, trainings, evaluations, {}, STREETHAZARDS)


def test_trainings_have_gap_falls_and_seconds():
    study = small_study([1.0, 1.0], [0.8, 0.7], [0.3, 0.1, 0.25])
    rows = comparisons.trainings(study).set_index(["recipe", "seed"])
    assert rows.loc[("b", 0), "gap"] == pytest.approx(1 - 0.8 / 1.2)
    assert rows.loc[("a", 1), "gap"] == 0
    assert rows.loc[("b", 0), "falls"] == pytest.approx(0.2)
    assert rows.loc[("a", 0), "falls"] == 0
    found = studies.gain(comparisons.trainings(study), "seconds", of="b", over="a")
    assert found.mean == 10
    assert found.verdict() == "holds"


def test_a_training_that_was_resumed_has_no_seconds_and_decides_nothing():
    study = small_study([1, 1], [1, 1], [0.1, 0.2, 0.3], resumed=True)
    assert studies.gain(comparisons.trainings(study), "seconds", of="b", over="a").verdict() == "undecided"


def test_the_table_of_costs(store):
    rows = comparisons.cost_table(small_study([1, 1], [1, 1], [0, 0, 0])).set_index("recipe")
    assert rows.loc["a", "seconds"] == 10.5
    assert rows.loc["b", "MiB"] == 101
    assert rows.loc["a", "network"] == "deeplabv3_mini"
    assert rows.loc["a", "size"] == "24×16"
    assert 0.1 < rows.loc["a", "million parameters"] < 0.3


def test_the_grid_takes_one_convention_and_the_names_readers_see():
    grid = comparisons.anomaly_grid(small_study([1, 1], [1, 1], [0, 0, 0]))
    assert grid[["network", "score", "auroc"]].to_numpy().tolist() == [["a", "MaxLogit", 0.8], ["b", "MaxLogit", 0.8]]


def test_scores_by_split_in_per_cent():
    rows = comparisons.score_table(small_study([1.0, 1.0], [0.5, 0.5], [0, 0, 0]), ["b"])
    assert rows["recipe"].tolist() == ["b"]
    assert rows["val mIoU"].item() == pytest.approx(100 / 3)
    assert rows["gap"].item() == pytest.approx(200 / 3)


def test_effects_say_how_sure_they_are():
    summary = pd.DataFrame(
        [
            {"recipe": recipe, "seed": seed, "split": "val", "miou": value + seed / 100}
            for recipe, values in {"none": [0.1, 0.1, 0.1], "crop": [0.3, 0.31, 0.3], "blur": [0.1, 0.3, 0.0]}.items()
            for seed, value in enumerate(values)
        ]
    )
    found = comparisons.effects(summary, "miou", {"crop": ("crop", "none"), "blur": ("blur", "none")})
    axis = network_figures.effects(found, "gain", "note").axes[0]
    marks = [line for line in axis.lines if line.get_marker() == "o"]
    assert [mark.get_markerfacecolor() == "white" for mark in marks] == [False, True]
    assert comparisons.best(summary, "miou", ["none", "blur"]) == "blur"


def test_rank_correlation_is_one_of_a_rising_and_open_for_a_random_relation():
    rng = np.random.default_rng(0)
    x = rng.uniform(size=20)
    points = pd.DataFrame({"x": x, "square": x**2, "noise": rng.uniform(size=20)})
    assert comparisons.rank_correlation(points, "x", "square").low == pytest.approx(1)
    assert comparisons.rank_correlation(points, "x", "noise").verdict() == "undecided"


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
    grid = comparisons.anomaly_grid(small_study([1, 1], [1, 1], [0, 0, 0]))
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


def test_a_change_that_gains_less_than_the_margin_does_not_help():
    def verdict(low, high):
        return studies.Interval((low + high) / 2, low, high, 3).no_gain(0.005)

    assert verdict(-0.02, 0.004) == "holds"
    assert verdict(0.001, 0.004) == "holds"
    assert verdict(0.001, 0.02) == "does not hold"
    assert verdict(-0.01, 0.02) == "undecided"


def test_costs_of_trainings_that_were_all_resumed_are_unknown(store):
    study = small_study([1, 1], [1, 1], [0, 0, 0], resumed=True)
    del study.recipes["a"]
    rest = {key: value for key, value in study.trainings.items() if key[0] == "b"}
    resumed = studies.Study(study.recipes, study.scores, rest, study.evaluations, {}, STREETHAZARDS)
    assert resumed.costs.empty
    assert np.isnan(comparisons.cost_table(resumed)["seconds"].item())
    assert np.isnan(comparisons.minutes(resumed))

"""Figures show everything that they are given, and tell it apart."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from hazards.labels import STREETHAZARDS
from hazards.report.network_figures import add_front, against_cost, learning_curves, search, seen_by
from hazards.report.style import SCORE_COLORS, gallery, page, percents, shaded

RECIPES = [f"recipe {number}" for number in range(13)]


def test_any_number_of_recipes_can_be_told_apart():
    logs = pd.DataFrame({"recipe": RECIPES, "epoch": 1, "loss": 1.0, "val_miou": 0.5})
    costs = pd.DataFrame({"recipe": RECIPES, "miou": 0.5, "low": 0.4, "high": 0.6, "seconds": 2.0})
    for figure in (learning_curves(logs, ""), against_cost(costs, {"seconds": "seconds"}, "")):
        lines = figure.axes[0].lines
        assert [line.get_label() for line in lines] == RECIPES
        assert len({(line.get_color(), line.get_marker()) for line in lines}) == len(RECIPES)


def test_a_line_joins_the_lengths_of_a_network_and_the_front_lies_over_the_first_panel():
    rows = {"recipe": ["a", "b", "a"], "miou": [0.3, 0.2, 0.4], "low": 0.1, "high": 0.5}
    costs = pd.DataFrame(rows | {"TFLOP": [4.0, 1.0, 2.0], "seconds": [5.0, 6.0, 7.0]})
    figure = against_cost(costs, {"TFLOP": "TFLOP", "seconds": "seconds"}, "")
    add_front(figure, costs.iloc[[1, 2]], "TFLOP")
    lines = [[line.get_xydata().tolist() for line in axis.lines] for axis in figure.axes]
    end = figure.axes[0].get_xlim()[1]
    assert lines[0] == [[[2, 0.4], [4, 0.3]], [[1, 0.2]], [[1, 0.2], [2, 0.4], [end, 0.4]]]  # the front is the last
    assert lines[1] == [[[5, 0.3], [7, 0.4]], [[6, 0.2]]]


def test_a_ring_is_around_the_best_rate_of_each_network():
    tried = pd.DataFrame({"recipe": ["a", "a", "b", "b"], "learning_rate": [1, 2, 1, 2], "miou": [0.2, 0.3, 0.5, 0.4]})
    axis = search(tried, "").axes[0]
    rings = [line.get_xydata().tolist() for line in axis.lines if line.get_markerfacecolor() == "none"]
    assert rings == [[[2, 0.3]], [[1, 0.5]]]
    assert [text.get_text() for text in axis.get_xticklabels()] == ["1", "2"]


@pytest.mark.parametrize(
    ("scale", "limits", "ticks"),
    [
        ("linear", (0, 0.1), ["0 %", "2 %", "4 %", "6 %", "8 %", "10 %"]),
        ("linear", (-0.025, 0.025), ["\N{MINUS SIGN}2 %", "\N{MINUS SIGN}1 %", "0 %", "1 %", "2 %"]),
        ("linear", (0.994, 1), ["99.4 %", "99.5 %", "99.6 %", "99.7 %", "99.8 %", "99.9 %", "100.0 %"]),
        ("log", (1e-4, 1), ["0.01 %", "0.1 %", "1 %", "10 %", "100 %"]),
    ],
)
def test_ticks_in_per_cent_have_the_decimals_that_they_need(scale, limits, ticks):
    figure, axes = page(3, "note")
    axis = axes[0, 0]
    axis.set(yscale=scale, ylim=limits)
    percents(axis.yaxis)
    figure.draw_without_rendering()
    shown = [text.get_text() for text in axis.get_yticklabels() if limits[0] <= text.get_position()[1] <= limits[1]]
    assert shown == ticks


def test_a_gallery_names_rows_and_columns_and_shows_each_picture_in_its_place():
    pictures = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 5, 3), np.uint8)
    figure = gallery(3, "note", [("above", pictures[0]), ("below", pictures[1])], ["a", "b", "c"])
    assert [axis.get_ylabel() for axis in figure.axes] == ["above", "", "", "below", "", ""]
    assert [axis.get_title() for axis in figure.axes] == ["a", "b", "c", "", "", ""]
    for axis, pixels in zip(figure.axes, pictures.reshape(6, 4, 5, 3), strict=True):
        assert np.array_equal(axis.images[0].get_array(), pixels)


def test_scores_are_shaded_together_over_the_range_that_tells_them_apart():
    scores = np.arange(1001.0).reshape(7, 11, 13)
    colors = mpl.colormaps[SCORE_COLORS](np.array([0.0, 0.5, 1.0]), bytes=True)[:, :3]
    pixels = shaded(scores).reshape(-1, 3)
    assert pixels[[0, 20, 509, 998, 1000]].tolist() == colors[[0, 0, 1, 2, 2]].tolist()


def test_each_network_has_a_row_with_its_prediction_and_its_scores_for_each_image():
    def panel(label: int) -> dict[str, Any]:
        maps = {"image": np.zeros((2, 4, 6, 3), np.uint8), "labels": np.full((2, 4, 6), 7, np.uint8)}
        scores = np.linspace(0, 1, 48, dtype=np.float32).reshape(2, 4, 6)
        return maps | {"predicted": np.full((2, 4, 6), label, np.uint8), "scores": {"MaxLogit": scores}}

    panels = {"A": panel(1), "B": panel(9)}
    figure = seen_by(panels, "MaxLogit", ["one", "two"], STREETHAZARDS, "note")
    pictures = np.array([axis.images[0].get_array()[0, 0, :3] for axis in figure.axes]).reshape(3, 4, 3)
    assert pictures[0].tolist() == [[0, 0, 0], list(STREETHAZARDS.colors[7])] * 2
    for row, label in ((1, 1), (2, 9)):
        assert pictures[row, 0].tolist() == pictures[row, 2].tolist() == list(STREETHAZARDS.colors[label])
    assert [axis.get_ylabel() for axis in figure.axes[::4]] == ["input and\nground truth", "A", "B"]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == [STREETHAZARDS.names[label] for label in (1, 7, 9)]

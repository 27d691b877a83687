"""Figures show everything that they are given, and tell it apart."""

from __future__ import annotations

import pandas as pd

from hazards.figures import learning_curves
from hazards.network_figures import against_cost

RECIPES = [f"recipe {number}" for number in range(13)]


def test_any_number_of_recipes_can_be_told_apart():
    logs = pd.DataFrame({"recipe": RECIPES, "epoch": 1, "loss": 1.0, "val_miou": 0.5})
    costs = pd.DataFrame({"recipe": RECIPES, "miou": 0.5, "low": 0.4, "high": 0.6, "seconds": 2.0})
    for figure in (learning_curves(logs, ""), against_cost(costs, {"seconds": "seconds"}, "")):
        lines = figure.axes[0].lines
        assert [line.get_label() for line in lines] == RECIPES
        assert len({(line.get_color(), line.get_marker()) for line in lines}) == len(RECIPES)

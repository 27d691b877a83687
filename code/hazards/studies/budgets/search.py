"""A learning rate for each network, searched on val: as many trainings for each, by a seed that no study has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from hazards.data.layout import DataSet
from hazards.errors import MissingError
from hazards.store import Entry
from hazards.studies.experiment import gathered
from hazards.training import Recipe, train

SEED = 100
"""Of all trainings of a search; studies count theirs from 0."""


@dataclass(frozen=True)
class Search:
    """Recipes trained with several learning rates.

    Args:
        recipes: by name.
        trainings: store entries by (recipe name, factor of the recipe's learning rate).
    """

    recipes: Mapping[str, Recipe]
    trainings: Mapping[tuple[str, float], Entry]

    @property
    def table(self) -> pd.DataFrame:
        """One row a training: recipe, factor, learning_rate, and miou, the val mIoU at its end, 0–1."""
        rows = []
        for (name, factor), entry in self.trainings.items():
            rate = factor * self.recipes[name].learning_rate
            reached = entry.value["log"]["val_miou"].iloc[-1]
            rows.append({"recipe": name, "factor": factor, "learning_rate": rate, "miou": reached})
        return pd.DataFrame(rows)

    @property
    def chosen(self) -> dict[str, float]:
        """The factor with the highest val mIoU, by recipe; the first of several."""
        table = self.table
        best = table.loc[table.groupby("recipe", sort=False)["miou"].idxmax()]
        return dict(zip(best["recipe"], best["factor"], strict=True))

    @property
    def at_ends(self) -> dict[str, list[str]]:
        """Recipes whose factor is the ``lowest`` and the ``highest`` of several that were tried."""
        factors = {factor for _, factor in self.trainings}
        ends = {"lowest": min(factors), "highest": max(factors)} if len(factors) > 1 else {}
        chosen = self.chosen
        return {
            "lowest": [name for name, factor in chosen.items() if factor == ends.get("lowest")],
            "highest": [name for name, factor in chosen.items() if factor == ends.get("highest")],
        }

    @property
    def tuned(self) -> dict[str, Recipe]:
        """The recipes, each with the learning rate of its chosen factor."""
        try:
            chosen = self.chosen
        except MissingError:  # only while a run is planned: it is as long whatever is chosen
            chosen = dict.fromkeys(self.recipes, 1.0)
        return {name: multiplied(recipe, chosen[name]) for name, recipe in self.recipes.items()}


def multiplied(recipe: Recipe, factor: float) -> Recipe:
    """The recipe with so many times its learning rate."""
    return replace(recipe, learning_rate=factor * recipe.learning_rate)


def search(recipes: Mapping[str, Recipe], data: DataSet, factors: Sequence[float]) -> Search:
    """Train each recipe with each of these multiples of its learning rate; what the store holds is not trained anew."""
    calls = {
        (name, factor): train.call(multiplied(recipe, factor), data, SEED)
        for name, recipe in recipes.items()
        for factor in factors
    }
    return Search(recipes, gathered(calls))

"""What networks reach with the computing that their training takes, by several lengths of training each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from hazards.data.layout import DataSet
from hazards.studies.costs import training_operations
from hazards.studies.experiment import Study, study
from hazards.studies.tables import spread_and_cost
from hazards.studies.verdicts import Interval, gain
from hazards.training import Recipe


def by_length(recipes: Mapping[str, Recipe], lengths: Sequence[int], data: DataSet, seeds: int) -> dict[int, Study]:
    """Studies on val of the recipes trained for so many epochs each, by the epochs."""
    return {
        epochs: study(
            {name: replace(recipe, epochs=epochs) for name, recipe in recipes.items()}, data, seeds, {}, ("val",)
        )
        for epochs in lengths
    }


def points(lengths: Mapping[int, Study], images: int) -> pd.DataFrame:
    """One row a recipe and length: the columns of `tables.spread_and_cost`, epochs, and TFLOP of the training.

    Validations are not counted.

    Args:
        lengths: see `by_length`.
        images: of the train split.
    """
    parts = [spread_and_cost(trained).assign(epochs=epochs) for epochs, trained in lengths.items()]
    table = pd.concat(parts, ignore_index=True)
    operations = training_operations(1e9, 1, 0, (images, 0, 0))
    return table.assign(TFLOP=table["GFLOPs"] * table["epochs"] * operations / 1e12)


def on_front(costs: pd.Series, reached: pd.Series) -> np.ndarray:
    """Whether each point is on the Pareto front, bool (n,): no other costs no more, reaches no less, and differs."""
    cost = costs.to_numpy()
    height = reached.to_numpy()
    no_dearer = cost <= cost[:, None]
    no_lower = height >= height[:, None]
    differs = (cost != cost[:, None]) | (height != height[:, None])
    return ~(no_dearer & no_lower & differs).any(axis=1)


def at_equal_compute(
    lengths: Mapping[int, Study], points: pd.DataFrame, of: str, over: str
) -> tuple[Interval, int, int]:
    """Gain in val mIoU of a recipe over another whose training takes at least as much computing, paired by seed.

    The other one is trained for its greatest length, the first for its greatest that takes no more computing, or for
    its least where all take more.

    Args:
        points: see `points`.

    Returns:
        The gain, and the epochs of both.
    """
    operations = points.set_index(["recipe", "epochs"])["TFLOP"]
    longest = max(lengths)
    allowed = [epochs for epochs in lengths if operations[of, epochs] <= operations[over, longest]]
    chosen = max(allowed, default=min(lengths))
    first, second = lengths[chosen].summary, lengths[longest].summary
    rows = pd.concat([first[first["recipe"] == of], second[second["recipe"] == over]])
    return gain(rows, "miou", of, over), chosen, longest

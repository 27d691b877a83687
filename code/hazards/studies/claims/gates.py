"""Gates: what networks have to have reached before a claim about them can be tested at all.

Each looks at means over seeds. A comparison of networks that still improve, or that have nothing to overfit, would
decide about their state, not about the claim.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hazards.networks.starts import IMAGENET
from hazards.prose import number
from hazards.studies import tables
from hazards.studies.experiment import Study

Compared = Sequence[tuple[Study, Collection[str]]]
"""The recipes that a claim compares, by the study that has them; studies may call theirs alike."""

STILL_RISES = 0.01
"""Gain in val mIoU over the last fifth of the steps from which a network has not converged, 0–1."""
OVERFITS = 0.05
"""Gap in mIoU between train and val from which a network overfits, 0–1."""


@dataclass(frozen=True)
class Gate:
    """Whether a comparison passes a gate, and by what.

    Args:
        met: whether it passes.
        measured: a sentence with the figure that decides.
    """

    met: bool
    measured: str


def convergence(compared: Compared) -> Gate:
    """Whether val mIoU rises by less than a point over the last fifth of the steps, in each of the networks."""
    rises = pd.concat([last_fifth(study.logs)[list(recipes)] for study, recipes in compared])
    names, values = rises.index, rises.to_numpy()
    if np.isnan(values).any():
        unknown = names[np.isnan(values).argmax()]
        return Gate(False, f"Val mIoU of “{unknown}” was not measured on the way, so that it converged is not known.")
    steepest = values.argmax()
    points = number(values[steepest] * 100)
    sentence = f"In the last fifth of its steps “{names[steepest]}” gained {points} points of val mIoU"
    limit = number(STILL_RISES * 100, 0)
    return Gate(bool(values[steepest] < STILL_RISES), f"{sentence}; under {limit} it would have converged.")


def last_fifth(logs: pd.DataFrame) -> pd.Series:
    """Val mIoU at the end minus that at four fifths of the steps, 0–1, by recipe: means over seeds.

    Between validations val mIoU is taken to change evenly. NaN where there were fewer than two.

    Args:
        logs: see `Study.logs`.
    """
    rises = logs.groupby(["recipe", "seed"], sort=False)[["epoch", "val_miou"]].apply(_last_fifth)
    return rises.groupby("recipe", sort=False).mean()


def _last_fifth(log: pd.DataFrame) -> float:
    measured = log.dropna(subset="val_miou")
    if len(measured) < 2:
        return np.nan
    end = measured["epoch"].max()
    before = np.interp(0.8 * end, measured["epoch"], measured["val_miou"])
    return float(measured["val_miou"].iloc[-1] - before)


def overfitting(compared: Compared) -> Gate:
    """Whether in at least one of the networks mIoU on train is at least five points over that on val."""
    gaps = pd.concat([_gaps(study)[list(recipes)] for study, recipes in compared]).dropna()
    if gaps.empty:
        return Gate(False, "mIoU on train was not measured, so whether a network overfits is not known.")
    names, values = gaps.index, gaps.to_numpy()
    widest = values.argmax()
    sentence = (
        f"The widest gap between train and val is that of “{names[widest]}”, {number(values[widest] * 100)} points"
    )
    limit = number(OVERFITS * 100, 0)
    return Gate(bool(values[widest] >= OVERFITS), f"{sentence}; from {limit} on a network overfits.")


def _gaps(study: Study) -> pd.Series:
    return tables.trainings(study).groupby("recipe", sort=False)["gap"].mean()


def pretraining(compared: Compared) -> Gate:
    """Whether all of the networks start from weights for ImageNet."""
    others = [
        recipe
        for study, recipes in compared
        for (recipe, _), training in study.trainings.items()
        if recipe in recipes and training.value["start"] != IMAGENET
    ]
    if others:
        return Gate(False, f"“{others[0]}” starts from random weights; the networks of the log start from ImageNet.")
    return Gate(True, "All networks start from ImageNet.")


GATES: dict[str, Callable[[Compared], Gate]] = {
    "convergence": convergence,
    "overfitting": overfitting,
    "pretraining": pretraining,
}
"""Gates by the name that claims.toml uses."""

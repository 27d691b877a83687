"""What each score needs, costs and reaches, and the ensemble of a recipe's networks beside the scores of each alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hazards.data.layout import DataSet
from hazards.evaluation.ensembles import evaluate_ensemble
from hazards.evaluation.figures import FIGURES
from hazards.evaluation.score_costs import score_costs
from hazards.store import Entry
from hazards.studies.bootstrap import of_seeds_and_draws
from hazards.studies.conclusions import Conclusions
from hazards.studies.experiment import Study
from hazards.studies.verdicts import Interval


def ensemble(study: Study, recipe: str, data: DataSet, score: str) -> Entry:
    """The mean of a plain score over all networks of a recipe, see `evaluate_ensemble`.

    Args:
        score: the name that the study shows.
    """
    seeds = [seed for name, seed in study.trainings if name == recipe]
    members = tuple(study.inference(recipe, seed, data) for seed in seeds)
    return evaluate_ensemble(members, study.scores[score])


def measured_costs(study: Study, recipe: str) -> Entry:
    """What the scores of a study cost on this machine for a network of a recipe, see `score_costs`."""
    chosen = study.recipes[recipe]
    return score_costs(chosen.model, chosen.size, tuple(study.scores.values()))


def conclude(study: Study, recipe: str, joint: Mapping[str, Any], score: str, costs: Mapping[str, Any]) -> Conclusions:
    """Set what the scores need and cost beside what they reach.

    Args:
        joint: value of `ensemble`.
        score: that of the ensemble.
        costs: value of `measured_costs`.

    Returns:
        Gains: ``ensemble``, its AUROC minus the mean of its members' on the same images. There is one ensemble, so the
        interval is over images alone.
        Values: ``table``, columns score, needs, ms (an image, beside one forward pass), MiB, AUROC and AUPR in per cent
        (all test pixels pooled, means over seeds), a row a score and last the ensemble; ``ensemble``, its figures and
        their intervals over images, 0–1, by column as in `figures.evaluate`; ``members``, the same of its single
        networks, a row a seed.
    """
    pooled = study.anomaly.query("recipe == @recipe and convention == 'pooled'")
    members = pooled[pooled["score"] == score]
    together = joint["anomaly"].query("convention == 'pooled'").iloc[0]
    rows = [_row(study, name, pooled[pooled["score"] == name], costs) for name in study.scores]
    return Conclusions(
        gains={"ensemble": _gain(study, recipe, joint, score)},
        values={
            "table": pd.DataFrame([*rows, _ensemble_row(study, score, len(members), together, costs)]),
            "ensemble": together,
            "members": members,
        },
    )


def _row(study: Study, name: str, pooled: pd.DataFrame, costs: Mapping[str, Any]) -> dict[str, Any]:
    """What one score needs, costs and reaches."""
    method = study.scores[name]
    cost = costs["scores"].set_index("score").loc[method.name]
    reached = pooled[["auroc", "aupr"]].mean() * 100
    return {
        "score": name,
        "needs": method.requirement,
        "ms": cost["milliseconds"],
        "MiB": cost["mebibytes"],
        "AUROC": reached["auroc"],
        "AUPR": reached["aupr"],
    }


def _ensemble_row(
    study: Study, score: str, members: int, together: pd.Series, costs: Mapping[str, Any]
) -> dict[str, Any]:
    """The same of the ensemble: its further networks are its cost."""
    cost = costs["scores"].set_index("score").loc[study.scores[score].name]
    further = members - 1
    return {
        "score": f"{score}, mean of {members} networks",
        "needs": f"{members} networks",
        "ms": further * costs["network"]["milliseconds"] + members * cost["milliseconds"],
        "MiB": further * costs["network"]["mebibytes"],
        "AUROC": together["auroc"] * 100,
        "AUPR": together["aupr"] * 100,
    }


def _gain(study: Study, recipe: str, joint: Mapping[str, Any], score: str) -> Interval:
    """AUROC of the ensemble minus the mean of its members', paired by image."""
    members, member_draws = of_seeds_and_draws(study, "auroc", score, recipe)
    (draws,) = joint["draws"].values()
    together = joint["anomaly"].query("convention == 'pooled'")["auroc"].item()
    differences = draws[:, FIGURES.index("auroc")] - member_draws.mean(axis=0)
    images = len(study.evaluations[recipe, 0, "test"].value["images"])
    deviation = float(np.nanstd(differences, ddof=1) * np.sqrt(images))
    return Interval(float(together - members.mean()), deviation, images, unit="images")

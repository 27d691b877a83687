"""What each score needs, costs and reaches, and the ensemble of a recipe's networks beside the scores of each alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hazards.data.layout import DataSet
from hazards.evaluation.ensembles import evaluate_ensemble
from hazards.evaluation.score_costs import score_costs
from hazards.scores.method import as_method
from hazards.store import Entry
from hazards.studies.conclusions import Conclusions
from hazards.studies.experiment import Study

_SHOWN = ["auroc", "aupr"]


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
        Values: ``table``, see `_table`; ``name`` of the ensemble in it; ``ensemble``, its pooled figures and their
        intervals over images, 0–1, by column as in `figures.evaluate`; ``members``, the same of its single networks, a
        row a seed; ``ahead``, AUROC of the ensemble minus the mean of its members, in points.
    """
    pooled = study.anomaly.query("recipe == @recipe and convention == 'pooled'")
    members = pooled[pooled["score"] == score]
    together = joint["anomaly"].query("convention == 'pooled'").iloc[0]
    name = f"{score}, mean of {len(members)} networks"
    return Conclusions(
        values={
            "table": _table(study, pooled, costs, together, name, score, len(members)),
            "name": name,
            "ensemble": together,
            "members": members,
            "ahead": (together["auroc"] - members["auroc"].mean()) * 100,
        }
    )


def _table(
    study: Study,
    pooled: pd.DataFrame,
    costs: Mapping[str, Any],
    together: pd.Series,
    name: str,
    score: str,
    members: int,
) -> pd.DataFrame:
    """Columns score, needs, ms (an image, beside one forward pass), MiB, AUROC and AUPR in per cent, pooled.

    A row a score, means over seeds, and last the ensemble, whose further networks count as its cost.
    """
    means = pooled.groupby("score", sort=False)[_SHOWN].mean() * 100
    measured = costs["scores"].replace({"score": study.shown}).set_index("score")
    table = pd.DataFrame(
        {
            "score": list(study.scores),
            "needs": [as_method(method).requirement for method in study.scores.values()],
            "ms": measured.loc[list(study.scores), "milliseconds"].to_numpy(),
            "MiB": measured.loc[list(study.scores), "mebibytes"].to_numpy(),
            "AUROC": means.loc[list(study.scores), "auroc"].to_numpy(),
            "AUPR": means.loc[list(study.scores), "aupr"].to_numpy(),
        }
    )
    network = costs["network"]
    further = members - 1
    table.loc[len(table)] = {
        "score": name,
        "needs": f"{members} networks",
        "ms": further * network["milliseconds"] + members * measured.loc[score, "milliseconds"],
        "MiB": further * network["mebibytes"],
        "AUROC": together["auroc"] * 100,
        "AUPR": together["aupr"] * 100,
    }
    return table

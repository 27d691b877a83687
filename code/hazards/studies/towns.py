"""Figures town by town: how much they depend on the towns that happen to be in the test split."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from hazards.data.layout import DataSet
from hazards.evaluation.by_town import town_figures
from hazards.evaluation.figures import FIGURES
from hazards.studies.conclusions import Conclusions, sentences
from hazards.studies.experiment import Study, gathered, stacked
from hazards.studies.verdicts import interval

SHOWN = ("miou", *FIGURES)
"""The figures of a town."""
_ENOUGH = 3
"""Fewest towns for an interval that says something: the t quantile is 12.7 for two towns, 4.3 for three."""


def by_town(study: Study, recipe: str, data: DataSet, scores: Iterable[str]) -> pd.DataFrame:
    """Figures of each test town with each of a recipe's networks, see `by_town.town_figures`.

    Returns:
        A row a network, town and score: recipe, seed, town, images, miou, score as readers see it, auroc, aupr, fpr95.
    """
    methods = tuple(study.scores[name] for name in scores)
    keys = [key for key in study.trainings if key[0] == recipe]
    entries = gathered({key: town_figures.call(study.inference(*key, data), methods) for key in keys})
    segmentation = stacked({key: entry.value["segmentation"] for key, entry in entries.items()})
    anomaly = stacked({key: entry.value["anomaly"] for key, entry in entries.items()})
    return segmentation.merge(anomaly, on=["recipe", "seed", "town"]).replace({"score": study.shown})


def conclude(rows: pd.DataFrame, score: str) -> Conclusions:
    """Say how far towns differ in the figures of a score and in mIoU.

    Args:
        rows: see `by_town`.

    Returns:
        Gains: each of `SHOWN`, mean and 95 % t interval over towns of the means over seeds. Values: ``towns``, a row a
        town: town, images, then means over seeds; ``spreads``, a row a figure: figure, standard deviation over
        ``towns`` (of means over seeds) and over ``seeds`` (of means over towns); ``count`` of towns. Texts: ``spread``,
        about AUROC, and ``interval``.
    """
    chosen = rows[rows["score"] == score]
    figures = list(SHOWN)
    towns = chosen.groupby("town", sort=False)[["images", *figures]].mean()
    seeds = chosen.groupby("seed")[figures].mean()
    spreads = pd.DataFrame({"towns": towns[figures].std(), "seeds": seeds.std()}).rename_axis("figure").reset_index()
    auroc = spreads.set_index("figure").loc["auroc"]
    cases = {
        "spread": "towns" if auroc["towns"] > auroc["seeds"] else "seeds",
        "interval": "enough" if len(towns) >= _ENOUGH else "few",
    }
    values = {"towns": towns.reset_index(), "spreads": spreads, "count": len(towns)}
    gains = {figure: interval(towns[figure]) for figure in figures}
    return Conclusions(gains, values, sentences("towns", cases, count=len(towns)))

"""What a comparison of networks shows besides their scores: their cost, how they overfit, how unsteadily they learn."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hazards.complexity import complexity
from hazards.studies import Study


def cost_table(study: Study) -> pd.DataFrame:
    """What each network is and costs, a row a recipe.

    Columns: recipe, network (its constructor), start (see starts.py), size (width×height of its images), million
    parameters, GFLOPs (a forward pass of an image, see complexity.py), and of the trainings that ran without a break
    the median seconds and the largest peak memory in MiB, NaN where there is none.
    """
    measured = study.costs.groupby("recipe")
    seconds, memory = measured["seconds"].median(), measured["peak_memory_mib"].max()
    rows = []
    for name, recipe in study.recipes.items():
        counts = complexity(recipe.model, recipe.size).value
        starts = {entry.value["start"] for (other, _), entry in study.trainings.items() if other == name}
        rows.append(
            {
                "recipe": name,
                "network": recipe.model.__name__,
                "start": " or ".join(sorted(starts)),
                "size": f"{recipe.size[1]}×{recipe.size[0]}",
                "million parameters": counts["parameters"] / 1e6,
                "GFLOPs": counts["flops"] / 1e9,
                "seconds": float(seconds.get(name, np.nan)),
                "MiB": float(memory.get(name, np.nan)),
            }
        )
    return pd.DataFrame(rows)


def score_table(study: Study) -> pd.DataFrame:
    """MIoU in per cent on each split, means over seeds, and train minus val in points; a row a recipe."""
    by_split = study.summary.pivot_table(index="recipe", columns="split", values="miou", sort=False) * 100
    table = by_split.rename(columns=lambda split: f"{split} mIoU")
    return table.assign(gap=by_split["train"] - by_split["val"]).reset_index()


def spread_and_cost(study: Study) -> pd.DataFrame:
    """`cost_table` with val mIoU over seeds, 0–1: miou (the mean), low and high (lowest and highest seed)."""
    val = study.summary.query("split == 'val'").groupby("recipe")["miou"].agg(miou="mean", low="min", high="max")
    return cost_table(study).join(val, on="recipe")


def trainings(study: Study) -> pd.DataFrame:
    """One row a training for `studies.gain`, on the split ``val``: recipe, seed and

    gap: mIoU on train minus val, 0–1, where both were evaluated;
    falls: how far val mIoU fell from one validation to the next, summed over the training, 0–1;
    seconds: NaN where it did not run without a break.
    """
    by_split = study.summary.pivot(index=["recipe", "seed"], columns="split", values="miou")
    falls = study.logs.dropna(subset="val_miou").groupby(["recipe", "seed"])["val_miou"].agg(_falls).rename("falls")
    seconds = study.costs.set_index(["recipe", "seed"])["seconds"]
    table = pd.concat([falls, seconds], axis=1)
    if "train" in by_split:
        table["gap"] = by_split["train"] - by_split["val"]
    return table.reset_index().assign(split="val")


def _falls(values: pd.Series) -> float:
    return float(-np.diff(values).clip(max=0).sum())


def anomaly_grid(study: Study, convention: str = "pooled") -> pd.DataFrame:
    """Figures of every network with every score, 0–1: columns network, score, auroc, aupr, fpr95; means over seeds."""
    rows = study.anomaly[study.anomaly["convention"] == convention]
    means = rows.groupby(["recipe", "score"], sort=False)[["auroc", "aupr", "fpr95"]].mean()
    return means.reset_index().rename(columns={"recipe": "network"})

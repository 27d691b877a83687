"""What a comparison of networks shows besides their scores: their cost, how they overfit, how unsteadily they learn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from hazards.evaluation.figures import FIGURES
from hazards.jobs import gather
from hazards.networks.complexity import complexity
from hazards.studies.experiment import Interval, Study, gain


def cost_table(study: Study) -> pd.DataFrame:
    """What each network is and costs, a row a recipe.

    Columns: recipe, network (its constructor), start (see starts.py), size (width×height of its images), million
    parameters, GFLOPs (a forward pass of an image, see complexity.py), and of the trainings that ran without a break
    the median seconds and the largest peak memory in MiB, NaN where there is none.
    """
    calls = [complexity.call(recipe.model, recipe.size, study.labels.known) for recipe in study.recipes.values()]
    counted = [entry.value for entry in gather(calls, workers=1)]
    measured = study.costs.groupby("recipe")
    seconds, memory = measured["seconds"].median(), measured["peak_memory_mib"].max()
    rows = []
    for (name, recipe), counts in zip(study.recipes.items(), counted, strict=True):
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


def score_table(study: Study, recipes: Iterable[str] | None = None) -> pd.DataFrame:
    """MIoU in per cent on each split, means over seeds, and train minus val in points; a row a recipe, or these."""
    by_split = study.summary.pivot_table(index="recipe", columns="split", values="miou", sort=False) * 100
    by_split = by_split.loc[list(recipes or study.recipes), list(dict.fromkeys(study.summary["split"]))]
    table = by_split.rename(columns=lambda split: f"{split} mIoU")
    return table.assign(gap=by_split["train"] - by_split["val"]).reset_index()


def spread_and_cost(study: Study) -> pd.DataFrame:
    """`cost_table` with val mIoU over seeds, 0–1: miou (the mean), low and high (lowest and highest seed)."""
    table = cost_table(study)
    val = study.summary.query("split == 'val'").groupby("recipe")["miou"].agg(miou="mean", low="min", high="max")
    return table.join(val, on="recipe")


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
    means = rows.groupby(["recipe", "score"], sort=False)[list(FIGURES)].mean()
    return means.reset_index().rename(columns={"recipe": "network"})


def anomaly_columns(study: Study, score: str) -> pd.DataFrame:
    """Columns recipe, AUROC, AUPR and FPR95 of a score, all test pixels pooled, in per cent: means over seeds."""
    return (_of_score(study, score).set_index("recipe") * 100).rename(columns=str.upper).reset_index()


def _of_score(study: Study, score: str) -> pd.DataFrame:
    grid = anomaly_grid(study).query("score == @score")
    return grid.drop(columns="score").rename(columns={"network": "recipe"})


def effects(
    summary: pd.DataFrame, figure: str, pairs: Mapping[str, tuple[str, str]], split: str = "val"
) -> pd.DataFrame:
    """The gain in a figure of one recipe over another, by what each pair (of, over) is called.

    Columns: effect, mean, low, high.
    """
    rows = []
    for name, (of, over) in pairs.items():
        found = gain(summary, figure, of, over, split)
        rows.append({"effect": name, "mean": found.mean, "low": found.low, "high": found.high})
    return pd.DataFrame(rows)


def best(summary: pd.DataFrame, figure: str, recipes: Iterable[str], split: str = "val") -> str:
    """Which of these recipes has the highest mean of a figure over its seeds."""
    rows = summary[(summary["split"] == split) & summary["recipe"].isin(list(recipes))]
    return str(rows.groupby("recipe")[figure].mean().idxmax())


def by_hazard_size(regions: Mapping[str, pd.DataFrame], score: str) -> pd.DataFrame:
    """Mean over hazards of a score's AUROC, 0–1, for the smaller and the larger half of them.

    Args:
        regions: by recipe, see `single_hazards.hazard_regions`: the same hazards for all.
    """
    rows = []
    for recipe, frame in regions.items():
        larger = frame["share"] > frame["share"].median()
        halves = {"smaller half": frame[~larger], "larger half": frame[larger]}
        rows.append({"recipe": recipe} | {name: half[score].mean() for name, half in halves.items()})
    return pd.DataFrame(rows)


def miou_and_anomaly(studies: Mapping[str, Study], score: str) -> pd.DataFrame:
    """One row a recipe of each study: study, recipe, val mIoU as miou, and auroc, aupr, fpr95 of a score, 0–1."""
    frames = []
    for name, study in studies.items():
        miou = study.summary.query("split == 'val'").groupby("recipe")["miou"].mean().reset_index()
        frames.append(miou.merge(_of_score(study, score), on="recipe").assign(study=name))
    return pd.concat(frames, ignore_index=True)


def rank_correlation(points: pd.DataFrame, x: str, y: str, resamples: int = 2000, seed: int = 0) -> Interval:
    """Spearman's rank correlation of two columns with its 95 % bootstrap interval over rows."""
    values = points[[x, y]].to_numpy()
    drawn = values[np.random.default_rng(seed).integers(len(values), size=(resamples, len(values)))]
    low, high = np.nanquantile(_spearman(drawn), [0.025, 0.975])
    return Interval(float(_spearman(values[None])[0]), float(low), float(high), len(points))


def _spearman(samples: np.ndarray) -> np.ndarray:
    """Spearman's correlation of the two columns of each sample: (samples, rows, 2) to (samples,).

    scipy's own takes one sample at a time, seconds for thousands. NaN where a column is constant.
    """
    ranks = stats.rankdata(samples, axis=1)
    ranks -= ranks.mean(1, keepdims=True)
    with np.errstate(invalid="ignore"):
        return ranks.prod(2).sum(1) / np.sqrt((ranks**2).sum(1).prod(1))


def minutes(study: Study) -> float:
    """Minutes of one core that a recipe took with all its seeds, the median over recipes; NaN where none is known."""
    return float(study.costs.groupby("recipe")["seconds"].sum().median() / 60)


def evaluation_minutes(study: Study) -> float:
    """Minutes of one core in which a recipe was evaluated on the test split, all seeds, the median over recipes."""
    found = study.evaluations.items()
    tests = [(recipe, entry.provenance["seconds"]) for (recipe, _, split), entry in found if split == "test"]
    return float(pd.DataFrame(tests, columns=["recipe", "seconds"]).groupby("recipe")["seconds"].sum().median() / 60)

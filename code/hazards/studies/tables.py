"""What studies reach and cost, as data frames for tables and figures."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

import numpy as np
import pandas as pd

from hazards.evaluation.passes import FIGURES
from hazards.jobs import gather
from hazards.networks.complexity import complexity
from hazards.studies.experiment import Study

UPPER = {figure: figure.upper() for figure in FIGURES}
"""Headings of the figures of anomaly detection."""
_PREDICTORS = {"position": "most frequent label at each position", "constant": "most frequent label everywhere"}


def headline(study: Study, predictors: pd.DataFrame) -> pd.DataFrame:
    """What each recipe and each predictor without a network reaches, in per cent: means over seeds.

    Columns: network, val mIoU, test mIoU, and AUROC, AUPR, FPR95 of MaxLogit with all test pixels pooled.
    """
    miou = study.summary.pivot_table(index="recipe", columns="split", values="miou", sort=False)
    networks = miou.join(of_score(study, "MaxLogit").set_index("recipe"))
    simple = predictors.pivot(index="predictor", columns="split", values="miou").rename(index=_PREDICTORS)
    rows = pd.concat([networks, simple.loc[list(_PREDICTORS.values())]]) * 100
    names = {"val": "val mIoU", "test": "test mIoU"} | UPPER
    return rows[list(names)].rename(columns=names).rename_axis("network").reset_index()


def anomaly_grid(study: Study) -> pd.DataFrame:
    """Columns network, score, auroc, aupr and fpr95 with all test pixels pooled, 0–1: means over seeds."""
    rows = study.anomaly.query("convention == 'pooled'")
    means = rows.groupby(["recipe", "score"], sort=False)[list(FIGURES)].mean()
    return means.reset_index().rename(columns={"recipe": "network"})


def of_score(study: Study, score: str) -> pd.DataFrame:
    """The same of one score: columns recipe, auroc, aupr and fpr95."""
    rows = anomaly_grid(study).query("score == @score")
    return rows.drop(columns="score").rename(columns={"network": "recipe"})


def anomaly_columns(study: Study, score: str) -> pd.DataFrame:
    """The same in per cent, under the headings AUROC, AUPR and FPR95."""
    return (of_score(study, score).set_index("recipe") * 100).rename(columns=UPPER).reset_index()


def anomaly_table(study: Study, recipe: str) -> pd.DataFrame:
    """Figures of each score by both conventions, in per cent: means over a recipe's seeds.

    Columns: score, then by convention (``pooled`` or ``per-image``) AUROC, AUPR and FPR95, as in ``pooled AUROC``, and
    ``pooled AUROC interval`` and so on as text: the bootstrap interval over images, its ends averaged over seeds.
    """
    rows = study.anomaly[study.anomaly["recipe"] == recipe]
    means = rows.groupby(["score", "convention"], sort=False).mean(numeric_only=True) * 100
    table = pd.DataFrame({"score": rows["score"].unique()})
    for convention in ("pooled", "per-image"):
        values = means.xs(convention, level="convention").loc[table["score"]].reset_index()
        for figure, name in UPPER.items():
            table[f"{convention} {name}"] = values[figure]
            ends = values[[f"{figure} low", f"{figure} high"]].to_numpy()
            table[f"{convention} {name} interval"] = [f"{low:.1f} to {high:.1f}" for low, high in ends]
    return table


def quoted_figures() -> pd.DataFrame:
    """Figures on the real StreetHazards that the work log and papers report, in per cent.

    Columns: source (``log`` or ``published``), method, score (the one of this report, if there is one), fpr95, auroc,
    aupr.
    """
    with (resources.files("hazards.studies") / "quoted_figures.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, comment="#")


def beside_quoted(table: pd.DataFrame) -> pd.DataFrame:
    """Per-image figures of each score beside what the log's best network and papers report for it, in per cent.

    Columns: score, AUROC, AUPR, FPR95, and ``log`` and ``paper`` AUROC and AUPR, NaN where nothing is reported.

    Args:
        table: see `anomaly_table`.
    """
    beside = table.set_index("score")[[f"per-image {name}" for name in UPPER.values()]].set_axis(
        [*UPPER.values()], axis=1
    )
    quoted = quoted_figures().dropna(subset="score").query("not method.str.contains('first model')")
    for source, name in (("log", "log"), ("published", "paper")):
        figures = quoted[quoted["source"] == source].set_index("score")[["auroc", "aupr"]]
        beside = beside.join(figures.rename(columns=UPPER).add_prefix(f"{name} "))
    return beside.reset_index()


def score_table(study: Study, recipes: Iterable[str] | None = None) -> pd.DataFrame:
    """MIoU in per cent on each split, means over seeds, and train minus val in points; a row a recipe, or these."""
    by_split = study.summary.pivot_table(index="recipe", columns="split", values="miou", sort=False) * 100
    by_split = by_split.loc[list(recipes or study.recipes), list(dict.fromkeys(study.summary["split"]))]
    table = by_split.rename(columns="{} mIoU".format)
    return table.assign(gap=by_split["train"] - by_split["val"]).reset_index()


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


def cost_table(study: Study) -> pd.DataFrame:
    """What each network is and costs, a row a recipe.

    Columns: recipe, network (its constructor), start (see starts.py), size (width×height of its images), million
    parameters, GFLOPs (a forward pass of an image, see complexity.py), and of the trainings that ran without a break
    the median seconds and the largest peak memory in MiB, NaN where there is none.
    """
    calls = [complexity.call(recipe.model, recipe.size, study.labels.known) for recipe in study.recipes.values()]
    counted = [entry.value for entry in gather(calls, workers=1)]
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
            }
        )
    measured = study.costs.groupby("recipe").agg(seconds=("seconds", "median"), MiB=("peak_memory_mib", "max"))
    return pd.DataFrame(rows).join(measured.astype(float), on="recipe")


def spread_and_cost(study: Study) -> pd.DataFrame:
    """`cost_table` with val mIoU over seeds, 0–1: miou (the mean), low and high (lowest and highest seed)."""
    val = study.summary.query("split == 'val'").groupby("recipe")["miou"].agg(miou="mean", low="min", high="max")
    return cost_table(study).join(val, on="recipe")


def minutes(study: Study) -> float:
    """Minutes of one core that a recipe took with all its seeds, the median over recipes; NaN where none is known."""
    return float(study.costs.groupby("recipe")["seconds"].sum().median() / 60)


def evaluation_minutes(study: Study) -> float:
    """Minutes of one core in which a recipe was evaluated on the test split, all seeds, the median over recipes."""
    tests = {key: entry.provenance["seconds"] for key, entry in study.evaluations.items() if key[2] == "test"}
    return float(pd.Series(tests).groupby(level=0).sum().median() / 60)

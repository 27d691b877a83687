"""What studies reach and cost, as data frames for tables and figures."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

import numpy as np
import pandas as pd

from hazards.evaluation.figures import FIGURES
from hazards.networks.complexity import complexity
from hazards.profiles import FEW_SEEDS, seeds_text
from hazards.prose import number
from hazards.studies.bootstrap import score_figure
from hazards.studies.experiment import Study, gathered
from hazards.studies.verdicts import Interval

UPPER = {figure: figure.upper() for figure in FIGURES}
"""Headings of the figures of anomaly detection."""
_FIGURE = {name: figure for figure, name in UPPER.items()}
_PREDICTORS = {"position": "most frequent label at each position", "constant": "most frequent label everywhere"}


def outcome(study: Study, score: str, convention: str = "pooled") -> pd.DataFrame:
    """A study's `summary` with auroc, aupr and fpr95 of a score, 0–1, NaN on other splits than test."""
    keys = ["recipe", "seed", "split"]
    rows = study.anomaly.query("score == @score and convention == @convention")
    return study.summary.merge(rows[[*keys, *FIGURES]], how="left", on=keys)


def means(rows: pd.DataFrame) -> pd.DataFrame:
    """Means over seeds, 0–1, a row a recipe, which is the index: miou by split, and auroc, aupr, fpr95 on test.

    Where val and test stand side by side, also ``val common`` and ``test common``, see `Study.summary`.

    Args:
        rows: see `outcome`; of a `Study.summary` there are no such figures.
    """
    splits = list(dict.fromkeys(rows["split"]))
    by_split = rows.pivot_table(index="recipe", columns="split", values=["miou", "common"], sort=False)
    miou = by_split["miou"][splits]
    if {"val", "test"} <= set(splits):
        miou = miou.join(by_split["common"][["val", "test"]].add_suffix(" common"))
    columns = [figure for figure in FIGURES if figure in rows]
    figures = rows[rows["split"] == "test"].groupby("recipe", sort=False)[columns].mean()
    return miou.join(figures)


def reached(rows: pd.DataFrame) -> pd.DataFrame:
    """The same in per cent: columns recipe, mIoU by split as in ``val mIoU``, AUROC, AUPR and FPR95.

    Where val and test stand side by side, also ``val, shared labels`` and ``test, shared labels``. Where there is a
    split train, also gap, train minus val in points.
    """
    table = means(rows) * 100
    if "train" in table:
        table.insert(3, "gap", table["train"] - table["val"])
    splits = {split: f"{split} mIoU" for split in ("train", "val", "test")}
    common = {f"{split} common": f"{split}, shared labels" for split in ("val", "test")}
    return table.rename(columns=splits | common | UPPER).reset_index()


def headline(study: Study, predictors: pd.DataFrame) -> pd.DataFrame:
    """What each recipe and each predictor without a network reaches, in per cent: means over seeds.

    Columns: network, val mIoU, test mIoU, and AUROC, AUPR, FPR95 of MaxLogit with all test pixels pooled.
    """
    simple = predictors.sort_values("predictor", key=lambda names: names.map(list(_PREDICTORS).index), kind="stable")
    rows = pd.concat([outcome(study, "MaxLogit"), simple.assign(recipe=simple["predictor"].map(_PREDICTORS))])
    return reached(rows).rename(columns={"recipe": "network"})


def anomaly_grid(study: Study) -> pd.DataFrame:
    """Columns network, score, auroc, aupr and fpr95 with all test pixels pooled, 0–1: means over seeds."""
    rows = study.anomaly.query("convention == 'pooled'")
    figures = rows.groupby(["recipe", "score"], sort=False)[list(FIGURES)].mean()
    return figures.reset_index().rename(columns={"recipe": "network"})


def anomaly_means(study: Study, recipe: str) -> pd.DataFrame:
    """Figures of each score by both conventions, in per cent: means over a recipe's seeds.

    Columns: score, then by convention (``pooled`` or ``per-image``) AUROC, AUPR and FPR95, as in ``pooled AUROC``.
    """
    rows = study.anomaly[study.anomaly["recipe"] == recipe]
    means = rows.groupby(["score", "convention"], sort=False)[list(UPPER)].mean() * 100
    columns = {
        f"{convention} {name}": means.xs(convention, level="convention")[figure]
        for convention in ("pooled", "per-image")
        for figure, name in UPPER.items()
    }
    return pd.DataFrame(columns).loc[rows["score"].unique()].reset_index()


def anomaly_table(study: Study, recipe: str) -> pd.DataFrame:
    """The same with intervals over seeds and images as text, as in ``pooled AUROC interval``; see bootstrap.py."""
    table = anomaly_means(study, recipe)
    for column in table.columns[1:]:
        convention, name = column.split(" ", 1)
        figures = [score_figure(study, _FIGURE[name], score, recipe, convention) for score in table["score"]]
        table[f"{column} interval"] = [figure.ends() for figure in figures]
    return table


def quoted_figures() -> pd.DataFrame:
    """Figures on the real StreetHazards that the work log and papers report, in per cent.

    Columns: source (``log`` or ``published``), method, score (the one of this report, if there is one), anomalies
    (whether any were shown in training: ``no``, ``yes`` or ``not known``), fpr95, auroc, aupr.
    """
    with (resources.files("hazards.studies") / "quoted_figures.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, comment="#")


def published() -> pd.DataFrame:
    """What papers report on the real StreetHazards, in per cent, by rising AUPR.

    Columns: method, anomalies in training, FPR95, AUROC, AUPR, NaN where nothing is reported.
    """
    rows = quoted_figures().query("source == 'published'").sort_values("aupr", ignore_index=True)
    columns = {"method": "method", "anomalies": "anomalies in training"} | {
        figure: UPPER[figure] for figure in ("fpr95", "auroc", "aupr")
    }
    return rows[list(columns)].rename(columns=columns)


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


def trainings(study: Study) -> pd.DataFrame:
    """One row a training for `studies.gain`, on the split ``val``: recipe, seed and

    gap: mIoU on train minus val, 0–1, NaN where train was not evaluated;
    falls: how far val mIoU fell from one validation to the next, summed over the training, 0–1;
    seconds: NaN where it did not run without a break.
    """
    miou = study.summary.pivot(index=["recipe", "seed"], columns="split", values="miou")
    falls = study.logs.dropna(subset="val_miou").groupby(["recipe", "seed"])["val_miou"].agg(_falls)
    seconds = study.costs.set_index(["recipe", "seed"])["seconds"]
    gap = miou.get("train", np.nan) - miou["val"]
    return pd.DataFrame({"gap": gap, "falls": falls, "seconds": seconds}).reset_index().assign(split="val")


def _falls(values: pd.Series) -> float:
    return float(-np.diff(values).clip(max=0).sum())


def cost_table(study: Study) -> pd.DataFrame:
    """What each network is and costs, a row a recipe.

    Columns: recipe, network (its constructor), start (see starts.py), size (width×height of its images), million
    parameters, GFLOPs (a forward pass of an image, see complexity.py), and of the trainings that ran without a break
    the median seconds and the largest peak memory in MiB, NaN where there is none.
    """
    known = study.labels.known
    calls = {name: complexity.call(recipe.model, recipe.size, known) for name, recipe in study.recipes.items()}
    counted = gathered(calls, workers=1)
    rows = []
    for name, recipe in study.recipes.items():
        counts = counted[name].value
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
    table = cost_table(study)  # asks for its results before values are needed, so that a plan can state them
    val = study.summary.query("split == 'val'").groupby("recipe")["miou"].agg(miou="mean", low="min", high="max")
    return table.join(val, on="recipe")


def minutes(study: Study) -> str:
    """What a recipe takes to train, the median: ``2.1 minutes of one core with 2 seeds, 8.4 with all 8``."""
    seconds = study.costs.groupby("recipe")["seconds"].mean().median()
    return _by_seeds(float(seconds), study)


def evaluation_minutes(study: Study) -> str:
    """What a recipe takes to be evaluated on the test split, the median over recipes; as text, see `minutes`."""
    tests = {key: entry.provenance["seconds"] for key, entry in study.evaluations.items() if key[2] == "test"}
    return _by_seeds(float(pd.Series(tests).groupby(level=0).mean().median()), study)


def _by_seeds(seconds: float, study: Study) -> str:
    """What so many seconds a seed come to with few seeds and with all of a study."""
    most = len({seed for _, seed in study.trainings})
    few = min(FEW_SEEDS, most)
    text = f"{number(few * seconds / 60)} minutes of one core with {seeds_text(few)}"
    return text if most == few else f"{text}, {number(most * seconds / 60)} with all {most}"


def change_table(gains: Mapping[str, Interval], choices: Mapping[str, str]) -> pd.DataFrame:
    """Columns choice, val mIoU and AUROC: gains as text in points, a dash where there is none.

    Args:
        gains: as in ``flips miou`` and ``flips auroc``.
        choices: the name of the gain, as in ``flips``, by what the choice is called.
    """
    texts = {name: gain.text() for name, gain in gains.items()}
    rows = [
        (choice, texts.get(f"{name} miou", "–"), texts.get(f"{name} auroc", "–")) for choice, name in choices.items()
    ]
    return pd.DataFrame(rows, columns=["choice", "val mIoU", "AUROC"])

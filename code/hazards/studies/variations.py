"""Variations of how networks are evaluated: outcomes side by side, as frames for `studies.gain` and for tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from hazards.data.layout import DataSet
from hazards.evaluation.calibration import calibration, expected_error
from hazards.evaluation.figures import FIGURES
from hazards.evaluation.thresholds import town_thresholds
from hazards.jobs import gather
from hazards.studies.experiment import Interval, Study, anomaly_table, gain, interval


def by_town(study: Study, recipe: str, data: DataSet, scores: Iterable[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Curves and thresholds of each test town with each of a recipe's networks, see `thresholds.town_thresholds`.

    Returns:
        The curves and what thresholds do elsewhere, both with the column seed and the names that readers see.
    """
    methods = tuple(study.scores[name] for name in scores)
    seeds = [seed for name, seed in study.trainings if name == recipe]
    calls = [town_thresholds.call(study.inference(recipe, seed, data), methods) for seed in seeds]
    found = [entry.value for entry in gather(calls)]
    shown = {"score": {method.name: name for name, method in study.scores.items()}}
    curves, applied = (
        pd.concat([each[part].assign(seed=seed) for seed, each in zip(seeds, found, strict=True)], ignore_index=True)
        for part in ("curves", "applied")
    )
    return curves.replace(shown), applied.replace(shown)


def outcomes(studies: Mapping[str, Study], score: str, convention: str = "pooled") -> pd.DataFrame:
    """What each variation, a study of one recipe, comes to, in the column recipe under the variation's name.

    Columns: recipe, seed, split, miou, and on the test split auroc, aupr and fpr95 of a score, 0–1.
    """
    return pd.concat(
        [outcome(study, score, convention).assign(recipe=name) for name, study in studies.items()], ignore_index=True
    )


def outcome(study: Study, score: str, convention: str = "pooled") -> pd.DataFrame:
    """A study's `summary` with auroc, aupr and fpr95 of a score, 0–1, NaN on other splits than test."""
    keys = ["recipe", "seed", "split"]
    rows = study.anomaly.query("score == @score and convention == @convention")
    return study.summary.merge(rows[[*keys, *FIGURES]], how="left", on=keys)


def outcome_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Columns recipe, val mIoU, test mIoU, AUROC, AUPR and FPR95 in per cent: means over seeds; see `outcomes`."""
    miou = rows.pivot_table(index="recipe", columns="split", values="miou", sort=False)[["val", "test"]]
    figures = rows[rows["split"] == "test"].groupby("recipe", sort=False)[list(FIGURES)].mean()
    table = miou.rename(columns="{} mIoU".format).join(figures.rename(columns=str.upper)) * 100
    return table.reset_index()


def settings(rows: pd.DataFrame, values: Mapping[str, float]) -> pd.DataFrame:
    """One row a training of these recipes: recipe, seed, setting (their value), miou on val, other figures on test.

    Args:
        rows: see `outcome`.
    """
    keys = ["recipe", "seed"]
    val, test = (rows[rows["split"] == split].set_index(keys) for split in ("val", "test"))
    table = val[["miou"]].join(test[list(FIGURES)]).reset_index()
    return table[table["recipe"].isin(list(values))].assign(setting=lambda each: each["recipe"].map(values))


def best_setting(rows: pd.DataFrame, by: str, figure: str, split: str = "test") -> str:
    """Which value of the column `by` has the highest mean of a figure on a split."""
    return str(rows[rows["split"] == split].groupby(by, sort=False)[figure].mean().idxmax())


def gains(rows: pd.DataFrame, of: str, over: str) -> dict[str, Interval]:
    """Gains in miou on val and in auroc on test of one variation over another, paired by seed; see `outcome`."""
    return {figure: gain(rows, figure, of, over, split) for figure, split in (("miou", "val"), ("auroc", "test"))}


def widest(changes: Mapping[str, Mapping[str, Interval]], figure: str) -> str:
    """Which choice changes a figure most, by the size of the mean."""
    return max((name for name in changes if figure in changes[name]), key=lambda name: abs(changes[name][figure].mean))


def change_table(changes: Mapping[str, Mapping[str, Interval]]) -> pd.DataFrame:
    """Columns choice, val mIoU and AUROC: gains as text in points, a dash where there is none; see `gains`."""
    names = {"miou": "val mIoU", "auroc": "AUROC"}
    texts = {
        choice: {name: found[figure].text() if figure in found else "–" for figure, name in names.items()}
        for choice, found in changes.items()
    }
    return pd.DataFrame.from_dict(texts, orient="index").rename_axis("choice").reset_index()


def conventions(studies: Mapping[str, Study], recipe: str) -> pd.DataFrame:
    """Every score by both conventions in each study, in per cent, means over seeds; see `studies.anomaly_table`.

    Args:
        studies: by what they leave out, the column `left out`.
    """
    columns = [f"{way} {figure.upper()}" for way in ("pooled", "per-image") for figure in FIGURES]
    parts = [
        anomaly_table(study, recipe)[["score", *columns]].assign(**{"left out": name})
        for name, study in studies.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    order = {score: place for place, score in enumerate(table["score"].unique())}
    table = table.sort_values("score", key=lambda scores: scores.map(order), kind="stable")
    return table[["score", "left out", *columns]]


def convention_gap(of: pd.DataFrame, over: pd.DataFrame, figure: str, quoted: float) -> tuple[Interval, Interval]:
    """How far a figure of the same networks differs between two conventions, and how much more than a quoted one.

    Args:
        of, over: `outcome` of one study of one recipe each.
        quoted: a published difference, 0–1, of either sign.

    Returns:
        `of` minus `over` on test, and the size of that less the size of `quoted`, both paired by seed.
    """
    first, second = (rows[rows["split"] == "test"].set_index("seed")[figure] for rows in (of, over))
    return interval(first - second), interval((first - second).abs() - abs(quoted))


def calibrations(study: Study, data: DataSet, splits: Iterable[str] = ("val", "test")) -> pd.DataFrame:
    """Counts of `calibration.calibration` of every network of a study, with the columns recipe, seed and split."""
    keys = [(recipe, seed, split) for recipe, seed in study.trainings for split in splits]
    calls = [calibration.call(study.inference(recipe, seed, data), split) for recipe, seed, split in keys]
    frames = [
        entry.value.assign(recipe=recipe, seed=seed, split=split)
        for (recipe, seed, split), entry in zip(keys, gather(calls), strict=True)
    ]
    return pd.concat(frames, ignore_index=True)


def calibration_errors(counts: pd.DataFrame) -> pd.DataFrame:
    """One row a network and split: recipe, seed, split, ece, and with hazards counted as wrong, 0–1.

    Columns of the errors: ``ece`` (known pixels alone) and ``ece with hazards``.
    """
    rows = []
    for (recipe, seed, split), own in counts.groupby(["recipe", "seed", "split"], sort=False):
        errors = {"ece": expected_error(own), "ece with hazards": expected_error(own, anomalous=True)}
        rows.append({"recipe": recipe, "seed": seed, "split": split} | errors)
    return pd.DataFrame(rows)


def calibration_table(errors: pd.DataFrame, study: Study, scores: Iterable[str]) -> pd.DataFrame:
    """One row a network: recipe, seed, ECE on val and test, and the pooled AUROC of scores, in per cent."""
    keys = ["recipe", "seed"]
    table = errors.pivot(index=keys, columns="split", values="ece").add_prefix("ECE on ")
    table["ECE on test with hazards"] = errors[errors["split"] == "test"].set_index(keys)["ece with hazards"]
    pooled = study.anomaly.query("convention == 'pooled'").pivot(index=keys, columns="score", values="auroc")
    columns = ["ECE on val", "ECE on test", "ECE on test with hazards"]
    return (table[columns].join(pooled[list(scores)].add_prefix("AUROC of ")) * 100).reset_index()

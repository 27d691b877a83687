"""Variations of how networks are evaluated: outcomes side by side, as frames for `studies.gain` and for tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from hazards.data.layout import DataSet
from hazards.evaluation.by_town import town_figures
from hazards.evaluation.calibration import calibration, expected_error
from hazards.evaluation.figures import FIGURES
from hazards.studies.experiment import SPLITS, Study, gathered, stacked
from hazards.studies.tables import UPPER, anomaly_means, outcome


def by_town(study: Study, recipe: str, data: DataSet, scores: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Figures and thresholds of each test town with each of a recipe's networks, see `by_town.town_figures`.

    Returns:
        What is returned there, with columns recipe and seed and the names that readers see, and ``figures``, a row a
        network, town and score: recipe, seed, town, images, miou, score, auroc, aupr and fpr95.
    """
    names = tuple(scores)
    keys = [key for key in study.trainings if key[0] == recipe]
    calls = {(name, seed): town_figures.call(**study.network(name, data, names, seed)) for name, seed in keys}
    values = {key: entry.value for key, entry in gathered(calls).items()}
    tables = ("segmentation", "anomaly", "curves", "applied", "carried")
    towns = {table: stacked({key: value[table] for key, value in values.items()}) for table in tables}
    towns = {table: rows.replace({"score": study.shown}) for table, rows in towns.items()}
    return towns | {"figures": towns["segmentation"].merge(towns["anomaly"], on=["recipe", "seed", "town"])}


def figures_by_town(study: Study, recipe: str, data: DataSet, scores: Iterable[str]) -> pd.DataFrame:
    """The ``figures`` of `by_town` alone."""
    return by_town(study, recipe, data, scores)["figures"]


def outcomes(studies: Mapping[str, Study], score: str) -> pd.DataFrame:
    """What each variation, a study of one recipe, comes to, in the column recipe under the variation's name.

    Columns: those of `tables.outcome`.
    """
    frames = [outcome(study, score).assign(recipe=name) for name, study in studies.items()]
    return pd.concat(frames, ignore_index=True)


def settings(rows: pd.DataFrame, values: Mapping[str, float]) -> pd.DataFrame:
    """One row a training of these recipes: recipe, seed, setting (their value), miou on val, other figures on test.

    Args:
        rows: see `tables.outcome`.
    """
    keys = ["recipe", "seed"]
    val = rows[rows["split"] == "val"].set_index(keys)[["miou"]]
    test = rows[rows["split"] == "test"].set_index(keys)[list(FIGURES)]
    table = val.join(test).reset_index()
    return table[table["recipe"].isin(list(values))].assign(setting=lambda kept: kept["recipe"].map(values))


def conventions(studies: Mapping[str, Study], recipe: str) -> pd.DataFrame:
    """Every score by both conventions in each study, in per cent, means over seeds; see `tables.anomaly_means`.

    Args:
        studies: by what they leave out, the column `left out`.
    """
    columns = [f"{way} {figure}" for way in ("pooled", "per-image") for figure in UPPER.values()]
    tables = [anomaly_means(study, recipe).assign(**{"left out": name}) for name, study in studies.items()]
    by_score = pd.concat(tables).sort_index(kind="stable")  # each has its scores in the same order
    return by_score[["score", "left out", *columns]]


def calibrations(study: Study, data: DataSet) -> pd.DataFrame:
    """Counts of `calibration.calibration` of every network on val and test, with columns recipe, seed and split."""
    calls = {
        (*key, split): calibration.call(study.inference(*key, data), split)
        for key in study.trainings
        for split in SPLITS
    }
    return stacked({key: entry.value for key, entry in gathered(calls).items()})


def softened(study: Study, recipe: str, data: DataSet, divisors: Iterable[float]) -> dict[float, float]:
    """Calibration error, 0–1, on val of a recipe's first network when logits are divided by each of these numbers."""
    inference = study.inference(recipe, 0, data)
    calls = {divisor: calibration.call(inference, "val", temperature=divisor) for divisor in divisors}
    return {divisor: expected_error(entry.value) for divisor, entry in gathered(calls).items()}


def calibration_errors(counts: pd.DataFrame) -> pd.DataFrame:
    """One row a network and split: recipe, seed, split, ece, and with hazards counted as wrong, 0–1.

    Columns of the errors: ``ece`` (known pixels alone) and ``ece with hazards``.
    """
    groups = counts.groupby(["recipe", "seed", "split"], sort=False)[list(counts.columns)]
    known, every = groups.apply(expected_error), groups.apply(expected_error, anomalous=True)
    return pd.DataFrame({"ece": known, "ece with hazards": every}).reset_index()


def calibration_table(errors: pd.DataFrame, study: Study, scores: Iterable[str]) -> pd.DataFrame:
    """One row a network: recipe, seed, ECE on val and test, and the pooled AUROC of scores, in per cent."""
    keys = ["recipe", "seed"]
    table = errors.pivot(index=keys, columns="split", values="ece")[list(SPLITS)].add_prefix("ECE on ")
    table["ECE on test with hazards"] = errors[errors["split"] == "test"].set_index(keys)["ece with hazards"]
    pooled = study.anomaly.query("convention == 'pooled'").pivot(index=keys, columns="score", values="auroc")
    return (table.join(pooled[list(scores)].add_prefix("AUROC of ")) * 100).reset_index()

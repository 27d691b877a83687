"""The networks of a study as detectors of hazards: at thresholds, in open-set segmentation, by what they miss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hazards.data.layout import DataSet
from hazards.evaluation.by_town import town_figures
from hazards.evaluation.components import component_figures
from hazards.evaluation.failures import failure_cases, failure_views
from hazards.evaluation.open_set import open_set
from hazards.evaluation.risk import risk_coverage
from hazards.evaluation.score_maps import stepped_maps
from hazards.evaluation.selection import best_thresholds
from hazards.metrics.components import THRESHOLDS
from hazards.prose import NOTHING
from hazards.store import Entry
from hazards.studies.conclusions import Conclusions, sentences
from hazards.studies.experiment import Study, gathered, stacked


@dataclass(frozen=True)
class Detection:
    """What is marked at the threshold with the best pixel F1 of each score, by a recipe's first network.

    Args:
        figures, hazards, marked: see `components.component_figures`.
        cases: the worst failures of the best score, see `failures.failure_cases`.
        views: their images, see `failures.failure_views`.
    """

    figures: pd.DataFrame
    hazards: pd.DataFrame
    marked: pd.DataFrame
    cases: pd.DataFrame
    views: Mapping[str, Any]


def detection(study: Study, recipe: str, data: DataSet, scores: Sequence[str]) -> Detection:
    """Whole hazards found by some scores, and the worst failures of the best of them."""
    names = tuple(study.scores[name].name for name in scores)
    evaluated = study.evaluations[recipe, 0, "test"]
    network = study.network(recipe, data, scores)
    thresholds = best_thresholds.call(evaluated, names)
    components = component_figures.call(thresholds=thresholds, **network)
    cases = failure_cases.call(evaluated, components, names)
    views = failure_views.call(cases=cases, thresholds=thresholds, **network)
    results = gathered({"components": components, "cases": cases, "views": views})
    shown = {"score": study.shown}
    tables = results["components"].value
    return Detection(
        tables["figures"].replace(shown),
        tables["hazards"].replace(shown),
        tables["marked"].replace(shown),
        results["cases"].value.replace(shown),
        results["views"].value,
    )


def open_sets(study: Study, recipe: str, data: DataSet, scores: Sequence[str]) -> pd.DataFrame:
    """Open-set segmentation by each of a recipe's networks: the rows of `open_set.open_set`, with recipe and seed."""
    calls = {}
    for name, seed in study.trainings:
        if name == recipe:
            network = study.network(recipe, data, scores, seed)
            towns = town_figures.call(**network)
            calls[recipe, seed] = open_set.call(towns=towns, **network)
    rows = {key: entry.value for key, entry in gathered(calls).items()}
    return stacked(rows).replace({"score": study.shown})


def risks(study: Study, recipe: str, data: DataSet, scores: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Risk against coverage by each of a recipe's networks: areas and curves, with recipe and seed.

    See `risk.risk_coverage`.
    """
    calls = {
        (name, seed): risk_coverage.call(**study.network(name, data, scores, seed))
        for name, seed in study.trainings
        if name == recipe
    }
    values = {key: entry.value for key, entry in gathered(calls).items()}
    areas = stacked({key: value["areas"] for key, value in values.items()})
    curves = stacked({key: value["curves"] for key, value in values.items()})
    shown = {"score": study.shown}
    return areas.replace(shown), curves.replace(shown)


def explored(
    study: Study, recipe: str, data: DataSet, images: tuple[str, ...] | Entry, scores: Sequence[str]
) -> tuple[dict[str, np.ndarray], pd.DataFrame]:
    """Maps of scores in steps, for the explorer of thresholds, by a recipe's first network.

    Returns:
        By score the highest of its thresholds that each pixel reaches, (N, H, W), −∞ where it reaches none; and a data
        frame of these thresholds, see `score_maps.stepped_maps`.
    """
    evaluated = study.evaluations[recipe, 0, "test"]
    stepped = stepped_maps(images=images, evaluated=evaluated, **study.network(recipe, data, scores)).value
    curves = stepped["curves"]
    reached = {}
    for name, levels in stepped["levels"].items():
        thresholds = curves.loc[curves["score"] == name, "threshold"].to_numpy()
        reached[study.shown[name]] = np.append(-np.inf, thresholds)[levels]
    return reached, curves.replace({"score": study.shown})


def conclude(study: Study, recipe: str, found: Detection, opened: pd.DataFrame, areas: pd.DataFrame) -> Conclusions:
    """What some scores are worth as detectors.

    Args:
        found: see `detection`.
        opened: see `open_sets`.
        areas: see `risks`.

    Returns:
        Values: ``best``, the score with the highest component-level
        F1, and ``best f1``, 0–1; ``open``, see `open_table`; ``detectors``, a data frame with score, TPR5, AURC (means
        over seeds in per cent); ``error`` and ``least``, risk with all pixels kept and the least AURC there can be,
        means over seeds, 0–1; ``false``, see `false_alarms`; ``failed``, the score of the failures.
    """
    best = found.figures.set_index("score")["f1"]
    pooled = study.anomaly.query("convention == 'pooled' and recipe == @recipe")
    tpr = pooled.groupby("score")["tpr5"].mean()
    aurc = areas.groupby("score", sort=False)["aurc"].mean()
    detectors = pd.DataFrame({"TPR5": tpr[aurc.index] * 100, "AURC": aurc * 100}).reset_index()
    values = {
        "best": best.idxmax(),
        "best f1": best.max(),
        "open": open_table(opened),
        "detectors": detectors,
        "error": areas["error"].mean(),
        "least": areas["least"].mean(),
        "false": false_alarms(found.marked),
        "failed": next(iter(found.cases["score"]), NOTHING),
    }
    alarm = "usable" if best.max() >= 0.5 else "unusable"
    cases = {"alarm": alarm, "open": "none" if opened.empty else "some"}
    return Conclusions(values=values, texts=sentences("detectors", cases))


def open_table(opened: pd.DataFrame) -> pd.DataFrame:
    """Open-set segmentation in per cent, a row a score and rule: means over towns, weighed by images, and over seeds.

    Columns: score, rule, closed, open, gap (closed minus open, in points), recall and false alarms (share of the known
    pixels flagged).

    Args:
        opened: see `open_sets`.
    """
    figures = ["closed", "open", "recall", "fpr"]
    weighed = opened[figures].mul(opened["images"], axis=0).assign(images=opened["images"])
    sums = weighed.groupby([opened["score"], opened["rule"], opened["seed"]], sort=False).sum()
    seeds = sums[figures].div(sums["images"], axis=0)
    means = seeds.groupby(["score", "rule"], sort=False).mean() * 100
    means.insert(2, "gap", means["closed"] - means["open"])
    return means.rename(columns={"fpr": "false alarms"}).reset_index()


def false_alarms(marked: pd.DataFrame) -> pd.DataFrame:
    """What lies under the false components of each score, the most pixels first: score, label, components and pixels.

    False is a component with a PPV under 25 %, as it is at every matching threshold of the component-level F1.
    """
    false = marked[marked["ppv"] < THRESHOLDS[0]]
    groups = false.groupby(["score", "label"])["pixels"].agg(components="size", pixels="sum")
    return groups.sort_values("pixels", ascending=False).reset_index()

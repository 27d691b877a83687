"""The networks of a study as detectors of hazards: at thresholds, in open-set segmentation, by what they miss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hazards.data.layout import DataSet
from hazards.evaluation.components import component_figures
from hazards.evaluation.failures import failure_cases, failure_views
from hazards.evaluation.open_set import carried_thresholds, open_set
from hazards.evaluation.risk import risk_coverage
from hazards.evaluation.score_maps import stepped_maps
from hazards.evaluation.selection import best_thresholds
from hazards.store import Entry
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
            thresholds = carried_thresholds.call(**network)
            calls[recipe, seed] = open_set.call(thresholds=thresholds, **network)
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

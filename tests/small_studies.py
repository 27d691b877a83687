"""Studies with known figures, for tests of what follows from them: nothing is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from hazards import studies
from hazards.evaluation.figures import FIGURES, KEPT_DRAWS
from hazards.labels import STREETHAZARDS
from hazards.networks.models import deeplabv3_mini
from hazards.training import Recipe

RECIPE = Recipe(model=deeplabv3_mini, size=(16, 24), epochs=3, batch_size=4, learning_rate=1e-3)
SPLITS = ("train", "val", "test")


def confusion(miou: float) -> np.ndarray:
    """A confusion matrix of two labels with this mIoU."""
    right = 2 * miou / (1 + miou)
    matrix = np.zeros((13, 13), np.int64)
    matrix[:2, :2] = np.rint(np.array([[right, 1 - right], [1 - right, right]]) * 10**9)
    return matrix


def small_study(
    figures: Mapping[str, Mapping[str, Any]],
    scores: Sequence[str] = ("MaxLogit",),
    splits: Sequence[str] = SPLITS,
    seeds: int = 3,
) -> studies.Study:
    """A study whose figures are those given, and a thousandth more with each further seed.

    Args:
        figures: by recipe; mIoU by split, 0.5 by default; ``seconds``; ``resumed``; ``log``, val mIoU by epoch; AUROC
            by score, 0.8 by default, and a score's AUPR as in ``MSP aupr``, a tenth of its AUROC by default;
            ``recipe``, a `Recipe`; ``start``, ImageNet by default. By default networks have converged.
    """
    trainings, evaluations = {}, {}
    for name, given in figures.items():
        for seed in range(seeds):
            more = seed / 1000
            log = pd.DataFrame({"epoch": [1, 2, 3], "loss": 1.0, "val_miou": given.get("log", [0.1, 0.3, 0.3])})
            provenance = {
                "seconds": given.get("seconds", 10.0) + seed,
                "peak_memory_mib": 100.0 + seed,
                "device": "cpu",
            }
            provenance["resumed"] = given.get("resumed", False)
            trainings[name, seed] = SimpleNamespace(
                value={"log": log, "start": given.get("start", "ImageNet")}, provenance=provenance
            )
            for split in splits:
                miou = given.get(split, 0.5) + more
                names = [f"{split}/t5/a.png", f"{split}/t6/b.png"]
                images = pd.DataFrame({"image": names, "miou": [miou - 0.1, miou + 0.1], "anomaly": [0.01, 0.03]})
                value = {"confusion": confusion(miou), "images": images}
                if split == "test":
                    value |= scored(given, scores, images, more)
                evaluations[name, seed, split] = SimpleNamespace(value=value, provenance=provenance)
    methods = {score: SimpleNamespace(name=score) for score in scores}
    recipes = {name: given.get("recipe", RECIPE) for name, given in figures.items()}
    return studies.Study(recipes, methods, trainings, evaluations, {}, STREETHAZARDS)


def scored(given: Mapping[str, Any], scores: Sequence[str], images: pd.DataFrame, more: float) -> dict[str, Any]:
    """What scores find on the test split: figures by both conventions, and how they differ by image and by draw.

    Per image AUROC is 5 points lower. Images and draws differ alike for all scores.
    """
    rows = anomaly(given, scores, more)
    images = images.copy()
    noise = np.random.default_rng(0).normal(0, 0.01, (KEPT_DRAWS, 1))
    draws = {}
    for row in rows.to_dict("records"):
        if row["convention"] == "pooled":
            draws[row["score"]] = np.array([row[figure] for figure in FIGURES]) + noise
        else:
            for figure in FIGURES:
                images[f"{figure} {row['score']}"] = [row[figure] - 0.01, row[figure] + 0.01]
    return {"anomaly": rows, "images": images, "draws": draws, "curves": curves(scores)}


def anomaly(given: Mapping[str, Any], scores: Sequence[str], more: float) -> pd.DataFrame:
    """Figures of scores on the test split by both conventions."""
    rows = []
    for score in scores:
        auroc = given.get(score, 0.8)
        aupr = given.get(f"{score} aupr", auroc / 10)
        for convention, less in (("pooled", 0.0), ("per-image", 0.05)):
            row = {"auroc": auroc - less + more, "aupr": aupr + more, "fpr95": 0.5 + more}
            ends = {f"{figure} {end}": value for figure, value in row.items() for end in ("low", "high")}
            rows.append({"score": score, "convention": convention} | row | ends)
    return pd.DataFrame(rows)


def curves(scores: Sequence[str]) -> pd.DataFrame:
    """Points of pooled curves, a tenth of the pixels anomalous."""
    points = {"threshold": [4.0, 3, 2, 1], "recall": [0.2, 0.5, 0.6, 1.0], "precision": [1.0, 0.5, 0.4, 0.1]}
    return pd.concat([pd.DataFrame(points).assign(score=score) for score in scores])

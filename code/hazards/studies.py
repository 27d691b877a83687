"""Compare recipes over seeds: train and evaluate each, then means, intervals and a verdict computed from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import torch
from scipy import special

from hazards.data.layout import DataSet
from hazards.evaluation import evaluate, maps
from hazards.metrics import mean_iou, pixel_accuracy
from hazards.scores import DISPLAY_NAMES, Score, max_logit, msp
from hazards.store import Entry, gather
from hazards.training import Recipe, train

Verdict = Literal["holds", "does not hold", "undecided"]
SPLITS = ("val", "test")


@dataclass(frozen=True)
class Study:
    """Recipes trained with several seeds and evaluated on val and test.

    Args:
        recipes: by the name that tables and figures show.
        trainings: store entries by (recipe name, seed).
        evaluations: store entries by (recipe name, seed, split).
    """

    recipes: dict[str, Recipe]
    trainings: dict[tuple[str, int], Entry]
    evaluations: dict[tuple[str, int, str], Entry]

    @property
    def summary(self) -> pd.DataFrame:
        """One row a training and split: miou (pooled over the split), image_miou (mean over images), accuracy."""
        rows = []
        for (recipe, seed, split), entry in self.evaluations.items():
            confusion = entry.value["confusion"]
            figures = {
                "miou": mean_iou(confusion),
                "image_miou": entry.value["images"]["miou"].mean(),
                "accuracy": pixel_accuracy(confusion),
            }
            rows.append({"recipe": recipe, "seed": seed, "split": split} | figures)
        return pd.DataFrame(rows)

    @property
    def images(self) -> pd.DataFrame:
        """One row a training, split and image."""
        return _stack({key: entry.value["images"] for key, entry in self.evaluations.items()})

    @property
    def anomaly(self) -> pd.DataFrame:
        """One row a training, score and convention: auroc, aupr, fpr95 on the test split."""
        return _stack({key: e.value["anomaly"] for key, e in self.evaluations.items() if key[2] == "test"})

    @property
    def logs(self) -> pd.DataFrame:
        """One row a training and epoch: loss and val mIoU."""
        return _stack({(*key, "train"): entry.value["log"] for key, entry in self.trainings.items()})

    def confusion(self, recipe: str, split: str) -> np.ndarray:
        """Confusion matrices of a recipe's seeds, int64 (seeds, 13, 13)."""
        return np.stack(
            [e.value["confusion"] for (r, _, s), e in self.evaluations.items() if (r, s) == (recipe, split)]
        )

    def panel(self, recipe: str, data: DataSet, images: tuple[str, ...], score: Score) -> dict[str, np.ndarray]:
        """What the network of a recipe's first seed says about some test images; see `evaluation.maps`."""
        chosen = self.recipes[recipe]
        return maps(chosen.model, self.trainings[recipe, 0], data, "test", chosen.size, images, score).value

    def parameters(self, recipe: str) -> int:
        """Number of trained parameters of a recipe's network; statistics of batch normalisation do not count."""
        weights = self.trainings[recipe, 0].value["weights"]
        statistics = ("running_mean", "running_var", "num_batches_tracked")
        return sum(each.numel() for name, each in weights.items() if not name.endswith(statistics))


def _stack(frames: dict[tuple[str, int, str], pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(
        [frame.assign(recipe=recipe, seed=seed, split=split) for (recipe, seed, split), frame in frames.items()],
        ignore_index=True,
    )


def study(recipes: dict[str, Recipe], data: DataSet, seeds: int, scores: tuple[Score, ...] = (max_logit, msp)) -> Study:
    """Train every recipe with seeds 0 … `seeds` - 1 and evaluate it; what the store holds is not computed again."""
    trainings = {
        (name, seed): train.call(recipe, data, seed) for name, recipe in recipes.items() for seed in range(seeds)
    }
    evaluations = {
        (name, seed, split): evaluate.call(recipes[name].model, call, data, split, recipes[name].size, scores)
        for (name, seed), call in trainings.items()
        for split in SPLITS
    }
    workers = torch.cuda.device_count() or None  # a process a GPU; without one, a process a core
    entries = gather([*trainings.values(), *evaluations.values()], workers)
    return Study(
        recipes,
        dict(zip(trainings, entries, strict=False)),
        dict(zip(evaluations, entries[len(trainings) :], strict=True)),
    )


@dataclass(frozen=True)
class Interval:
    """A mean over n seeds with its 95 % confidence interval (Student's t)."""

    mean: float
    low: float
    high: float
    n: int

    def verdict(self) -> Verdict:
        """Of the claim that the mean is over 0: decided only where the interval lies on one side of 0."""
        if self.low > 0:
            return "holds"
        return "does not hold" if self.high <= 0 else "undecided"

    def say(self, holds: str, does_not_hold: str, undecided: str) -> str:
        """The phrase that goes with the verdict, for prose."""
        return {"holds": holds, "does not hold": does_not_hold, "undecided": undecided}[self.verdict()]

    def text(self, scale: float = 100, digits: int = 1) -> str:
        """Mean and interval, in per cent unless `scale` says otherwise: ``1.2 (0.3 to 2.1)``."""
        values = (self.mean, self.low, self.high)
        mean, low, high = (f"{value * scale:.{digits}f}".replace("-", "\N{MINUS SIGN}") for value in values)
        return f"{mean} ({low} to {high})"


def interval(values: np.ndarray | pd.Series) -> Interval:
    """Mean and 95 % interval of independent values; without an end where there is only one value."""
    array = np.asarray(values, dtype=float)
    half = np.inf
    if len(array) > 1:
        half = float(special.stdtrit(len(array) - 1, 0.975) * array.std(ddof=1) / np.sqrt(len(array)))
    return Interval(float(array.mean()), float(array.mean() - half), float(array.mean() + half), len(array))


def gain(summary: pd.DataFrame, figure: str, of: str, over: str, split: str = "val") -> Interval:
    """Gain in `figure` of recipe `of` over recipe `over` on a split, paired by seed."""
    by_seed = summary[summary["split"] == split].pivot(index="seed", columns="recipe", values=figure)
    return interval(by_seed[of] - by_seed[over])


def drop(summary: pd.DataFrame, figure: str, recipe: str, before: str, after: str) -> Interval:
    """Fall of `figure` from split `before` to split `after`, over a recipe's seeds."""
    by_seed = summary[summary["recipe"] == recipe].pivot(index="seed", columns="split", values=figure)
    return interval(by_seed[before] - by_seed[after])


def typical_images(images: pd.DataFrame, quantiles: tuple[float, ...] = (0.9, 0.5, 0.1)) -> tuple[str, ...]:
    """Names of the images whose mIoU stands at these quantiles: by default a good, a median and a bad one."""
    ordered = images.sort_values(["miou", "image"])["image"].tolist()
    return tuple(ordered[round(quantile * (len(ordered) - 1))] for quantile in quantiles)


_PREDICTOR_NAMES = {
    "position": "most frequent label at each position",
    "constant": "most frequent label everywhere",
}


def headline(study: Study, predictors: pd.DataFrame) -> pd.DataFrame:
    """What each recipe and each predictor without a network reaches, in per cent: means over seeds.

    Columns: network, val mIoU, test mIoU, and AUROC, AUPR, FPR95 of MaxLogit with all test pixels pooled.
    """
    miou = study.summary.pivot_table(index="recipe", columns="split", values="miou", sort=False)
    pooled = study.anomaly.query("score == 'max_logit' and convention == 'pooled'")
    anomaly = pooled.groupby("recipe", sort=False)[["auroc", "aupr", "fpr95"]].mean()
    simple = predictors.pivot(index="predictor", columns="split", values="miou").rename(index=_PREDICTOR_NAMES)
    rows = pd.concat([miou.join(anomaly), simple.loc[list(_PREDICTOR_NAMES.values())]]) * 100
    names = {"val": "val mIoU", "test": "test mIoU", "auroc": "AUROC", "aupr": "AUPR", "fpr95": "FPR95"}
    return rows[list(names)].rename(columns=names).rename_axis("network").reset_index()


def anomaly_table(study: Study, recipe: str) -> pd.DataFrame:
    """AUROC, AUPR and FPR95 in per cent of each score by each convention: means over a recipe's seeds."""
    rows = study.anomaly[study.anomaly["recipe"] == recipe].replace({"score": DISPLAY_NAMES})
    figures = ["auroc", "aupr", "fpr95"]
    means = rows.groupby(["convention", "score"], sort=False)[figures].mean() * 100
    return means.rename(columns=str.upper).reset_index()

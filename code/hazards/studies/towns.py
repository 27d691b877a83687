"""Figures and differences with towns as the replicates: what other towns would give, and not only other seeds.

The test split has several towns; a town is the folder of its images.
"""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from hazards.studies.bootstrap import LOWER_IS_BETTER
from hazards.studies.experiment import Study
from hazards.studies.verdicts import Fixed, Interval


def over_towns(values: np.ndarray, *fixed: Fixed) -> Interval:
    """Mean over towns and seeds of a figure or of a difference, its interval over towns and seeds.

    Towns and seeds cross: every network sees all towns. The variance is that of the pigeonhole bootstrap, see
    `bootstrap.crossed`: the part of the towns and the part of the seeds, each at Student's t with its own degrees of
    freedom. What differs by town and seed at once is counted in both, which errs to the wide side.

    Args:
        values: the figure of each seed in each town, (seeds, towns); a town without a value, NaN, is left out.
        fixed: further parts of the error.
    """
    defined = values[:, ~np.isnan(values).any(axis=0)]
    seeds, towns = defined.shape
    if seeds < 2 or towns < 2:
        mean = float(defined.mean()) if defined.size else np.nan
        return Interval(mean, np.inf, towns, unit="towns")
    by_seed = Fixed(float(defined.mean(axis=1).std(ddof=1) / np.sqrt(seeds)), seeds - 1)
    deviation = float(defined.mean(axis=0).std(ddof=1))
    return Interval(float(defined.mean()), deviation, towns, (by_seed, *fixed), "towns")


def image_means(study: Study, recipe: str, figure: str) -> np.ndarray:
    """Mean over a town's images of a figure of single test images, (seeds, towns), NaN where no image has it.

    Args:
        figure: a column of `Study.images`.
    """
    return np.array([images[figure].groupby(_towns(images)).mean() for images in _images(study, recipe, "test")])


def _images(study: Study, recipe: str, split: str) -> list[pd.DataFrame]:
    """The images of a split and their figures, by each of a recipe's networks."""
    return [entry.value["images"] for key, entry in study.evaluations.items() if (key[0], key[2]) == (recipe, split)]


def _towns(images: pd.DataFrame) -> pd.Series:
    """The town of each image."""
    return images["image"].map(lambda name: PurePosixPath(name).parent.name)


def fall(study: Study, recipe: str) -> Interval:
    """Mean over images of mIoU in the validation town minus that in a test town, the mean over test towns.

    Its interval is over test towns and seeds, and over the images of the validation town. That town is one alone: how
    much hangs on its choice nothing tells.
    """
    by_seed = pd.concat([images["miou"] for images in _images(study, recipe, "val")], axis=1).astype(float)
    by_image = by_seed.mean(axis=1)
    error = float(by_image.std() / np.sqrt(by_image.count()))
    in_val = by_seed.mean().to_numpy()
    return over_towns(in_val[:, None] - image_means(study, recipe, "miou"), Fixed(error))


def town_gain(rows: pd.DataFrame, figure: str, of: str, over: str) -> Interval:
    """How much better one score is than another in a test town, over 0 where `of` is better; the mean over towns.

    Args:
        rows: see `variations.figures_by_town`, of one recipe.
        figure: of FPR95, which is better where it is lower, the difference is taken the other way.
    """
    if figure in LOWER_IS_BETTER:
        of, over = over, of
    by_score = rows.pivot(index=["score", "seed"], columns="town", values=figure)
    return over_towns((by_score.loc[of] - by_score.loc[over]).to_numpy())


def image_gain(study: Study, recipe: str, figure: str, of: str, over: str) -> Interval:
    """The same by means over a town's images of a figure of single images."""
    if figure in LOWER_IS_BETTER:
        of, over = over, of
    better = image_means(study, recipe, f"{figure} {study.scores[of].name}")
    return over_towns(better - image_means(study, recipe, f"{figure} {study.scores[over].name}"))

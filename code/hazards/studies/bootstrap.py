"""Figures of scores, and differences between scores on the same networks: both seeds and images are drawn again.

Seeds and images cross: every network sees all images. Art Owen, The pigeonhole bootstrap, Annals of Applied Statistics,
2007: draw rows and columns again, each by itself. Over all draws of seeds the variance is known, so only images are
really drawn; `evaluate` keeps the figures of 300 draws, the same ones for all scores and networks, so that they pair.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hazards.evaluation.figures import FIGURES, KEPT_DRAWS
from hazards.metrics.intervals import image_draws
from hazards.studies.experiment import Study
from hazards.studies.verdicts import Interval

UNIT = "seeds and images"
LOWER_IS_BETTER = ("fpr95",)


def crossed(values: np.ndarray, draws: np.ndarray) -> Interval:
    """Mean over seeds of a figure or of a difference, its interval over seeds and images.

    The variance is that of the pigeonhole bootstrap, the part of the seeds times n / (n - 1), without which it is too
    small for few seeds, and at Student's t. So the interval covers with three seeds, too. One between quantiles of the
    draws would not: no draw leaves the range of three values, and such intervals hold the truth in as few as three of
    four cases. What differs by seed and image at once is counted in both parts, which errs to the wide side.

    Args:
        values: the figure of each seed on all images, (seeds,).
        draws: the same on each draw of images, (seeds, draws); NaN where it is not defined.
    """
    seeds = len(values)
    drawn = draws[:, ~np.isnan(draws).any(axis=0)]
    fixed = float(drawn.mean(axis=0).std(ddof=1))
    deviation = np.inf
    if seeds > 1:
        deviation = float(np.sqrt(drawn.var(axis=0, ddof=1).mean()))
    return Interval(float(np.mean(values)), deviation, seeds, fixed, UNIT)


def score_figure(study: Study, figure: str, score: str, recipe: str, convention: str = "pooled") -> Interval:
    """A figure of a score, 0–1, on the test split, for the networks of a recipe.

    Args:
        figure: one of `FIGURES`.
        convention: ``pooled`` or ``per-image``.
    """
    interval = crossed(*of_seeds_and_draws(study, figure, score, recipe, convention))
    return replace(interval, bounds=(0.0, 1.0))


def score_gain(study: Study, figure: str, of: str, over: str, recipe: str, convention: str = "pooled") -> Interval:
    """How much better one score is than another on the networks of a recipe, over 0 where `of` is better.

    Args:
        figure: one of `FIGURES`; of FPR95, which is better where it is lower, the difference is taken the other way.
        convention: ``pooled`` or ``per-image``.
    """
    if figure in LOWER_IS_BETTER:
        of, over = over, of
    values, draws = of_seeds_and_draws(study, figure, of, recipe, convention)
    other_values, other_draws = of_seeds_and_draws(study, figure, over, recipe, convention)
    return crossed(values - other_values, draws - other_draws)


def of_seeds_and_draws(
    study: Study, figure: str, score: str, recipe: str, convention: str = "pooled"
) -> tuple[np.ndarray, np.ndarray]:
    """A figure of a score for each seed of a recipe, (seeds,), and for each seed and draw of images, (seeds, draws)."""
    rows = study.anomaly.query("recipe == @recipe and score == @score and convention == @convention")
    seeds = rows["seed"].tolist()
    name = study.scores[score].name
    results = [study.evaluations[recipe, seed, "test"].value for seed in seeds]
    if convention == "pooled":
        column = FIGURES.index(figure)
        draws = [result["draws"][name][:, column] for result in results]
    else:
        draws = [_means(result["images"][f"{figure} {name}"].dropna().to_numpy()) for result in results]
    return rows[figure].to_numpy(), np.array(draws, dtype=float)


def _means(values: np.ndarray) -> np.ndarray:
    """Means of a figure of single images, (images,), over each draw of them, (draws,)."""
    return image_draws(len(values), KEPT_DRAWS) @ values / len(values)

"""Figures of scores, and differences between scores on the same networks: both seeds and images are drawn again.

Seeds and images cross: every network sees all images. Art Owen, The pigeonhole bootstrap, Annals of Applied Statistics,
2007: draw rows and columns again, each by itself. Over all draws of seeds the variance is known, so only images are
really drawn; `evaluate` keeps the figures of 300 draws, the same ones for all scores and networks, so that they pair.
Only where something is chosen by the draw, such as the best score, seeds are really drawn, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hazards.evaluation.figures import FIGURES, KEPT_DRAWS
from hazards.metrics.intervals import image_draws
from hazards.studies.experiment import Study
from hazards.studies.verdicts import Fixed, Interval

UNIT = "seeds and images"
LOWER_IS_BETTER = ("fpr95",)
_SEED_DRAWS = 2000


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
    return Interval(float(np.mean(values)), deviation, seeds, (Fixed(fixed),), UNIT)


def lead(values: np.ndarray, draws: np.ndarray) -> Interval:
    """How far the best of some candidates is ahead, with its choice as a part of the error.

    The best on the pixels that it is judged on owes a part of its lead to them. So the choice is made again in each
    draw, and the lead there of the one chosen is set against its lead on all seeds and images, which are the truth of
    the draws. The mean of these differences is what choosing adds, and is taken off; their spread over draws of seeds,
    times n / (n - 1) as in `crossed`, and over draws of images makes the interval. (Efron and Tibshirani, An
    introduction to the bootstrap, 1993, chapter 17: the optimism of what was fitted to the data.)

    Args:
        values: the lead of each candidate by each seed on all images, (candidates, seeds).
        draws: the same on each draw of images, (candidates, seeds, draws); NaN where it is not defined.
    """
    seeds = values.shape[1]
    leads = values.mean(axis=1)
    drawn = draws[:, :, ~np.isnan(draws).any(axis=(0, 1))]
    shares = np.random.default_rng(0).multinomial(seeds, np.full(seeds, 1 / seeds), _SEED_DRAWS) / seeds
    by_seeds = _optimism(leads, values @ shares.T)
    by_images = _optimism(leads, drawn.mean(axis=1))
    both = np.einsum("csd,ds->cd", drawn, shares[: drawn.shape[2]])
    optimism = float(_optimism(leads, both).mean())
    deviation = np.inf
    if seeds > 1:
        deviation = float(by_seeds.std() * seeds / np.sqrt(seeds - 1))
    fixed = Fixed(float(by_images.std(ddof=1)))
    return Interval(float(leads.max()) - optimism, deviation, seeds, (fixed,), UNIT)


def _optimism(leads: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Lead in each draw, (candidates, draws), of the best there, minus its lead on all data, (candidates,)."""
    chosen = drawn.argmax(axis=0)
    return drawn.max(axis=0) - leads[chosen]


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


def score_lead(study: Study, figure: str, scores: Sequence[str], over: str, recipe: str) -> Interval:
    """How much better the best of some scores is than another, pooled, on the networks of a recipe; see `lead`.

    Args:
        figure: one of `FIGURES` that is better where it is higher.
        over: may be one of the scores.
    """
    assert figure not in LOWER_IS_BETTER, "the best is the highest"
    values, draws = of_seeds_and_draws(study, figure, over, recipe)
    candidates = [of_seeds_and_draws(study, figure, score, recipe) for score in scores]
    leads = np.stack([of_score - values for of_score, _ in candidates])
    drawn_leads = np.stack([of_draws - draws for _, of_draws in candidates])
    return lead(leads, drawn_leads)


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

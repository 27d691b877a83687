"""Differences between recipes, scores and splits, paired by seed, with their intervals."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from hazards.studies.experiment import Study
from hazards.studies.verdicts import Interval, interval


def paired(summary: pd.DataFrame, figure: str, of: str, over: str, split: str = "val") -> pd.Series:
    """Gain in `figure` of recipe `of` over recipe `over` on a split, for each seed."""
    return _by_seed(summary[summary["split"] == split], "recipe", figure, of, over)


def gain(summary: pd.DataFrame, figure: str, of: str, over: str, split: str = "val") -> Interval:
    """Mean of that gain over seeds."""
    return interval(paired(summary, figure, of, over, split))


def drop(summary: pd.DataFrame, figure: str, recipe: str, before: str, after: str) -> Interval:
    """Fall of `figure` from split `before` to split `after`, over a recipe's seeds."""
    return interval(_by_seed(summary[summary["recipe"] == recipe], "split", figure, before, after))


def score_gain(study: Study, figure: str, of: str, over: str, recipe: str) -> Interval:
    """Gain in a pooled figure of one score over another on the same networks, paired by seed."""
    rows = study.anomaly.query("recipe == @recipe and convention == 'pooled'")
    return interval(_by_seed(rows, "score", figure, of, over))


def _by_seed(rows: pd.DataFrame, by: str, figure: str, of: str, over: str) -> pd.Series:
    """A figure where the column `by` is `of`, minus that where it is `over`, for each seed."""
    values = rows.pivot(index="seed", columns=by, values=figure)
    return values[of] - values[over]


def effects(
    summary: pd.DataFrame, figure: str, pairs: Mapping[str, tuple[str, str]], split: str = "val"
) -> pd.DataFrame:
    """The gain in a figure of one recipe over another, by what each pair (of, over) is called.

    Columns: effect, mean, low, high, n.
    """
    gains = {name: gain(summary, figure, of, over, split) for name, (of, over) in pairs.items()}
    return pd.DataFrame([{"effect": name} | vars(interval) for name, interval in gains.items()])


def best(rows: pd.DataFrame, figure: str, split: str = "val", of: Collection[str] = (), by: str = "recipe") -> str:
    """The value of the column `by`, among those in `of` or all, with the highest mean of a figure on a split."""
    means = rows[rows["split"] == split].groupby(by, sort=False)[figure].mean()
    return str(means[list(of or means.index)].idxmax())


def rank_correlation(points: pd.DataFrame, x: str, y: str, resamples: int = 2000, seed: int = 0) -> Interval:
    """Spearman's rank correlation of two columns with its 95 % bootstrap interval over rows."""
    values = points[[x, y]].to_numpy()
    drawn = values[np.random.default_rng(seed).integers(len(values), size=(resamples, len(values)))]
    low, high = np.nanquantile(_spearman(drawn), [0.025, 0.975])
    return Interval(float(_spearman(values[None])[0]), float(low), float(high), len(points))


def _spearman(samples: np.ndarray) -> np.ndarray:
    """Spearman's correlation of the two columns of each sample: (samples, rows, 2) to (samples,).

    scipy's own takes one sample at a time, seconds for thousands. NaN where a column is constant.
    """
    ranks = stats.rankdata(samples, axis=1)
    ranks -= ranks.mean(1, keepdims=True)
    with np.errstate(invalid="ignore"):
        return ranks.prod(2).sum(1) / np.sqrt((ranks**2).sum(1).prod(1))

"""Differences paired by seed, their 95 % confidence intervals, and the verdicts that follow from these."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special, stats

from hazards.prose import number

Verdict = Literal["holds", "does not hold", "undecided"]
_WORST_FIRST: tuple[Verdict, ...] = ("does not hold", "undecided", "holds")


@dataclass(frozen=True)
class Interval:
    """A mean over n seeds, or another figure of n parts, with its 95 % confidence interval."""

    mean: float
    low: float
    high: float
    n: int

    def verdict(self) -> Verdict:
        """Of the claim that the mean is over 0: decided only where the interval lies on one side of 0."""
        return _decided(self.low > 0, self.high <= 0)

    def no_gain(self, margin: float = 0.005) -> Verdict:
        """Of the claim that a change does not help: the whole interval of the gain lies under `margin`.

        It does not hold where the whole interval lies over 0, unless it also lies under the margin.
        """
        return _decided(self.high < margin, self.low > 0)

    def equivalence(self, margin: float) -> Verdict:
        """Of the claim that the mean differs from 0 by no more than `margin`, decided by the whole interval."""
        return _decided(-margin <= self.low and self.high <= margin, self.low > margin or self.high < -margin)

    def text(self, scale: float = 100, digits: int = 1) -> str:
        """Mean and interval, in per cent unless `scale` says otherwise: ``1.2 (0.3 to 2.1)``."""
        ends = f"{number(self.low * scale, digits)} to {number(self.high * scale, digits)}"
        return f"{number(self.mean * scale, digits)} ({ends})"


def _decided(holds: bool, fails: bool) -> Verdict:
    """Verdict on a claim that is known to hold, or else known not to, or neither."""
    if holds:
        return "holds"
    return "does not hold" if fails else "undecided"


def met(condition: bool) -> Verdict:
    """Verdict on a claim about a figure that has no interval, such as a count."""
    return _decided(condition, not condition)


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Verdict on a claim with several parts: the worst of theirs."""
    return min(verdicts, key=_WORST_FIRST.index)


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Verdict on the claim that one of several parts is right: the best of theirs."""
    return max(verdicts, key=_WORST_FIRST.index)


def interval(values: np.ndarray | pd.Series) -> Interval:
    """Mean and 95 % interval of independent values, NaN left out; without an end where there is only one value."""
    array = np.asarray(values, dtype=float)
    array = array[~np.isnan(array)]
    if not len(array):
        return Interval(np.nan, -np.inf, np.inf, 0)
    mean, half = float(array.mean()), np.inf
    if len(array) > 1:
        half = float(special.stdtrit(len(array) - 1, 0.975) * array.std(ddof=1) / np.sqrt(len(array)))
    return Interval(mean, mean - half, mean + half, len(array))


def paired(rows: pd.DataFrame, figure: str, of: str, over: str, by: str = "recipe", **kept: str) -> pd.Series:
    """A figure where the column `by` is `of`, minus that where it is `over`, for each seed.

    Args:
        kept: the value that rows have in further columns, as in ``split="val"``; others do not count.
    """
    for column, value in kept.items():
        rows = rows[rows[column] == value]
    values = rows.pivot(index="seed", columns=by, values=figure)
    return values[of] - values[over]


def gain(summary: pd.DataFrame, figure: str, of: str, over: str, split: str = "val") -> Interval:
    """Gain in `figure` of recipe `of` over recipe `over` on a split, paired by seed."""
    return interval(paired(summary, figure, of, over, split=split))


def score_gain(anomaly: pd.DataFrame, figure: str, of: str, over: str, recipe: str) -> Interval:
    """Gain in a pooled figure of one score over another on the networks of a recipe, paired by seed.

    Args:
        anomaly: see `Study.anomaly`.
    """
    return interval(paired(anomaly, figure, of, over, by="score", recipe=recipe, convention="pooled"))


def effects(summary: pd.DataFrame, figure: str, pairs: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """The gain on val in a figure of one recipe over another, by what each pair (of, over) is called.

    Columns: effect, mean, low, high, n.
    """
    gains = {name: gain(summary, figure, of, over) for name, (of, over) in pairs.items()}
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

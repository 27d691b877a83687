"""Estimates with their 95 % confidence intervals, differences paired by seed, and the verdicts that follow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special, stats

from hazards.prose import number

Verdict = Literal["holds", "does not hold", "undecided"]
_WORST_FIRST: tuple[Verdict, ...] = ("does not hold", "undecided", "holds")
LEVEL = 0.05
"""Share of intervals that miss, where nothing else is said."""


@dataclass(frozen=True)
class Interval:
    """A mean over n replicates, or another estimate from them, with its 95 % confidence interval, see `half_width`.

    Args:
        mean: the estimate.
        deviation: standard deviation of one replicate; infinite where it is not known.
        n: number of replicates.
        fixed: standard error that more replicates would leave as it is, such as that of the images.
        unit: what the replicates are.
        bounds: least and largest value that the figure can have; the ends stop there.

    Attributes:
        low, high: ends of the interval.
    """

    mean: float
    deviation: float
    n: int
    fixed: float = 0.0
    unit: str = "seeds"
    bounds: tuple[float, float] = (-np.inf, np.inf)
    low: float = field(init=False)
    high: float = field(init=False)

    def __post_init__(self) -> None:
        low, high = self.at(LEVEL)
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    def at(self, level: float) -> tuple[float, float]:
        """Ends of the interval that misses in the share `level` of all cases, 0–1."""
        half = half_width(self.deviation, self.n, self.fixed, level)
        least, largest = self.bounds
        if np.isinf(half):
            return least, largest
        return max(self.mean - half, least), min(self.mean + half, largest)

    def verdict(self, level: float = LEVEL) -> Verdict:
        """Of the claim that the mean is over 0: decided only where the interval lies on one side of 0."""
        low, high = self.at(level)
        return _decided(low > 0, high <= 0)

    def no_gain(self, margin: float, level: float = LEVEL) -> Verdict:
        """Of the claim that a change does not help: decided where the whole interval lies on one side of `margin`."""
        low, high = self.at(level)
        return _decided(high < margin, low >= margin)

    def equivalence(self, margin: float, level: float = LEVEL) -> Verdict:
        """Of the claim that the mean differs from 0 by no more than `margin`, decided by the whole interval."""
        low, high = self.at(level)
        return _decided(-margin <= low and high <= margin, low > margin or high < -margin)

    def row(self) -> dict[str, float]:
        """Mean, low, high and n by name, for tables and figures."""
        return {"mean": self.mean, "low": self.low, "high": self.high, "n": self.n}

    def text(self, scale: float = 100, digits: int = 1) -> str:
        """Mean and interval, in per cent unless `scale` says otherwise: ``1.2 (0.3 to 2.1)``."""
        ends = self.ends(scale, digits) if np.isfinite(self.low) else "a single value, so no interval"
        return f"{number(self.mean * scale, digits)} ({ends})"

    def ends(self, scale: float = 100, digits: int = 1) -> str:
        """The interval alone: ``0.3 to 2.1``."""
        return f"{number(self.low * scale, digits)} to {number(self.high * scale, digits)}"


def half_width(deviation: float, n: int, fixed: float, level: float) -> float:
    """Half the width of the interval of a mean that misses in the share `level` of all cases.

    Two independent parts are added in quadrature, each at its own quantile (Zou and Donner, Statistics in Medicine,
    2008): that of the replicates by Student's t, and one that they do not change by the normal distribution.

    Args:
        deviation: standard deviation of one replicate.
        n: number of replicates.
        fixed: standard error of the part that they do not change.
    """
    if n < 2 or np.isinf(deviation):
        return np.inf
    replicates = -special.stdtrit(n - 1, level / 2) * deviation / np.sqrt(n)
    return float(np.hypot(replicates, -special.ndtri(level / 2) * fixed))


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


def interval(values: np.ndarray | pd.Series, unit: str = "seeds") -> Interval:
    """Mean and 95 % interval of independent values, NaN left out; without an end where there is only one value."""
    array = np.asarray(values, dtype=float)
    array = array[~np.isnan(array)]
    if not len(array):
        return Interval(np.nan, np.inf, 0, unit=unit)
    deviation = float(array.std(ddof=1)) if len(array) > 1 else np.inf
    return Interval(float(array.mean()), deviation, len(array), unit=unit)


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


def effects(summary: pd.DataFrame, figure: str, pairs: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """The gain on val in a figure of one recipe over another, by what each pair (of, over) is called.

    Columns: effect, mean, low, high, n.
    """
    gains = {name: gain(summary, figure, of, over) for name, (of, over) in pairs.items()}
    return pd.DataFrame([{"effect": name} | interval.row() for name, interval in gains.items()])


def best(rows: pd.DataFrame, figure: str, split: str = "val", of: Collection[str] = (), by: str = "recipe") -> str:
    """The value of the column `by`, among those in `of` or all, with the highest mean of a figure on a split."""
    means = rows[rows["split"] == split].groupby(by, sort=False)[figure].mean()
    return str(means[list(of or means.index)].idxmax())


def chosen_elsewhere(values: np.ndarray) -> np.ndarray:
    """For each seed the best by the mean of all other seeds, (seeds,); the first where there are none.

    The best by all seeds would owe a part of its lead to the seeds by which it was picked.

    Args:
        values: a figure of each candidate, better where it is higher, (candidates, seeds).
    """
    on_others = values.sum(axis=1, keepdims=True) - values
    return on_others.argmax(axis=0)


def rank_correlation(points: pd.DataFrame, x: str, y: str, resamples: int = 2000, seed: int = 0) -> Interval:
    """Spearman's rank correlation of two columns, its standard error by bootstrap over rows, which are recipes."""
    values = points[[x, y]].to_numpy()
    if (np.ptp(values, axis=0) == 0).any():  # what does not vary has no correlation
        return Interval(np.nan, np.inf, len(points), unit="recipes", bounds=(-1.0, 1.0))
    drawn = values[np.random.default_rng(seed).integers(len(values), size=(resamples, len(values)))]
    error = float(np.nanstd(_spearman(drawn), ddof=1))
    mean = float(_spearman(values[None])[0])
    return Interval(mean, error * np.sqrt(len(points)), len(points), unit="recipes", bounds=(-1.0, 1.0))


def _spearman(samples: np.ndarray) -> np.ndarray:
    """Spearman's correlation of the two columns of each sample: (samples, rows, 2) to (samples,).

    scipy's own takes one sample at a time, seconds for thousands. NaN where a column is constant.
    """
    ranks = stats.rankdata(samples, axis=1)
    ranks -= ranks.mean(1, keepdims=True)
    with np.errstate(invalid="ignore"):
        return ranks.prod(2).sum(1) / np.sqrt((ranks**2).sum(1).prod(1))

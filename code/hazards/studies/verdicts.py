"""Estimates with their 95 % confidence intervals, differences paired by seed, and the verdicts that follow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special

from hazards.prose import number

Verdict = Literal["holds", "does not hold", "undecided"]
_WORST_FIRST: tuple[Verdict, ...] = ("does not hold", "undecided", "holds")
LEVEL = 0.05
"""Share of intervals that miss, where nothing else is said."""


@dataclass(frozen=True)
class Fixed:
    """A part of the error of an estimate that more replicates would leave as it is, such as that of the images.

    Args:
        error: standard error.
        freedom: degrees of freedom that it is known from; infinite where it is known from many draws.
    """

    error: float
    freedom: float = np.inf


@dataclass(frozen=True)
class Interval:
    """A mean over n replicates, or another estimate from them, with its 95 % confidence interval, see `reach`.

    Args:
        mean: the estimate.
        deviation: standard deviation of one replicate; infinite where it is not known.
        n: number of replicates.
        fixed: parts of the error that more replicates would leave as they are.
        unit: what the replicates are.
        bounds: least and largest value that the figure can have; the ends stop there.

    Attributes:
        low, high: ends of the interval.
    """

    mean: float
    deviation: float
    n: int
    fixed: tuple[Fixed, ...] = ()
    unit: str = "seeds"
    bounds: tuple[float, float] = (-np.inf, np.inf)
    low: float = field(init=False)
    high: float = field(init=False)

    def __post_init__(self) -> None:
        low, high = self.at(LEVEL)
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    def scaled(self, value: float) -> float:
        """A value on the scale on which the error is the same wherever the truth lies: here its own."""
        return value

    def unscaled(self, value: float) -> float:
        """The value that `scaled` turns into this one."""
        return value

    def reach(self, tail: float, n: int | np.ndarray | None = None) -> np.ndarray:
        """How far the estimate lies over the truth in no more than the share `tail` of all cases, as `scaled`.

        Independent parts are added in quadrature, each at its own quantile of Student's t (Zou and Donner, Statistics
        in Medicine, 2008).

        Args:
            tail: 0–0.5.
            n: as if there were so many replicates, at least 2, of the same deviation; as many as there are by default.
        """
        count = np.asarray(self.n if n is None else n)
        if self.n < 2 or np.isinf(self.deviation):
            return np.full(count.shape, np.inf)
        # scipy gives quantiles beyond its range the wrong sign
        total = np.abs(special.stdtrit(count - 1, tail)) * self.deviation / np.sqrt(count)
        for part in self.fixed:
            total = np.hypot(total, special.stdtrit(part.freedom, tail) * part.error)
        return total

    def half_width(self, level: float = LEVEL) -> float:
        """Half the width of the interval that misses in the share `level` of all cases, on its `scaled` scale."""
        return float(self.reach(level / 2))

    def at(self, level: float) -> tuple[float, float]:
        """Ends of the interval that misses in the share `level` of all cases, 0–1."""
        half = self.half_width(level)
        least, largest = self.bounds
        if np.isinf(half):
            return least, largest
        center = self.scaled(self.mean)
        return max(self.unscaled(center - half), least), min(self.unscaled(center + half), largest)

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


def _decided(holds: bool, fails: bool) -> Verdict:
    """Verdict on a claim that is known to hold, or else known not to, or neither."""
    if holds:
        return "holds"
    return "does not hold" if fails else "undecided"


def met(condition: bool) -> Verdict:
    """Verdict on a claim about a figure that has no interval, such as a count."""
    return _decided(condition, not condition)


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


def interval_of_shares(values: np.ndarray | pd.Series, unit: str = "seeds") -> Interval:
    """As `interval`, of values from 0 to 1, where its ends stop."""
    estimate = interval(values, unit)
    return estimate if estimate.n < 2 else replace(estimate, bounds=(0.0, 1.0))


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

    The best by all seeds would owe a part of its lead to the seeds by which it was picked. Images are the same for all
    seeds, so what it owes to them stays.

    Args:
        values: a figure of each candidate, better where it is higher, (candidates, seeds).
    """
    on_others = values.sum(axis=1, keepdims=True) - values
    return on_others.argmax(axis=0)

"""Means with their intervals, and the verdicts that follow from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special

from hazards.prose import number

Verdict = Literal["holds", "does not hold", "undecided"]


@dataclass(frozen=True)
class Interval:
    """A mean over n seeds, or another figure of n parts, with its 95 % confidence interval."""

    mean: float
    low: float
    high: float
    n: int

    def verdict(self) -> Verdict:
        """Of the claim that the mean is over 0: decided only where the interval lies on one side of 0."""
        if self.low > 0:
            return "holds"
        return "does not hold" if self.high <= 0 else "undecided"

    def no_gain(self, margin: float = 0.005) -> Verdict:
        """Of the claim that a change does not help: the whole interval of the gain lies under `margin`.

        It does not hold where the whole interval lies over 0, unless it also lies under the margin.
        """
        if self.high < margin:
            return "holds"
        return "does not hold" if self.low > 0 else "undecided"

    def reversed(self) -> Interval:
        """Of the difference taken the other way round."""
        return Interval(-self.mean, -self.high, -self.low, self.n)

    def equivalence(self, margin: float) -> Verdict:
        """Of the claim that the mean differs from 0 by no more than `margin`, decided by the whole interval."""
        if -margin <= self.low and self.high <= margin:
            return "holds"
        return "does not hold" if self.low > margin or self.high < -margin else "undecided"

    def say(self, holds: str, does_not_hold: str, undecided: str) -> str:
        """The phrase that goes with the verdict, for prose."""
        return {"holds": holds, "does not hold": does_not_hold, "undecided": undecided}[self.verdict()]

    def text(self, scale: float = 100, digits: int = 1) -> str:
        """Mean and interval, in per cent unless `scale` says otherwise: ``1.2 (0.3 to 2.1)``."""
        ends = f"{number(self.low * scale, digits)} to {number(self.high * scale, digits)}"
        return f"{number(self.mean * scale, digits)} ({ends})"


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Verdict on a claim with several parts: it holds if all do, and does not if any does not."""
    parts = set(verdicts)
    if "does not hold" in parts:
        return "does not hold"
    return "undecided" if "undecided" in parts else "holds"


def met(condition: bool) -> Verdict:
    """Verdict on a claim about a figure that has no interval, such as a count."""
    return "holds" if condition else "does not hold"


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

"""Decisions on estimates: p values, Holm's adjustment for a family of them, and what it would take to decide.

A decision's p value comes from its interval: it is the level from which the interval decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize

from hazards.studies.verdicts import LEVEL, Interval, Verdict, half_width

Test = Literal["gain", "no gain", "equivalence"]
_MOST = 10_000
"""Number of replicates beyond which it does not matter how many it would take."""
_LEAST = -700.0
"""Logarithm of the smallest level that is told from 0."""


@dataclass(frozen=True)
class Decision:
    """An estimate, and the rule by which it decides.

    Args:
        interval: the estimate.
        test: ``gain``, that it is over 0; ``no gain``, that it is under the margin; ``equivalence``, that it is within
            the margin on both sides of 0.
        margin: the difference that would matter, in units of the estimate.
    """

    interval: Interval
    test: Test
    margin: float

    def verdict(self, level: float = LEVEL) -> Verdict:
        """What the interval that misses in the share `level` of all cases decides."""
        if self.test == "gain":
            return self.interval.verdict(level)
        if self.test == "no gain":
            return self.interval.no_gain(self.margin, level)
        return self.interval.equivalence(self.margin, level)

    @property
    def p(self) -> float:
        """The smallest level, 0–1, at which the interval decides for or against the claim: the p value, two-sided."""
        if np.isnan(self.interval.mean) or np.isinf(self.seen):
            return 1.0
        if not self.seen:  # all replicates agree: decided at every level, or at none
            return float(self.verdict() == "undecided")
        if not self._distance:
            return 1.0
        return float(np.exp(optimize.brentq(self._excess, _LEAST, 0.0)))

    def _excess(self, log_level: float) -> float:
        """How much farther the interval at this level reaches than to the limit; it is narrower at a higher level."""
        level = float(np.exp(log_level))
        return half_width(self.interval.deviation, self.interval.n, self.interval.fixed, level) - self._distance

    @property
    def _distance(self) -> float:
        """How far the estimate lies on the decided side of the nearer limit."""
        if self.test == "gain":
            return abs(self.interval.mean)
        if self.test == "no gain":
            return abs(self.margin - self.interval.mean)
        return abs(self.margin - abs(self.interval.mean))

    @property
    def seen(self) -> float:
        """The difference that could have been seen: half the width of the interval at 5 %, infinite with one value."""
        return half_width(self.interval.deviation, self.interval.n, self.interval.fixed, LEVEL)

    @property
    def needed(self) -> int | None:
        """The fewest replicates with which half the width is no more than the margin; None where 10,000 are too few.

        Their deviation is taken to be the one measured.
        """
        for n in range(2, _MOST):
            if half_width(self.interval.deviation, n, self.interval.fixed, LEVEL) <= self.margin:
                return n
        return None


def holm(family: Iterable[Decision], level: float = LEVEL) -> dict[Decision, Verdict]:
    """Verdicts of a family of decisions, of which any is wrong in no more than the share `level` of all cases.

    Sture Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics, 1979: the
    decision with the smallest of m p values is taken at level / m, the next at level / (m - 1), until one is undecided.
    """
    ranked = sorted(dict.fromkeys(family), key=lambda decision: decision.p)
    verdicts: dict[Decision, Verdict] = dict.fromkeys(ranked, "undecided")
    for rank, decision in enumerate(ranked):
        verdicts[decision] = decision.verdict(level / (len(ranked) - rank))
        if verdicts[decision] == "undecided":
            break
    return verdicts

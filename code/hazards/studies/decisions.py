"""Decisions on estimates: p values, claims of several parts, Holm's adjustment, and what it would take to decide.

A decision's p value comes from its interval: it is the level from which the interval decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize

from hazards.studies.verdicts import LEVEL, Interval, Verdict

Test = Literal["gain", "no gain", "equivalence"]
POWER = 0.8
"""Share of studies that are to decide, where the difference is the one that matters."""
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
    def leans(self) -> Verdict:
        """On which side of the limit the estimate lies: what it decides where it decides anything."""
        mean = self.interval.mean
        if self.test == "gain":
            return "holds" if mean > 0 else "does not hold"
        if self.test == "no gain":
            return "holds" if mean < self.margin else "does not hold"
        return "holds" if abs(mean) <= self.margin else "does not hold"

    @property
    def p(self) -> float:
        """The smallest level, 0–1, at which the interval decides for or against the claim: the p value, two-sided."""
        half = self.interval.half_width()
        if np.isnan(self.interval.mean) or np.isinf(half):
            return 1.0
        if not half:  # all replicates agree: decided at every level, or at none
            return float(self.verdict() == "undecided")
        if not self._distance:
            return 1.0
        if self._excess(_LEAST) < 0:
            return 0.0
        return float(np.exp(optimize.brentq(self._excess, _LEAST, 0.0)))

    def _excess(self, log_level: float) -> float:
        """How much farther the interval at this level reaches than to the limit; it is narrower at a higher level."""
        return self.interval.half_width(float(np.exp(log_level))) - self._distance

    @property
    def _distance(self) -> float:
        """How far the estimate lies from the nearer limit, on the scale of the interval."""
        mean, margin = self.interval.scaled(self.interval.mean), self.interval.scaled(self.margin)
        if self.test == "gain":
            return abs(mean)
        if self.test == "no gain":
            return abs(margin - mean)
        return abs(margin - abs(mean))

    @property
    def half_width(self) -> float:
        """Half the width of the interval at 5 %, in units of the estimate; infinite with one value."""
        if np.isinf(self.interval.deviation):
            return np.inf
        return (self.interval.high - self.interval.low) / 2

    @property
    def seen(self) -> float:
        """The difference from the limit that four of five studies like this one decide; infinite with one value."""
        return self.interval.unscaled(float(self._needs(self.interval.n)))

    @property
    def needed(self) -> int | None:
        """The fewest replicates, more than there are, with which four of five studies see the margin.

        With n replicates a study decides at 5 % where the estimate lies t(97.5 %) · s / √n from the limit, and four of
        five estimates lie less than t(80 %) · s / √n on the wrong side of the truth, with n - 1 degrees of freedom. So
        n is the least with t(97.5 %) · s / √n + t(80 %) · s / √n ≤ margin. Either term has the parts of the error that
        do not change with n in quadrature, see `Interval.reach`. Where the whole interval has to lie within the margin
        on both sides, there is t(90 %) in place of t(80 %): each side may fail in a tenth of all studies. The deviation
        s is taken to be the one measured. None where it is not known, and where 10,000 are too few.
        """
        more = np.arange(max(self.interval.n + 1, 2), _MOST)
        enough = self._needs(more) <= self.interval.scaled(self.margin)
        return int(more[enough.argmax()]) if enough.any() else None

    def _needs(self, n: int | np.ndarray) -> np.ndarray:
        """The difference that four of five studies with n replicates decide, on the scale of the interval."""
        missed = (1 - POWER) / 2 if self.test == "equivalence" else 1 - POWER
        return self.interval.reach(LEVEL / 2, n) + self.interval.reach(missed, n)


@dataclass(frozen=True)
class Joint:
    """A claim of one or several parts, all of which have to hold.

    That all of them hold is wrong no more often than that one does. That one of m does not hold can be wrong in m ways,
    so each part is refuted at an m-th of the level (Bonferroni).

    Args:
        parts: at least one.
    """

    parts: tuple[Decision, ...]

    def verdict(self, level: float = LEVEL) -> Verdict:
        """Verdict on the claim; wrong in no more than the share `level` of all cases."""
        if all(part.verdict(level) == "holds" for part in self.parts):
            return "holds"
        refuted = any(part.verdict(level / len(self.parts)) == "does not hold" for part in self.parts)
        return "does not hold" if refuted else "undecided"

    @property
    def p(self) -> float:
        """The smallest level, 0–1, at which the claim is decided: by its least clear part or by what refutes it."""
        against = [part.p for part in self.parts if part.leans == "does not hold"]
        if against:
            return min(1.0, len(self.parts) * min(against))
        return max(part.p for part in self.parts)


def holm(family: Mapping[str, Joint], level: float = LEVEL) -> dict[str, Verdict]:
    """Verdicts of a family of claims, of which any is wrong in no more than the share `level` of all cases, by name.

    Sture Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics, 1979: the
    claim with the smallest of m p values is decided at level / m, the next at level / (m - 1), until one is undecided.
    """
    ranked = sorted(family, key=lambda name: family[name].p)
    verdicts: dict[str, Verdict] = dict.fromkeys(ranked, "undecided")
    for rank, name in enumerate(ranked):
        verdicts[name] = family[name].verdict(level / (len(ranked) - rank))
        if verdicts[name] == "undecided":
            break
    return verdicts

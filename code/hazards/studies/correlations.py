"""Rank correlations, with intervals that keep their width where all replicates are in one order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from hazards.studies.verdicts import Interval


@dataclass(frozen=True)
class Correlation(Interval):
    """A correlation over n replicates; its `deviation` is that of Fisher's z, the inverse hyperbolic tangent."""

    def scaled(self, value: float) -> float:
        """Fisher's z, of ±1 that of the largest correlation that n replicates tell from 1, see `largest`."""
        return float(np.arctanh(np.clip(value, -largest(self.n), largest(self.n))))

    def unscaled(self, value: float) -> float:
        """The correlation with this z."""
        return float(np.tanh(value))

    def at(self, level: float) -> tuple[float, float]:
        """Ends of the interval, which holds the correlation also where that is ±1; see `Interval.at`."""
        low, high = super().at(level)
        return min(low, self.mean), max(high, self.mean)


def rank_correlation(
    points: pd.DataFrame, x: str, y: str, unit: str = "recipes", resamples: int = 2000, seed: int = 0
) -> Correlation:
    """Spearman's rank correlation of two columns over rows, which are the replicates.

    The standard error of its z is that by bootstrap over rows, or the one of normal data, √((1 + r²/2) / (n - 3))
    (Bonett and Wright, Psychometrika, 2000), whichever is larger: every draw of rows that are all in one order is in
    one order, too, so the bootstrap alone would give a correlation of 1 an interval without width.
    """
    values = points[[x, y]].to_numpy()
    n = len(values)
    mean = float(_spearman(values[None])[0])
    deviation = np.inf
    if n > 3 and not np.isnan(mean):  # what does not vary has no correlation
        drawn = values[np.random.default_rng(seed).integers(n, size=(resamples, n))]
        by_draw = np.arctanh(_spearman(drawn).clip(-largest(n), largest(n)))
        normal = np.sqrt((1 + mean**2 / 2) / (n - 3))
        deviation = float(max(np.nanstd(by_draw, ddof=1), normal) * np.sqrt(n))
    return Correlation(mean, deviation, n, unit=unit, bounds=(-1.0, 1.0))


def largest(n: int) -> float:
    """The largest correlation that n replicates tell from 1: half-way to the one of two neighbours interchanged."""
    return 1 - 6 / max(n**3 - n, 7)


def _spearman(samples: np.ndarray) -> np.ndarray:
    """Spearman's correlation of the two columns of each sample: (samples, rows, 2) to (samples,).

    scipy's own takes one sample at a time, seconds for thousands. NaN where a column is constant.
    """
    ranks = stats.rankdata(samples, axis=1)
    ranks -= ranks.mean(1, keepdims=True)
    with np.errstate(invalid="ignore"):
        return ranks.prod(2).sum(1) / np.sqrt((ranks**2).sum(1).prod(1))

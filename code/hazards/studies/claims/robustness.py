"""What hangs on the choice of measure and convention: the same claim decided under each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from hazards.prose import number
from hazards.studies import tables
from hazards.studies.bootstrap import LOWER_IS_BETTER
from hazards.studies.correlations import rank_correlation
from hazards.studies.decisions import Decision, Joint, Test
from hazards.studies.verdicts import Interval

CONVENTIONS = ("pooled", "per-image")
Gain = Callable[[str, str, str, str], Interval]
"""How much better a score is: from a figure, the score, the one that it is compared with, and the convention."""


def scores_by_measure(
    gain: Gain, pairs: Sequence[tuple[str, str]], test: Test = "gain", margin: float = 0.0
) -> dict[str, str]:
    """The verdict on a claim about scores under every measure and convention, as in ``pooled AUROC``, as text.

    Args:
        pairs: which score is said to be better than which; with one pair its gain in points stands beside the verdict.
        test, margin: see `decisions.Decision`.
    """
    texts = {}
    for convention in CONVENTIONS:
        for figure, name in tables.UPPER.items():
            gains = [gain(figure, of, over, convention) for of, over in pairs]
            verdict = Joint(tuple(Decision(gained, test, margin) for gained in gains)).verdict()
            points = f", {number(gains[0].mean * 100)}" if len(gains) == 1 else ""
            texts[f"{convention} {name}"] = f"{verdict}{points}"
    return texts


def correlations_by_measure(outcomes: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """The verdict on val mIoU going with better detection, and the rank correlation, by measure and convention.

    Args:
        outcomes: by convention, a row a recipe, see `tables.means`.
    """
    texts = {}
    for convention, points in outcomes.items():
        for figure, name in tables.UPPER.items():
            better = -points[figure] if figure in LOWER_IS_BETTER else points[figure]
            correlation = rank_correlation(points.assign(better=better), "val", "better")
            rank = "no correlation" if np.isnan(correlation.mean) else number(correlation.mean, 2)
            texts[f"{convention} {name}"] = f"{correlation.verdict()}, {rank}"
    return texts

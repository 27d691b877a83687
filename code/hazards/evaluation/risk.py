"""Risk against coverage on the test split: what a score of doubt is worth to whoever gives up doubtful pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
from torch import Tensor

from hazards.evaluation.fitting import Scores, Statistics, scorers
from hazards.evaluation.passes import Inference, Seen, measured
from hazards.labels import labelled
from hazards.metrics import risk
from hazards.metrics.anomaly import AnomalyMetrics
from hazards.networks.models import Output
from hazards.scores.logit_cache import largest
from hazards.store import step

_AREAS = ("score", "aurc", "aurc bound", "least", "error")
_NO_CURVE = pd.DataFrame({"score": [], "coverage": [], "risk": []}).astype({"score": "str"})


@step(name="risk")
def risk_coverage(
    inference: Inference, scores: Scores, statistics: Statistics | None = None
) -> dict[str, pd.DataFrame]:
    """How often a network errs on the pixels that it keeps; every hazard counts as an error, all pixels pooled.

    Args:
        statistics: see `fitting.fit`.

    Returns:
        ``areas``: a data frame with score, aurc (see `metrics.risk.aurc`), aurc bound (how far the exact area can be
        away), least (the area of the best score there can be) and error (risk with all pixels kept), 0–1;
        ``curves``: a data frame with score, coverage and risk, at most 256 points a score, by rising coverage. Both
        have no row where all pixels are right, or none is.
    """
    measure = RiskCoverage(scorers(scores, statistics))
    return measured(measure, inference, inference.data.split("test"))


class RiskCoverage:
    """The measure of `risk_coverage`.

    Args:
        scores: scorers by name.
    """

    def __init__(self, scores: Mapping[str, Callable[[Output], Tensor]]):
        self._scores = scores
        self._errors = {name: AnomalyMetrics() for name in scores}

    def update(self, seen: Seen) -> None:
        """Take in an image."""
        wrong = largest(seen.output.logits)[1] != seen.labels
        valid = labelled(seen.labels)
        for name, score in self._scores.items():
            self._errors[name].update(score(seen.output), wrong, valid)

    def result(self) -> dict[str, pd.DataFrame]:
        """What `risk_coverage` returns."""
        areas, curves = [], [_NO_CURVE]
        for name, errors in self._errors.items():
            if not errors.defined:
                continue
            result = errors.compute()
            assert result.curve is not None  # pooled metrics always have one
            least, most = risk.aurc(errors.ranking())
            right, wrong = result.normal, result.anomalous
            areas.append(
                {
                    "score": name,
                    "aurc": float(least + most) / 2,
                    "aurc bound": float(most - least) / 2,
                    "least": risk.least_aurc(right, wrong),
                    "error": wrong / (right + wrong),
                }
            )
            coverage, risks = risk.risk_curve(result.curve, right, wrong)
            curves.append(pd.DataFrame({"score": name, "coverage": coverage, "risk": risks}))
        return {"areas": pd.DataFrame(areas, columns=list(_AREAS)), "curves": pd.concat(curves, ignore_index=True)}

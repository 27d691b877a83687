"""AUROC, AUPR, FPR95 and TPR at 5 % FPR of a ranking, with a certified error where the ranking is coarse.

Where the order of pixels within a cell is unknown, what is reported is the middle of the range of each figure with half
its width. Each figure is defined in a module of its name.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from hazards.metrics.aupr import average_precision, trapezoids
from hazards.metrics.auroc import auroc
from hazards.metrics.fpr95 import fpr_at_first, fpr_at_nearest
from hazards.metrics.ranking import Ranking
from hazards.metrics.tpr5 import tpr_at_5_fpr

FprRule = Literal["first", "nearest"]
Aupr = Literal["step", "trapezoid"]
FIGURES = ("auroc", "aupr", "fpr95", "tpr5")


@dataclass(frozen=True)
class AnomalyFigures:
    """Figures of one set of scores, or their error bounds.

    Args:
        auroc: area under the ROC curve, 0–1; ties count half.
        aupr: area under the precision-recall curve, 0–1.
        fpr95: share of normal pixels called anomalous where 95 % of the anomalous are found, 0–1.
        tpr5: share of anomalous pixels found where at most 5 % of the normal ones are called anomalous, 0–1.
        threshold: of `fpr95`; a pixel is called anomalous from this score on.
    """

    auroc: float
    aupr: float
    fpr95: float
    tpr5: float
    threshold: float

    def row(self) -> dict[str, float]:
        """All but the threshold by name, for tables."""
        return {name: getattr(self, name) for name in FIGURES}


def figures(
    ranking: Ranking, fpr_rule: FprRule = "first", aupr: Aupr = "step"
) -> tuple[AnomalyFigures, AnomalyFigures]:
    """Figures of a ranking, and how far the exact ones can at most be from them; exact where every cell is tied.

    Args:
        fpr_rule: `first` takes the highest threshold with a recall of at least 0.95; `nearest` the recall
            nearest to 0.95 and, of the thresholds with that recall, the lowest, as the data set's authors do.
        aupr: `step` is average precision; `trapezoid` joins the points of the curve by lines, which is optimistic.

    Returns:
        Figures and bounds; with leading axes each is an array of their shape.
    """
    area = average_precision(ranking) if aupr == "step" else trapezoids(ranking)
    false_rate, threshold = fpr_at_first(ranking) if fpr_rule == "first" else fpr_at_nearest(ranking)
    ranges = (auroc(ranking), area, false_rate, tpr_at_5_fpr(ranking), threshold)
    middles: list[Any] = [(low + high) / 2 for low, high in ranges]
    widths: list[Any] = [(high - low) / 2 for low, high in ranges]
    return AnomalyFigures(*middles), AnomalyFigures(*widths)


def as_floats(values: AnomalyFigures) -> AnomalyFigures:
    """Figures without leading axes as plain numbers."""
    return AnomalyFigures(*[float(getattr(values, field.name)) for field in fields(values)])

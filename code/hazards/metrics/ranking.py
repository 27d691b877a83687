"""From counts of ranked pixels to AUROC, AUPR and FPR95, with a certified error where the ranking is coarse.

Pixels are counted in cells: intervals of the score, in rising order. Where a cell is known to hold one score only its
pixels are tied and every figure is exact. Elsewhere the order within the cell is unknown; the figures then lie between
those of its worst and its best order, and what is reported is the middle of that range with half its width.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np

FprRule = Literal["first", "nearest"]
Aupr = Literal["step", "trapezoid"]
TARGET = 0.95


@dataclass(frozen=True)
class AnomalyFigures:
    """Figures of one set of scores, or their error bounds.

    Args:
        auroc: area under the ROC curve, 0–1; ties count half.
        aupr: area under the precision-recall curve, 0–1.
        fpr95: share of normal pixels called anomalous where 95 % of the anomalous are found, 0–1.
        threshold: of `fpr95`; a pixel is called anomalous from this score on.
    """

    auroc: float
    aupr: float
    fpr95: float
    threshold: float

    def row(self) -> dict[str, float]:
        """AUROC, AUPR and FPR95 by name, for tables."""
        return {"auroc": self.auroc, "aupr": self.aupr, "fpr95": self.fpr95}


@dataclass(frozen=True)
class Curve:
    """Points of the ROC and the precision-recall curve, each exact at its threshold, by falling threshold.

    Args:
        threshold, recall, fpr, precision: (points,); recall is also the ROC curve's true positive rate.
    """

    threshold: np.ndarray
    recall: np.ndarray
    fpr: np.ndarray
    precision: np.ndarray


@dataclass(frozen=True)
class Ranking:
    """Counts of pixels by cell, in rising order of the score; cells without an anomalous pixel may be left out.

    Counts may have leading axes, one ranking an entry; the cells are then common to all.

    Args:
        low, high: lowest and highest score that may lie in each cell, (cells,).
        hits: anomalous pixels in each cell, (..., cells).
        false: normal pixels in or over each cell, (..., cells).
        false_over: normal pixels over each cell, (..., cells).
        normal: all normal pixels, (..., 1).
        tied: whether all pixels of a cell are known to have one score, (cells,).
    """

    low: np.ndarray
    high: np.ndarray
    hits: np.ndarray
    false: np.ndarray
    false_over: np.ndarray
    normal: np.ndarray
    tied: np.ndarray

    @property
    def found(self) -> np.ndarray:
        """Anomalous pixels in or over each cell, (..., cells)."""
        return np.flip(np.flip(self.hits, -1).cumsum(-1), -1)


def rank(normal: np.ndarray, anomalous: np.ndarray) -> Ranking:
    """The exact ranking of scores (N,) of normal and (P,) of anomalous pixels, in any order; neither may be empty."""
    ordered = np.sort(normal)
    scores, hits = np.unique(anomalous, return_counts=True)
    false = len(ordered) - np.searchsorted(ordered, scores, side="left")
    over = len(ordered) - np.searchsorted(ordered, scores, side="right")
    return Ranking(scores, scores, hits, false, over, np.array([len(ordered)]), np.ones(len(scores), bool))


def rank_cells(
    low: np.ndarray, high: np.ndarray, normal: np.ndarray, anomalous: np.ndarray, tied: np.ndarray
) -> Ranking:
    """The ranking of cells that hold `normal` and `anomalous` pixels, each (..., cells), in rising order."""
    false = np.flip(np.flip(normal, -1).cumsum(-1), -1)
    kept = (anomalous > 0).reshape(-1, len(low)).any(0)
    counts = (anomalous[..., kept], false[..., kept], (false - normal)[..., kept])
    return Ranking(low[kept], high[kept], *counts, normal.sum(-1, keepdims=True), tied[kept])


def figures(
    ranking: Ranking, fpr_rule: FprRule = "first", aupr: Aupr = "step"
) -> tuple[AnomalyFigures, AnomalyFigures]:
    """Figures of a ranking, and how far the exact ones can at most be from them; exact where every cell is tied.

    Args:
        fpr_rule: `first` takes the highest threshold with a recall of at least 0.95; `nearest` the recall
            nearest to 0.95 and, of the thresholds with that recall, the lowest, as the data set's authors do.
        aupr: `step` is average precision; `trapezoid` joins the points of the curve by lines, which is optimistic
            (Davis and Goadrich, The relationship between precision-recall and ROC curves, 2006).

    Returns:
        Figures and bounds; with leading axes each is an array of their shape.
    """
    area = _average_precision if aupr == "step" else _trapezoids
    false_rate, threshold = (_first if fpr_rule == "first" else _nearest)(ranking)
    ranges = (_auroc(ranking), area(ranking), false_rate, threshold)
    middles: list[Any] = [(low + high) / 2 for low, high in ranges]
    widths: list[Any] = [(high - low) / 2 for low, high in ranges]
    return AnomalyFigures(*middles), AnomalyFigures(*widths)


def as_floats(values: AnomalyFigures) -> AnomalyFigures:
    """Figures without leading axes as plain numbers."""
    return AnomalyFigures(*[float(getattr(values, field.name)) for field in fields(values)])


Range = tuple[np.ndarray, np.ndarray]


def _auroc(ranking: Ranking) -> Range:
    """Share of pairs of an anomalous and a normal pixel that are in order; a tied pair counts half."""
    tie = (ranking.false + ranking.false_over) / 2
    pairs = ranking.hits.sum(-1) * ranking.normal[..., 0].astype(float)
    worst, best = np.where(ranking.tied, tie, ranking.false), np.where(ranking.tied, tie, ranking.false_over)
    disorder = [(ranking.hits * over).sum(-1) / pairs for over in (worst, best)]
    return 1 - disorder[0], 1 - disorder[1]


def _precision(found: np.ndarray, false: np.ndarray) -> np.ndarray:
    """Share of the pixels called anomalous that are; 1 where none is called so."""
    called = found + false
    return np.divide(found, called, out=np.ones(called.shape), where=called > 0)


def _average_precision(ranking: Ranking) -> Range:
    """Mean over anomalous pixels of the precision at their score.

    With a anomalous and f normal pixels over a cell, its k-th pixel found adds (a + k) / (a + k + f): most where all
    normal pixels of the cell come after it and the anomalous are tied. The least is with all of them before it; that
    sum is over a concave function of k, so it is at least the number of terms times the mean of first and last.
    """
    hits, found = ranking.hits, ranking.found
    tied = _precision(found, ranking.false)
    least = (_precision(found - hits + 1, ranking.false) + tied) / 2
    low = (hits * np.where(ranking.tied, tied, least)).sum(-1)
    high = (hits * np.where(ranking.tied, tied, _precision(found, ranking.false_over))).sum(-1)
    return low / hits.sum(-1), high / hits.sum(-1)


def _trapezoids(ranking: Ranking) -> Range:
    """Area under lines between the curve's points, from recall 0 and the precision there, 1 where nothing is called.

    As precision is concave in the anomalous pixels found at a fixed number of normal ones, the lines lie over the
    chord with all normal pixels of a cell first, and under the curve with all of them last.
    """
    hits, found = ranking.hits, ranking.found
    after = _precision(found, ranking.false)
    tied = (_precision(found - hits, ranking.false_over) + after) / 2
    least = (_precision(found - hits, ranking.false) + after) / 2
    most = _precision(found - hits / 2, ranking.false_over)
    low = (hits * np.where(ranking.tied, tied, least)).sum(-1)
    high = (hits * np.where(ranking.tied, tied, most)).sum(-1)
    return low / hits.sum(-1), high / hits.sum(-1)


def _first(ranking: Ranking) -> tuple[Range, Range]:
    """False positive rate and threshold at the highest threshold with a recall of at least 0.95."""
    cell = _last_reached(ranking.found / ranking.hits.sum(-1, keepdims=True))
    most = _at(ranking.false, cell)
    least = np.where(ranking.tied[cell], most, _at(ranking.false_over, cell))
    rate = (least / ranking.normal[..., 0], most / ranking.normal[..., 0])
    return rate, (ranking.low[cell].astype(float), ranking.high[cell].astype(float))


def _nearest(ranking: Ranking) -> tuple[Range, Range]:
    """False positive rate and threshold at the recall nearest to 0.95, the lowest threshold with that recall.

    That threshold is just over the next anomalous score, in the cell `under`. In a cell of unknown order any recall
    between its ends may be the nearest, so the range begins at the top of the cell in which 0.95 is passed.
    """
    recall = ranking.found / ranking.hits.sum(-1, keepdims=True)
    passed, nearest = _last_reached(recall), np.abs(recall - TARGET).argmin(-1)
    complete = _at(recall, nearest) >= 1  # the lowest anomalous score, in the cell passed last: none is under it
    under = np.where(complete, passed, nearest - 1)
    tied, inner = ranking.tied[under], (_at(recall, nearest) >= TARGET) & ~ranking.tied[passed]
    false, false_over = _at(ranking.false, under), _at(ranking.false_over, under)
    most = np.where(complete | ~tied, false, false_over)
    least = np.where(inner, _at(ranking.false_over, passed), np.where(complete & tied, false, false_over))
    above = _next(ranking.high)
    top = np.where(inner, above[passed], np.where(complete, ranking.high[under], above[under])).astype(float)
    bottom = np.where(tied & ~inner, top, ranking.low[under])
    rate = (least / ranking.normal[..., 0], most / ranking.normal[..., 0])
    return rate, (bottom, top)


def _last_reached(recall: np.ndarray) -> np.ndarray:
    """Index of the highest cell at whose bottom the recall, falling from 1, is at least 0.95."""
    return (recall >= TARGET).sum(-1) - 1


def _at(values: np.ndarray, cell: np.ndarray) -> np.ndarray:
    return np.take_along_axis(values, np.expand_dims(cell, -1), -1)[..., 0]


def _next(scores: np.ndarray) -> np.ndarray:
    """The next float over each score; infinity over the largest."""
    with np.errstate(over="ignore"):
        return np.nextafter(scores, np.inf, dtype=scores.dtype)


def operating_point(ranking: Ranking, threshold: float) -> tuple[float, float]:
    """Recall and precision, 0–1, where pixels from `threshold` on are called anomalous; no leading axes.

    Of the normal pixels between `threshold` and the next anomalous score over it, half are taken to be called: their
    own scores are not kept.
    """
    cell = int(np.searchsorted(ranking.low, threshold))
    reached = cell < len(ranking.low)
    found = int(ranking.found[cell]) if reached else 0
    false = float(ranking.false[cell]) if reached else 0.0
    if not (reached and ranking.low[cell] == threshold):
        false = (false + float(ranking.false_over[cell - 1] if cell else ranking.normal[0])) / 2
    called = found + false
    return found / int(ranking.hits.sum()), found / called if called else 1.0


def best_f1(ranking: Ranking) -> tuple[float, float]:
    """The highest F1 at the bottom of a cell, 0–1, and its threshold; for a ranking without leading axes."""
    found, positives = ranking.found, ranking.hits.sum()
    f1 = 2 * found / (found + ranking.false + positives)
    best = int(f1.argmax())
    return float(f1[best]), float(ranking.low[best])


def curve(ranking: Ranking, points: int = 512) -> Curve:
    """At most `points` points of the curves of a ranking without leading axes.

    They are spread evenly over recall and, for the small false positive rates that matter, over its logarithm.
    """
    found, positives, normal = ranking.found, ranking.hits.sum(), ranking.normal[0]
    above = _next(ranking.high)
    threshold = np.stack([ranking.low, above], -1).ravel()[::-1]
    true = np.r_[np.stack([found, found - ranking.hits], -1).ravel()[::-1], positives]
    false = np.r_[np.stack([ranking.false, ranking.false_over], -1).ravel()[::-1], normal]
    recall, fpr = true / positives, false / normal
    half = points // 2 - 1
    by_recall = np.searchsorted(recall, np.linspace(0, 1, half))
    by_fpr = np.searchsorted(fpr, np.geomspace(1 / normal, 1, half))
    kept = np.unique(np.r_[0, by_recall, by_fpr, len(true) - 1].clip(max=len(true) - 1))
    return Curve(np.r_[threshold, -np.inf][kept], recall[kept], fpr[kept], _precision(true, false)[kept])

"""The figures of the ablations chapter: thresholds, values of a setting, reliability."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hazards.evaluation.thresholds import with_masks
from hazards.report.style import DASHES, GREY, MARKERS, PALETTE, legend_below, page, percents, styles


def threshold_range(curves: pd.DataFrame, scores: list[str], note: str) -> Figure:
    """Precision, recall, F1 and IoU of the anomaly mask over all thresholds, a panel a score.

    Args:
        curves: score, threshold, recall and precision.
    """
    figure, axes = page(3.0, note, 1, len(scores))
    for axis, score in zip(axes[0], scores, strict=True):
        points = with_masks(curves[curves["score"] == score])
        names = ("precision", "recall", "F1", "IoU")
        for name, color, dashes in zip(names, PALETTE, DASHES, strict=False):
            axis.plot(points["threshold"], points[name.lower()], dashes, color=color, label=name)
        axis.axvline(_best(points)["threshold"], color=GREY, linewidth=0.8, label="best F1")
        axis.set(ylim=(points["precision"].iloc[-1] / 3, 1.1), yscale="log")
        _name_thresholds(axis, score)
    legend_below(figure, axes[0, 0], 5)
    return figure


def town_f1(curves: pd.DataFrame, scores: list[str], note: str) -> Figure:
    """F1 over the threshold in each test town, a panel a score; a mark and a vertical line at each town's best.

    Args:
        curves: score, town, threshold, recall and precision.
    """
    figure, axes = page(2.7, note, 1, len(scores))
    for axis, score in zip(axes[0], scores, strict=True):
        towns = curves[curves["score"] == score].groupby("town", sort=False)
        for (town, curve), (color, dashes), (_, marker) in zip(towns, styles(DASHES), styles(), strict=False):
            points = with_masks(curve)
            best = _best(points)
            axis.plot(points["threshold"], points["f1"], dashes, color=color, label=f"town {town}")
            axis.axvline(best["threshold"], color=color, linestyle=dashes, linewidth=0.8)
            axis.plot(best["threshold"], best["f1"], marker, color=color, markersize=5)
        axis.set(ylabel="F1", ylim=(0, None))
        _name_thresholds(axis, score)
    legend_below(figure, axes[0, 0], 6)
    return figure


def _best(points: pd.DataFrame) -> pd.Series:
    """The point with the best F1, the first of several."""
    return points.iloc[int(points["f1"].to_numpy().argmax())]


def _name_thresholds(axes: Axes, score: str) -> None:
    """Name what is along the axes of a plot over the thresholds of a score."""
    axes.set_xlabel(f"threshold of {score}")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    percents(axes.yaxis)


def over_values(
    rows: pd.DataFrame,
    x: str,
    columns: dict[str, str],
    heading: str,
    note: str,
    mark: pd.Series | None = None,
    scale: str = "log",
) -> Figure:
    """Figures against a setting: a panel a figure, a line of means and a band from the lowest to the highest seed.

    Args:
        rows: seed, the setting `x` and the figures, 0–1.
        columns: heading of each panel's axis, by column of `rows`.
        heading: of the setting.
        mark: a level of each figure for comparison, drawn as a dashed line; its name goes into the legend.
        scale: of the setting's axis.
    """
    figure, axes = page(2.7, note, 1, len(columns))
    for axis, column, color in zip(axes[0], columns, PALETTE, strict=False):
        by_value = rows.groupby(x)[column]
        mean = by_value.mean()
        axis.plot(mean.index, mean, color=color, marker=MARKERS[0], markersize=4)
        axis.fill_between(mean.index, by_value.min(), by_value.max(), color=color, alpha=0.18, linewidth=0)
        if mark is not None:
            axis.axhline(mark[column], color="#444444", linestyle="--", linewidth=1, label=str(mark.name))
        axis.set(xlabel=heading, ylabel=columns[column], xscale=scale)
        axis.set_xticks(mean.index, [f"{value:g}" for value in mean.index])
        axis.minorticks_off()
        percents(axis.yaxis)
    if mark is not None:
        legend_below(figure, axes[0, 0], 1)
    return figure


def reliability(bins: dict[str, pd.DataFrame], note: str) -> Figure:
    """Share of right pixels against confidence, a line a name, and how the pixels are spread over confidence below.

    Args:
        bins: see `calibration.diagram`, by the name in the legend.
    """
    figure, axes = page(3.6, note, 1, 2)
    diagram, spread = axes[0]
    diagram.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, label="right as often as sure")
    for (name, rows), color, dashes, marker in zip(bins.items(), PALETTE, DASHES, MARKERS, strict=False):
        style = {"color": color, "linestyle": dashes, "marker": marker, "markersize": 4}
        filled = rows[rows["pixels"] > 0]
        diagram.plot(filled["confidence"], filled["accuracy"], label=name, **style)
        total = max(rows["pixels"].sum(), 1)
        spread.plot(rows["middle"], rows["pixels"] / total, **style)
    diagram.set(xlabel="confidence", ylabel="share of right pixels", xlim=(0, 1), ylim=(0, 1))
    spread.set(xlabel="confidence", ylabel="share of pixels in the bin", xlim=(0, 1), ylim=(0, None))
    for axis in (diagram, spread):
        percents(axis.xaxis, axis.yaxis)
    legend_below(figure, diagram, 4)
    return figure

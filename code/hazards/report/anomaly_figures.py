"""The figures of the anomaly-methods chapter: maps, curves, regions, methods and thresholds of anomaly scores."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hazards.labels import LabelSet
from hazards.metrics import masks
from hazards.prose import share
from hazards.report import hover, mask_painting
from hazards.report.style import (
    DASHES,
    GREY,
    MARKERS,
    PALETTE,
    WIDTH,
    gallery,
    legend_below,
    name_rows,
    page,
    percents,
    picture,
    shaded,
    styles,
)

_FIGURES = ("auroc", "aupr", "fpr95")
_QUARTILES = [0.25, 0.5, 0.75]
_LETTERS = "abcdef"
_DASHES = (*DASHES, (0, (5, 1)), (0, (1, 1)))
_FEWEST = 5
"""Hazards that a label needs for its median to be shown."""


def score_maps(panel: dict[str, Any], scores: list[str], titles: list[str], label_set: LabelSet, note: str) -> Figure:
    """Inputs, ground truth and the maps of some scores, bright where anomalous: a column an image.

    Each map's colours span the scores of its row's images, see `style.shaded`.

    Args:
        panel: see `evaluation.maps`.
        scores: names, a row each.
        titles: one an image.
    """
    views: dict[str, Any] = {"input": panel["image"], "labels": label_set.colorize(panel["labels"])}
    views |= {textwrap.fill(name, 12): shaded(panel["scores"][name]) for name in scores}
    height = len(views) * (WIDTH - 0.9) / len(titles) * 0.58 + 0.4
    figure = gallery(height, note, list(views.items()), titles)
    for axis in figure.axes:
        axis.yaxis.label.set_fontsize(mpl.rcParams["legend.fontsize"])
    return figure


def roc_and_pr(curves: pd.DataFrame, scores: list[str], note: str) -> Figure:
    """ROC curves over a logarithmic false positive rate, and precision-recall curves on a logarithmic axis, pooled.

    Args:
        curves: score, recall, fpr, precision.
        scores: which ones to show.
    """
    figure, axes = page(3.4, note, 1, 2)
    roc, pr = axes[0]
    for name, (color, dashes) in zip(scores, styles(_DASHES), strict=False):
        curve = curves[curves["score"] == name]
        roc.plot(curve["fpr"], curve["recall"], color=color, linestyle=dashes, label=name)
        pr.plot(curve["recall"], curve["precision"], color=color, linestyle=dashes)
    roc.axhline(0.95, color=GREY, linewidth=0.8, label="95 % recall")
    roc.set(xscale="log", xlim=(1e-4, 1), ylim=(0, 1), xlabel="false positive rate", ylabel="recall")
    random = masks.prevalence(curves[curves["score"] == scores[0]])
    pr.set(xlim=(0, 1), ylim=(0.8 * random, 1), yscale="log", xlabel="recall", ylabel="precision")
    percents(roc.xaxis, roc.yaxis, pr.xaxis, pr.yaxis)
    legend_below(figure, roc, 4)
    return figure


def densities(curves: pd.DataFrame, scores: list[str], note: str) -> Figure:
    """How the scores of known and of anomalous pixels are spread, each kind with an area of 1.

    Args:
        curves: score, threshold, recall, fpr; a share over a threshold between two points is interpolated.
        scores: one plot each.
    """
    columns = 3
    rows = -(-len(scores) // columns)
    figure, axes = page(1.55 * rows + 0.6, note, rows, columns)
    for axis, name in zip(axes.flat, scores, strict=False):
        curve = curves[(curves["score"] == name) & np.isfinite(curves["threshold"])].sort_values("threshold")
        low = np.interp(-0.999, -curve["fpr"], curve["threshold"])
        high = np.interp(-0.0005, -curve["fpr"], curve["threshold"])
        edges = np.linspace(low, high, 41)
        _density(axis, edges, curve, "fpr", color=PALETTE[0], linestyle="-", label="known")
        _density(axis, edges, curve, "recall", color=PALETTE[3], linestyle="--", label="anomalous")
        axis.set(yticks=[], xlabel=name)
    for axis in axes.flat[len(scores) :]:
        axis.set_axis_off()
    legend_below(figure, axes[0, 0], 2)
    return figure


def _density(axes: Axes, edges: np.ndarray, curve: pd.DataFrame, column: str, color: str, **style: Any) -> None:
    """Draw the density of scores of which the column is the share over each threshold."""
    over = np.interp(edges, curve["threshold"], curve[column])
    density = -np.diff(over) / np.diff(edges)
    axes.stairs(density, edges, fill=True, color=color, alpha=0.3)
    axes.stairs(density, edges, color=color, **style)


def regions_by_size(regions: pd.DataFrame, scores: list[str], note: str) -> Figure:
    """Median AUROC of single hazards by their size, in quintiles of it, bands from the lower to the upper quartile.

    Args:
        regions: see `single_hazards.hazard_regions`.
        scores: a line each.
    """
    figure, axes = page(2.8, note)
    axis = axes[0, 0]
    quintile = pd.qcut(regions["share"], 5, labels=False, duplicates="drop")
    quintiles = regions.groupby(quintile)
    sizes = quintiles["share"].median()
    for name, (color, marker) in zip(scores, styles(), strict=False):
        spread = quintiles[name].quantile(_QUARTILES).unstack()
        axis.plot(sizes, spread[0.5], color=color, marker=marker, markersize=4, label=name)
        axis.fill_between(sizes, spread[0.25], spread[0.75], color=color, alpha=0.12, linewidth=0)
    axis.set(xscale="log", xlabel="share of the image's pixels, median of each quintile", ylabel="AUROC of one hazard")
    percents(axis.xaxis, axis.yaxis)
    legend_below(figure, axis, len(scores))
    return figure


def regions_by_label(regions: pd.DataFrame, columns: dict[str, str], score: str, note: str) -> Figure:
    """Median AUROC of single hazards and its quartiles, by label; labels with fewer than five hazards are left out.

    Args:
        regions: see `single_hazards.hazard_regions`.
        columns: of labels in it, a plot each, with the plot's title.
        score: whose AUROC.
    """
    figure, axes = page(2.8, note, 1, len(columns))
    for axis, (column, title) in zip(axes[0], columns.items(), strict=True):
        groups = regions.groupby(column)[score]
        counts = groups.size()
        spread = groups.quantile(_QUARTILES).unstack()
        spread = spread[counts >= _FEWEST].sort_values(0.5)
        rows = np.arange(len(spread))
        axis.hlines(rows, spread[0.25], spread[0.75], color=PALETTE[0], linewidth=1.5)
        axis.plot(spread[0.5], rows, "o", color=PALETTE[0], markersize=4.5)
        names = [f"{label} ({counts[label]})" for label in spread.index]
        axis.set(yticks=rows, yticklabels=names, title=title, xlabel=f"AUROC of one hazard, {score}")
        percents(axis.xaxis)
    return figure


def method_dots(anomaly: pd.DataFrame, scores: list[str], note: str) -> Figure:
    """Pooled AUROC, AUPR and FPR95 of some methods: a dot a seed, a line over each one's interval over images.

    Args:
        anomaly: see `studies.Study.anomaly`.
        scores: a row each, from top to bottom.
    """
    figure, axes = page(0.3 * len(scores) + 1.0, note, 1, 3)
    pooled = anomaly[anomaly["convention"] == "pooled"]
    color = PALETTE[0]
    for axis, column in zip(axes[0], _FIGURES, strict=True):
        for row, name in enumerate(scores):
            seeds = pooled[pooled["score"] == name].sort_values("seed")
            rows = row + 0.16 * (np.arange(len(seeds)) - (len(seeds) - 1) / 2)
            axis.hlines(rows, seeds[f"{column} low"], seeds[f"{column} high"], color=color, linewidth=1)
            (dots,) = axis.plot(seeds[column], rows, "o", color=color, markersize=3)
            hover.name(dots, [f"seed {seed}" for seed in seeds["seed"]])
        name_rows(axis, scores)
        axis.tick_params(axis="y", labelleft=axis is axes[0, 0])
        axis.set_title(column.upper())
        percents(axis.xaxis)
    return figure


def sampling_errors(sampled: pd.DataFrame, note: str) -> Figure:
    """Error of each random sample in points, by its number of pixels, for AUROC, AUPR and FPR95.

    Args:
        sampled: see `sampling.sampled_figures`.
    """
    figure, axes = page(2.5, note, 1, 3)
    exact = sampled[sampled["kind"] == "all"].iloc[0]
    draws = sampled[sampled["kind"] == "sample"]
    sizes = sorted(draws["pixels"].unique())
    for axis, column in zip(axes[0], _FIGURES, strict=True):
        for row, size in enumerate(sizes):
            errors = (draws[draws["pixels"] == size][column] - exact[column]) * 100
            rows = row + np.linspace(-0.25, 0.25, len(errors))
            axis.plot(errors, rows, ".", color=PALETTE[row], markersize=3, alpha=0.6)
        axis.axvline(0, color=GREY, linewidth=0.8)
        names = [f"{size:,} pixels" for size in sizes]
        axis.set(yticks=range(len(sizes)), yticklabels=names, title=column.upper(), xlabel="error, points")
        axis.tick_params(axis="y", labelleft=axis is axes[0, 0])
    return figure


def thresholds(
    pictures: Sequence[tuple[str, np.ndarray, np.ndarray, np.ndarray]],
    curve: pd.DataFrame,
    score: str,
    note: str,
    recalls: Sequence[float] = (0.5, 0.8, 0.95),
) -> Figure:
    """Images under the masks of a few thresholds, and the thresholds' points on the precision-recall curve.

    Args:
        pictures: name, image uint8 (H, W, 3), score (H, W) and anomaly bool (H, W); a row each.
        curve: threshold, recall, precision and fpr of the whole test split.
        score: what the score is called.
        recalls: a column each, for the highest threshold with at least this recall.
    """
    points = [curve[curve["recall"] >= recall].nlargest(1, "threshold").iloc[0] for recall in recalls]
    _, first, *_ = pictures[0]
    height, width = first.shape[:2]
    inches = (WIDTH - 0.4) / len(points) * height / width
    figure, axes = page(len(pictures) * (inches + 0.1) + 2.6, note, len(pictures) + 1, len(points))
    for row, (name, image, scores, anomaly) in enumerate(pictures):
        for column, point in enumerate(points):
            axis = axes[row, column]
            picture(axis, image, f"({_LETTERS[column]})" if row == 0 else "")
            layer = mask_painting.paint(scores >= point["threshold"], anomaly)
            axis.imshow(layer, extent=(-0.5, width - 0.5, height - 0.5, -0.5))
        axes[row, 0].set_ylabel(name)
    plot = _plot_below(figure, axes)
    _lettered_curve(plot, curve, points, score)
    figure.legend(handles=mask_painting.handles(), loc="outside lower center", ncols=3)
    return figure


def _plot_below(figure: Figure, axes: np.ndarray) -> Axes:
    """One plot in place of the last row of axes, taller than the other rows."""
    grid = axes[-1, 0].get_gridspec()
    grid.set_height_ratios([1.0] * (grid.nrows - 1) + [1.6])
    for axis in axes[-1]:
        axis.remove()
    return figure.add_subplot(grid[-1, :])


def _lettered_curve(plot: Axes, curve: pd.DataFrame, points: list[pd.Series], score: str) -> None:
    """Draw the precision-recall curve with a lettered point for each threshold."""
    ordered = curve.sort_values("threshold")
    plot.plot(ordered["recall"], ordered["precision"], color=PALETTE[0], linewidth=1.2)
    plot.axhline(masks.prevalence(curve), color="#666666", linestyle="--", linewidth=0.8, label="random score")
    for letter, marker, point in zip(_LETTERS, MARKERS, points, strict=False):
        place = (point["recall"], point["precision"])
        text = f"({letter}) {score} ≥ {point['threshold']:.3g}, false alarms {share(point['fpr'], 2)}"
        plot.plot(*place, marker, color=PALETTE[3], label=text.replace("-", "\N{MINUS SIGN}"), zorder=3)
        plot.annotate(f"({letter})", place, xytext=(5, 4), textcoords="offset points")
    plot.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    percents(plot.xaxis, plot.yaxis)
    plot.legend()

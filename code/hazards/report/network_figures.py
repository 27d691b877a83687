"""The figures that compare networks: of the architectures, augmentation and ablations chapters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from hazards.labels import LabelSet
from hazards.report import hover
from hazards.report.style import (
    GREY,
    MARKERS,
    PALETTE,
    SPLIT_COLORS,
    WIDTH,
    gallery,
    hide_frame,
    label_legend,
    legend_below,
    name_rows,
    page,
    percents,
    shaded,
    styles,
)

_RATING_COLORS = "cividis"


def learning_curves(logs: pd.DataFrame, note: str) -> Figure:
    """Training loss and val mIoU by epoch, a line a recipe, a band from the lowest to the highest seed.

    Args:
        logs: recipe, seed, epoch, loss and val_miou, 0–1.
    """
    figure, axes = page(3.0, note, 1, 2)
    for axis, column, title in zip(axes[0], ("loss", "val_miou"), ("training loss", "val mIoU"), strict=True):
        recipes = logs.dropna(subset=column).groupby("recipe", sort=False)
        for (recipe, rows), (color, marker) in zip(recipes, styles(), strict=False):
            by_epoch = rows.groupby("epoch")[column]
            mean = by_epoch.mean()
            axis.plot(mean.index, mean, color=color, marker=marker, markersize=3.5, label=recipe)
            axis.fill_between(mean.index, by_epoch.min(), by_epoch.max(), color=color, alpha=0.18, linewidth=0)
        axis.set(xlabel="epoch", ylabel=title)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    percents(axes[0, 1].yaxis)
    legend_below(figure, axes[0, 0], 3)
    return figure


def gaps(summary: pd.DataFrame, splits: tuple[str, ...], note: str) -> Figure:
    """MIoU on each split, a row a recipe: a mark for the mean, a line from the lowest to the highest seed.

    It is that over the labels that val and test share, so that marks of a row can be compared.

    Args:
        summary: recipe, seed, split and common, see `studies.Study.summary`.
    """
    names = list(summary["recipe"].unique())
    figure, axes = page(0.34 * len(names) + 1.1, note)
    axis = axes[0, 0]
    for index, split in enumerate(splits):
        miou = summary[summary["split"] == split].groupby("recipe")["common"]
        spread = miou.agg(["mean", "min", "max"]).loc[names]
        rows = np.arange(len(names)) + (index - (len(splits) - 1) / 2) * 0.16
        color = SPLIT_COLORS[split]
        axis.hlines(rows, spread["min"], spread["max"], color=color, linewidth=1.5)
        axis.plot(spread["mean"], rows, MARKERS[index], color=color, markersize=5, label=split)
    name_rows(axis, names)
    axis.set_xlabel("mIoU over shared labels")
    percents(axis.xaxis)
    legend_below(figure, axis, len(splits))
    return figure


def label_heatmap(ious: dict[str, np.ndarray], label_set: LabelSet, note: str) -> Figure:
    """IoU of each label and recipe, means over seeds in per cent, written into the cells.

    Args:
        ious: by recipe, (seeds, K), 0–1, NaN where the label does not occur.
    """
    means = np.stack([iou.mean(0) for iou in ious.values()])
    figure, axes = page(0.36 * len(ious) + 1.3, note)
    axis = axes[0, 0]
    _heatmap(axis, means, vmin=0, vmax=1)
    axis.set_yticks(range(len(ious)), list(ious))
    axis.set_xticks(range(label_set.known), label_set.names[: label_set.known], rotation=40, ha="right")
    return figure


def score_heatmaps(table: pd.DataFrame, figures: dict[str, str], note: str) -> Figure:
    """One heat map a figure: a row a network, a column a score, values in per cent in the cells.

    Args:
        table: network, score and the figures, 0–1.
        figures: heading of each map, by column of `table`; a heading that ends in ↓ shades low values bright.
    """
    networks = list(table["network"].unique())
    scores = list(table["score"].unique())
    figure, axes = page(0.36 * len(networks) + 1.5, note, 1, len(figures))
    for axis, (column, title) in zip(axes[0], figures.items(), strict=True):
        grid = table.pivot(index="network", columns="score", values=column).loc[networks, scores]
        _heatmap(axis, grid.to_numpy(), reverse=title.endswith("↓"))
        axis.set_title(title)
        axis.set_xticks(range(len(scores)), scores, rotation=40, ha="right")
        axis.set_yticks(range(len(networks)), networks if axis is axes[0, 0] else [])
    return figure


def _heatmap(axes: Axes, values: np.ndarray, reverse: bool = False, **limits: Any) -> None:
    """Draw values (rows, columns), 0–1, as a heat map with the values in per cent in its cells.

    Args:
        reverse: whether low values are bright.
        limits: of the colours, see `Axes.imshow`; by default lowest and highest value.
    """
    colors = f"{_RATING_COLORS}_r" if reverse else _RATING_COLORS
    image = axes.imshow(values, cmap=colors, aspect="auto", **limits)
    digits = 1 if np.nanmax(values) < 0.1 else 0
    for (row, column), value in np.ndenumerate(values):
        is_missing = np.isnan(value)
        is_low = not is_missing and bool(np.asarray(image.norm(value)) < 0.5)
        text = "–" if is_missing else f"{value * 100:.{digits}f}"
        color = "black" if is_missing or is_low == reverse else "white"
        axes.text(column, row, text, ha="center", va="center", fontsize=9, color=color)
    axes.grid(False)
    axes.tick_params(length=0)
    hide_frame(axes)


def against_cost(costs: pd.DataFrame, columns: dict[str, str], note: str) -> Figure:
    """Val mIoU against cost, a panel a kind of cost on a logarithmic axis, a line a recipe through its lengths.

    A mark for each row, with a line from its lowest to its highest seed.

    Args:
        costs: recipe, miou, low and high (lowest and highest seed, 0–1), and the costs; a row a recipe and length.
        columns: heading of each panel's axis, by column of `costs`.
    """
    figure, axes = page(3.1, note, 1, len(columns))
    for axis, (column, heading) in zip(axes[0], columns.items(), strict=True):
        recipes = costs.sort_values(column, kind="stable").groupby("recipe", sort=False)
        names = list(costs["recipe"].unique())
        for name, (color, marker) in zip(names, styles(), strict=False):
            rows = recipes.get_group(name)
            axis.vlines(rows[column], rows["low"], rows["high"], color=color, linewidth=1.5)
            axis.plot(rows[column], rows["miou"], marker, color=color, linestyle="-", markersize=6, label=name)
        axis.set(xscale="log", xlabel=heading)
        axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.xaxis.set_minor_formatter(NullFormatter())
        percents(axis.yaxis)
    axes[0, 0].set_ylabel("val mIoU")
    legend_below(figure, axes[0, 0], 3)
    return figure


def add_front(figure: Figure, front: pd.DataFrame, column: str) -> None:
    """Draw the Pareto front into the first panel of `against_cost`: for each cost the most that is reached for it.

    Args:
        front: rows on the front alone, the cheapest first, with miou and the cost in this column.
    """
    axis = figure.axes[0]
    left, right = axis.get_xlim()
    costs = [*front[column], right]
    reached = [*front["miou"], front["miou"].iloc[-1]]
    axis.step(costs, reached, where="post", color=GREY, linewidth=4, alpha=0.35, zorder=0)
    axis.set_xlim(left, right)


def search(tried: pd.DataFrame, note: str) -> Figure:
    """Val mIoU against the learning rate, a line a recipe, with a ring around its best.

    Args:
        tried: recipe, learning_rate and miou, 0–1, see `studies.search`.
    """
    figure, axes = page(3.1, note)
    axis = axes[0, 0]
    for (name, rows), (color, marker) in zip(tried.groupby("recipe", sort=False), styles(), strict=False):
        axis.plot(rows["learning_rate"], rows["miou"], color=color, marker=marker, markersize=5, label=name)
        best = rows.loc[rows["miou"].idxmax()]
        axis.plot(best["learning_rate"], best["miou"], "o", color=color, markersize=11, markerfacecolor="none")
    rates = sorted(tried["learning_rate"].unique())
    axis.set(xscale="log", xlabel="learning rate", ylabel="val mIoU")
    axis.set_xticks(rates, [f"{rate:g}" for rate in rates])
    axis.minorticks_off()
    percents(axis.yaxis)
    legend_below(figure, axis, 3)
    return figure


def effects(table: pd.DataFrame, heading: str, note: str) -> Figure:
    """Gains with their intervals, a row an effect, filled where the whole interval lies on one side of zero.

    Args:
        table: effect, mean, low and high, 0–1, see `studies.effects`.
        heading: of the axis, in points.
    """
    figure, axes = page(0.3 * len(table) + 0.9, note)
    axis = axes[0, 0]
    axis.axvline(0, color="#666666", linewidth=1)
    color = PALETTE[0]
    for index, row in enumerate(table.to_dict("records")):
        low = 100 * row["low"]
        high = 100 * row["high"]
        is_decided = low > 0 or high < 0
        axis.hlines(index, low, high, color=color, linewidth=1.8)
        fill = color if is_decided else "white"
        axis.plot(100 * row["mean"], index, "o", markersize=6, color=color, markerfacecolor=fill)
    name_rows(axis, list(table["effect"]))
    axis.set_xlabel(heading)
    return figure


def scatter(points: pd.DataFrame, columns: dict[str, str], note: str) -> Figure:
    """Val mIoU against other figures, a panel a figure, a kind of mark a study.

    Args:
        points: study, recipe, miou and the figures, 0–1.
        columns: heading of each panel's axis, by column of `points`.
    """
    figure, axes = page(3.1, note, 1, len(columns))
    studies = points.groupby("study", sort=False)
    for axis, (column, heading) in zip(axes[0], columns.items(), strict=True):
        for (name, rows), color, marker in zip(studies, PALETTE, MARKERS, strict=False):
            (marks,) = axis.plot(rows["miou"], rows[column], marker, color=color, markersize=5, alpha=0.85, label=name)
            hover.name(marks, list(rows["recipe"]))
        axis.set(xlabel="val mIoU", ylabel=heading)
        axis.xaxis.set_major_locator(MaxNLocator(4))
        percents(axis.xaxis, axis.yaxis)
    legend_below(figure, axes[0, 0], len(studies))
    return figure


def seen_by(
    panels: Mapping[str, dict[str, Any]], score: str, titles: list[str], label_set: LabelSet, note: str
) -> Figure:
    """What several networks say about the same images: a row a network, below input and ground truth.

    An image has two columns, the prediction, with the title, and the map of a score, bright where anomalous. A map's
    colours are the network's own: scores of two networks have no common unit.

    Args:
        panels: see `evaluation.maps`, by network.
        titles: one an image.
    """
    first = next(iter(panels.values()))
    truth = label_set.colorize(first["labels"])
    rows = [("input and\nground truth", _alternating(first["image"], truth))]
    for name, panel in panels.items():
        painted = label_set.colorize(panel["predicted"])
        rows.append((name.replace(", ", ",\n"), _alternating(painted, shaded(panel["scores"][score]))))
    columns = [heading for title in titles for heading in (title, score)]
    figure = gallery(len(rows) * (WIDTH - 1.4) / len(columns) + 0.9, note, rows, columns)
    for axis in figure.axes[:: len(columns)]:
        axis.yaxis.label.set(rotation=0, horizontalalignment="right", verticalalignment="center")
    predictions = [panel["predicted"] for panel in panels.values()]
    label_legend(figure, np.unique([first["labels"], *predictions]).tolist(), label_set)
    return figure


def _alternating(left: np.ndarray, right: np.ndarray) -> list[np.ndarray]:
    """Pictures (N, H, W, 3) of two kinds in turn: 2N pictures."""
    return [picture for pair in zip(left, right, strict=True) for picture in pair]

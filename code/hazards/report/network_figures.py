"""The figures that compare networks; in the style of figures.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from hazards.labels import LabelSet
from hazards.report import hover
from hazards.report.figures import MARKERS, PALETTE, SPLIT_COLORS, legend_below, page, percents, styles

_RATING_COLORS = "cividis"


def gaps(summary: pd.DataFrame, splits: tuple[str, ...], note: str) -> Figure:
    """MIoU on each split, a row a recipe: a mark for the mean, a line from the lowest to the highest seed.

    Args:
        summary: recipe, seed, split and miou, see `studies.Study.summary`.
    """
    names = list(dict.fromkeys(summary["recipe"]))
    figure, axes = page(0.34 * len(names) + 1.1, note)
    axis = axes[0, 0]
    for index, split in enumerate(splits):
        own = summary[summary["split"] == split].groupby("recipe", sort=False)["miou"].agg(["mean", "min", "max"])
        rows = np.arange(len(names)) + (index - (len(splits) - 1) / 2) * 0.16
        values, color = own.loc[names], SPLIT_COLORS[split]
        axis.hlines(rows, values["min"], values["max"], color=color, linewidth=1.5)
        axis.plot(values["mean"], rows, MARKERS[index], color=color, markersize=5, label=split)
    axis.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5), xlabel="mIoU")
    percents(axis.xaxis)
    legend_below(figure, axis, len(splits))
    return figure


def label_heatmap(ious: dict[str, np.ndarray], label_set: LabelSet, note: str) -> Figure:
    """IoU of each label and recipe, means over seeds in per cent, written into the cells.

    Args:
        ious: by recipe, (seeds, K), 0–1, NaN where the label does not occur.
    """
    values = np.stack([each.mean(0) for each in ious.values()])
    figure, axes = page(0.36 * len(ious) + 1.3, note)
    axis = axes[0, 0]
    _heatmap(axis, values, vmin=0, vmax=1)
    axis.set_yticks(range(len(ious)), list(ious))
    axis.set_xticks(range(label_set.known), label_set.names[: label_set.known], rotation=40, ha="right")
    return figure


def score_heatmaps(table: pd.DataFrame, figures: dict[str, str], note: str) -> Figure:
    """One heat map a figure: a row a network, a column a score, values in per cent in the cells.

    Args:
        table: network, score and the figures, 0–1.
        figures: heading of each map, by column of `table`; a heading that ends in ↓ shades low values bright.
    """
    networks, scores = (list(dict.fromkeys(table[name])) for name in ("network", "score"))
    figure, axes = page(0.36 * len(networks) + 1.5, note, 1, len(figures))
    for axis, (column, title) in zip(axes[0], figures.items(), strict=True):
        values = table.pivot(index="network", columns="score", values=column).loc[networks, scores].to_numpy()
        _heatmap(axis, values, reverse=title.endswith("↓"))
        axis.set_title(title)
        axis.set_xticks(range(len(scores)), scores, rotation=40, ha="right")
        axis.set_yticks(range(len(networks)), networks if axis is axes[0, 0] else [])
    return figure


def _heatmap(axis: Axes, values: np.ndarray, reverse: bool = False, **limits: Any) -> None:
    image = axis.imshow(values, cmap=_RATING_COLORS + "_r" * reverse, aspect="auto", **limits)
    digits = int(np.nanmax(values) < 0.1)
    for (row, column), value in np.ndenumerate(values):
        text = "–" if np.isnan(value) else f"{value * 100:.{digits}f}"
        dark = np.isnan(value) or bool(np.asarray(image.norm(value)) < 0.5) == reverse
        axis.text(column, row, text, ha="center", va="center", fontsize=9, color="black" if dark else "white")
    axis.grid(False)
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)


def against_cost(costs: pd.DataFrame, columns: dict[str, str], note: str) -> Figure:
    """Val mIoU against cost, a panel a kind of cost on a logarithmic axis, a mark a recipe, a line over its seeds.

    Args:
        costs: recipe, miou, low and high (lowest and highest seed, 0–1), and the costs.
        columns: heading of each panel's axis, by column of `costs`.
    """
    figure, axes = page(3.1, note, 1, len(columns))
    for axis, (column, heading) in zip(axes[0], columns.items(), strict=True):
        for row, (color, marker) in zip(costs.to_dict("records"), styles(), strict=False):
            axis.vlines(row[column], row["low"], row["high"], color=color, linewidth=1.5)
            axis.plot(row[column], row["miou"], marker, color=color, markersize=6, label=row["recipe"])
        axis.set(xscale="log", xlabel=heading)
        axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.xaxis.set_minor_formatter(NullFormatter())
        percents(axis.yaxis)
    axes[0, 0].set_ylabel("val mIoU")
    legend_below(figure, axes[0, 0], 3)
    return figure


def effects(table: pd.DataFrame, heading: str, note: str) -> Figure:
    """Gains with their intervals, a row an effect, filled where the whole interval lies on one side of zero.

    Args:
        table: effect, mean, low and high, 0–1, see `studies.effects`.
    """
    figure, axes = page(0.3 * len(table) + 0.9, note)
    axis = axes[0, 0]
    axis.axvline(0, color="#666666", linewidth=1)
    for row, each in enumerate(table.to_dict("records")):
        mean, low, high = (100 * each[name] for name in ("mean", "low", "high"))
        decided = low > 0 or high < 0
        axis.hlines(row, low, high, color=PALETTE[0], linewidth=1.8)
        axis.plot(mean, row, "o", markersize=6, color=PALETTE[0], markerfacecolor=PALETTE[0] if decided else "white")
    axis.set(yticks=range(len(table)), yticklabels=table["effect"], ylim=(len(table) - 0.5, -0.5), xlabel=heading)
    return figure


def scatter(points: pd.DataFrame, columns: dict[str, str], note: str) -> Figure:
    """Val mIoU against other figures, a panel a figure, a kind of mark a study.

    Args:
        points: study, recipe, miou and the figures, 0–1.
        columns: heading of each panel's axis, by column of `points`.
    """
    figure, axes = page(3.1, note, 1, len(columns))
    for axis, (column, heading) in zip(axes[0], columns.items(), strict=True):
        for index, (name, own) in enumerate(points.groupby("study", sort=False)):
            color, marker = PALETTE[index], MARKERS[index]
            (marks,) = axis.plot(own["miou"], own[column], marker, color=color, markersize=5, alpha=0.85, label=name)
            hover.name(marks, list(own["recipe"]))
        axis.set(xlabel="val mIoU", ylabel=heading)
        axis.xaxis.set_major_locator(MaxNLocator(4))
        percents(axis.xaxis, axis.yaxis)
    legend_below(figure, axes[0, 0], points["study"].nunique())
    return figure

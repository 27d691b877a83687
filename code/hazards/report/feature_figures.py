"""The figure that sets features beside logits, network by network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hazards.report.style import GREY, MARKERS, PALETTE, legend_below, name_rows, page, percents

_OFFSETS = (-0.18, 0.18)
"""Of the rules' rows from the middle of a network's."""


def features_or_logits(reached: pd.DataFrame, gains: pd.DataFrame, groups: Mapping[str, str], note: str) -> Figure:
    """AUROC by kind of score on the left, the gain by features on the right: two rows a network, one a rule.

    Marks of the first rule are filled on the left, on the right those whose whole interval lies on one side of zero.

    Args:
        reached, gains: see `studies.features_or_logits.conclude`; gains in AUROC alone.
        groups: what kind of network each is, in the order of the rows.
    """
    figure, axes = page(0.56 * len(groups) + 1.2, note, 1, 2)
    left, right = axes[0]
    rules = list(reached["rule"].unique())
    rows = {network: index for index, network in enumerate(groups)}
    for (kind, points), color, marker in zip(reached.groupby("kind", sort=False), PALETTE, MARKERS, strict=False):
        for rule, offset in zip(rules, _OFFSETS, strict=True):
            shown = points[points["rule"] == rule]
            places = shown["network"].map(rows) + offset
            fill = color if rule == rules[0] else "white"
            left.hlines(places, shown["low"], shown["high"], color=color, linewidth=1.5)
            label = f"{kind}, {rule}"
            left.plot(shown["mean"], places, marker, color=color, markerfacecolor=fill, markersize=5, label=label)
    right.axvline(0, color=GREY, linewidth=1)
    for rule, offset in zip(rules, _OFFSETS, strict=True):
        shown = gains[gains["rule"] == rule]
        _intervals(right, shown, shown["network"].map(rows) + offset, rule)
    names = [f"{network}\n{group}" for network, group in groups.items()]
    name_rows(left, names)
    name_rows(right, names)
    right.tick_params(labelleft=False)
    left.set_xlabel("AUROC")
    percents(left.xaxis)
    right.set_xlabel("features minus logits, points of AUROC")
    legend_below(figure, left, 2)
    return figure


def _intervals(axes: Axes, gains: pd.DataFrame, places: pd.Series, rule: str) -> None:
    """Draw gains in points with their intervals, filled where decided; one without an interval has a mark alone."""
    color = PALETTE[2]
    for place, row in zip(places, gains.to_dict("records"), strict=True):
        ends = np.array([row["low"], row["high"]]) * 100
        if np.isfinite(ends).all():
            axes.hlines(place, *ends, color=color, linewidth=1.5)
        fill = "white" if row["answer"] == "undecided" else color
        axes.plot(row["mean"] * 100, place, "D", color=color, markerfacecolor=fill, markersize=5, label=rule)

"""Figures town by town."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hazards.report import hover
from hazards.report.style import GREY, PALETTE, name_rows, page, percents
from hazards.studies.verdicts import Interval

_TITLES = {"miou": "mIoU", "auroc": "AUROC", "aupr": "AUPR", "fpr95": "FPR95"}


def town_dots(rows: pd.DataFrame, means: Mapping[str, Interval], note: str) -> Figure:
    """Figures of each town: a dot a seed, in the last row the mean over towns and its interval.

    Args:
        rows: town, seed, and a column for each of `means`.
        means: mean and interval over towns, by figure.
    """
    towns = list(rows["town"].unique())
    figure, axes = page(0.3 * len(towns) + 1.2, note, 1, len(means))
    for axis, (name, mean) in zip(axes[0], means.items(), strict=True):
        for place, town in enumerate(towns):
            seeds = rows[rows["town"] == town].sort_values("seed")
            offsets = place + 0.16 * (np.arange(len(seeds)) - (len(seeds) - 1) / 2)
            (dots,) = axis.plot(seeds[name], offsets, "o", color=PALETTE[0], markersize=3)
            hover.name(dots, [f"seed {seed}" for seed in seeds["seed"]])
        if np.isfinite(mean.high):
            axis.hlines(len(towns), mean.low, mean.high, color=PALETTE[3], linewidth=1.5)
        axis.plot(mean.mean, len(towns), "D", color=PALETTE[3], markersize=5)
        axis.axvline(mean.mean, color=GREY, linewidth=0.8)
        name_rows(axis, [*towns, "mean"])
        axis.tick_params(axis="y", labelleft=axis is axes[0, 0])
        axis.set_title(_TITLES[name])
        percents(axis.xaxis)
    return figure

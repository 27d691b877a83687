"""The figures of the data chapter: samples, labels, positions and hazards of a data set."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hazards.labels import LabelSet
from hazards.report.style import (
    DASHES,
    MARKERS,
    PALETTE,
    SPLIT_COLORS,
    WIDTH,
    gallery,
    label_legend,
    legend_below,
    page,
    percents,
)


def samples(pictures: dict[str, list[tuple[np.ndarray, np.ndarray]]], label_set: LabelSet, note: str) -> Figure:
    """Images above their label maps, one pair of rows a split, with a legend of the labels that occur.

    Args:
        pictures: by split, pairs of image uint8 (H, W, 3) and labels (H, W).
    """
    rows: list[tuple[str, Sequence[np.ndarray]]] = []
    present: set[int] = set()
    for split, pairs in pictures.items():
        painted = [label_set.colorize(labels) for _, labels in pairs]
        rows += [(split, [image for image, _ in pairs]), ("labels", painted)]
        present.update(*[np.unique(labels).tolist() for _, labels in pairs])
    columns = max(map(len, pictures.values()))
    figure = gallery(0.62 * WIDTH / columns * len(rows) + 0.8, note, rows, [""] * columns)
    label_legend(figure, present, label_set)
    return figure


def label_shares(shares: pd.DataFrame, real: pd.DataFrame, note: str) -> Figure:
    """Share of pixels of each label and split, filled, beside the real data set's, hollow; logarithmic axis.

    Args:
        shares: rows label names, columns splits, 0–1.
        real: as `shares`; labels of other names are left out.
    """
    names = list(shares.index)
    figure, axes = page(0.22 * len(names) + 1.12, note)
    plot = axes[0, 0]
    rows = np.arange(len(names))
    for index, split in enumerate(shares):
        offsets = rows + (index - 1) * 0.22
        color = SPLIT_COLORS[split]
        style = {"s": 22, "marker": MARKERS[index], "edgecolor": color, "linewidth": 1.2}
        filled = _positive(shares[split])
        plot.scatter(filled, offsets, facecolor=color, label=f"{split}, this report", zorder=2, **style)
        if not real.index.intersection(names).empty:
            hollow = _positive(real[split].reindex(names))
            plot.scatter(hollow, offsets, facecolor="white", label=f"{split}, StreetHazards", zorder=3, **style)
    plot.set(xscale="log", xlabel="share of pixels", yticks=rows, yticklabels=names, ylim=(len(names) - 0.4, -0.6))
    percents(plot.xaxis)
    plot.set_xlim(1e-5, 1)
    legend_below(figure, plot, 3)
    return figure


def _positive(shares: pd.Series) -> np.ndarray:
    """Shares, NaN where there are none, as a logarithmic axis needs them."""
    return shares.where(shares > 0).to_numpy()


def spatial_priors(priors: dict[str, np.ndarray], labels: list[int], label_set: LabelSet, note: str) -> Figure:
    """Where labels stand: share of images with the label at each position, a row a set of images, a column a label.

    Args:
        priors: by the name of the row, (labels, rows, columns), 0–1; nothing is drawn where it is NaN.
        labels: which labels to show.
    """
    colors = mpl.colormaps["cividis"]
    rows = [(name, colors(prior[labels], bytes=True)) for name, prior in priors.items()]
    titles = [label_set.names[label] for label in labels]
    figure = gallery(0.66 * WIDTH / len(labels) * len(priors) + 0.9, note, rows, titles)
    shade = mpl.cm.ScalarMappable(mpl.colors.Normalize(0, 1), colors)
    bar = figure.colorbar(shade, ax=figure.axes, location="bottom", shrink=0.4, aspect=40, pad=0.04)
    bar.set_label("share of images with the label at this position")
    percents(bar.ax.xaxis)
    return figure


def hazard_shares(shares: dict[str, np.ndarray], note: str) -> Figure:
    """Cumulative distribution over test images of the share of anomalous pixels, one line a data set."""
    figure, axes = page(2.6, note)
    plot = axes[0, 0]
    _cumulative(plot, shares)
    plot.set(xlabel="anomalous pixels in the image", ylabel="share of test images", xlim=(2e-4, 0.3))
    plot.legend()
    return figure


def region_sizes(shares: dict[str, np.ndarray], note: str) -> Figure:
    """Cumulative distributions of how large anomalous regions are: by their number, and by the pixels in them.

    Args:
        shares: by data set, the share of its image's pixels of each region, 0–1.
    """
    figure, axes = page(3.1, note, 1, 2)
    by_number, by_pixels = axes[0]
    _cumulative(by_number, shares)
    _cumulative(by_pixels, shares, is_weighted=True)
    for axis, counted in ((by_number, "regions"), (by_pixels, "anomalous pixels")):
        axis.set(xlabel="size of the region, share of the image", xlim=(8e-7, 0.3), ylabel=f"share of {counted}")
        axis.tick_params(axis="x", rotation=30)
    legend_below(figure, by_number, len(shares))
    return figure


def _cumulative(axes: Axes, shares: dict[str, np.ndarray], is_weighted: bool = False) -> None:
    """Draw cumulative distributions of shares on a logarithmic axis, one line each, by their number or weighted."""
    for (name, values), color, dashes in zip(shares.items(), PALETTE, DASHES, strict=False):
        weights = values if is_weighted else np.ones_like(values)
        order = np.argsort(values)
        cumulative = weights[order].cumsum() / weights.sum()
        axes.step(values[order], cumulative, dashes, where="post", color=color, label=name)
    axes.set(xscale="log")
    percents(axes.xaxis, axes.yaxis)

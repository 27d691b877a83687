"""The report's figures: one function each, from data frames and arrays to a matplotlib `Figure`.

All are drawn in one style for a text width of 7 inches, no letter smaller than 9 points in print. Colours come from the
colour-blind-safe palette of Okabe and Ito and never stand alone: lines differ in dashes or marks, too. Label maps keep
the data set's official colours.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import Formatter, MaxNLocator, NullFormatter

from hazards.labels import LabelSet
from hazards.prose import share

WIDTH = 7.0
"""Text width in inches."""
_TALLEST = 8.2
"""Inches of a printed page that a figure may take; a taller one is printed smaller."""

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9")
SPLIT_COLORS = dict(zip(("train", "val", "test"), PALETTE, strict=False))
MARKERS = ("o", "s", "^", "D", "v", "P")

STYLE: Any = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "figure.constrained_layout.use": True,
    "image.interpolation": "nearest",
}
_LETTERS = ("font.size", "titlesize", "labelsize", "legend.fontsize")


def page(height: float, note: str, rows: int = 1, columns: int = 1) -> tuple[Figure, np.ndarray]:
    """A figure of the text's width in the report's style and an array (rows, columns) of axes.

    The note, small above the axes, says what was measured: it stays with the figure wherever it is shown. The style
    becomes matplotlib's own, so that it also holds for what is added to the figure later. What is taller than a printed
    page has letters as much larger as it is printed smaller.
    """
    shrunk = max(1, height / _TALLEST)
    mpl.rcParams.update(STYLE | {name: shrunk * size for name, size in STYLE.items() if name.endswith(_LETTERS)})
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    figure.suptitle(note, x=0.995, ha="right", fontsize=mpl.rcParams["legend.fontsize"], color="#5b6672")
    return figure, axes


def styles(kinds: Sequence[Any] = MARKERS) -> Iterator[tuple[str, Any]]:
    """Colour and marker, or dashes, of the first recipe or score, the second and so on: no pair twice in 36."""
    for turn in itertools.count():
        for index, color in enumerate(PALETTE):
            yield color, kinds[(index + turn) % len(kinds)]


def percents(*axes: Axis) -> None:
    """Ticks of shares (0–1) in per cent."""
    for axis in axes:
        axis.set_minor_formatter(NullFormatter())
        axis.set_major_formatter(_Percent())


class _Percent(Formatter):
    """Per cent with the decimals that a tick needs, on a linear axis as many at all of its ticks: 2.5 %, 5.0 %."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """The text of a tick."""
        return f"{x * 100:.6g} %".replace("-", "\N{MINUS SIGN}")

    def format_ticks(self, values: list[float]) -> list[str]:
        """The texts of all ticks."""
        if isinstance(self.axis, Axis) and self.axis.get_scale() != "linear":
            return super().format_ticks(values)
        digits = max((len(f"{value * 100:.5f}".rstrip("0").partition(".")[2]) for value in values), default=0)
        return [share(value, digits) for value in values]


def picture(axes: Axes, pixels: np.ndarray, title: str = "", **options: object) -> None:
    axes.imshow(pixels, **options)  # type: ignore[arg-type]
    axes.set(xticks=[], yticks=[])
    axes.set_title(title)
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def legend_below(figure: Figure, axis: Axes, columns: int) -> None:
    """The legend of one of the axes, which serves all, below the figure."""
    handles, names = axis.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=columns)


def label_legend(figure: Figure, present: list[int], label_set: LabelSet) -> None:
    """A legend of the label colours below the figure, in fewer columns where the letters are large, see `page`."""
    colors = {label: f"#{bytes(label_set.colors[label]).hex()}" for label in present}
    handles = [
        Patch(facecolor=color, edgecolor="#888888", linewidth=0.5, label=label_set.names[label])
        for label, color in colors.items()
    ]
    columns = 5 if mpl.rcParams["legend.fontsize"] < 11 else 4
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, handlelength=1.2)


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
        offset = rows + (index - 1) * 0.22
        for frame, fill, which in ((shares, True, "this report"), (real, False, "StreetHazards")):
            if frame.index.intersection(names).empty:
                continue
            share = frame[split].reindex(names).to_numpy()
            color = SPLIT_COLORS[split]
            plot.scatter(
                np.where(share > 0, share, np.nan),
                offset,
                s=22,
                marker=MARKERS[index],
                facecolor=color if fill else "white",
                edgecolor=color,
                linewidth=1.2,
                label=f"{split}, {which}",
                zorder=3 - fill,
            )
    plot.set(xscale="log", xlabel="share of pixels", yticks=rows, yticklabels=names, ylim=(len(names) - 0.4, -0.6))
    percents(plot.xaxis)
    plot.set_xlim(1e-5, 1)
    legend_below(figure, plot, 3)
    return figure


def samples(pictures: dict[str, list[tuple[np.ndarray, np.ndarray]]], label_set: LabelSet, note: str) -> Figure:
    """Images above their label maps, one pair of rows a split, with a legend of the labels that occur.

    Args:
        pictures: by split, pairs of image uint8 (H, W, 3) and labels (H, W).
    """
    columns = max(map(len, pictures.values()))
    figure, axes = page(0.62 * WIDTH / columns * 2 * len(pictures) + 0.8, note, 2 * len(pictures), columns)
    seen: set[int] = set()
    for row, (split, pairs) in enumerate(pictures.items()):
        for column, (image, labels) in enumerate(pairs):
            picture(axes[2 * row, column], image)
            picture(axes[2 * row + 1, column], label_set.colorize(labels))
            seen |= set(np.unique(labels).tolist())
        axes[2 * row, 0].set_ylabel(split)
        axes[2 * row + 1, 0].set_ylabel("labels")
    label_legend(figure, sorted(seen), label_set)
    return figure


def spatial_priors(priors: dict[str, np.ndarray], labels: list[int], label_set: LabelSet, note: str) -> Figure:
    """Where labels stand: share of images with the label at each position, a row a set of images, a column a label.

    Args:
        priors: by the name of the row, (labels, rows, columns), 0–1; nothing is drawn where it is NaN.
        labels: which labels to show.
    """
    figure, axes = page(0.66 * WIDTH / len(labels) * len(priors) + 0.9, note, len(priors), len(labels))
    for row, (name, prior) in enumerate(priors.items()):
        for column, label in enumerate(labels):
            title = label_set.names[label] if row == 0 else ""
            picture(axes[row, column], prior[label], title, cmap="cividis", vmin=0, vmax=1)
        axes[row, 0].set_ylabel(name)
    shade = mpl.cm.ScalarMappable(mpl.colors.Normalize(0, 1), "cividis")
    bar = figure.colorbar(shade, ax=axes, location="bottom", shrink=0.4, aspect=40, pad=0.04)
    bar.set_label("share of images with the label at this position")
    percents(bar.ax.xaxis)
    return figure


def hazard_shares(shares: dict[str, np.ndarray], note: str) -> Figure:
    """Cumulative distribution over test images of the share of anomalous pixels, one line a data set."""
    figure, axes = page(2.6, note)
    _cumulative(axes[0, 0], {name: (values, np.ones_like(values)) for name, values in shares.items()})
    axes[0, 0].set(xlabel="anomalous pixels in the image", ylabel="share of test images", xlim=(2e-4, 0.3))
    axes[0, 0].legend()
    return figure


def region_sizes(shares: dict[str, np.ndarray], note: str) -> Figure:
    """Cumulative distributions of how large anomalous regions are: by their number, and by the pixels in them.

    Args:
        shares: by data set, the share of its image's pixels of each region, 0–1.
    """
    figure, axes = page(3.1, note, 1, 2)
    _cumulative(axes[0, 0], {name: (values, np.ones_like(values)) for name, values in shares.items()})
    _cumulative(axes[0, 1], {name: (values, values) for name, values in shares.items()})
    for axis, what in zip(axes[0], ("regions", "anomalous pixels"), strict=True):
        axis.set(xlabel="size of the region, share of the image", ylabel=f"share of {what}", xlim=(8e-7, 0.3))
        axis.tick_params(axis="x", rotation=30)
    legend_below(figure, axes[0, 0], len(shares))
    return figure


def _cumulative(axis: Axes, lines: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Cumulative distributions of shares on a logarithmic axis, one line each for values and their weights."""
    for (name, (values, weights)), color, line in zip(lines.items(), PALETTE, ("-", "--"), strict=False):
        order = np.argsort(values)
        axis.step(values[order], weights[order].cumsum() / weights.sum(), line, where="post", color=color, label=name)
    axis.set(xscale="log")
    percents(axis.xaxis, axis.yaxis)


def learning_curves(logs: pd.DataFrame, note: str) -> Figure:
    """Training loss and val mIoU by epoch, a line a recipe, a band from the lowest to the highest seed."""
    figure, axes = page(3.0, note, 1, 2)
    for axis, (column, title) in zip(axes[0], (("loss", "training loss"), ("val_miou", "val mIoU")), strict=True):
        recipes = logs.dropna(subset=column).groupby("recipe", sort=False)
        for (recipe, frame), (color, marker) in zip(recipes, styles(), strict=False):
            by_epoch = frame.groupby("epoch")[column]
            epochs = by_epoch.mean().index
            axis.plot(epochs, by_epoch.mean(), color=color, marker=marker, markersize=3.5, label=recipe)
            axis.fill_between(epochs, by_epoch.min(), by_epoch.max(), color=color, alpha=0.18, linewidth=0)
        axis.set(xlabel="epoch", ylabel=title)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    percents(axes[0, 1].yaxis)
    legend_below(figure, axes[0, 0], 3)
    return figure


def image_miou(images: pd.DataFrame, note: str) -> Figure:
    """Distribution of per-image mIoU on val and test, one violin each with every image as a dot."""
    import seaborn as sns  # with scipy.stats behind it, as slow to import as all else that figures need

    figure, axes = page(2.8, note)
    axis = axes[0, 0]
    means = images.groupby(["split", "image"], sort=False, as_index=False)["miou"].mean()
    style = {"hue": "split", "palette": SPLIT_COLORS, "legend": False, "linewidth": 0.8, "alpha": 0.35}
    sns.violinplot(means, x="miou", y="split", ax=axis, inner="quart", cut=0, **style)
    jitter = np.random.default_rng(0).uniform(-0.25, 0.25, len(means))  # seaborn's own differs at each build
    rows = means["split"].map({split: row for row, split in enumerate(means["split"].unique())})
    axis.scatter(means["miou"], rows + jitter, s=4, c=means["split"].map(SPLIT_COLORS), alpha=0.6, linewidth=0)
    axis.set(xlabel="mIoU of one image, over the labels that occur in it", ylabel="", xlim=(0, 1))
    percents(axis.xaxis)
    return figure


def label_iou(ious: dict[str, np.ndarray], label_set: LabelSet, note: str) -> Figure:
    """IoU of each known label, one colour and marker a split, a line from the lowest to the highest seed.

    Args:
        ious: by split, (seeds, K), 0–1, NaN where the label does not occur in the split.
    """
    figure, axes = page(3.2, note)
    axis = axes[0, 0]
    columns = np.arange(label_set.known)
    for index, (split, values) in enumerate(ious.items()):
        x = columns + (index - 0.5 * (len(ious) - 1)) * 0.25
        color = SPLIT_COLORS[split]
        axis.vlines(x, values.min(0), values.max(0), color=color, linewidth=1.5)
        axis.plot(x, values.mean(0), MARKERS[index], color=color, markersize=4.5, label=split)
        for column in columns[np.isnan(values).all(0)]:
            axis.annotate("absent", (x[column], 0.015), rotation=90, fontsize=9, color=color, ha="center", va="bottom")
    axis.set(ylabel="IoU", ylim=(0, 1))
    axis.set_xticks(columns, label_set.names[: label_set.known], rotation=40, ha="right")
    percents(axis.yaxis)
    legend_below(figure, axis, len(ious))
    return figure


def qualitative(panel: dict[str, np.ndarray], titles: list[str], score: str, label_set: LabelSet, note: str) -> Figure:
    """All that a network says about some images: a column an image, a row a view of it.

    Args:
        panel: see `evaluation.maps`.
        titles: one an image.
        score: name of the anomaly score.
    """
    views = ("input", "ground truth", "prediction", "overlay", "confidence", "error", f"anomaly\n({score})")
    count = len(titles)
    figure, axes = page(len(views) * (WIDTH - 0.6) / count * 0.6 + 0.9, note, len(views), count)
    low, high = np.quantile(panel["scores"][score], [0.02, 0.998])
    for column in range(count):
        image, labels, predicted = (panel[key][column] for key in ("image", "labels", "predicted"))
        picture(axes[0, column], image, titles[column])
        painted = label_set.colorize(predicted)
        picture(axes[1, column], label_set.colorize(labels))
        picture(axes[2, column], painted)
        picture(axes[3, column], (0.5 * image + 0.5 * painted).astype(np.uint8))
        picture(axes[4, column], panel["confidence"][column], cmap="cividis", vmin=0, vmax=1)
        picture(axes[5, column], error_map(predicted, labels, label_set))
        picture(axes[6, column], panel["scores"][score][column], cmap="inferno", vmin=low, vmax=high)
    for row, view in enumerate(views):
        axes[row, 0].set_ylabel(view)
    label_legend(figure, sorted(np.unique([panel["labels"], panel["predicted"]]).tolist()), label_set)
    return figure


def error_map(predicted: np.ndarray, labels: np.ndarray, label_set: LabelSet) -> np.ndarray:
    """Right pixels light, wrong ones red; anomalous ones, which no prediction gets right, in the anomaly's colour."""
    picture = np.where((predicted == labels)[..., None], (235, 235, 235), (200, 30, 30)).astype(np.uint8)
    picture[labels == label_set.anomaly] = label_set.colors[label_set.anomaly]
    return picture

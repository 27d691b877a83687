"""The style of all figures, and what several of them share: page, colours, ticks, pictures and legends.

Figures are drawn for a text width of 7 inches, no letter smaller than 9 points in print. Colours come from the
colour-blind-safe palette of Okabe and Ito and never stand alone: lines differ in dashes or marks, too. Label maps keep
the data set's official colours.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import Formatter, NullFormatter

from hazards.labels import NO_LABEL, LabelSet
from hazards.prose import share

WIDTH = 7.0
"""Text width in inches."""
_TALLEST = 8.2
"""Inches of a printed page that a figure may take; a taller one is printed smaller."""

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9")
SPLIT_COLORS = dict(zip(("train", "val", "test"), PALETTE, strict=False))
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = ("-", "--", "-.", ":")
GREY = "#888888"
"""Of lines to compare with, thin."""
SCORE_COLORS = "inferno"
"""Colour map of anomaly scores, bright where anomalous."""
_SHADED = (0.02, 0.998)
"""The quantiles of the scores that the colours of a map span."""

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

    Args:
        height: in inches.
    """
    shrunk = max(1, height / _TALLEST)
    letters = {name: shrunk * size for name, size in STYLE.items() if name.endswith(_LETTERS)}
    mpl.rcParams.update(STYLE | letters)
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
    """Write the ticks of shares (0–1) in per cent."""
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
        digits = max((_decimals(value * 100) for value in values), default=0)
        return [share(value, digits) for value in values]


def _decimals(value: float) -> int:
    """How many decimals a number has, five at most."""
    _, _, decimals = f"{value:.5f}".rstrip("0").partition(".")
    return len(decimals)


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Name the rows of a plot along its vertical axis, the first at the top."""
    axes.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5))


def picture(axes: Axes, pixels: np.ndarray, title: str = "") -> None:
    """Show a picture (H, W, 3) or (H, W, 4) without a frame."""
    axes.imshow(pixels)
    axes.set(xticks=[], yticks=[], title=title)
    axes.grid(False)
    hide_frame(axes)


def gallery(height: float, note: str, rows: Sequence[tuple[str, Sequence[Any]]], titles: Sequence[str]) -> Figure:
    """A page of pictures: a row a name, which stands beside it, a column a title, which stands above it.

    Args:
        height: in inches, see `page`.
        rows: name and pictures, (H, W, 3) or (H, W, 4).
    """
    figure, axes = page(height, note, len(rows), len(titles))
    for line, (name, pictures) in zip(axes, rows, strict=True):
        for axis, pixels in zip(line, pictures, strict=False):
            picture(axis, pixels)
        line[0].set_ylabel(name)
    for axis, title in zip(axes[0], titles, strict=True):
        axis.set_title(title)
    return figure


def hide_frame(axes: Axes) -> None:
    """Leave out the lines around a plot."""
    for spine in axes.spines.values():
        spine.set_visible(False)


def score_range(scores: np.ndarray) -> tuple[float, float]:
    """Lowest and highest score that the colours of a map tell apart: the 2nd and the 99.8th percentile."""
    low, high = np.quantile(scores, _SHADED)
    return low, high


def shaded(scores: np.ndarray) -> np.ndarray:
    """Scores (N, H, W) as pictures uint8 (N, H, W, 3), bright where anomalous, coloured together."""
    low, high = score_range(scores)
    return mpl.colormaps[SCORE_COLORS]((scores - low) / (high - low), bytes=True)[..., :3]


def legend_below(figure: Figure, axes: Axes, columns: int) -> None:
    """Put the legend of one of the axes, which serves all, below the figure."""
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=columns)


def label_legend(figure: Figure, present: Iterable[int], label_set: LabelSet) -> None:
    """Put a legend of the label colours below the figure, in fewer columns where the letters are large, see `page`.

    Void, `NO_LABEL`, has its entry where it is among the labels present.
    """
    handles = []
    for label in sorted(present):
        name = "void" if label == NO_LABEL else label_set.names[label]
        color = f"#{label_set.colorize(np.array(label)).tobytes().hex()}"
        handles.append(Patch(facecolor=color, edgecolor=GREY, linewidth=0.5, label=name))
    columns = 5 if mpl.rcParams["legend.fontsize"] < 11 else 4
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, handlelength=1.2)

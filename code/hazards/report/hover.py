"""What the marks of a figure stand for, shown where the pointer is: data beside the figure, which the PDF leaves out.

Figures are pictures, so that both renderers and the PDF have the same ones. The places of the marks go along as shares
of the picture, and `code/book/look/hover.js` shows the words of the nearest one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from weakref import WeakKeyDictionary

import numpy as np
from IPython.display import Markdown
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator

from hazards.prose import number, share
from hazards.report.embedding import block, data

_PAD = 0.1
"""Inches that are left around a figure where it is cut to what is drawn, matplotlib's own default."""
_names: WeakKeyDictionary[Line2D, Sequence[str]] = WeakKeyDictionary()


def name(line: Line2D, names: Sequence[str]) -> None:
    """Say what each mark of a line is called, where neither the legend nor an axis does."""
    _names[line] = names


def marks(figure: Figure) -> list[tuple[float, float, str]]:
    """Each mark of a figure's lines: how far from the left and from the top, 0–1, and what it says.

    A line without marks has none. An axis with names as ticks gives the name, another one its value, with the bar
    through the mark as lowest and highest value.
    """
    figure.draw_without_rendering()
    frame = figure.get_tightbbox().padded(_PAD)  # as the pictures of cells are cut
    result = []
    for axes in figure.axes:
        for x, y, words in _marks_of(axes):
            across, up = axes.transData.transform((x, y)) / figure.dpi
            left = float((across - frame.x0) / frame.width)
            top = float((frame.y1 - up) / frame.height)
            result.append((round(left, 4), round(top, 4), words))
    return result


def hover(figure: Figure, label: str) -> Markdown:
    """Raw HTML that lets a figure say its values; `label` is that of the cell that shows it."""
    return block(f'<script type="application/json" data-marks="{label}">{data(marks(figure))}</script>')


def _marks_of(axes: Axes) -> Iterator[tuple[float, float, str]]:
    """Each mark in the axes' own coordinates, and its words."""
    for line in axes.lines:
        if line.get_marker() in ("None", "", None):
            continue
        xs, ys = line.get_data()
        for index, (x, y) in enumerate(zip(np.atleast_1d(xs), np.atleast_1d(ys), strict=True)):
            if np.isfinite(x) and np.isfinite(y):
                yield x, y, _words(axes, line, index, (x, y))


def _words(axes: Axes, line: Line2D, index: int, place: tuple[float, float]) -> str:
    """What a mark says: its names in one line, then a line for each axis that has values rather than names."""
    ticks = (_tick_name(axes.xaxis, place[0]), _tick_name(axes.yaxis, place[1]))
    given = _names[line][index] if line in _names else None
    label = str(line.get_label())
    shown = None if label.startswith("_") else label
    names = ", ".join(filter(None, [ticks[1], ticks[0], given, shown]))
    values = [_value(axes, line, along, place) for along in (0, 1) if ticks[along] is None]
    return "\n".join(filter(None, [names, *values]))


def _tick_name(axis: Axis, value: float) -> str | None:
    """The name of the nearest tick, if the axis has names for ticks."""
    if not isinstance(axis.get_major_locator(), FixedLocator):
        return None
    places = axis.get_majorticklocs()
    names = axis.get_major_formatter().format_ticks(list(places))
    return names[int(np.abs(places - value).argmin())]


def _value(axes: Axes, line: Line2D, along: int, place: tuple[float, float]) -> str:
    """What a mark says of the axis `along`, 0 for x, 1 for y, with the bar through it where there is one."""
    axis = (axes.xaxis, axes.yaxis)[along]
    words = f"{_heading(axes, axis)} {_written(axis, place[along])}"
    bar = _bar(axes, line, along, place)
    if bar:
        words += f" ({_written(axis, bar[0])} to {_written(axis, bar[1])})"
    return words


def _heading(axes: Axes, axis: Axis) -> str:
    """What an axis counts: its own label, the title, or that of the first axes in the row, which all share."""
    first = axes.figure.axes[0]
    shared = first.get_ylabel() if axis is axes.yaxis else first.get_xlabel()
    return axis.get_label_text() or axes.get_title() or shared


def _written(axis: Axis, value: float) -> str:
    """A value as a share, where the axis has those, else with as many decimals as its size needs."""
    if str(axis.get_major_formatter()(0.5)).endswith("%"):
        return share(value)
    if abs(value) >= 100:
        return number(value, 0)
    if abs(value) >= 10:
        return number(value, 1)
    return number(value, 2)


def _bar(axes: Axes, line: Line2D, along: int, place: tuple[float, float]) -> tuple[float, float] | None:
    """Both ends of the bar along an axis on which a mark lies, in its colour: others may lie there."""
    across = 1 - along
    color = to_rgba(line.get_color())
    for collection in axes.collections:
        if not isinstance(collection, LineCollection) or not np.allclose(np.asarray(collection.get_color()), color):
            continue
        for segment in collection.get_segments():
            points = np.asarray(segment)
            if not len(points):  # an interval without ends
                continue
            low = points[:, along].min()
            high = points[:, along].max()
            is_beside = np.allclose(points[:, across], place[across])
            if is_beside and low <= place[along] <= high and low < high:
                return float(low), float(high)
    return None

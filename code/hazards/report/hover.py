"""What the marks of a figure stand for, shown where the pointer is: data beside the figure, which the PDF leaves out.

Figures are pictures, so that both renderers and the PDF have the same ones. The places of the marks go along as shares
of the picture, and `code/book/look/hover.js` shows the words of the nearest one.
"""

from __future__ import annotations

import json
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
    found = []
    for axes in figure.axes:
        for x, y, text in _marks_of(axes):
            across, up = (float(place) / figure.dpi for place in axes.transData.transform((x, y)))
            found.append((round((across - frame.x0) / frame.width, 4), round((frame.y1 - up) / frame.height, 4), text))
    return found


def hover(figure: Figure, label: str) -> Markdown:
    """Raw HTML that lets a figure say its values; `label` is that of the cell that shows it."""
    values = json.dumps(marks(figure), ensure_ascii=False).replace("<", r"\u003c")
    return Markdown(f'``````{{=html}}\n<script type="application/json" data-marks="{label}">{values}</script>\n``````')


def _marks_of(axes: Axes) -> Iterator[tuple[float, float, str]]:
    """Each mark in the axes' own coordinates, and its words: a line with its name, and one for each value."""
    for line in axes.lines:
        if line.get_marker() in ("None", "", None):
            continue
        label = str(line.get_label())
        for index, (x, y) in enumerate(zip(*map(np.atleast_1d, line.get_data()), strict=True)):
            if not np.isfinite([x, y]).all():
                continue
            known = [tick for axis, value in ((axes.yaxis, y), (axes.xaxis, x)) if (tick := _tick(axis, value))]
            known += [_names[line][index]] if line in _names else []
            known += [] if label.startswith("_") else [label]
            yield x, y, "\n".join(filter(None, [", ".join(known), *_values(axes, line, x, y)]))


def _values(axes: Axes, line: Line2D, x: float, y: float) -> Iterator[str]:
    """What the axes that are no names say of a mark, with the bar through it where there is one."""
    for place, (axis, value) in enumerate(((axes.xaxis, x), (axes.yaxis, y))):
        if _tick(axis, value) is None:
            words = f"{_heading(axes, axis)} {_written(axis, value)}"
            bar = _bar(axes, line, place, x, y)
            yield words + (f" ({_written(axis, bar[0])} to {_written(axis, bar[1])})" if bar else "")


def _tick(axis: Axis, value: float) -> str | None:
    """The name of the nearest tick, if the axis has names for ticks."""
    if not isinstance(axis.get_major_locator(), FixedLocator):
        return None
    places = axis.get_majorticklocs()
    return axis.get_major_formatter().format_ticks(list(places))[int(np.abs(places - value).argmin())]


def _heading(axes: Axes, axis: Axis) -> str:
    """What an axis counts: its own label, the title, or that of the first axes in the row, which all share."""
    first = axes.figure.axes[0]
    shared = first.get_ylabel() if axis is axes.yaxis else first.get_xlabel()
    return axis.get_label_text() or axes.get_title() or shared


def _written(axis: Axis, value: float) -> str:
    if str(axis.get_major_formatter()(0.5)).endswith("%"):
        return share(value)
    return number(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2)


def _bar(axes: Axes, line: Line2D, place: int, x: float, y: float) -> tuple[float, float] | None:
    """Both ends of the bar along the coordinate `place` on which a mark lies, in its colour: others may lie there."""
    color = to_rgba(line.get_color())
    for collection in axes.collections:
        if isinstance(collection, LineCollection) and np.allclose(np.asarray(collection.get_color()), color):
            for segment in collection.get_segments():
                along, across = np.asarray(segment)[:, place], np.asarray(segment)[:, 1 - place]
                here, beside = ((x, y), (y, x))[place]
                if np.allclose(across, beside) and along.min() <= here <= along.max() and np.ptp(along) > 0:
                    return float(along.min()), float(along.max())
    return None

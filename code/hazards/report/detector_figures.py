"""Figures of detectors at work: hazards found by size, risk against coverage, and the worst failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hazards.prose import image_title, share
from hazards.report import mask_painting
from hazards.report.style import DASHES, GREY, WIDTH, legend_below, page, percents, picture, styles

_FOUND = 0.25
"""The sIoU from which on a hazard counts as found: the lowest matching threshold of the component-level F1."""
_DASHES = (*DASHES, (0, (5, 1)), (0, (1, 1)))
_MARGIN = 2
"""Pixels between a component and the box drawn around it."""


def found_by_size(hazards: pd.DataFrame, scores: Sequence[str], pixels: int, note: str) -> Figure:
    """Share of the hazards found, with an sIoU of at least 25 %, and their mean sIoU, in quintiles of size.

    Args:
        hazards: see `components.component_figures`.
        scores: a line each.
        pixels: of an image, of which sizes are shown as a share.
    """
    figure, axes = page(2.8, note, 1, 2)
    quintile = pd.qcut(hazards["pixels"], 5, labels=False, duplicates="drop")
    sizes = hazards["pixels"].groupby(quintile).median() / pixels
    found = hazards.assign(quintile=quintile, found=hazards["siou"] >= _FOUND)
    for name, (color, marker) in zip(scores, styles(), strict=False):
        means = found[found["score"] == name].groupby("quintile")[["found", "siou"]].mean()
        for axis, column in zip(axes[0], means, strict=True):
            axis.plot(sizes[means.index], means[column], color=color, marker=marker, markersize=4, label=name)
    for axis, title in zip(axes[0], ("share of hazards found", "mean sIoU"), strict=True):
        axis.set(xscale="log", ylim=(0, None), xlabel="size, share of the image's pixels", title=title)
        percents(axis.xaxis, axis.yaxis)
    legend_below(figure, axes[0, 0], 4)
    return figure


def risk_coverage(curves: pd.DataFrame, scores: Sequence[str], error: float, note: str) -> Figure:
    """Risk against coverage of some scores, and of the best score that there can be.

    Args:
        curves: score, coverage, risk, see `risk.risk_coverage`.
        scores: a line each.
        error: share of pixels with a wrong label, 0–1. Risks over one and a half times of it are not shown.
    """
    figure, axes = page(3.0, note)
    axis = axes[0, 0]
    for name, (color, dashes) in zip(scores, styles(_DASHES), strict=False):
        curve = curves[curves["score"] == name]
        axis.plot(curve["coverage"], curve["risk"], color=color, linestyle=dashes, label=name)
    coverage = np.linspace(1 - error, 1, 100)
    axis.plot(coverage, 1 - (1 - error) / coverage, color=GREY, linewidth=1, label="best possible")
    limits = {"xlim": (0, 1), "ylim": (0, 1.5 * error)}
    axis.set(xlabel="coverage: share of pixels kept", ylabel="risk: share of errors", **limits)
    percents(axis.xaxis, axis.yaxis)
    legend_below(figure, axis, 3)
    return figure


def failures(cases: pd.DataFrame, views: Mapping[str, Any], anomaly: int, note: str) -> Figure:
    """The worst misses and the worst false alarms, a row each, marked pixels painted and the failure in a box.

    Args:
        cases: see `failures.failure_cases`, one row a picture.
        views: see `failures.failure_views`.
        anomaly: the label of anomalous pixels.
    """
    kinds = list(dict.fromkeys(cases["kind"]))
    columns = int(cases.groupby("kind").size().max())
    _, height, width, _ = views["image"].shape
    inches = (WIDTH - 0.3) / columns * height / width
    figure, axes = page(len(kinds) * (inches + 0.45) + 0.6, note, len(kinds), columns)
    for axis in axes.flat:
        axis.set_axis_off()
    for line, kind in zip(axes, kinds, strict=True):
        for axis, (index, case) in zip(line, cases[cases["kind"] == kind].iterrows(), strict=False):
            axis.set_axis_on()
            size = share(case["pixels"] / (height * width), 1)
            picture(axis, views["image"][index], f"{image_title(case['image'])}: {size}")
            layer = mask_painting.paint(views["marked"][index] > 0, views["labels"][index] == anomaly)
            axis.imshow(layer, extent=(-0.5, width - 0.5, height - 0.5, -0.5))
            axis.add_patch(_box(case))
        line[0].set_ylabel(kind)
    figure.legend(handles=mask_painting.handles(), loc="outside lower center", ncols=3)
    return figure


def _box(case: pd.Series) -> Rectangle:
    """A frame around a component, a little larger than its box."""
    left, top = case["left"] - _MARGIN - 0.5, case["top"] - _MARGIN - 0.5
    width = case["right"] - case["left"] + 2 * _MARGIN
    height = case["bottom"] - case["top"] + 2 * _MARGIN
    return Rectangle((left, top), width, height, fill=False, edgecolor="white", linewidth=1.4)

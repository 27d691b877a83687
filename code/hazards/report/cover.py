"""The picture on the cover of the PDF: a street scene, what the network takes it for, and where it finds it odd."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hazards.labels import LabelSet
from hazards.report.anomaly_figures import SHADED
from hazards.report.figures import WIDTH


def cover(panel: dict[str, Any], score: str, label_set: LabelSet) -> Figure:
    """One scene of a panel in three bands: the image, the labels predicted, the anomaly score.

    It is the scene with most anomalous pixels; where the bands are cut from it, they are centred on these.

    Args:
        panel: see `evaluation.maps`.
        score: name of the anomaly score.
        label_set: whose colours the predicted labels have.
    """
    anomalous = panel["labels"] == label_set.anomaly
    scene = int(anomalous.sum((1, 2)).argmax())
    rows = _rows(anomalous[scene])
    values = panel["scores"][score][scene]
    low, high = np.quantile(values, SHADED)
    bands: tuple[tuple[np.ndarray, dict[str, Any]], ...] = (
        (panel["image"][scene], {"interpolation": "bicubic"}),
        (label_set.colorize(panel["predicted"][scene]), {"interpolation": "nearest"}),
        (values, {"interpolation": "bicubic", "cmap": "inferno", "vmin": low, "vmax": high}),
    )
    height = WIDTH * (rows.stop - rows.start) / values.shape[1]
    figure = Figure(figsize=(WIDTH, 3 * height + 0.12))
    axes = figure.subplots(3, gridspec_kw={"left": 0, "right": 1, "bottom": 0, "top": 1, "hspace": 0.06 / height})
    for axis, (pixels, options) in zip(axes, bands, strict=True):
        axis.imshow(pixels[rows], **options)
        axis.set_axis_off()
    return figure


def _rows(anomalous: np.ndarray) -> slice:
    """A band of 100:27, in the middle where nothing is anomalous."""
    height, width = anomalous.shape
    band = min(height, round(0.27 * width))
    found = np.flatnonzero(anomalous.any(1))
    middle = int(found.mean()) if found.size else height // 2
    first = min(max(0, middle - band // 2), height - band)
    return slice(first, first + band)

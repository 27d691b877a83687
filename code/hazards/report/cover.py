"""The picture on the cover of the PDF: a street scene, what the network takes it for, and where it finds it odd."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hazards.labels import LabelSet
from hazards.report.style import SCORE_COLORS, WIDTH, score_range


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
    rows = _band(anomalous[scene])
    scores = panel["scores"][score]
    low, high = score_range(scores[scene])
    height = WIDTH * (rows.stop - rows.start) / scores.shape[2]
    figure = Figure(figsize=(WIDTH, 3 * height + 0.12))
    image, labels, odd = figure.subplots(
        3, gridspec_kw={"left": 0, "right": 1, "bottom": 0, "top": 1, "hspace": 0.06 / height}
    )
    image.imshow(panel["image"][scene][rows], interpolation="bicubic")
    labels.imshow(label_set.colorize(panel["predicted"][scene])[rows], interpolation="nearest")
    odd.imshow(scores[scene][rows], interpolation="bicubic", cmap=SCORE_COLORS, vmin=low, vmax=high)
    for axis in (image, labels, odd):
        axis.set_axis_off()
    return figure


def _band(anomalous: np.ndarray) -> slice:
    """The rows of a band of 100:27 around the anomalous pixels, in the middle where there are none."""
    height, width = anomalous.shape
    band = min(height, round(0.27 * width))
    rows = np.flatnonzero(anomalous.any(1))
    middle = int(rows.mean()) if rows.size else height // 2
    highest = height - band
    first = min(max(0, middle - band // 2), highest)
    return slice(first, first + band)

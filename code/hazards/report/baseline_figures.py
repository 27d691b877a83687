"""The figures of the baseline chapter: how well one network does on images, on labels, and what it says of a few."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hazards.labels import NO_LABEL, LabelSet
from hazards.report.style import (
    MARKERS,
    SPLIT_COLORS,
    WIDTH,
    gallery,
    label_legend,
    legend_below,
    page,
    percents,
    shaded,
)

_RIGHT = (235, 235, 235)
_WRONG = (200, 30, 30)
_WRITTEN = 0.005
"""The share of a label's pixels from which on a cell of the confusion matrix bears its number."""


def image_miou(images: pd.DataFrame, note: str) -> Figure:
    """Distribution of per-image mIoU on val and test, one violin each with every image as a dot.

    Args:
        images: split, image and miou, 0–1; the mean is shown where an image has several rows.
    """
    import seaborn as sns  # with scipy.stats behind it, as slow to import as all else that figures need

    figure, axes = page(2.8, note)
    axis = axes[0, 0]
    means = images.groupby(["split", "image"], sort=False, as_index=False)["miou"].mean()
    style = {"hue": "split", "palette": SPLIT_COLORS, "legend": False, "linewidth": 0.8, "alpha": 0.35}
    sns.violinplot(means, x="miou", y="split", ax=axis, inner="quart", cut=0, **style)
    rows = pd.factorize(means["split"])[0]
    jitter = np.random.default_rng(0).uniform(-0.25, 0.25, len(means))  # seaborn's own differs at each build
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
        absent = np.isnan(values).all(0)
        for place in x[absent]:
            axis.annotate("absent", (place, 0.015), rotation=90, fontsize=9, color=color, ha="center", va="bottom")
    axis.set(ylabel="IoU", ylim=(0, 1))
    axis.set_xticks(columns, label_set.names[: label_set.known], rotation=40, ha="right")
    percents(axis.yaxis)
    legend_below(figure, axis, len(ious))
    return figure


def confusion(counts: np.ndarray, label_set: LabelSet, note: str) -> Figure:
    """Confusion matrix as a picture: of the pixels of each true label, a row, the share that gets each label.

    Shares from half a per cent on are written; rows of labels that do not occur are empty.

    Args:
        counts: (K, K), true label by predicted label.
    """
    names = label_set.names[: label_set.known]
    true = counts.sum(1, keepdims=True)
    shares = np.divide(counts, true, out=np.full(counts.shape, np.nan), where=true > 0)
    figure, axes = page(5.6, note)
    axis = axes[0, 0]
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.argwhere(shares >= _WRITTEN):
        value = shares[row, column]
        color = "white" if value > 0.6 else "black"
        axis.text(column, row, f"{value * 100:.0f}", ha="center", va="center", color=color, fontsize=9)
    axis.set(xlabel="predicted label", ylabel="true label")
    axis.set_xticks(range(len(names)), names, rotation=40, ha="right")
    axis.set_yticks(range(len(names)), names)
    axis.grid(False)
    return figure


def qualitative(panel: dict[str, Any], titles: list[str], score: str, label_set: LabelSet, note: str) -> Figure:
    """All that a network says about some images: a column an image, a row a view of it.

    Args:
        panel: see `evaluation.maps`.
        titles: one an image.
        score: name of the anomaly score.
    """
    images, labels, predicted = panel["image"], panel["labels"], panel["predicted"]
    painted = label_set.colorize(predicted)
    overlays = (0.5 * images + 0.5 * painted).astype(np.uint8)
    rows = [
        ("input", images),
        ("ground truth", label_set.colorize(labels)),
        ("prediction", painted),
        ("overlay", overlays),
        ("confidence", mpl.colormaps["cividis"](panel["confidence"], bytes=True)),
        ("error", error_map(predicted, labels, label_set)),
        (f"anomaly\n({score})", shaded(panel["scores"][score])),
    ]
    figure = gallery(len(rows) * (WIDTH - 0.6) / len(titles) * 0.6 + 0.9, note, rows, titles)
    label_legend(figure, np.unique([labels, predicted]).tolist(), label_set)
    return figure


def error_map(predicted: np.ndarray, labels: np.ndarray, label_set: LabelSet) -> np.ndarray:
    """Right pixels light, wrong ones red; anomalous ones, which no prediction gets right, in the anomaly's colour.

    Void is as it is in label maps.

    Args:
        predicted: labels (N, H, W).
        labels: ground truth (N, H, W).

    Returns:
        uint8 (N, H, W, 3).
    """
    colors = np.full((*labels.shape, 3), _WRONG, np.uint8)
    colors[predicted == labels] = _RIGHT
    for label in (label_set.anomaly, NO_LABEL):
        colors[labels == label] = label_set.colorize(np.array(label))
    return colors

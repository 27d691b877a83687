"""What the labels of a data set look like: shares, where they stand, and how large hazards are."""

from __future__ import annotations

from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
from scipy import ndimage

from hazards.data.layout import DataSet
from hazards.labels import STREETHAZARDS, LabelSet
from hazards.messages import tracked
from hazards.store import step

GRID = (90, 160)
"""Rows and columns of the grid of points on which spatial priors are counted."""


@step(name="labels")
def label_statistics(data: DataSet, split: str) -> dict[str, Any]:
    """Count the labels of every label map of a split, at the data set's own size.

    Returns:
        ``images``: a data frame with one row an image: image, height, width and each label's pixels, ``label 0`` …,
        without those of void;
        ``prior``: float32 (labels, 90, 160), the share of images that have the label at that point of the grid;
        ``hazards``: a data frame with image and share (of the image's pixels) of each 4-connected anomalous region.
    """
    samples = data.split(split)
    number, anomaly = len(data.labels.names), data.labels.anomaly
    prior = np.zeros((number, *GRID), np.float32)
    images, hazards = [], []
    for sample in tracked(samples, len(samples), f"label statistics of {split}"):
        labels = sample.read_labels()
        height, width = labels.shape
        counts = np.bincount(labels.ravel(), minlength=number)[:number]
        row = {"image": sample.labels.stem, "height": height, "width": width}
        row |= {f"label {label}": int(count) for label, count in enumerate(counts)}
        images.append(row)
        points = labels[_grid(height, GRID[0])][:, _grid(width, GRID[1])]
        prior += np.arange(number)[:, None, None] == points
        if counts[anomaly]:
            regions, _ = ndimage.label(labels == anomaly)
            areas = np.bincount(regions.ravel())[1:] / labels.size
            hazards += [{"image": sample.labels.stem, "share": float(area)} for area in areas]
    return {
        "images": pd.DataFrame(images),
        "prior": prior / len(samples),
        "hazards": pd.DataFrame(hazards, columns=["image", "share"]),
    }


def _grid(pixels: int, points: int) -> np.ndarray:
    """Centres of `points` equal stretches of `pixels`."""
    return ((np.arange(points) + 0.5) * pixels / points).astype(int)


def label_shares(images: pd.DataFrame, label_set: LabelSet) -> pd.Series:
    """Share of the pixels with a label that have each label, 0–1, indexed by label name; 0 where all is void."""
    counts = images[[f"label {label}" for label in range(len(label_set.names))]].sum()
    return pd.Series((counts / max(counts.sum(), 1)).to_numpy(), index=list(label_set.names), name="share")


def streethazards_pixels() -> pd.DataFrame:
    """Pixels of each label in the real StreetHazards, int64: rows are label names, columns train, val, test.

    Counted in all 7,656 label maps of the data set, of 1280×720 pixels.
    """
    return _packaged("streethazards_pixels.csv").set_index("label")


def streethazards_shares() -> pd.DataFrame:
    """Share of pixels of each label in the real StreetHazards, 0–1: rows are label names, columns train, val, test."""
    pixels = streethazards_pixels()
    return pixels / pixels.sum()


def streethazards_hazards() -> np.ndarray:
    """Share of anomalous pixels in each of the real StreetHazards' 1,500 test label maps, sorted, 0–1."""
    return _packaged("streethazards_hazards.csv")["share"].to_numpy()


def streethazards_regions() -> np.ndarray:
    """Share of its image's pixels of each 4-connected anomalous region in the real StreetHazards' test label maps, 0–1.

    There are 93,650 regions in 1,500 label maps of 1280×720 pixels.
    """
    counts = _packaged("streethazards_components.csv")
    return counts["area"].repeat(counts["regions"]).to_numpy() / (1280 * 720)


def streethazards_priors(label_set: LabelSet) -> dict[str, np.ndarray]:
    """Spatial priors of the real StreetHazards by split: see `label_statistics`, to 1/255.

    Args:
        label_set: gives the order of labels, which are found by name; NaN for one that StreetHazards does not have.
    """
    with (resources.files("hazards.data") / "streethazards_priors.npz").open("rb") as file, np.load(file) as packed:
        priors = {split: packed[split] / np.float32(255) for split in DataSet.SPLITS}
    places = {name: place for place, name in enumerate(STREETHAZARDS.names)}
    order = [places.get(name, -1) for name in label_set.names]
    nothing = np.full((1, *GRID), np.nan, np.float32)
    return {split: np.concatenate([prior, nothing])[order] for split, prior in priors.items()}


def half_lies_in(sizes: np.ndarray) -> float:
    """The largest size such that regions of at least that size hold half of all pixels; NaN where there is none."""
    ordered = np.sort(sizes)[::-1]
    held = ordered.cumsum()
    return float(ordered[np.searchsorted(held, held[-1] / 2)]) if len(sizes) else float("nan")


def _packaged(name: str) -> pd.DataFrame:
    with (resources.files("hazards.data") / name).open(encoding="utf-8") as file:
        return pd.read_csv(file, comment="#")


def spread_samples(data: DataSet, split: str, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """`count` samples spread evenly over a split, as image uint8 (H, W, 3) and labels uint8 (H, W)."""
    samples = data.split(split)
    places = [int((number + 0.5) * len(samples) / count) for number in range(count)]
    return [samples[place].read() for place in places]

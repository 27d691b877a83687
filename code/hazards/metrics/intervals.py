"""Bootstrap intervals over images: how much the figures would change with other images from where these came.

Pixels of one image are not independent, so whole images are drawn anew, with replacement (Efron and Tibshirani, An
introduction to the bootstrap, 1993, percentile intervals). For pooled figures every draw is a weighted sum of the
images' histograms. Their cells are set once all images are known; until then a sketch of at most 768 scores stands
for an image. What both leave out is measured on the images themselves and returned as `error`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hazards.metrics.figures import AnomalyFigures, Aupr, FprRule, figures
from hazards.metrics.ranking import rank_cells

_BLOCKS = 256
_CELLS = 1024
_AT_ONCE = 100
"""Draws computed at once, which bounds the memory."""


@dataclass(frozen=True)
class Intervals:
    """Percentile intervals of the figures.

    Args:
        low, high: ends of the intervals.
        error: what the sketches and cells change in the figures of the images themselves; the intervals are
            moved by as much. 0 for means over images.
        level: of confidence, 0–1.
        resamples: draws of images that held both kinds of pixel.
    """

    low: AnomalyFigures
    high: AnomalyFigures
    error: AnomalyFigures
    level: float
    resamples: int


class ImageSketches:
    """A sketch of each image: blocks of neighbours in the order of the scores, with a middle score and a size.

    Anomalous pixels are cut into up to 256 blocks of one size. So are normal ones, and again where their number over
    a score passes a power of about 1.05, since precision is decided among the highest of them.
    """

    def __init__(self) -> None:
        self._images: list[np.ndarray] = []  # of each image: score, normal pixels and anomalous pixels, (3, blocks)

    def add(self, normal: np.ndarray, anomalous: np.ndarray) -> None:
        """Sketch an image with these scores, (N,) and (P,) in any order."""
        even = np.linspace(0, 1, _BLOCKS + 1)
        steep = np.geomspace(1 / max(len(normal), 1), 1, _BLOCKS + 1)
        normal_scores, normal_sizes = _blocks(normal, np.r_[1 - steep, even])
        anomalous_scores, anomalous_sizes = _blocks(anomalous, even)
        blocks = np.zeros((3, len(normal_scores) + len(anomalous_scores)), np.float32)
        blocks[0] = np.r_[normal_scores, anomalous_scores]
        blocks[1, : len(normal_sizes)] = normal_sizes
        blocks[2, len(normal_sizes) :] = anomalous_sizes
        self._images.append(blocks)

    def merge(self, other: ImageSketches) -> None:
        """Add another one's images after these."""
        self._images += other._images

    def state(self) -> dict[str, np.ndarray]:
        """All sketches as two arrays."""
        blocks = np.concatenate([np.empty((3, 0), np.float32), *self._images], 1)
        return {"blocks": blocks, "lengths": np.array(self._lengths, np.int64)}

    @property
    def _lengths(self) -> list[int]:
        """Blocks of each image."""
        return [blocks.shape[1] for blocks in self._images]

    @classmethod
    def from_state(cls, state: dict[str, np.ndarray]) -> ImageSketches:
        """The sketches that had this state."""
        sketches = cls()
        sketches._images = np.split(state["blocks"], state["lengths"].cumsum(), 1)[:-1]
        return sketches

    def intervals(
        self, exact: AnomalyFigures, fpr_rule: FprRule, aupr: Aupr, resamples: int, level: float, seed: int
    ) -> Intervals:
        """Intervals of pooled figures, which are `exact` for the images themselves.

        Raises:
            ValueError: where no draw holds both kinds of pixel.
        """
        low, high, histograms = self._histograms()
        images = len(histograms)

        def figures_of(weights: np.ndarray) -> np.ndarray:
            """The figures (draws, 4) where images count as often as their weights (draws, images) say."""
            counts = np.tensordot(weights, histograms, 1)
            has_both = counts.sum(-1).all(-1)
            normal, anomalous = counts[has_both, 0], counts[has_both, 1]
            values, _ = figures(rank_cells(low, high, normal, anomalous, low == high), fpr_rule, aupr)
            return _columns(values)

        as_they_are = figures_of(np.ones((1, images)))[0]
        moved = as_they_are - _columns(exact)
        drawn = np.concatenate([figures_of(weights) for weights in _draws(images, resamples, seed)])
        return _percentiles(drawn - moved, np.abs(moved), level)

    def _histograms(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Lowest and highest score of each cell, (cells,), and counts by image and kind, (images, 2, cells)."""
        scores, normal, anomalous = np.concatenate(self._images, 1)
        low, high = _cells(scores, normal, anomalous)
        image = np.repeat(np.arange(len(self._images)), self._lengths)
        place = image * len(low) + np.searchsorted(low, scores, side="right") - 1
        counts = [np.bincount(place, sizes, len(self._images) * len(low)) for sizes in (normal, anomalous)]
        return low, high, np.stack([sizes.reshape(-1, len(low)) for sizes in counts], 1)


def mean_intervals(rows: np.ndarray, resamples: int, level: float, seed: int) -> Intervals:
    """Intervals of the means over images of AUROC, AUPR and FPR95, (images, 3)."""
    values = np.c_[rows, np.full(len(rows), np.nan)]  # a mean has no threshold
    drawn = np.concatenate([weights @ values / len(rows) for weights in _draws(len(rows), resamples, seed)])
    return _percentiles(drawn, np.zeros(4), level)


def _cells(scores: np.ndarray, normal: np.ndarray, anomalous: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest score of each of about `_CELLS` cells, for blocks of these scores and sizes, (blocks,)."""
    edges = np.unique(scores)
    if len(edges) > _CELLS:
        even = np.linspace(0, 1, _CELLS // 4)
        steep = 1 - np.geomspace(1 / normal.sum(), 1, _CELLS // 4)
        by_anomalous = _quantiles(scores, anomalous, np.linspace(0, 1, _CELLS // 2))
        by_normal = _quantiles(scores, normal, np.r_[even, steep])
        edges = np.unique(np.r_[by_anomalous, by_normal])
    over = np.nextafter(edges, np.float32(np.inf))
    low = np.unique(np.r_[edges, over, scores.min()])
    under_next = np.nextafter(low[1:], np.float32(-np.inf))
    return low, np.r_[under_next, max(low[-1], scores.max())]


def _blocks(scores: np.ndarray, cuts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle score and size of the blocks between `cuts`, in 0–1 of the scores in rising order."""
    ends = np.unique(np.rint(cuts * len(scores)).astype(np.int64))
    middles = (ends[1:] + ends[:-1]) // 2
    return np.sort(scores)[middles], np.diff(ends)


def _quantiles(scores: np.ndarray, weights: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The scores under which these shares of all weight lie."""
    order = np.argsort(scores)
    total = weights[order].cumsum()
    places = np.searchsorted(total, shares * total[-1]).clip(max=len(scores) - 1)
    return scores[order][places]


def _draws(images: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """How often each image is drawn, (draws, images), in parts."""
    rng = np.random.default_rng(seed)
    for start in range(0, resamples, _AT_ONCE):
        size = min(_AT_ONCE, resamples - start)
        yield rng.multinomial(images, np.full(images, 1 / images), size).astype(float)


def _columns(values: AnomalyFigures) -> np.ndarray:
    """Figures as the last axis of an array, (..., 4)."""
    return np.stack([values.auroc, values.aupr, values.fpr95, values.threshold], -1)


def _percentiles(drawn: np.ndarray, error: np.ndarray, level: float) -> Intervals:
    """Intervals that hold the share `level` of figures drawn, (draws, 4), whose error is (4,)."""
    if not len(drawn):
        raise ValueError("no draw of images holds both normal and anomalous pixels")
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Intervals(_figures(low), _figures(high), _figures(error), level, len(drawn))


def _figures(columns: np.ndarray) -> AnomalyFigures:
    return AnomalyFigures(*columns.tolist())

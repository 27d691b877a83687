"""Bootstrap intervals over images: how much the figures would change with other images from where these came.

Pixels of one image are not independent, so whole images are drawn anew, with replacement (Efron and Tibshirani, An
introduction to the bootstrap, 1993, percentile intervals). For pooled figures every draw is a weighted sum of the
images' histograms. Their cells are set once all images are known; until then a sketch of at most 768 scores stands
for an image. What both leave out is measured on the images themselves and returned as `error`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import lru_cache

import numpy as np
import torch

from hazards.metrics.figures import AnomalyFigures, Aupr, FprRule, figures
from hazards.metrics.ranking import Ranking, rank_cells

_BLOCKS = 256
_CELLS = 1024
_AT_ONCE = 100
"""Draws computed at once: as fast as any, in little memory."""


@dataclass(frozen=True)
class Intervals:
    """Percentile intervals of the figures.

    Args:
        low, high: ends of the intervals.
        error: what the sketches and cells change in the figures of the images themselves; the intervals are
            moved by as much. 0 for means over images.
        level: of confidence, 0–1.
        resamples: draws of images that held both kinds of pixel.
        draws: the figures of every draw by name, (draws,), moved likewise; NaN where it lacked a kind of pixel.
    """

    low: AnomalyFigures
    high: AnomalyFigures
    error: AnomalyFigures
    level: float
    resamples: int
    draws: dict[str, np.ndarray] = field(compare=False, repr=False)


class ImageSketches:
    """A sketch of each image: blocks of neighbours in the order of the scores, with a middle score and a size.

    Anomalous pixels are cut into up to 256 blocks of one size. So are normal ones, and again where their number over
    a score passes a power of about 1.05, since precision is decided among the highest of them.
    """

    def __init__(self) -> None:
        self._images: list[np.ndarray] = []  # of each image: score, normal pixels and anomalous pixels, (3, blocks)

    def add(self, normal: np.ndarray, anomalous: np.ndarray) -> None:
        """Sketch an image with these scores, (N,) and (P,), in rising order."""
        normal_scores, normal_sizes = _blocks(normal, _ends(len(normal), steep=True))
        anomalous_scores, anomalous_sizes = _blocks(anomalous, _ends(len(anomalous), steep=False))
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
        images = self._ranked()
        as_they_are = _drawn(images, np.ones((1, len(images.normal))), fpr_rule, aupr)[0]
        moved = as_they_are - _columns(exact)
        weights = image_draws(len(images.normal), resamples, seed)
        parts = [weights[start : start + _AT_ONCE] for start in range(0, resamples, _AT_ONCE)]
        drawn = np.concatenate([_drawn(images, part, fpr_rule, aupr) for part in parts])
        return _percentiles(drawn - moved, np.abs(moved), level)

    def _ranked(self) -> Ranking:
        """The ranking of each image's blocks in cells that are common to all, leading axis (images,)."""
        scores, normal, anomalous = np.concatenate(self._images, 1)
        low, high = _cells(scores, normal, anomalous)
        image = np.repeat(np.arange(len(self._images)), self._lengths)
        place = image * len(low) + np.searchsorted(low, scores, side="right") - 1
        shape = len(self._images), len(low)
        normal_counts = np.bincount(place, normal, shape[0] * shape[1]).reshape(shape)
        anomalous_counts = np.bincount(place, anomalous, shape[0] * shape[1]).reshape(shape)
        return rank_cells(low, high, normal_counts, anomalous_counts, low == high)


def mean_intervals(rows: np.ndarray, resamples: int, level: float, seed: int) -> Intervals:
    """Intervals of the means over images of figures, (images, 4)."""
    values = np.c_[rows, np.full(len(rows), np.nan)]  # a mean has no threshold
    drawn = _weighted(image_draws(len(rows), resamples, seed), values) / len(rows)
    return _percentiles(drawn, np.zeros(drawn.shape[1]), level)


def _cells(scores: np.ndarray, normal: np.ndarray, anomalous: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest score of each of about `_CELLS` cells, for blocks of these scores and sizes, (blocks,)."""
    edges = np.unique(scores)
    if len(edges) > _CELLS:
        even = np.linspace(0, 1, _CELLS // 4)
        steep = 1 - np.geomspace(1 / normal.sum(), 1, _CELLS // 4)
        order = np.argsort(scores)
        by_anomalous = _quantiles(scores[order], anomalous[order], np.linspace(0, 1, _CELLS // 2))
        by_normal = _quantiles(scores[order], normal[order], np.r_[even, steep])
        edges = np.unique(np.r_[by_anomalous, by_normal])
    over = np.nextafter(edges, np.float32(np.inf))
    low = np.unique(np.r_[edges, over, scores.min()])
    under_next = np.nextafter(low[1:], np.float32(-np.inf))
    return low, np.r_[under_next, max(low[-1], scores.max())]


@lru_cache(maxsize=8)
def _ends(pixels: int, steep: bool) -> np.ndarray:
    """Where blocks of so many pixels end, rising from 0, as `ImageSketches` says; alike for all scores of an image."""
    even = np.linspace(0, 1, _BLOCKS + 1)
    cuts = np.r_[1 - np.geomspace(1 / max(pixels, 1), 1, _BLOCKS + 1), even] if steep else even
    return np.unique(np.rint(cuts * pixels).astype(np.int64))


def _blocks(scores: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle score and size of blocks of rising scores."""
    middles = (ends[1:] + ends[:-1]) // 2
    return scores[middles], np.diff(ends)


def _quantiles(scores: np.ndarray, weights: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The scores, given in rising order, under which these shares of all weight lie."""
    total = weights.cumsum()
    places = np.searchsorted(total, shares * total[-1]).clip(max=len(scores) - 1)
    return scores[places]


@lru_cache(maxsize=1)
def image_draws(images: int, resamples: int, seed: int = 0) -> np.ndarray:
    """How often each image is drawn, (resamples, images); alike for all scores of an evaluation.

    Fewer resamples are the first ones of more.
    """
    rng = np.random.default_rng(seed)
    return rng.multinomial(images, np.full(images, 1 / images), resamples).astype(float)


def _drawn(images: Ranking, weights: np.ndarray, fpr_rule: FprRule, aupr: Aupr) -> np.ndarray:
    """The figures of images, ranked each, that count as often as weights (draws, images) say: (draws, 5).

    NaN for a draw without both kinds of pixel. All counts of a ranking are sums over pixels, so those of a draw are
    weighted sums of those of the images.
    """
    hits = _weighted(weights, images.hits)
    normal = _weighted(weights, images.normal)
    has_both = hits.any(-1) & normal.all(-1)
    kept = slice(None) if has_both.all() else has_both  # all of them need no copy
    drawn = Ranking(
        low=images.low,
        high=images.high,
        hits=hits[kept],
        false=_weighted(weights, images.false)[kept],
        false_over=_weighted(weights, images.false_over)[kept],
        normal=normal[kept],
        tied=images.tied,
    )
    values, _ = figures(drawn, fpr_rule, aupr)
    columns = np.full((len(weights), len(fields(AnomalyFigures))), np.nan)
    columns[has_both] = _columns(values)
    return columns


def _weighted(weights: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Weighted sums over images: (draws, images) times (images, columns). Torch keeps to the threads it is given."""
    return (torch.from_numpy(weights) @ torch.from_numpy(counts)).numpy()


def _columns(values: AnomalyFigures) -> np.ndarray:
    """Figures as the last axis of an array, (..., 5)."""
    return np.stack([*values.row().values(), values.threshold], -1)


def _percentiles(drawn: np.ndarray, error: np.ndarray, level: float) -> Intervals:
    """Intervals that hold the share `level` of figures drawn, (draws, 5), whose error is (5,)."""
    defined = drawn[~np.isnan(drawn[:, 0])]
    if not len(defined):
        raise ValueError("no draw of images holds both normal and anomalous pixels")
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2], axis=0)
    names = [figure.name for figure in fields(AnomalyFigures)]
    draws = dict(zip(names, drawn.T, strict=True))
    return Intervals(_figures(low), _figures(high), _figures(error), level, len(defined), draws)


def _figures(columns: np.ndarray) -> AnomalyFigures:
    return AnomalyFigures(*columns.tolist())

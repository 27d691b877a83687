"""Draws of images and sketches of them, against what they leave out nothing of."""

from __future__ import annotations

import numpy as np
import pytest

from hazards.metrics import intervals
from hazards.metrics.anomaly import AnomalyMetrics

NAMES = ("auroc", "aupr", "fpr95", "tpr5")


def images(count: int, pixels: int, seed: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(seed)
    masks = [rng.random(pixels) < 0.2 for _ in range(count)]
    return [((rng.normal(size=pixels) + rng.normal(1, 1) * mask).astype(np.float32), mask) for mask in masks]


def fed(pairs: list[tuple[np.ndarray, np.ndarray]], **settings) -> AnomalyMetrics:
    metrics = AnomalyMetrics(**settings)
    for pair in pairs:
        metrics.update(*pair)
    return metrics


@pytest.mark.parametrize("resamples", [1, 99, 250])
def test_means_over_images_are_drawn_as_often_as_asked_for(resamples):
    metrics = fed(images(7, 60), aggregate="per-image")
    weights = np.random.default_rng(5).multinomial(7, np.full(7, 1 / 7), resamples)
    drawn = weights @ metrics.per_image / 7
    found = metrics.intervals(resamples, level=0.8, seed=5)
    low, high = np.quantile(drawn, [0.1, 0.9], axis=0)
    assert [getattr(found.low, name) for name in NAMES] == pytest.approx(low)
    assert [getattr(found.high, name) for name in NAMES] == pytest.approx(high)
    assert np.isnan([found.low.threshold, found.high.threshold]).all()
    assert (found.resamples, found.level) == (resamples, 0.8)
    assert [getattr(found.error, name) for name in (*NAMES, "threshold")] == [0, 0, 0, 0, 0]


def test_a_thousand_draws_hold_95_of_100_by_default_with_the_first_seed():
    metrics = fed(images(7, 60), aggregate="per-image")
    assert repr(metrics.intervals()) == repr(metrics.intervals(1000, level=0.95, seed=0))


@pytest.mark.parametrize("pixels", [50, 700, 6000])
def test_where_all_draws_are_alike_the_interval_is_the_exact_figure(pixels):
    """One image can only be drawn as often as it is there: what its sketch leaves out is made up for."""
    metrics = fed(images(1, pixels), intervals=True)
    exact, found = metrics.compute().figures, metrics.intervals(20)
    for name in (*NAMES, "threshold"):
        assert getattr(found.low, name) == pytest.approx(getattr(exact, name), abs=1e-9)
        assert getattr(found.high, name) == pytest.approx(getattr(exact, name), abs=1e-9)
    assert all(0 <= getattr(found.error, name) < 5e-3 for name in NAMES)
    assert (found.error.aupr > 0) == (pixels > 50)


def test_a_sketch_holds_all_pixels_in_few_blocks():
    pairs = [*images(2, 20_000), *images(1, 30)]
    state = fed(pairs, intervals=True).state()
    blocks, lengths = state["sketches.blocks"], state["sketches.lengths"]
    assert blocks.shape == (3, lengths.sum())
    assert (lengths <= 768).all()
    assert lengths[0] > 600
    for part, (scores, mask) in zip(np.split(blocks, lengths.cumsum()[:-1], 1), pairs, strict=True):
        assert part[1].sum() == (~mask).sum()
        assert part[2].sum() == mask.sum()
        assert not (part[1] * part[2]).any()
        for row, kind in ((1, ~mask), (2, mask)):
            assert set(part[0][part[row] > 0]) <= set(scores[kind])
    anomalous = blocks[2, : lengths[0]]
    assert np.ptp(anomalous[anomalous > 0]) <= 1  # blocks of one size


def test_blocks_are_single_pixels_where_the_scores_are_highest():
    scores, mask = images(1, 20_000)[0]
    blocks = fed([(scores, mask)], intervals=True).state()["sketches.blocks"]
    normal = blocks[:, blocks[1] > 0]
    highest = normal[:, normal[0].argsort()][:, -20:]
    assert (highest[1] == 1).all()
    assert highest[0].tolist() == np.sort(scores[~mask])[-20:].tolist()
    assert normal[1].max() <= np.ceil((~mask).sum() / 256)


def test_pooled_intervals_of_large_images_are_those_of_pixels_drawn_again():
    pairs = images(6, 4000, seed=3)
    found = fed(pairs, intervals=True).intervals(60, seed=2)
    weights = np.random.default_rng(2).multinomial(6, np.full(6, 1 / 6), 60)
    drawn = [fed([pairs[i] for i in np.repeat(np.arange(6), row)]).compute().figures for row in weights]
    for name in NAMES:
        low, high = np.quantile([getattr(each, name) for each in drawn], [0.025, 0.975])
        assert getattr(found.low, name) == pytest.approx(low, abs=4e-3)
        assert getattr(found.high, name) == pytest.approx(high, abs=4e-3)


def test_sketches_are_merged_and_restored_in_order():
    pairs = images(4, 300)
    first, second = fed(pairs[:1], intervals=True), fed(pairs[1:], intervals=True)
    first.merge(AnomalyMetrics(intervals=True).load(second.state()))
    whole = fed(pairs, intervals=True)
    for name in ("sketches.blocks", "sketches.lengths"):
        assert np.array_equal(first.state()[name], whole.state()[name])
    assert first.intervals(30) == whole.intervals(30)


def test_images_of_one_kind_of_pixel_have_sketches_too():
    scores = np.linspace(0, 1, 40, dtype=np.float32)
    pairs = [(scores, np.zeros(40, bool)), (scores + 0.5, np.ones(40, bool)), *images(1, 40)]
    found = fed(pairs, intervals=True).intervals(50)
    assert found.low.auroc <= found.high.auroc
    assert 25 < found.resamples < 50


@pytest.mark.parametrize(("scores", "told_apart"), [(1023, True), (1024, True), (1025, False)])
def test_up_to_1024_scores_have_cells_of_their_own(scores, told_apart):
    rng = np.random.default_rng(0)
    values = rng.permutation(np.linspace(0, 1, scores, dtype=np.float32))
    pairs = [(part, rng.random(len(part)) < 0.6) for part in np.array_split(values, 5)]  # sketches of these are exact
    error = fed(pairs, intervals=True).intervals(5).error
    assert (max(getattr(error, name) for name in NAMES) < 1e-12) == told_apart


def test_many_scores_share_cells_of_equal_numbers_of_anomalous_pixels():
    normal_scores, anomalous_scores = np.linspace(0, 1, 3000, dtype=np.float32), np.linspace(2, 3, 5000).astype("f4")
    scores = np.r_[normal_scores, anomalous_scores]
    low, high = intervals._cells(scores, (scores <= 1).astype("f4"), (scores >= 2).astype("f4"))
    edges = low[low >= 2][
        ::2
    ]  # a cell for an edge alone, then one up to the next; the lowest edge is that of all scores
    shares = np.diff(np.searchsorted(anomalous_scores, edges)) / 5000
    assert len(edges) == 511
    assert shares.max() <= 1 / 511 + 1 / 5000
    assert shares.min() >= 1 / 511 - 1 / 5000
    assert np.array_equal(high[:-1], np.nextafter(low[1:], np.float32(-1)))


def test_draws_are_kept_in_order_with_gaps_where_a_kind_of_pixel_is_missing():
    scores = np.linspace(0, 1, 40, dtype=np.float32)
    pairs = [(scores, np.zeros(40, bool)), (scores + 0.5, np.ones(40, bool)), *images(1, 40)]
    drawn = fed(pairs, intervals=True).intervals(50, seed=3)
    weights = np.random.default_rng(3).multinomial(3, np.full(3, 1 / 3), 50)
    lacking = (weights[:, [1, 2]].sum(1) == 0) | (weights[:, [0, 2]].sum(1) == 0)
    assert 0 < lacking.sum() < 50
    for name in NAMES:
        assert np.array_equal(np.isnan(drawn.draws[name]), lacking)
        low, high = np.nanquantile(drawn.draws[name], [0.025, 0.975])
        assert (getattr(drawn.low, name), getattr(drawn.high, name)) == pytest.approx((low, high))


def test_draws_of_two_scores_pair():
    """A score and the same one moved rank alike, so every draw of theirs has the same figures."""
    pairs = images(6, 500, seed=1)
    moved = [(scores * 2 + 1, mask) for scores, mask in pairs]
    first, second = fed(pairs, intervals=True).intervals(40), fed(moved, intervals=True).intervals(40)
    for name in NAMES:
        assert first.draws[name] == pytest.approx(second.draws[name], abs=1e-6)


def test_fewer_draws_are_the_first_of_more():
    assert np.array_equal(intervals.image_draws(9, 30), intervals.image_draws(9, 100)[:30])

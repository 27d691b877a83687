"""Figures worked out by hand, above all where a threshold is met exactly."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hazards.metrics.anomaly import AnomalyMetrics, AnomalyResult
from hazards.metrics.components import ComponentFigures
from hazards.metrics.curves import Curve, best_f1, curve, operating_point
from hazards.metrics.figures import AnomalyFigures, figures
from hazards.metrics.histogram import ScoreHistogram
from hazards.metrics.intervals import Intervals
from hazards.metrics.ranking import Ranking, rank, rank_cells
from hazards.metrics.segmentation import confusion_matrix, iou, mean_iou, pixel_accuracy

ANOMALOUS = np.arange(1, 21, dtype=np.float32)
"""Twenty scores, 1 to 20: nineteen of them are at least 2, a recall of exactly 95 %."""
NORMAL = np.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 30.0, 0.0, 0.0, 0.0], np.float32)


def test_a_recall_of_exactly_95_per_cent_is_enough():
    found, bounds = figures(rank(NORMAL, ANOMALOUS))
    assert found.threshold == 2
    assert found.fpr95 == pytest.approx(0.4)  # 2, 2.5, 3 and 30 of the ten
    assert (bounds.threshold, bounds.fpr95) == (0, 0)


def test_just_under_95_per_cent_is_not_enough():
    found, _ = figures(rank(NORMAL, ANOMALOUS[1:]))  # 18 of 19 are 94.7 %
    assert found.threshold == 2
    found, _ = figures(rank(NORMAL, ANOMALOUS[:-1]))
    assert found.threshold == 1
    assert found.fpr95 == pytest.approx(0.6)


def test_the_nearest_recall_is_95_per_cent_itself_at_the_lowest_threshold_that_has_it():
    found, _ = figures(rank(NORMAL, ANOMALOUS), "nearest")
    assert found.threshold == np.nextafter(np.float32(1), np.float32(2))
    assert found.fpr95 == pytest.approx(0.5)  # 1.5 as well


def test_auroc_counts_ties_half_and_aupr_is_the_mean_precision_at_each_hit():
    found, _ = figures(rank(np.array([1.0, 2.0]), np.array([2.0, 3.0])))
    assert found.auroc == (0.75 + 1) / 2
    assert found.aupr == pytest.approx((1 + 2 / 3) / 2)
    joined, _ = figures(rank(np.array([1.0, 2.0]), np.array([2.0, 3.0])), aupr="trapezoid")
    assert joined.aupr == pytest.approx((1 + (1 + 2 / 3) / 2) / 2)


def test_rows_for_tables_hold_the_figures_by_name():
    found, _ = figures(rank(NORMAL, ANOMALOUS))
    assert found.row() == {"auroc": found.auroc, "aupr": found.aupr, "fpr95": found.fpr95, "tpr5": found.tpr5}


def test_a_coarse_cell_gives_the_middle_of_its_range_and_half_its_width():
    """One cell with two normal and two anomalous pixels in an order unknown, one normal pixel under it."""
    cells = rank_cells(
        np.array([0.0, 1.0]), np.array([0.0, 3.0]), np.array([1, 2]), np.array([0, 2]), np.array([True, False])
    )
    found, bounds = figures(cells)
    assert (found.auroc, bounds.auroc) == pytest.approx((2 / 3, 1 / 3))  # from 1/3 to 1
    assert (found.fpr95, bounds.fpr95) == pytest.approx((1 / 3, 1 / 3))  # from 0 to 2/3
    assert (found.threshold, bounds.threshold) == (2, 1)
    assert found.aupr + bounds.aupr == pytest.approx(1)
    assert found.aupr - bounds.aupr == pytest.approx((1 / 3 + 2 / 4) / 2)


def test_operating_points_at_between_and_beyond_the_scores():
    ranking = rank(NORMAL, ANOMALOUS)
    assert operating_point(ranking, 2.0) == (0.95, 19 / 23)
    assert operating_point(ranking, 1.0) == (1, 20 / 26)
    assert operating_point(ranking, 2.2) == (0.9, pytest.approx(18 / (18 + (2 + 3) / 2)))
    assert operating_point(ranking, 0.2) == (1, pytest.approx(20 / (20 + (6 + 10) / 2)))
    assert operating_point(ranking, 25.0) == (0, 0)  # half of the one normal pixel above is called
    assert operating_point(rank(NORMAL[:3], ANOMALOUS), 25.0) == (0, 1)  # nothing is


def test_the_best_f1_is_that_of_the_best_threshold():
    f1, threshold = best_f1(rank(np.array([1.0, 2.0, 3.0]), np.array([2.5, 4.0, 5.0])))
    assert threshold == 2.5
    assert f1 == pytest.approx(2 * 3 / (4 + 3))


def test_a_curve_begins_where_nothing_is_called_and_ends_where_all_is():
    points = curve(rank(NORMAL, ANOMALOUS))
    first, last = (
        [getattr(points, name)[end] for name in ("recall", "fpr", "precision")] for end in (0, len(points.recall) - 1)
    )
    assert first == [0, 0.1, 0]  # just over the highest anomalous score one normal pixel is left
    assert last == [1, 1, pytest.approx(20 / 30)]
    assert points.threshold[-1] == -np.inf
    assert (np.diff(points.threshold) < 0).all()


def test_a_curve_has_as_many_points_as_asked_for_at_most():
    rng = np.random.default_rng(0)
    ranking = rank(rng.normal(size=5000), rng.normal(1, 1, size=5000))
    assert 10 < len(curve(ranking, 32).recall) <= 32
    assert len(curve(ranking, 64).recall) > len(curve(ranking, 32).recall)


@pytest.mark.parametrize(("pixels", "kept"), [(10, True), (11, False)])
def test_pixels_are_kept_up_to_the_limit_and_counted_beyond_it(pixels, kept):
    scores = np.linspace(0.1, 0.9, 11, dtype=np.float32)[:pixels]
    metrics = AnomalyMetrics(exact_up_to=10)
    metrics.update(scores, scores > 0.5)
    assert (len(metrics.state()["normal"]) > 0) == kept
    assert ("histogram.counts" in metrics.state()) == (not kept)
    assert (metrics.compute().normal, metrics.compute().anomalous) == ((scores <= 0.5).sum(), (scores > 0.5).sum())


def test_merging_spills_what_two_kept():
    parts = [AnomalyMetrics(exact_up_to=10) for _ in range(2)]
    for part in parts:
        part.update(np.linspace(0, 1, 6, dtype=np.float32), np.array([False, True] * 3))
    parts[0].merge(parts[1])
    assert not len(parts[0].state()["normal"])
    assert parts[0].compute().normal == 6
    assert parts[0].compute().anomalous == 6


def test_by_default_pixels_are_pooled_by_average_precision_at_the_first_threshold():
    metrics = AnomalyMetrics()
    metrics.update(NORMAL, np.zeros(10, bool))
    metrics.update(ANOMALOUS, np.ones(20, bool))
    result = metrics.compute()
    expected, _ = figures(rank(NORMAL, ANOMALOUS), "first", "step")
    assert result.figures == expected
    assert (result.images, result.skipped) == (0, 0)
    assert metrics.per_image.shape == (0, 4)


@pytest.mark.parametrize("settings", [{}, {"exact_up_to": 0}])
def test_figures_follow_what_is_added_after_they_were_asked_for(settings):
    metrics, other = AnomalyMetrics(**settings), AnomalyMetrics(**settings)
    for part in (metrics, other):
        part.update(np.array([1, 2], np.float32), np.array([True, False]))
        assert part.compute().figures.auroc == 0
    metrics.update(np.array([3], np.float32), np.array([True]))
    assert metrics.compute().figures.auroc == 1 / 2
    metrics.merge(other)
    assert metrics.compute().figures.auroc == pytest.approx(1 / 3)
    metrics.load(other.state())
    assert metrics.compute().figures.auroc == 0


def test_a_state_brings_the_range_of_the_scores():
    metrics = AnomalyMetrics(exact_up_to=0)
    metrics.update(ANOMALOUS, ANOMALOUS > 3)
    loaded = AnomalyMetrics(exact_up_to=0).load(metrics.state())
    assert loaded.state()["histogram.range"].tolist() == [1, 20]


def test_a_mean_over_images_is_exact():
    metrics = AnomalyMetrics(aggregate="per-image")
    metrics.update(ANOMALOUS, ANOMALOUS > 3)
    assert metrics.compute().bounds == AnomalyFigures(0, 0, 0, 0, 0)


def test_without_intervals_no_sketch_is_kept():
    metrics = AnomalyMetrics()
    metrics.update(ANOMALOUS, ANOMALOUS > 3)
    assert not [name for name in metrics.state() if name.startswith("sketches")]
    with pytest.raises(ValueError, match="intervals=True"):
        metrics.intervals()


def test_iou_and_accuracy_by_hand():
    counts = confusion_matrix(torch.tensor([0, 0, 1, 1, 2]), torch.tensor([0, 1, 1, 5, 1]), 3).numpy()
    assert counts.tolist() == [[1, 0, 0], [1, 1, 1], [0, 0, 0]]
    assert iou(counts)[:2].tolist() == [1 / 2, 1 / 3]
    assert np.isnan(iou(counts)[2])  # predicted, but nowhere true
    assert mean_iou(counts) == pytest.approx(5 / 12)
    assert pixel_accuracy(counts) == 2 / 4
    assert np.isnan(mean_iou(np.zeros((3, 3), int)))


def test_iou_of_several_matrices_at_once():
    counts = np.random.default_rng(0).integers(0, 5, (4, 3, 3))
    assert np.array_equal(iou(counts), np.stack([iou(each) for each in counts]), equal_nan=True)


@pytest.mark.parametrize("kind", [AnomalyFigures, AnomalyResult, ComponentFigures, Curve, Intervals, Ranking])
def test_results_cannot_be_changed(kind):
    assert kind.__dataclass_params__.frozen


CLOSE = np.array([1.5, 1.5625, np.nextafter(np.float32(1.5625), np.float32(2)), 1.6], np.float32)
"""Two neighbouring floats between the ends, which are counted apart."""


@pytest.mark.parametrize("bins", [1 << 12, 1 << 19, 1 << 20, 1 << 22])
def test_a_histogram_is_as_fine_as_its_bins_allow(bins):
    """Scores of one power of two, eight of which share a page of 2^20 floats: a bin holds 2^20 / bins of them."""
    metrics = AnomalyMetrics(exact_up_to=0, bins=bins)
    metrics.update(CLOSE, np.array([False, False, True, False]))
    result = metrics.compute()
    assert result.figures.auroc + result.bounds.auroc == pytest.approx(2 / 3)
    assert result.bounds.auroc == pytest.approx(0.5 / 3 if bins < 1 << 20 else 0)
    width = max((1 << 20) // bins, 1) * 2**-23
    assert result.bounds.threshold == pytest.approx((width - 2**-23) / 2, abs=2**-24)


def test_a_histogram_gets_coarser_as_more_pages_are_used():
    metrics = AnomalyMetrics(exact_up_to=0, bins=1 << 20)
    metrics.update(CLOSE, np.array([False, False, True, False]))
    assert metrics.compute().bounds.auroc == 0
    metrics.update(np.array([100.0, -7.0], np.float32), np.array([True, False]))
    assert metrics.compute().bounds.auroc == pytest.approx(0.5 / (2 * 4))


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_a_histogram_of_short_floats_is_exact(kind):
    """Many powers of two of both signs, so that neighbouring floats of 32 bits share their bins."""
    rng = np.random.default_rng(0)
    anomaly = rng.random(50_000) < 0.02
    scores = torch.from_numpy((rng.standard_cauchy(50_000) + anomaly).clip(-1e4, 1e4)).to(kind)
    short, exact = AnomalyMetrics(exact_up_to=0), AnomalyMetrics(exact_up_to=None)
    for metrics in (short, exact):
        metrics.update(scores, torch.from_numpy(anomaly))
    assert short._histogram.shift > 4
    assert short.compute().bounds == AnomalyFigures(0, 0, 0, 0, 0)
    assert short.compute().figures == exact.compute().figures


@pytest.mark.parametrize("ends", [(-9.7, -0.3), (0.1, 2.3), (-0.9, 0.7), (0.0, 0.7), (-3.0, 0.0)])
def test_scores_that_pile_up_at_the_ends_keep_their_bounds_small(ends):
    """In two parts, merged, of which each has an end that the other has not."""
    rng = np.random.default_rng(0)
    anomaly = rng.random(100_000) < 0.1
    middle, spread = sum(ends) / 2, (ends[1] - ends[0]) / 2
    scores = (middle + spread * (rng.standard_normal(100_000) + anomaly)).astype(np.float32)
    clipped = scores.clip(*np.array(ends, np.float32))
    rising = np.argsort(clipped)
    parts = [AnomalyMetrics(exact_up_to=0, bins=1 << 16) for _ in range(3)]
    for metrics, pixels in zip(parts, np.array_split(rising, 3), strict=True):
        metrics.update(clipped[pixels], anomaly[pixels])
    whole = AnomalyMetrics(exact_up_to=0, bins=1 << 16)
    for part in (parts[1], parts[2], parts[0]):
        whole.merge(AnomalyMetrics(exact_up_to=0, bins=1 << 16).load(part.state()))
    exact = AnomalyMetrics(exact_up_to=None)
    exact.update(clipped, anomaly)
    result, expected = whole.compute(), exact.compute()
    for name in ("auroc", "aupr", "fpr95", "tpr5"):
        bound = getattr(result.bounds, name)
        assert bound < 1e-3
        assert abs(getattr(result.figures, name) - getattr(expected.figures, name)) <= bound + 1e-12
    counted = result.normal, result.anomalous
    assert counted == (expected.normal, expected.anomalous)
    assert whole.ranking().hits.sum() == anomaly.sum()


@pytest.mark.parametrize("shift", [0, 1, 8])
def test_a_cell_reaches_from_its_lowest_to_its_highest_float(shift):
    """Scores of one page, 2^20 floats from 1 on, where they end well before and after the cell looked at."""
    filled = ScoreHistogram((1 << 20) >> shift, torch.device("cpu"))
    filled.add(torch.tensor([1.0, 1.05, 1.1]), torch.tensor([False, True, False]))
    cells = filled.ranking()
    floats = int(np.float32(1.05).view(np.int32)) >> shift << shift
    assert cells.low.view(np.int32).tolist() == [floats]
    assert cells.high.view(np.int32).tolist() == [floats + (1 << shift) - 1]


def test_zero_is_a_score_of_its_own():
    metrics = AnomalyMetrics(exact_up_to=0, bins=1 << 12)
    scores = np.array([0.0, -0.0, 1e-40, -1e-40, 0.0], np.float32)
    metrics.update(scores, np.array([True, False, False, False, True]))
    result = metrics.compute()
    assert result.figures.auroc == (0.5 + 0 + 1) / 3
    assert result.bounds.auroc == 0


def test_a_curve_of_few_points_is_spread_over_all_of_the_recall():
    rng = np.random.default_rng(0)
    for points in (8, 16, 40):
        found = curve(rank(rng.normal(size=20_000), rng.normal(2, 1, size=20_000)), points)
        assert len(found.recall) <= points
        assert np.diff(found.recall).max() < 1 / (points // 2 - 2) + 1e-3


def histogram(scores: list[float], bins: int = 1 << 12) -> ScoreHistogram:
    filled = ScoreHistogram(bins, torch.device("cpu"))
    filled.add(torch.tensor(scores), torch.zeros(len(scores), dtype=torch.bool))
    return filled


def test_a_histogram_takes_4_bytes_a_count_until_pixels_could_overflow_them():
    small = histogram([1.0, 2.0, 2.0])
    assert small.counts.dtype == torch.int32
    small._room = 5
    small.add(torch.ones(5), torch.zeros(5, dtype=torch.bool))
    assert small.counts.dtype == torch.int32
    small.add(torch.ones(1), torch.zeros(1, dtype=torch.bool))
    assert small.counts.dtype == torch.int64
    assert small.counts.sum() == 9


def test_histograms_of_other_bins_are_not_merged_whichever_is_the_finer():
    for first, second in ((1 << 12, 1 << 13), (1 << 13, 1 << 12)):
        with pytest.raises(ValueError, match=f"{first} and of {second} bins cannot be merged"):
            histogram([1.0], first).merge(histogram([1.0], second))


def test_an_empty_histogram_counts_nothing():
    empty = histogram([])
    assert empty.range == (np.inf, -np.inf)
    assert empty.counts.numel() == 0
    empty.merge(histogram([3.0]))
    assert empty.range == (3, 3)
    assert empty.counts.sum() == 1

"""Bootstrap intervals: those of a resample of pixels, repeatable, and as wide as they have to be."""

from __future__ import annotations

import numpy as np
import pytest

from hazards.metrics.anomaly import AnomalyMetrics

NAMES = ("auroc", "aupr", "fpr95")


def made_images(seed, count, pixels, share=0.05, tied=False):
    """Images that differ from one another in how hard they are."""
    rng = np.random.default_rng(seed)
    for shift in rng.normal(2, 0.7, count):
        anomaly = rng.random(pixels) < share
        scores = rng.normal(rng.normal(0, 0.3), 1, pixels) + shift * anomaly
        yield (np.round(scores, 1) if tied else scores).astype(np.float32), anomaly


def fed(images, **settings):
    metrics = AnomalyMetrics(**settings)
    for image in images:
        metrics.update(*image)
    return metrics


def resampled_pixels(images, resamples, seed, **settings):
    """Figures of pixels that are really drawn again, image by image; (resamples, 3)."""
    weights = np.random.default_rng(seed).multinomial(len(images), np.full(len(images), 1 / len(images)), resamples)
    drawn = (fed([images[i] for i in np.repeat(np.arange(len(images)), each)], **settings) for each in weights)
    return np.array([[getattr(each.compute().figures, name) for name in NAMES] for each in drawn])


def ends(intervals):
    return np.array([[getattr(end, name) for name in NAMES] for end in (intervals.low, intervals.high)])


@pytest.mark.parametrize("aupr", ["step", "trapezoid"])
@pytest.mark.parametrize("fpr_rule", ["first", "nearest"])
def test_small_images_are_resampled_exactly(aupr, fpr_rule):
    images = list(made_images(0, 12, 60, share=0.3))
    intervals = fed(images, intervals=True, aupr=aupr, fpr_rule=fpr_rule).intervals(80, seed=3)
    drawn = resampled_pixels(images, 80, 3, aupr=aupr, fpr_rule=fpr_rule)
    assert ends(intervals) == pytest.approx(np.quantile(drawn, [0.025, 0.975], axis=0), abs=1e-9)
    assert max(getattr(intervals.error, name) for name in NAMES) < 1e-12


@pytest.mark.parametrize("tied", [False, True])
def test_sketches_change_intervals_by_little(tied):
    images = list(made_images(1, 20, 20_000, tied=tied))
    intervals = fed(images, intervals=True).intervals(100, seed=4)
    drawn = np.quantile(resampled_pixels(images, 100, 4), [0.025, 0.975], axis=0)
    assert (
        np.abs(ends(intervals) - drawn).max() < 0.05 * (drawn[1] - drawn[0]).max()
    )  # a few draws pass 95 % one tied score later
    assert max(getattr(intervals.error, name) for name in NAMES) < 2e-3


@pytest.mark.parametrize(
    "settings", [{"intervals": True}, {"intervals": True, "exact_up_to": 0}, {"aggregate": "per-image"}]
)
def test_intervals_cover_the_truth_about_as_often_as_they_say(settings):
    truth = fed(made_images(99, 3000, 400), **{**settings, "intervals": False}).compute().figures
    covered = np.zeros(3)
    for trial in range(60):
        low, high = ends(fed(made_images(trial, 60, 400), **settings).intervals(200, level=0.9))
        covered += [low[i] <= getattr(truth, name) <= high[i] for i, name in enumerate(NAMES)]
    assert (covered / 60 > 0.75).all()
    assert (covered / 60 < 1).any()


def test_intervals_repeat_with_their_seed():
    metrics = fed(made_images(2, 10, 100), intervals=True)
    assert metrics.intervals(50, seed=1) == metrics.intervals(50, seed=1)
    assert metrics.intervals(50, seed=1) != metrics.intervals(50, seed=2)


def test_wider_level_wider_interval():
    metrics = fed(made_images(2, 30, 100), aggregate="per-image")
    narrow, wide = (ends(metrics.intervals(200, level=level)) for level in (0.5, 0.95))
    assert (wide[0] < narrow[0]).all()
    assert (wide[1] > narrow[1]).all()


def test_draws_without_an_anomaly_are_left_out():
    images = [(np.arange(4, dtype=np.float32), np.array([False, False, kind, False])) for kind in (True, False, False)]
    intervals = fed(images, intervals=True).intervals(100)
    assert 50 < intervals.resamples < 100
    assert intervals.low.auroc <= 2 / 3 <= intervals.high.auroc


def test_pooled_intervals_are_asked_for_at_the_start():
    with pytest.raises(ValueError, match="intervals=True"):
        fed(made_images(0, 2, 100)).intervals()

"""Scores compared over seeds and images together: paired, as wide as both make it, and no wider for what is shared."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hazards.evaluation.figures import KEPT_DRAWS
from hazards.metrics.intervals import image_draws
from hazards.studies.bootstrap import crossed, lead, score_figure, score_gain, score_lead
from small_studies import small_study

SCORES = {"MaxLogit": 0.8, "MSP": 0.75, "MSP aupr": 0.2}


def means_of(images: np.ndarray, draws: int = KEPT_DRAWS, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Means of figures (seeds, images), over all images and over draws of them."""
    weights = image_draws(images.shape[1], draws, seed)
    return images.mean(axis=1), images @ weights.T / images.shape[1]


def test_seeds_alone_give_the_t_interval():
    values = np.array([0.1, 0.14, 0.3])
    interval = crossed(values, np.tile(values[:, None], 50))
    low, high = stats.t.interval(0.95, 2, values.mean(), stats.sem(values))
    assert (interval.low, interval.high) == pytest.approx((low, high))
    assert interval.unit == "seeds and images"


def test_images_alone_give_the_spread_of_the_draws():
    draws = np.tile(np.random.default_rng(0).normal(0.2, 0.01, 400), (3, 1))
    interval = crossed(np.full(3, 0.2), draws)
    assert (interval.high - interval.low) / 2 == pytest.approx(1.96 * draws[0].std(ddof=1), rel=1e-3)


def test_draws_without_both_kinds_of_pixel_are_left_out():
    values, draws = means_of(np.random.default_rng(1).normal(size=(3, 40)))
    gaps = draws.copy()
    gaps[1, 7] = np.nan
    assert crossed(values, gaps) == crossed(values, np.delete(draws, 7, axis=1))


def test_one_seed_has_no_interval():
    values, draws = means_of(np.random.default_rng(1).normal(size=(1, 40)))
    interval = crossed(values, draws)
    assert (interval.low, interval.high, interval.n) == (-np.inf, np.inf, 1)


@pytest.mark.parametrize(("by_seed", "by_image"), [(0.02, 0.01), (0.001, 0.2), (0.01, 0.1)])
def test_intervals_of_three_seeds_cover_the_truth_as_often_as_they_say(by_seed, by_image):
    """Quantiles of draws of three seeds would hold the truth in three of four cases where the seeds decide."""
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(300):
        figures = 0.5 + rng.normal(0, by_seed, (3, 1)) + rng.normal(0, by_image, (1, 60))
        figures = figures + rng.normal(0, by_image / 4, (3, 60))
        interval = crossed(*means_of(figures, 200))
        covered += interval.low <= 0.5 <= interval.high
    assert 0.92 < covered / 300 <= 0.995


def test_a_gain_is_paired_over_seeds_and_images():
    """Images and seeds are alike for both scores, so nothing of them is left in the difference."""
    study = small_study({"a": SCORES, "b": {"MaxLogit": 0.1}}, ("MaxLogit", "MSP"))
    for convention in ("pooled", "per-image"):
        gain = score_gain(study, "auroc", "MaxLogit", "MSP", "a", convention)
        assert gain.mean == pytest.approx(0.05)
        assert gain.high - gain.low == pytest.approx(0, abs=1e-9)
        alone = score_figure(study, "auroc", "MaxLogit", "a", convention)
        assert alone.high - alone.low > 0.01


def test_figures_are_those_of_their_convention_and_recipe():
    study = small_study({"a": SCORES, "b": {"MaxLogit": 0.1}}, ("MaxLogit", "MSP"))
    assert score_figure(study, "auroc", "MaxLogit", "a").mean == pytest.approx(0.801)
    assert score_figure(study, "auroc", "MaxLogit", "b").mean == pytest.approx(0.101)
    assert score_figure(study, "auroc", "MaxLogit", "a", "per-image").mean == pytest.approx(0.751)
    assert score_gain(study, "aupr", "MSP", "MaxLogit", "a").mean == pytest.approx(0.12)


def test_intervals_of_figures_stop_where_figures_do():
    study = small_study({"a": {"MaxLogit": 0.999}}, ("MaxLogit",), seeds=2)
    interval = score_figure(study, "auroc", "MaxLogit", "a")
    assert interval.high == 1
    assert 0 <= interval.low < interval.mean
    alone = score_figure(small_study({"a": {}}, seeds=1), "auroc", "MaxLogit", "a")
    assert (alone.low, alone.high) == (0, 1)


def test_a_fall_of_fpr95_is_a_gain():
    study = small_study({"a": SCORES}, ("MaxLogit", "MSP"))
    for entry in study.evaluations.values():
        if "draws" in entry.value:
            rows = entry.value["anomaly"]
            rows.loc[rows["score"] == "MSP", "fpr95"] += 0.1
            entry.value["draws"]["MSP"][:, 2] += 0.1
    gain = score_gain(study, "fpr95", "MaxLogit", "MSP", "a")
    assert (gain.mean, gain.low) == pytest.approx((0.1, 0.1))


def leads(truth: np.ndarray, rng: np.random.Generator, by_seed: float, by_image: float):
    """Leads of candidates with true means (candidates,): by seed, and by seed on 150 draws of 40 images.

    Each candidate varies by seed and by image by itself.
    """
    images = truth[:, None, None] + rng.normal(0, by_image, (len(truth), 1, 40))
    images = images + rng.normal(0, by_seed, (len(truth), 5, 1))
    by_draw = [means_of(of_candidate, 150)[1] for of_candidate in images]
    return images.mean(axis=2), np.array(by_draw)


@pytest.mark.parametrize(("by_seed", "by_image"), [(0.05, 0.0), (0.0, 0.05), (0.02, 0.1)])
def test_a_winner_without_a_rival_has_the_lead_and_the_interval_of_a_plain_difference(by_seed, by_image):
    rng = np.random.default_rng(0)
    values, draws = leads(np.array([0.0, 0.9, 0.1]), rng, by_seed, by_image)
    plain, chosen = crossed(values[1], draws[1]), lead(values, draws)
    assert chosen.mean == pytest.approx(plain.mean, abs=0.005)
    assert chosen.half_width() == pytest.approx(plain.half_width(), rel=0.04)
    assert (chosen.n, chosen.unit) == (5, "seeds and images")


@pytest.mark.parametrize(("by_seed", "by_image"), [(0.05, 0.0), (0.0, 0.3), (0.05, 0.3)])
def test_the_best_of_many_equals_is_not_said_to_be_ahead(by_seed, by_image):
    """Of twenty that are all as good as the one they are compared with the best looks ahead, by luck of the pixels."""
    rng = np.random.default_rng(0)
    naive = honest = 0
    means = []
    for _ in range(100):
        values, draws = leads(np.zeros(20), rng, by_seed, by_image)
        best = values.mean(axis=1).argmax()
        naive += crossed(values[best], draws[best]).verdict() == "holds"
        chosen = lead(values, draws)
        honest += chosen.verdict() == "holds"
        means.append(values[best].mean() - chosen.mean)
    assert naive > 20
    assert honest <= 8
    assert np.mean(means) > 0.01


def test_the_lead_of_the_best_score_is_over_its_rival():
    study = small_study({"a": {"MaxLogit": 0.8, "MSP": 0.75, "Energy": 0.85}}, ("MaxLogit", "MSP", "Energy"))
    names = ["MaxLogit", "MSP", "Energy"]
    assert score_lead(study, "auroc", names, "MaxLogit", "a").mean == pytest.approx(0.05)
    ahead = score_lead(study, "auroc", ["MaxLogit", "MSP"], "MaxLogit", "a")
    assert (ahead.mean, ahead.verdict()) == (0, "does not hold")


def test_one_seed_has_no_lead_that_is_sure():
    values, draws = leads(np.array([0.0, 0.5]), np.random.default_rng(0), 0.1, 0.1)
    assert lead(values[:, :1], draws[:, :1]).verdict() == "undecided"


def test_draws_without_both_kinds_of_pixel_choose_nothing():
    values, draws = leads(np.array([0.0, 0.1]), np.random.default_rng(0), 0.1, 0.1)
    gaps = draws.copy()
    gaps[0, 2, 3] = np.nan
    assert np.isfinite(lead(values, gaps).high)

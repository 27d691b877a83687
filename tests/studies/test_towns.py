"""Figures by town: intervals are over towns, whatever their number, and spreads are told by what makes them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hazards import studies
from hazards.evaluation import thresholds
from hazards.prose import NOTHING
from hazards.report.town_figures import town_dots
from hazards.studies.towns import fall, image_gain, over_towns, town_gain
from hazards.studies.verdicts import Fixed
from small_studies import small_study

TOWNS = ("t5", "t6", "t10")


def figures(by_town, by_seed):
    """A row a town, seed and score; AUROC is the sum of a town's and a seed's part, of another score 0.1 less."""
    rows = []
    for town, base in by_town.items():
        for seed, more in enumerate(by_seed):
            for score, less in (("MaxLogit", 0), ("MSP", 0.1)):
                row = {"recipe": "a", "seed": seed, "town": town, "images": 4, "miou": base / 2, "score": score}
                rows.append(row | {"auroc": base + more - less, "aupr": 0.1, "fpr95": 0.5})
    return pd.DataFrame(rows)


def test_the_interval_is_that_of_means_over_seeds():
    result = studies.ablations.conclude_towns(figures({"t5": 0.6, "t6": 0.7, "t10": 0.95}, (0.0, 0.02)), "MaxLogit")
    means = np.array([0.61, 0.71, 0.96])
    low, high = stats.t.interval(0.95, 2, means.mean(), stats.sem(means))
    low, high = max(low, 0), min(high, 1)  # no figure is beyond
    auroc = result.gains["auroc"]
    assert (auroc.mean, auroc.low, auroc.high, auroc.n) == (
        pytest.approx(means.mean()),
        pytest.approx(low),
        pytest.approx(high),
        3,
    )
    assert list(result.values["towns"]["town"]) == list(TOWNS)
    assert result.values["towns"]["miou"].to_numpy() == pytest.approx([0.3, 0.35, 0.475])
    assert result.values["count"] == 3
    assert result.texts["towns"] == NOTHING


@pytest.mark.parametrize(
    ("by_town", "by_seed", "larger"),
    [((0.6, 0.8), (0.0, 0.01), "town moves it more"), ((0.7, 0.71), (0.0, 0.1), "seed moves it more")],
)
def test_what_moves_the_figure_more_is_named(by_town, by_seed, larger):
    result = studies.ablations.conclude_towns(figures(dict(zip(TOWNS, by_town, strict=False)), by_seed), "MaxLogit")
    spreads = result.values["spreads"].set_index("figure").loc["auroc"]
    assert spreads["towns"] == pytest.approx(np.std(by_town, ddof=1))
    assert spreads["seeds"] == pytest.approx(np.std(by_seed, ddof=1))
    assert larger in result.texts["spread"]
    assert result.texts["towns"].startswith("With 2 towns")


def test_one_seed_says_nothing_about_others():
    text = studies.ablations.conclude_towns(figures({"a": 0.6, "b": 0.7}, (0.0,)), "MaxLogit").texts["spread"]
    assert (
        text
        == "AUROC has a standard deviation of 7.1 points over towns; that over seeds is unknown, since there is one."
    )


def test_one_town_says_nothing_about_others():
    result = studies.ablations.conclude_towns(figures({"flat": 0.6}, (0.0, 0.1)), "MaxLogit")
    assert result.texts["spread"] == NOTHING
    assert result.texts["towns"] == "How far towns differ cannot be said from one."
    assert result.gains["auroc"].text().endswith("(a single value, so no interval)")


@pytest.mark.parametrize("count", [1, 2, 13])
def test_any_number_of_towns_is_drawn(count):
    rows = figures({f"t{number}": 0.5 + number / 50 for number in range(count)}, (0.0, 0.1))
    means = studies.ablations.conclude_towns(rows, "MaxLogit").gains
    figure = town_dots(rows[rows["score"] == "MaxLogit"], means, "note")
    assert [axis.get_title() for axis in figure.axes] == ["mIoU", "AUROC", "AUPR", "FPR95"]
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert names == [*(f"t{number}" for number in range(count)), "mean"]
    dots = [line for line in figure.axes[1].lines if line.get_marker() == "o"]
    assert [list(line.get_xdata()) for line in dots] == [
        pytest.approx([0.5 + number / 50, 0.6 + number / 50]) for number in range(count)
    ]


def test_thresholds_carried_into_a_town_are_averaged_over_where_they_come_from():
    values = {"t5": 0.9, "t6": 0.7, "t10": 0.4}
    rows = []
    for seed in (0, 1):
        for chosen in TOWNS:
            for applied in TOWNS:
                score = values[applied] - (0 if chosen == applied else 0.1 + seed / 10 + TOWNS.index(chosen) / 100)
                row = {"score": "MaxLogit", "seed": seed, "chosen": chosen, "applied": applied, "f1": score}
                rows.append(row | {"recall": 0.5, "precision": 0.5})
    table = thresholds.transfer_by_town(pd.DataFrame(rows))
    assert list(table["applied"]) == list(TOWNS)
    assert table["own"].to_numpy() == pytest.approx([0.9, 0.7, 0.4])
    assert table["lost"].to_numpy() == pytest.approx([0.165, 0.16, 0.155])


def test_values_that_differ_by_seed_alone_have_the_interval_of_the_seeds():
    values = np.tile([[0.1], [0.14], [0.3]], (1, 6))
    low, high = stats.t.interval(0.95, 2, values.mean(), stats.sem(values[:, 0]))
    estimate = over_towns(values)
    assert (estimate.low, estimate.high) == pytest.approx((low, high))


def test_values_that_differ_by_town_alone_have_the_interval_of_the_towns_however_many_seeds_there_are():
    values = np.tile([0.1, 0.14, 0.3, 0.2], (50, 1))
    low, high = stats.t.interval(0.95, 3, values.mean(), stats.sem(values[0]))
    estimate = over_towns(values)
    assert (estimate.low, estimate.high, estimate.n) == (pytest.approx(low), pytest.approx(high), 4)
    assert estimate.unit == "towns"
    wider = over_towns(values, Fixed(0.1))
    assert wider.half_width() == pytest.approx(np.hypot(estimate.half_width(), 1.96 * 0.1), rel=1e-3)


@pytest.mark.parametrize(("by_town", "by_seed"), [(0.05, 0.001), (0.001, 0.05), (0.03, 0.03)])
def test_intervals_over_towns_and_seeds_cover_the_truth_as_often_as_they_say(by_town, by_seed):
    """An interval over seeds alone would hold the truth in few cases where towns differ."""
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        values = rng.normal(0, by_town, (1, 6)) + rng.normal(0, by_seed, (3, 1)) + rng.normal(0, 0.002, (3, 6))
        estimate = over_towns(values)
        covered += estimate.low <= 0 <= estimate.high
    assert 0.92 < covered / 400 <= 0.995


@pytest.mark.parametrize("shape", [(1, 6), (3, 1), (1, 1), (3, 0)])
def test_one_town_or_one_seed_has_no_interval(shape):
    estimate = over_towns(np.full(shape, 0.2))
    assert (estimate.verdict(), estimate.n, estimate.high) == ("undecided", shape[1], np.inf)


def test_a_town_without_a_value_is_left_out():
    values = np.array([[0.1, np.nan, 0.3], [0.1, 0.2, 0.3]])
    assert over_towns(values) == over_towns(values[:, [0, 2]])


def with_towns(**changed):
    """A study whose two test images are in towns of their own, with scores; mIoU is 0.1 under and over its mean."""
    figures = {"a": {"val": 0.6, "test": 0.4, "MaxLogit": 0.8, "MSP": 0.7} | changed}
    return small_study(figures, ("MaxLogit", "MSP"))


def test_the_fall_is_that_to_each_test_town():
    """Towns lie 0.1 around their mean of 0.4, val images 0.1 around theirs of 0.6; seeds change both alike."""
    estimate = fall(with_towns(), "a")
    towns = stats.t.ppf(0.975, 1) * 0.1
    images = stats.norm.ppf(0.975) * 0.1
    assert estimate.mean == pytest.approx(0.2)
    assert estimate.half_width() == pytest.approx(np.hypot(towns, images))
    assert (estimate.n, estimate.unit) == (2, "towns")


def test_images_count_alike_within_a_town_and_towns_among_each_other():
    study = with_towns()
    for entry in study.evaluations.values():
        miou = entry.value["images"]["miou"]
        entry.value["images"] = pd.DataFrame(
            {"image": ["t5/a", "t6/b", "t6/c", "t6/d"], "miou": [*miou, miou[1], miou[1]]}
        )
    assert fall(study, "a").mean == pytest.approx(0.6 + 0.05 - 0.4)


def test_scores_are_compared_town_by_town():
    rows = figures({"t5": 0.6, "t6": 0.7, "t10": 0.95}, (0.0, 0.02))
    extra = rows["score"].eq("MaxLogit") & rows["town"].eq("t6")
    rows.loc[extra, "auroc"] += 0.05
    estimate = town_gain(rows, "auroc", "MaxLogit", "MSP")
    gains = np.array([0.1, 0.15, 0.1])
    low, high = stats.t.interval(0.95, 2, gains.mean(), stats.sem(gains))
    assert (estimate.mean, estimate.low, estimate.high) == pytest.approx((gains.mean(), low, high))
    assert town_gain(rows.assign(fpr95=rows["auroc"]), "fpr95", "MaxLogit", "MSP").mean == pytest.approx(-gains.mean())


def test_scores_are_compared_by_single_images_town_by_town():
    study = with_towns()
    estimate = image_gain(study, "a", "auroc", "MaxLogit", "MSP")
    assert (estimate.mean, estimate.n) == (pytest.approx(0.1), 2)
    assert image_gain(study, "a", "fpr95", "MaxLogit", "MSP").mean == pytest.approx(0)

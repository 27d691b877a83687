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

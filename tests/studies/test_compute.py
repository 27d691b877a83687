"""What is reached with computing: the front, and which lengths of two recipes take as much."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazards.store import stating
from hazards.studies.budgets import compute
from small_studies import RECIPE, small_study

points = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5)), min_size=1, max_size=12)


@given(points)
def test_a_point_is_on_the_front_unless_another_is_better_in_one_and_no_worse_in_the_other(pairs):
    costs, reached = map(pd.Series, zip(*pairs, strict=True))
    expected = [
        not any(c <= cost and r >= height and (c, r) != (cost, height) for c, r in pairs) for cost, height in pairs
    ]
    assert compute.on_front(costs, reached).tolist() == expected


@pytest.mark.parametrize(
    ("times", "epochs", "gain"),
    [(1, 10, 0.2), (3, 3, 0.0), (4, 1, -0.1), (100, 1, -0.1)],  # how many times as much the first one computes
)
def test_the_first_takes_no_more_computing_than_the_other_where_it_can(times, epochs, gain):
    reached = {1: 0.3, 3: 0.4, 10: 0.6}
    lengths = {
        length: small_study({"a": {"val": miou}, "b": {"val": 0.4}}, splits=("val",))
        for length, miou in reached.items()
    }
    rows = [(name, length, cost * length) for length in lengths for name, cost in (("a", times), ("b", 1))]
    table = pd.DataFrame(rows, columns=["recipe", "epochs", "TFLOP"])
    difference, here, there = compute.at_equal_compute(lengths, table, "a", "b")
    assert (here, there) == (epochs, 10)
    assert difference.mean == pytest.approx(gain)


def test_recipes_are_trained_for_each_length_and_seen_on_val_alone(stripes, store):
    stated = []
    recipes = {"a": RECIPE, "b": replace(RECIPE, batch_size=2)}
    with stating(stated.append):
        lengths = compute.by_length(recipes, (1, 3), stripes, 2)
    assert {epochs: [recipe.epochs for recipe in study.recipes.values()] for epochs, study in lengths.items()} == {
        1: [1, 1],
        3: [3, 3],
    }
    assert len({call.result_id for call in stated if call.step == "train"}) == 2 * 2 * 2
    assert {call.arguments.arguments["split"] for call in stated if call.step == "evaluate"} == {"val"}

"""A search gives each network the learning rate by which it reaches most on val, by a seed that no study has."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from hazards import studies
from hazards.prose import NOTHING
from hazards.store import stating
from hazards.studies.budgets.search import SEED, Search, search
from small_studies import RECIPE


def searched(reached: dict[tuple[str, float], float]) -> Search:
    """A search with these val mIoUs at the end."""
    recipes = {name: replace(RECIPE, batch_size=2) for name, _ in reached}
    trainings = {
        key: SimpleNamespace(value={"log": pd.DataFrame({"epoch": [1, 2], "val_miou": [0.9, miou]})})
        for key, miou in reached.items()
    }
    return Search(recipes, trainings)


REACHED = {("a", 0.3): 0.2, ("a", 1.0): 0.4, ("a", 3.0): 0.3, ("b", 0.3): 0.1, ("b", 1.0): 0.2, ("b", 3.0): 0.25}


def test_each_network_has_its_own_rate_by_what_it_ends_at():
    found = searched(REACHED)
    assert found.chosen == {"a": 1.0, "b": 3.0}
    assert found.at_ends == {"lowest": [], "highest": ["b"]}
    assert found.tuned == {
        "a": replace(RECIPE, batch_size=2),
        "b": replace(RECIPE, batch_size=2, learning_rate=3 * RECIPE.learning_rate),
    }
    row = found.table.set_index(["recipe", "factor"]).loc[("b", 0.3)]
    assert row.to_dict() == pytest.approx({"learning_rate": 3e-4, "miou": 0.1})
    texts = studies.architectures.conclude_search(found).texts
    assert texts["chosen"] == "The rates found are 0.001 for “a” and 0.003 for “b”."
    assert texts["highest"] == "For “b” it is the highest that was tried: a higher one might serve better."
    assert texts["lowest"] == NOTHING


def test_which_end_a_rate_lies_at_is_said():
    lowest = searched(REACHED | {("a", 0.3): 0.5})
    assert lowest.at_ends == {"lowest": ["a"], "highest": ["b"]}
    texts = studies.architectures.conclude_search(lowest).texts
    assert texts["lowest"].startswith("For “a” it is the lowest")
    assert texts["highest"].startswith("For “b” it is the highest")


def test_a_single_rate_is_no_edge_and_the_first_of_equals_is_taken():
    assert searched({("a", 1.0): 0.2}).at_ends == {"lowest": [], "highest": []}
    assert searched({("a", 1.0): 0.2, ("a", 3.0): 0.2}).chosen == {"a": 1.0}


def test_all_networks_have_the_same_budget_and_a_seed_of_their_own(stripes, store):
    stated = []
    recipes = {"a": RECIPE, "b": replace(RECIPE, batch_size=2)}
    with stating(stated.append):
        found = search(recipes, stripes, (0.5, 1.0, 2.0))
        # a plan knows no result yet, and takes the recipes as they are
        assert found.tuned == recipes
    trainings = {call.result_id: call.arguments.arguments for call in stated if call.step == "train"}
    given = [(each["recipe"].batch_size, each["recipe"].learning_rate, each["seed"]) for each in trainings.values()]
    rates = [factor * RECIPE.learning_rate for factor in (0.5, 1.0, 2.0)]
    assert sorted(given) == [(size, rate, SEED) for size in (2, 4) for rate in rates]
    assert SEED not in range(50)

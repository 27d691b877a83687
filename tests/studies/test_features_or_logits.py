"""Which kind of score is better on a network: decided by two rules, on results whose answer is known."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hazards.evaluation.figures import FIGURES, KEPT_DRAWS
from hazards.studies.scoring.features_or_logits import FIRST, SECOND, conclude, grid_table, groups
from hazards.studies.verdicts import chosen_elsewhere

KINDS = {"logits": ["MaxLogit", "MSP"], "features": ["Distance", "NECO"]}


def study(noise: float = 0.0, common: float = 0.0, **networks: dict[str, list[float]]) -> SimpleNamespace:
    """A study with these AUROC by network, score and seed; AUPR is a tenth.

    Args:
        noise: by how much draws of images change each score, independently of the others.
        common: by how much they change all scores alike.
    """
    random = np.random.default_rng(0)
    alike = random.normal(0, common, (KEPT_DRAWS, 1))
    rows, evaluations = [], {}
    for network, by_score in networks.items():
        for score, values in by_score.items():
            shift = alike + random.normal(0, noise, (KEPT_DRAWS, 1))
            for seed, value in enumerate(values):
                figures = dict.fromkeys(FIGURES, 0.5) | {"auroc": value, "aupr": value / 10}
                row = {"recipe": network, "score": score, "seed": seed, "convention": "pooled"}
                rows.append(row | figures)
                rows.append(row | dict.fromkeys(FIGURES, 0.5) | {"convention": "per-image"})
                empty = SimpleNamespace(value={"draws": {}})
                draws = evaluations.setdefault((network, seed, "test"), empty).value["draws"]
                draws[f"method {score}"] = np.array(list(figures.values())) + shift
    names = {score: SimpleNamespace(name=f"method {score}") for kind in KINDS.values() for score in kind}
    return SimpleNamespace(recipes=networks, anomaly=pd.DataFrame(rows), scores=names, evaluations=evaluations)


def scores(logits: list[float], features: list[float]) -> dict[str, list[float]]:
    """AUROC of the declared scores; those of the others are half of it."""
    half = {"MSP": [value / 2 for value in logits], "NECO": [value / 2 for value in features]}
    return {"MaxLogit": logits, "Distance": features} | half


def answer(found, network: str, rule: str = FIRST, figure: str = "auroc") -> str:
    rows = found.values["gains"].query("network == @network and rule == @rule and figure == @figure")
    return rows["answer"].item()


def test_each_network_gets_the_answer_that_its_seeds_give():
    ahead, behind, mixed = [0.85, 0.86, 0.84], [0.75, 0.74, 0.76], [0.7, 0.9, 0.8]
    middle = [0.8, 0.8, 0.8]
    one = study(A=scores(middle, ahead), B=scores(middle, behind))
    other = study(C=scores(middle, mixed), D=scores(middle, middle))
    found = conclude([one, other], ["A", "B", "C"], KINDS)
    assert [answer(found, network) for network in "ABC"] == ["features", "logits", "undecided"]
    assert answer(found, "A", figure="aupr") == "features"
    assert found.values["answers"].to_dict() == {"features": 1, "logits": 1, "undecided": 1}
    assert found.texts["backbones"] == "Which kind is better depends on the network."
    assert found.texts["rules"] == "The second rule gives the same answers."
    row = found.values["table"].set_index("network").loc["A"]
    assert row["logits"] == pytest.approx(80)
    assert row["features"] == pytest.approx(85)
    assert row["AUROC"].startswith("5.0 (")
    assert row["AUPR"].startswith("0.5 (")
    assert row["better"] == "features"


def test_what_is_shown_are_means_with_the_lowest_and_the_highest_seed():
    found = conclude([study(A=scores([0.8, 0.7, 0.9], [0.6, 0.6, 0.6]))], ["A"], KINDS)
    reached = found.values["reached"].set_index(["rule", "kind"])
    assert reached.loc[(FIRST, "logits"), ["mean", "low", "high"]].tolist() == pytest.approx([0.8, 0.7, 0.9])


def test_the_best_score_is_chosen_on_other_seeds_than_it_is_judged_on():
    values = np.array([[0.5, 0.5, 0.5], [0.9, 0.2, 0.3]])  # a steady score and one that was lucky on the first seed
    assert chosen_elsewhere(values).tolist() == [0, 1, 1]
    networks = {"MaxLogit": [0.5] * 3, "MSP": [0.9, 0.2, 0.3], "Distance": [0.6] * 3, "NECO": [0.1] * 3}
    found = conclude([study(A=networks)], ["A"], KINDS)
    reached = found.values["reached"].set_index(["rule", "kind"])["mean"]
    assert reached[SECOND, "logits"] == pytest.approx((0.5 + 0.2 + 0.3) / 3)


def test_images_count_where_they_change_the_difference():
    networks = scores([0.8, 0.8, 0.8], [0.85, 0.86, 0.84])
    assert answer(conclude([study(common=0.5, A=networks)], ["A"], KINDS), "A") == "features"
    assert answer(conclude([study(noise=0.05, A=networks)], ["A"], KINDS), "A") == "undecided"


def test_the_second_rule_can_contradict_the_first():
    networks = {"MaxLogit": [0.8] * 3, "MSP": [0.9] * 3, "Distance": [0.85] * 3, "NECO": [0.5] * 3}
    found = conclude([study(A=networks)], ["A"], KINDS)
    assert answer(found, "A", FIRST) == "features"
    assert answer(found, "A", SECOND) == "logits"
    assert found.values["table"]["better"].item() == "features / logits"
    assert "the opposite on at least one network" in found.texts["rules"]
    assert found.texts["backbones"] == "Wherever it can be told, it is the features."


def test_one_seed_decides_nothing():
    found = conclude([study(A=scores([0.8], [0.9]))], ["A"], KINDS)
    assert answer(found, "A", FIRST) == answer(found, "A", SECOND) == "undecided"
    reached = found.values["reached"].set_index(["rule", "kind"])["mean"]
    assert reached[SECOND, "features"] == 0.9  # no other seed to choose on: the declared one
    assert "nothing speaks for either kind" in found.texts["backbones"]


def test_two_rules_may_be_sure_of_different_networks():
    networks = scores([0.8] * 3, [0.85, 0.86, 0.84]) | {"NECO": [0.9, 0.5, 0.99]}
    found = conclude([study(A=networks)], ["A"], KINDS)
    assert answer(found, "A", FIRST) == "features"
    assert answer(found, "A", SECOND) == "undecided"
    assert "is not sure of the same networks" in found.texts["rules"]


def test_a_grid_has_a_row_a_score_and_a_column_a_network():
    grid = pd.DataFrame(
        {"network": ["B", "B", "A", "A"], "score": ["Y", "X"] * 2, "auroc": [0.8, 0.7, 0.6, 0.5], "aupr": [0.1] * 4}
    )
    table = grid_table(grid)
    assert table.columns.tolist() == ["score", "B", "A"]
    assert table["score"].tolist() == ["Y", "X"]
    assert table["A"].tolist() == ["60.0 / 10.0", "50.0 / 10.0"]


def test_networks_are_grouped_by_kind_and_start_and_equal_recipes_count_once():
    def trained(**recipes: tuple[str, str]) -> SimpleNamespace:
        trainings = {(name, 0): SimpleNamespace(value={"start": start}) for name, (_, start) in recipes.items()}
        by_name = {name: recipe for name, (recipe, _) in recipes.items()}
        return SimpleNamespace(recipes=by_name, trainings=trainings)

    first = trained(A=("convolutions", "ImageNet"), B=("attention", "random"), unasked=("convolutions", "random"))
    second = trained(C=("other convolutions", "random"), D=("convolutions", "ImageNet"))
    kinds = groups([first, second], ["A", "B", "C", "D"], ["B"])
    assert kinds == {"A": "CNN, pretrained", "B": "transformer", "C": "CNN"}

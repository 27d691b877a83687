"""The cost of the study: every training of the chapters, at full size, laid out on GPUs."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from hazards import profiles
from hazards.jobs import gather
from hazards.networks import complexity, models
from hazards.store import step
from hazards.store.chapter_records import recording
from hazards.studies import costs
from hazards.studies.budgets import search
from hazards.training import Recipe

SMOKE, FULL = profiles.PROFILES["smoke"], profiles.PROFILES["streethazards"]


def test_the_longest_go_first_and_none_is_divided():
    assert costs.makespan([3, 3, 2, 2, 2], 2) == 7  # 3+2+2 beside 3+2; by division it would be 6
    assert costs.makespan([3, 3, 2, 2, 2], 1) == 12
    assert costs.makespan([3, 3, 2, 2, 2], 64) == 3
    assert costs.makespan([], 8) == 0


def test_a_training_counts_its_passes():
    assert costs.training_operations(2.0, epochs=10, validations=4, images=(100, 20, 30)) == 2 * (3000 + 4 * 20)


def test_the_schedule_has_every_seed_and_says_how_idle_the_gpus_are():
    second = costs.PEAKS["A100"] * costs.SUSTAINED * 1e12
    plan = pd.DataFrame({"operations": [3600 * second, 7200 * second], "trainings": [3, 1]})
    table = costs.schedule(plan, (1, 2, 8)).query("GPU == 'A100'")
    assert table["hours"].to_list() == pytest.approx([5, 3, 2])
    assert table["busy"].to_list() == pytest.approx([1, 5 / 6, 5 / 16])


def own():
    """A network of a reader's own, which has no sibling at full size."""


@step(name="train")
def trained_as(recipe, seed):
    return seed


@step(name="evaluate")
def judged_at(inference):
    return 0


@step(name="complexity")
def area(model, size, known):
    return {"flops": size[0] * size[1]}


def test_the_plan_has_what_the_chapters_train_once_each_at_full_size(store, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    monkeypatch.setattr(costs, "complexity", area)
    recipe = Recipe(models.deeplabv3_mini, size=SMOKE.size, epochs=SMOKE.epochs, batch_size=8, learning_rate=5e-3)
    reduced = replace(recipe, size=SMOKE.reduced)
    recipes = [
        recipe,
        replace(recipe, epochs=1, size=(36, 64)),
        replace(recipe, model=own),
        reduced,  # at full size the same training as the first
        replace(reduced, learning_rate=1e-3),
    ]
    trained = [trained_as.call(each, seed) for each in recipes for seed in (0, 1)]
    sought = [trained_as.call(replace(recipe, learning_rate=rate), search.SEED) for rate in (5e-3, 2e-3)]
    evaluated = [judged_at.call({"trained": each, "judged": None}) for each in trained]
    evaluated += [
        judged_at.call({"trained": trained_as.call(reduced, seed), "judged": SMOKE.native}) for seed in (0, 1)
    ]
    for chapter in ("one", "two"):
        with recording(chapter):
            gather([*trained, *sought, *evaluated], workers=1)
    plan = costs.plan(SMOKE, FULL)
    assert plan[["network", "height", "width", "epochs", "recipes", "trainings"]].to_numpy().tolist() == [
        ["deeplabv3_resnet50", 256, 256, FULL.epochs // 2, 1, FULL.seeds],
        ["deeplabv3_resnet50", 512, 512, FULL.epochs, 3, 2 * FULL.seeds + 2],  # two of a search
        ["deeplabv3_resnet50", 720, 1280, FULL.epochs, 1, FULL.seeds],
    ]
    pixels = plan["height"] * plan["width"]
    evaluated = sum(profiles.FULL_SIZE[1:])
    expected = [
        costs.training_operations(each, epochs, 8) + each * evaluated
        for each, epochs in zip(pixels, plan["epochs"], strict=True)
    ]
    assert plan["operations"].to_list() == expected
    assert plan["operations"].dtype == float  # integers would overflow over a study


def test_the_speed_here_is_measured_with_the_processor_named(store):
    speed = costs.cpu_speed(models.deeplabv3_mini, (32, 48), 2).value
    assert speed["processor"]
    per_image = speed["operations_per_second"] / speed["images_per_second"]
    flops = complexity.complexity(models.deeplabv3_mini, (32, 48), 13).value["flops"]
    assert per_image == pytest.approx(3 * flops)
    assert 1e6 < speed["operations_per_second"] < 1e13

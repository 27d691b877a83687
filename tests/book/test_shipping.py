"""What is packed of a run, finished or not, and what a check of it finds."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from book import chapters, execution, planning, reproduction, rounds, shipping
from hazards import processors, profiles
from hazards.cli import main
from hazards.store import entries, shipped

BASELINE = """# Baseline

```{python}
import os
from dataclasses import replace
from pathlib import Path
import pandas as pd
import torch
from hazards import profiles
from hazards.data import DataSet
from hazards.jobs import gather
from hazards.networks.models import deeplabv3_mini
from hazards.store import step
from hazards.training import Recipe

@step
def train(recipe, data, seed):
    noise = float(os.environ.get("HAZARDS_TEST_NOISE", "0"))
    log = pd.DataFrame({"val_miou": [0.1, recipe.learning_rate + seed / 100 + noise]})
    return {"log": log, "weights": {"w": torch.full((3,), float(seed))}}

@step
def evaluate(trained):
    return {"figure": float(trained.value["weights"]["w"].sum())}

@step
def ensemble(trainings):
    return sum(trained.value["log"]["val_miou"].iloc[-1] for trained in trainings)
```

```{python}
#| label: recipes
baseline = Recipe(model=deeplabv3_mini, size=(16, 24), epochs=1, batch_size=2, learning_rate=0.5)
other = replace(baseline, learning_rate=0.9)
data = DataSet(Path("nowhere"), key="nothing")
seeds = range(profiles.current().seeds)
```

```{python}
#| label: study
calls = [train.call(recipe, data, seed) for recipe in (baseline, other) for seed in seeds]
studied = gather([*calls, *map(evaluate.call, calls)], workers=1)
together = ensemble(calls).value
```
"""


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Path) -> list[Path]:
    """A book of one chapter, with three seeds, its archive beside it; the paths of the chapters."""
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    monkeypatch.setenv("HAZARDS_SEEDS", "3")
    monkeypatch.setenv("HAZARDS_WORKERS", "1")
    monkeypatch.setattr(chapters, "ROOT", tmp_path)
    monkeypatch.setattr(shipped, "_FOLDER", tmp_path)
    monkeypatch.setattr(reproduction, "current_data_set", lambda profile: None)
    (tmp_path / "_quarto.yml").write_text("book: {title: Small, chapters: [chapters/baseline.qmd]}\n")
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters/baseline.qmd").write_text(BASELINE)
    return chapters.chapter_paths()


def packed(name: str = "manifest.json") -> dict[str, dict]:
    """Documents of this name in the archive, by result."""
    with tarfile.open(shipped.archive()) as tar:
        files = {member: tar.extractfile(member) for member in tar.getnames() if member.endswith(f"/{name}")}
        return {member.removesuffix(f"/{name}"): json.loads(file.read()) for member, file in files.items()}


def test_a_run_that_still_goes_on_is_packed_as_far_as_it_is_and_goes_on_from_there(book, monkeypatch, tmp_path, capfd):
    with profiles.with_seeds(1):
        rounds.run(book)
    shipping.pack(book)
    assert {result.partition("/")[0] for result in packed()} == {"train", "evaluate"}
    assert len(packed()) == 4
    assert "10 results are still missing" in capfd.readouterr().err  # two ensembles among them
    monkeypatch.setenv("HAZARDS_STORE", str(tmp_path / "elsewhere"))
    monkeypatch.delenv("HAZARDS_SHIPPED")
    notes = planning.plan(planning.state(book)).notes
    assert any(note.startswith("1 of the trainings came with the project, without weights") for note in notes)
    rounds.run(book)
    shipping.pack(book)
    assert len(packed()) == 14  # without the ensemble of one


def test_a_quick_look_finds_all_that_it_needs(book, monkeypatch, tmp_path):
    execution.run(book)
    with profiles.with_seeds(profiles.FEW_SEEDS):
        execution.run(book)
    shipping.pack(book)
    monkeypatch.setenv("HAZARDS_STORE", str(tmp_path / "fresh"))
    monkeypatch.delenv("HAZARDS_SHIPPED")
    with profiles.with_seeds(profiles.FEW_SEEDS):
        execution.run(book)
    made_here = [path for path in (tmp_path / "fresh").glob("*/*/manifest.json") if "withheld" not in path.read_text()]
    assert made_here == []


def test_the_best_network_by_the_baselines_recipe_comes_with_its_weights(book, capfd):
    execution.run(book)
    shipping.pack(book)
    configs = packed("config.json")
    whole = [
        result for result, manifest in packed().items() if result.startswith("train/") and not manifest["withheld"]
    ]
    assert [(configs[result]["recipe"]["learning_rate"], configs[result]["seed"]) for result in whole] == [(0.5, 2)]
    assert f"with the weights of {whole[0]}" in capfd.readouterr().err


@pytest.fixture
def shipment(book, monkeypatch):
    """The book with a whole archive of its results."""
    execution.run(book)
    with profiles.with_seeds(profiles.FEW_SEEDS):
        execution.run(book)
    shipping.pack(book)
    monkeypatch.delenv("HAZARDS_SHIPPED")
    return book


def test_results_of_this_code_are_reproduced_with_what_they_need(shipment, capsys, store):
    before = sorted(store.rglob("*"))
    assert main(["check", "--sample", "14", "--seed", "1"]) == 0
    out, err = capsys.readouterr()
    assert out == "no problem found\n"
    assert err.count("equal to the bit") == 14
    assert processors.name() in err
    assert sorted(store.rglob("*")) == before


def test_a_check_names_its_seed_and_the_same_seed_chooses_the_same(shipment):
    first = reproduction.check(shipment, 1, 3, 60.0)
    again = reproduction.check(shipment, 1, 3, 60.0)
    assert [each.call.result_id for each in first.compared] == [each.call.result_id for each in again.compared]
    assert {each.call.step for each in reproduction.check(shipment, 14, 3, 60.0).compared} >= {"train", "evaluate"}
    assert not reproduction.check(shipment, 14, 3, -1.0).compared


def test_another_result_fails_on_the_same_family_alone(shipment, capsys, monkeypatch):
    monkeypatch.setenv("HAZARDS_TEST_NOISE", "0.25")
    assert main(["check", "--sample", "14"]) == 1
    out, err = capsys.readouterr()
    assert out.count("not reproduced: train") == 6
    assert "log.val_miou differs by up to 0.25" in err
    monkeypatch.setattr(processors, "family", lambda: "another one")
    assert main(["check", "--sample", "14"]) == 0
    assert "log.val_miou differs by up to 0.25" in capsys.readouterr().err


def test_a_missing_and_a_superfluous_key_fail(shipment, capsys):
    path = shipment[0]
    path.write_text(path.read_text().replace("learning_rate=0.9", "learning_rate=0.8"))
    assert main(["check", "--sample", "0"]) == 1
    out = capsys.readouterr().out
    assert out.count("missing: train") == 3
    assert out.count("superfluous: train/") == 3


def test_without_an_archive_there_is_nothing_to_check(book, capsys, monkeypatch):
    monkeypatch.delenv("HAZARDS_SHIPPED")
    assert main(["check"]) == 1
    assert "no results come with profile smoke" in capsys.readouterr().err
    assert entries.root().name == "store"

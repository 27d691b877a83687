"""A plan states what a run then computes, and computes nothing itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from book import chapters, execution, planning
from hazards.cli import main
from hazards.data.augmentation import Augmentation
from hazards.store import chapter_records, gc
from hazards.studies.budgets.search import SEED

FIRST = """# First

```{python}
from hazards.jobs import gather
from hazards.store import step
```

```{python}
#| label: recipes
@step
def double(x):
    return 2 * x

@step
def add(parts):
    return sum(part.value for part in parts)
```

```{python}
#| label: study
doubled = gather([double.call(x) for x in (1, 2)], workers=1)
total = add(doubled).value
lost = total + 1
```

```{python}
print(lost)
with_names = [name for name in ("total", "lost")]
```

```{python}
#| label: study-more
twice = add([double.call(3), double.call(4)])
```
"""
SECOND = """# Second

```{python}
from book import quoting
first = quoting.variables("first")
double, doubled = first["double"], first["doubled"]
again = double(2), double(5)
total = first["total"]
more = double(total)
```
"""


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Path) -> list[Path]:
    """A book of two chapters; their paths."""
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    monkeypatch.setattr(chapters, "ROOT", tmp_path)
    (tmp_path / "_quarto.yml").write_text("book: {chapters: [chapters/first.qmd, chapters/second.qmd]}\n")
    (tmp_path / "chapters").mkdir()
    for name, text in (("first", FIRST), ("second", SECOND)):
        (tmp_path / f"chapters/{name}.qmd").write_text(text)
    return chapters.chapter_paths()


def results(store: Path) -> set[str]:
    """What is in the store."""
    return {f"{path.parent.name}/{path.name}" for path in store.glob("[!.]*/*")}


def missing(paths: list[Path]) -> set[str]:
    """What a plan says is missing."""
    return {each.call.result_id for each in planning.state(paths) if not each.entry}


def test_what_is_stated_is_what_is_computed_but_for_what_a_value_decides(book, store):
    stated = planning.state(book)
    assert Counter((each.chapter, each.call.step) for each in stated) == {
        ("first", "double"): 4,
        ("first", "add"): 2,
        ("second", "double"): 1,  # the one of the total is not known yet
    }
    assert not results(store)
    execution.run([book[0]])
    assert results(store) == {each.call.result_id for each in stated if each.chapter == "first"}
    late = missing(book)
    assert len(late) == 2
    before = results(store)
    execution.run([book[1]])
    assert results(store) == before | late
    assert not missing(book)


def test_what_is_missing_of_a_store_is_stated(book, store):
    execution.run(book)
    everything = results(store)
    lost = next(each.call for each in planning.state(book) if each.call.step == "add")
    (store / lost.result_id).rename(store / "elsewhere")
    assert missing(book) == {lost.result_id}
    assert {each.call.result_id for each in planning.state(book) if each.entry} <= everything - {lost.result_id}
    execution.run([book[0]])
    assert lost.result_id in results(store)
    assert not missing(book)


def test_a_chapter_that_left_the_book_is_forgotten(book, store):
    execution.run([book[0]])
    kept = results(store)
    execution.run([book[1]])
    (chapters.ROOT / "_quarto.yml").write_text("book: {chapters: [chapters/first.qmd]}\n")
    execution.run([])
    assert chapter_records.by_chapter().keys() == {"first"}
    assert set(gc().paths) == results(store) - kept != set()


def test_a_mistake_in_a_chapter_is_not_taken_for_a_missing_value(book, capsys):
    book[0].write_text(FIRST.replace("lost = total + 1", "lost = totle + 1"))
    assert main(["run", "--dry-run", "first"]) == 1
    assert "chapters/first.qmd:23: NameError: name 'totle' is not defined" in capsys.readouterr().err


def test_the_plan_of_a_profile_is_shown_with_hours_and_disk(store, monkeypatch, capsys):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    assert main(["run", "--dry-run", "data", "baseline"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["chapter", "step", "there", "missing", "hours", "GiB"]
    assert ["data", "labels", "0", "3"] in [line[:4] for line in lines]
    assert ["baseline", "train", "0", "4"] in [line[:4] for line in lines]
    assert [line[0] for line in lines[-3:]] == ["hours:", "disk:", "memory:"]
    assert not results(store)


def test_the_real_profile_has_every_training_of_the_log_also_before_the_data_are_there(store, monkeypatch, capsys):
    monkeypatch.setenv("QUARTO_PROFILE", "streethazards")
    monkeypatch.delenv("HAZARDS_DATA", raising=False)
    paths = [path for path in chapters.chapter_paths() if path.stem in ("baseline", "architectures", "augmentation")]
    trainings = [each.call.arguments.arguments for each in planning.state(paths) if each.call.step == "train"]
    recipes = [training["recipe"] for training in trainings if training["seed"] != SEED]
    assert {(each.optimiser, each.learning_rate) for each in recipes} == {("adamw", 1e-4)}
    trained = {(each.model.__name__, each.size, each.batch_size, each.epochs) for each in recipes}
    assert trained >= {
        ("deeplabv3_resnet50", (512, 512), 4, 30),
        ("deeplabv3_resnet101", (512, 512), 4, 30),
        ("deeplabv3_resnet101", (720, 1280), 4, 30),
        ("segformer_b5", (512, 512), 4, 30),
        ("hiera_base", (720, 1280), 1, 30),
        ("deeplabv3_resnet50", (512, 512), 4, 40),
    }
    best = [
        each for each in recipes if each.epochs == 40 and each.transform == Augmentation(scale=(0.5, 2.0), blur=True)
    ]
    assert len(best) == 3  # seeds
    assert {each.source for each in best} == {(720, 1280)}


def test_real_data_that_are_not_where_they_should_be_are_named(store, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("QUARTO_PROFILE", "streethazards")
    monkeypatch.setenv("HAZARDS_DATA", str(tmp_path / "nowhere"))
    assert main(["run", "--dry-run", "baseline"]) == 1
    first, last = capsys.readouterr().err.splitlines()
    assert first.endswith(f"; data: {tmp_path / 'nowhere'}")
    assert last == f"hazards: no data set at {tmp_path / 'nowhere'}: no such folder"


@pytest.mark.slow
def test_the_whole_book_computes_what_was_planned(tmp_path):
    """With an empty store, and again with one from which something is lost."""
    store = tmp_path / "store"
    settings = os.environ | {"HAZARDS_STORE": str(store), "QUARTO_PROFILE": "smoke"}

    def planned() -> set[str]:
        code = "import json; from book import chapters, planning; paths = chapters.chapter_paths(); "
        code += "print(json.dumps([each.call.result_id for each in planning.state(paths) if not each.entry]))"
        done = subprocess.run([sys.executable, "-c", code], env=settings, text=True, capture_output=True, check=True)
        return set(json.loads(done.stdout))

    def run() -> None:
        subprocess.run([sys.executable, "-m", "hazards.cli", "run"], env=settings, check=True)

    first = planned()
    run()
    assert results(store) == first
    for step in ("evaluate", "maps", "fit"):
        for path in sorted((store / step).iterdir())[::3]:
            path.rename(tmp_path / f"{step}-{path.name}")
    before, again = results(store), planned()
    run()
    assert results(store) == before | again
    assert not planned()

"""What a reader's edit of a chapter recomputes, counted from the store, with the smoke profile."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from book import chapters, execution
from hazards import profiles

CHAPTER = chapters.ROOT / "chapters/baseline.qmd"
AUGMENTATION = chapters.ROOT / "chapters/augmentation.qmd"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory):
    """Execute a text as a chapter; returns how many results of each step were computed."""
    folder = tmp_path_factory.mktemp("book")
    store = folder / "store"
    (folder / "chapters").mkdir()
    names = ("baseline", "architectures", "augmentation")
    book = {"chapters": [f"chapters/{name}.qmd" for name in names]}
    (folder / "_quarto.yml").write_text(json.dumps({"book": book}), encoding="utf-8")
    for name in names:
        shutil.copy(chapters.ROOT / f"chapters/{name}.qmd", folder / "chapters")

    def results() -> dict[str, int]:
        return {step.name: len(list(step.iterdir())) for step in store.iterdir() if not step.name.startswith(".")}

    def run(text: str, name: str = "baseline") -> dict[str, int]:
        before = results() if store.exists() else {}
        path = folder / f"chapters/{name}.qmd"
        path.write_text(text, encoding="utf-8")
        execution.run([path])
        return {step: count - before.get(step, 0) for step, count in results().items() if count > before.get(step, 0)}

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAZARDS_STORE", str(store))
        patch.setenv("QUARTO_PROFILE", "smoke")
        patch.setattr(chapters, "ROOT", folder)
        run.figures, run.store = folder / "figures/smoke", store
        yield run


def test_an_edit_recomputes_what_it_touches_and_nothing_else(run):
    text = CHAPTER.read_text(encoding="utf-8")
    seeds = profiles.PROFILES["smoke"].seeds

    first = run(text)
    assert first["world"] == 1
    assert first["train"] == 2 * seeds
    exported = {path.stem for path in Path(run.figures).glob("*.png")}
    labels = {cell.label for cell in chapters.read(chapters.ROOT / "chapters/baseline.qmd").cells if cell.label}
    assert {label for label in labels if label.startswith("fig-")} <= exported <= labels

    assert run(text) == {}
    assert run(text.replace("How well does", "How very well does")) == {}

    edited = text.replace("auxiliary_weight=0.0", "auxiliary_weight=0.2")
    assert edited != text
    assert run(edited) == {"train": seeds, "evaluate": 2 * seeds}
    assert run(text) == {}


def test_the_command_goes_on_after_a_kill_and_then_has_nothing_to_do(run, tmp_path):
    run(CHAPTER.read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "hazards.cli", "--profile", "smoke", "run", "baseline"]
    options = {"env": os.environ | {"HAZARDS_STORE": str(tmp_path)}, "stderr": subprocess.PIPE, "text": True}

    killed = subprocess.Popen(command, start_new_session=True, **options)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob(".work/train/*/key.json")) and time.monotonic() < deadline and killed.poll() is None:
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert not list(tmp_path.glob("evaluate/*"))

    again = subprocess.run(command, **options, check=True)
    assert "rendering the world" not in again.stderr  # it was finished before the kill
    trained = list(tmp_path.glob("train/*/value/weights.safetensors"))
    assert len(trained) == 2 * profiles.PROFILES["smoke"].seeds
    for weights in trained:
        assert weights.read_bytes() == (run.store / weights.relative_to(tmp_path)).read_bytes()

    once_more = subprocess.run(command, **options, check=True)
    first, *rest = once_more.stderr.splitlines()
    assert first == "profile smoke: networks see 128×72 pixels, 2 epochs, 2 seeds; data: the embedded world"
    assert rest == ["[1/1] baseline: up to date"]


@pytest.mark.slow
def test_a_variant_changed_one_added_and_all_undone(run):
    text = AUGMENTATION.read_text(encoding="utf-8")
    variant = '    "padded crop": trained_with(replace(every, padding=True)),\n'
    assert text.count(variant) == 1
    seeds = profiles.PROFILES["smoke"].seeds

    def rows() -> pd.DataFrame:
        return pd.read_csv(run.figures / "tbl-augmentation.csv", index_col=0)

    def picture() -> bytes:
        return (run.figures / "fig-variants.png").read_bytes()

    run(text, "augmentation")
    first, drawn = rows(), picture()

    changed = text.replace(variant, variant.replace("padding=True", "padding=True, flip=False"))
    assert run(changed, "augmentation") == {"train": seeds, "evaluate": 3 * seeds}
    assert rows().drop("padded crop").equals(first.drop("padded crop"))
    assert not rows().loc["padded crop"].equals(first.loc["padded crop"])
    assert picture() != drawn

    added = text.replace(variant, variant + variant.replace("padded crop", "turned").replace("padding", "rotation"))
    assert run(added, "augmentation") == {"train": seeds, "evaluate": 3 * seeds}
    assert rows().drop("turned").equals(first)
    assert picture() != drawn

    assert run(text, "augmentation") == {}
    assert rows().equals(first)
    assert picture() == drawn

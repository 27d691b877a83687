"""What an edit of the library does to a training and to its key, each tried in a copy of the library."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

CODE = Path(__file__).resolve().parents[2] / "code"
SCRIPT = """
import hashlib, json, sys
from pathlib import Path
from hazards.data import DataSet
from hazards.networks.models import deeplabv3_mini
from hazards.store.formats import encode
from hazards.training import Recipe, train

recipe = Recipe(deeplabv3_mini, (32, 48), epochs=1, batch_size=4, learning_rate=0.01, validations=1)
call = train.call(recipe, DataSet(Path(sys.argv[1]), key="stripes"), seed=0)
_, files = encode(call.run().value, "value")
weights = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
print(json.dumps([call.key, weights]))
"""


class Edit(NamedTuple):
    """An edit of one file of the library, text for text; its place is the first one."""

    file: str
    old: str
    new: str


STAYS = {
    "the text of an error": Edit("training/feed.py", "cannot be shared evenly", "cannot be divided"),
    "the text of a message": Edit("training/watch.py", "are kept in memory", "stay in memory"),
    "the text of a progress bar": Edit("training/loop.py", 'f"train {', 'f"training {'),
    "the interval of saving": Edit("training/checkpoints.py", "_SAVE_INTERVAL = 10.0", "_SAVE_INTERVAL = 3.0"),
    "a new field of Recipe": Edit(
        "training/recipe.py", "    keep_best: bool = False\n", "    keep_best: bool = False\n    ema: float = 0.0\n"
    ),
    "a new field of Augmentation": Edit(
        "data/augmentation.py", "    padding: bool = False\n", "    padding: bool = False\n    cutout: float = 0.0\n"
    ),
    "the name of a variable": Edit("training/loop.py", "by_process", "gathered"),
}
CHANGES = {
    "the power of the schedule": Edit("training/optimisation.py", "POWER = 0.9", "POWER = 0.5"),
    "the default of a field": Edit("training/recipe.py", "weight_decay: float = 1e-4", "weight_decay: float = 1e-2"),
    "the default of a field of Augmentation": Edit(
        "data/augmentation.py", "jitter: float = 0.2", "jitter: float = 0.4"
    ),
}
KEY_ALONE = {
    "how values are written": Edit("store/formats.py", "allow_pickle=False)", "allow_pickle=False, version=(1, 0))"),
}


@pytest.fixture
def outcome(tmp_path: Path, stripes):
    """The key of a small training and hashes of its result, by a copy of the library after an edit."""

    def run(*edits: Edit) -> tuple[str, dict[str, str]]:
        copy = tmp_path / "code"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(CODE / "hazards", copy / "hazards", ignore=shutil.ignore_patterns("__pycache__"))
        for edit in edits:
            path = copy / "hazards" / edit.file
            text = path.read_text(encoding="utf-8")
            assert edit.old in text, f"{edit.old!r} is not in {edit.file} any more"
            path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
        environment = os.environ | {"PYTHONPATH": str(copy), "HAZARDS_STORE": str(tmp_path / "store")}
        shutil.rmtree(tmp_path / "store", ignore_errors=True)
        command = [sys.executable, "-c", SCRIPT, str(stripes.root)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
        return tuple(json.loads(done.stdout.splitlines()[-1]))

    return run


@pytest.fixture(scope="module")
def unedited(tmp_path_factory, request) -> dict[str, tuple[str, dict[str, str]]]:
    """The outcome without an edit, computed once."""
    return {}


def before(unedited, outcome) -> tuple[str, dict[str, str]]:
    if not unedited:
        unedited["outcome"] = outcome()
    return unedited["outcome"]


@pytest.mark.parametrize("name", STAYS)
def test_an_edit_that_changes_no_result_leaves_its_key(name, unedited, outcome):
    assert outcome(STAYS[name]) == before(unedited, outcome)


@pytest.mark.parametrize("name", CHANGES)
def test_an_edit_that_changes_a_result_changes_its_key(name, unedited, outcome):
    (key, files), (other_key, other_files) = before(unedited, outcome), outcome(CHANGES[name])
    assert files != other_files
    assert key != other_key


@pytest.mark.parametrize("name", KEY_ALONE)
def test_an_edit_of_what_stores_results_changes_keys(name, unedited, outcome):
    assert outcome(KEY_ALONE[name])[0] != before(unedited, outcome)[0]


def test_a_function_that_is_moved_and_renamed_keeps_its_results(unedited, outcome):
    aliases = '"hazards.training.optimisation.rate_at" = "hazards.training.optimisation.learning_rate"\n'
    renamed = [
        Edit("training/optimisation.py", "def learning_rate(", "def rate_at("),
        Edit(
            "training/loop.py",
            "import label_weights, learning_rate, optimizer",
            "import label_weights, optimizer, rate_at",
        ),
        Edit("training/loop.py", "return learning_rate(", "return rate_at("),
    ]
    table = Edit("store/keys/aliases.toml", "# What was moved", f"{aliases}# What was moved")
    assert outcome(*renamed)[0] != before(unedited, outcome)[0]
    assert outcome(*renamed, table) == before(unedited, outcome)

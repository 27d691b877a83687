"""Hazards, towns and furniture are data: what they say counts in the key of the world, how it is written does not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import hazards

KEY = """
from hazards.data.sources import embedded_world
print(embedded_world.call((8, 8), (1, 1, 1)).key)
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A copy of the library to edit, and the key of the world as it is."""
    code = tmp_path_factory.mktemp("code")
    shutil.copytree(Path(hazards.__file__).parent, code / "hazards", ignore=shutil.ignore_patterns("__pycache__"))
    return code, key(code)


def key(code: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(code)}
    done = subprocess.run([sys.executable, "-c", KEY], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


FOOD = "hazards/kinds/food.txt"
TOWNS = "towns/catalogue.toml"
FURNITURE = "towns/furniture.toml"


@pytest.mark.parametrize(
    ("name", "old", "new", "changes"),
    [
        (FOOD, "giant apple: red, lime, yellow", "giant apple: red, lime, gold", True),
        (FOOD, "rod 0 0 .8 .05 0 1.1 .03 bark", "rod 0 0 .8 .05 0 1.2 .03 bark", True),
        (FOOD, "fried egg on the wall: white/yellow; place=wall", "fried egg on the wall: white/yellow", True),
        (FOOD, "giant apple: red", "# A fruit.\n\ngiant apple: red", False),
        (FOOD, "  rod 0 0 .8 .05 0 1.1 .03 bark", "    rod 0 0 .8 .05 0 1.1 .03 bark", False),
        (TOWNS, '[["house", 6], ["terrace", 1.2]', '[["terrace", 1.2], ["house", 6]', True),
        (TOWNS, "haze = 330", "haze = 330 # metres", False),
        (FURNITURE, 'name = "bin"', 'name = "dustbin"', True),
        (FURNITURE, "wood = [[0.25,", "wood = [[0.26,", True),
        (FURNITURE, "# others: each open towards -y", "# others", False),
    ],
)
def test_an_edit_of_data_changes_the_key_of_the_world_and_a_comment_does_not(package, name, old, new, changes):
    code, before = package
    file = code / "hazards/world" / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    try:
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        assert (key(code) != before) == changes
    finally:
        file.write_text(text, encoding="utf-8")


def test_a_further_file_of_kinds_changes_the_key_of_the_world(package):
    code, before = package
    file = code / "hazards/world/hazards/kinds/zoo.txt"
    try:
        file.write_text("cage: steel\n  block 0 0 1 2 2 2\n", encoding="utf-8")
        assert key(code) != before
    finally:
        file.unlink()
    assert key(code) == before

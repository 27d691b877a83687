"""The whole report on a data set that is not StreetHazards: it builds, and says nothing that is false of these data."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from book import chapters
from foreign_data import foreign_data
from sample_books import Page

LEFT_OUT = (".git", ".venv", "checkpoints", "_book", "figures", "tests", ".chapters", ".quarto", "__pycache__")
TOWNS = {
    "several towns, one without anomalies": {"flat": True, "office": True, "hall": False},
    "one town": {"flat": True},
}
OF_THE_WORLD = ("houses, plants, colours and weather, so", "validation town", "ray-traced street scenes in the format")
"""What is true of the embedded world alone, and is said of the data where they are that world."""


@pytest.mark.slow
@pytest.mark.parametrize("folders", TOWNS.values(), ids=TOWNS)
def test_the_report_on_other_data_is_true_of_them(folders: dict[str, bool], tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(chapters.ROOT, project, ignore=shutil.ignore_patterns(*LEFT_OUT))
    shutil.copytree(chapters.ROOT / "figures", project / "figures", ignore=lambda folder, names: ["mini", "smoke"])
    environment = os.environ | {
        "PYTHONPATH": str(project / "code"),
        "QUARTO_PROFILE": "smoke",
        "HAZARDS_DATA": str(foreign_data(tmp_path / "rooms", folders)),
        "HAZARDS_STORE": str(tmp_path / "store"),
        "HAZARDS_SHIPPED": "no",
    }
    for command in (["hazards.cli", "run"], ["book.offline"]):
        subprocess.run([sys.executable, "-m", *command], cwd=project, env=environment, check=True)
    pages = {path.name: Page(path).text for path in (project / "_book").rglob("*.html")}
    assert "data set rooms, profile smoke" in pages["index.html"]
    assert "foreign object is the anomaly" in pages["data.html"]
    for name, text in pages.items():
        assert not re.search(r"(?<![.\w])(nan|inf)\b", text, re.IGNORECASE), name  # but for np.nan in folded code
        if name != "glossary.html":
            assert not [phrase for phrase in OF_THE_WORLD if phrase in text], name
    carried = "All test images with hazards lie in one town" in pages["ablations.html"]
    assert carried == (len(folders) == 1)

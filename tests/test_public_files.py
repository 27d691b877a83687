"""What hosts and tools read of the project says the same as the project."""

from __future__ import annotations

import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def test_commands_of_the_workflow_are_there():
    workflow = yaml.safe_load((ROOT / ".github/workflows/report.yml").read_text())
    commands = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    targets = {line.split(":")[0] for line in (ROOT / "Makefile").read_text().splitlines()}
    assert commands[0] == ".ci/run"
    assert {"report", "report-cold"} <= targets
    assert "'report-cold' || 'report'" in commands[1]


def test_who_when_and_which_version_are_those_of_the_book():
    book = yaml.safe_load((ROOT / "_quarto.yml").read_text())
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == book["version"]
    assert citation["date-released"] == book["book"]["date"]
    assert citation["title"].lower() == f"{book['book']['title']}: {book['book']['subtitle']}".lower()
    assert [author["name"] for author in citation["authors"]] == [book["book"]["author"]]
    assert citation.get("repository-code") == book["book"].get("repo-url")
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == book["version"]
    assert f"\n## {book['version']}\n" in (ROOT / "CHANGELOG.md").read_text()

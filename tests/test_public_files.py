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


def test_the_version_is_the_same_everywhere():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == version
    assert f"\n## {version}\n" in (ROOT / "CHANGELOG.md").read_text()

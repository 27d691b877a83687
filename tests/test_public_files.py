"""What hosts and tools read of the project, its workflow and its citation, is as their schemas say."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = {".github/workflows/report.yml": "github-workflows", "CITATION.cff": "citation-file-format"}


@pytest.mark.parametrize("file", SCHEMAS)
def test_a_file_keeps_to_its_schema(file: str):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{SCHEMAS[file]}", file]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


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

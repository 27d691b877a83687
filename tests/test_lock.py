"""The lock installs on every machine and Python that the project claims, as an index has the packages now."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "aarch64-apple-darwin")
UNREACHABLE = re.compile(
    "error sending request|failed to fetch|client error|dns error|timed out|network", re.IGNORECASE
)


@pytest.mark.slow
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_package_of_the_lock_is_to_be_had_ready_built(platform, python, tmp_path):
    command = ["bash", "code/uv.sh", "pip", "install", "--dry-run", "--require-hashes", "--no-build"]
    target = ["--target", str(tmp_path / "target"), "--python-platform", platform, "--python-version", python]
    environment = {**os.environ, "MACOSX_DEPLOYMENT_TARGET": "14.0"}
    done = subprocess.run(
        [*command, *target, "-r", "requirements.lock"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode and UNREACHABLE.search(done.stdout):
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stdout
    assert re.search(r"^ \+ torch==", done.stdout, re.MULTILINE)
    assert bool(re.search(r"^ \+ embreex==", done.stdout, re.MULTILINE)) == (platform != "aarch64-manylinux_2_28")

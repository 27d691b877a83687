"""What `hazards doctor` says of a machine is so, and never a traceback."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

from book import doctor
from foreign_data import COUNTS, foreign_data
from hazards import devices, processors
from hazards.cli import main
from hazards.store import entries, shipped
from hazards.world.rendering import rays


@pytest.fixture(autouse=True)
def own_store(store, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    monkeypatch.delenv("HAZARDS_DATA", raising=False)


def findings() -> dict[str, doctor.Finding]:
    return {finding.what: finding for finding in doctor.examine()}


def test_it_is_one_screen_of_lines_that_name_each_gap_and_its_cost(capsys):
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) <= 30
    assert max(map(len, shown)) <= 150
    assert [line for line in shown if line.startswith("ok  Python")]
    marks = {line[:4] for line in shown}
    assert marks <= {"ok  ", "--  ", "    "}
    for index, line in enumerate(shown):
        assert line.startswith("--") == (index + 1 < len(shown) and shown[index + 1].startswith("    "))


def test_a_machine_with_less_is_told_what_that_costs(monkeypatch):
    before = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name.startswith("onnx") else before(name))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(processors, "has_bfloat16", lambda: False)
    monkeypatch.setattr(rays, "has_embree", lambda: False)
    monkeypatch.setattr(entries, "free_bytes", lambda: 1 << 30)
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    monkeypatch.setenv("HAZARDS_DEVICE", "cpu")
    gaps = {what: finding.gap for what, finding in findings().items()}
    expected = {
        "Python": "make env PYTHON=python3.12",
        "device": "no GPU",
        "bfloat16": "slower here than 32-true",
        "Embree": "50 times slower",
        "Quarto": "code/book/offline",
        "Chromium": "tests in a browser",
        "Slurm": "--where slurm cannot be used",
        "ONNX": "uv pip install --group export",
        "data set": "the embedded world stands in",
        "shipped results": "hazards run --dry-run says how long",
        "weights": "hazards run baseline --cold",
        "disk": "for want of room",
    }
    for what, cost in expected.items():
        assert cost in gaps[what], what
    assert not gaps["store"]


def test_what_is_there_is_named(tmp_path, monkeypatch):
    root = foreign_data(tmp_path / "rooms", {"test": True})
    monkeypatch.setenv("HAZARDS_DATA", str(root))
    monkeypatch.delenv("HAZARDS_SHIPPED")
    monkeypatch.setattr(shipped, "_FOLDER", tmp_path)
    (tmp_path / "smoke.tar.xz").write_bytes(bytes(3 << 20))
    weights = entries.root() / "train/abc/value/weights.safetensors"
    weights.parent.mkdir(parents=True)
    weights.touch()
    told = findings()
    counts = ", ".join(f"{COUNTS[split]} {split}" for split in ("train", "val", "test"))
    assert told["data set"] == ("data set", f"{root}: {counts}", "")
    assert told["shipped results"] == ("shipped results", "smoke.tar.xz, 3.0 MiB", "")
    assert told["weights"] == ("weights", "of 1 networks in the store", "")


@pytest.mark.parametrize(("version", "is_gap"), [("1.10.19", False), ("1.9.0", False), ("1.8.27", True), ("", True)])
def test_a_quarto_that_is_too_old_is_a_gap(version, is_gap, tmp_path, monkeypatch):
    quarto = tmp_path / "quarto"
    quarto.write_text(f"#!/bin/sh\necho {version}\n")
    quarto.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    finding = findings()["Quarto"]
    assert finding.state == (version or "no version")
    assert bool(finding.gap) == is_gap


def test_what_cannot_be_told_is_a_gap_with_its_reason(tmp_path, monkeypatch):
    monkeypatch.setenv("HAZARDS_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setenv("HAZARDS_DEVICE", "gpu")
    monkeypatch.setenv("HAZARDS_STORE", str(tmp_path / "file"))
    Path(tmp_path / "file").touch()
    told = findings()
    assert "no such folder" in told["data set"].gap
    assert "HAZARDS_DEVICE is 'gpu': choose one of" in told["device"].gap
    assert "set HAZARDS_STORE" in told["store"].gap
    monkeypatch.setattr(devices, "best_device", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):  # a fault of the code is no gap
        doctor.examine()

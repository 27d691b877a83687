"""Results of other versions of the packages that compute are used, and said to be so, once."""

from __future__ import annotations

import hashlib
import json

import pytest

from hazards import processors
from hazards.labels import STREETHAZARDS
from hazards.store import shipped, step
from hazards.store.entries import Entry


@step
def double(x):
    return 2 * x


def edit(entry: Entry, withheld: bool = False, **versions: str | None) -> None:
    """Change the versions in a result's provenance, as if it had been computed with them; None removes one."""
    facts = {name: fact for name, fact in (entry.provenance | versions).items() if fact is not None}
    data = json.dumps(facts).encode()
    (entry.path / "provenance.json").write_bytes(data)
    manifest = json.loads((entry.path / "manifest.json").read_bytes())
    manifest["files"]["provenance.json"] = [len(data), hashlib.sha256(data).hexdigest()]
    manifest |= {"withheld": []} if withheld else {}
    (entry.path / "manifest.json").write_text(json.dumps(manifest))


def test_the_versions_of_all_packages_that_compute_are_recorded(store):
    assert {"torch", "torchvision", "timm", "segmentation-models-pytorch"} <= double(1).provenance.keys()


def test_the_processor_and_its_family_are_recorded(store):
    facts = double(1).provenance
    assert facts["processor"] == processors.name()
    assert facts["processor_family"] == processors.family()


@step
def count(data, split):
    return len(data.split(split))


def test_the_label_set_is_recorded_with_what_is_computed_from_a_data_set(store, stripes):
    recorded = count(stripes, "val").provenance["labels"]
    assert recorded.keys() == {"data"}
    assert recorded["data"]["names"] == list(STREETHAZARDS.names)
    assert recorded["data"]["colors"] == [list(color) for color in STREETHAZARDS.colors]
    assert recorded["data"]["ignored"] == []
    assert double(5).provenance["labels"] == {}


def test_other_versions_are_said_once_a_combination(store, capfd):
    here = double(0).provenance
    for x in (1, 2):
        edit(double(x), torch="0.1.5", timm="0.2")
    edit(double(3), torch="0.3.0")
    assert [double(x).value for x in (1, 2, 3, 1)] == [2, 4, 6, 2]
    first, second = capfd.readouterr().err.splitlines()
    assert first.startswith(f"results were computed with torch 0.1.5, timm 0.2, here is torch {here['torch']}, timm ")
    assert "torch 0.3.0, here" in second


def test_the_way_to_compute_them_again_depends_on_where_they_came_from(store, capfd, monkeypatch, tmp_path):
    monkeypatch.delenv("HAZARDS_SHIPPED")
    monkeypatch.setattr(shipped, "_FOLDER", tmp_path)  # no archive
    edit(double(1), torch="0.4")
    edit(double(2), withheld=True, torch="0.4")
    assert [double(x).value for x in (1, 2)] == [2, 4]
    computed_here, came_along = capfd.readouterr().err.splitlines()
    assert computed_here.endswith("remove them from the store to compute them again")
    assert came_along.endswith("`hazards run --cold` computes them again")


@pytest.mark.parametrize("package", ["torch", "torchvision", "timm", "segmentation-models-pytorch"])
def test_a_patch_is_no_other_version_and_a_package_that_was_not_recorded_is_not_compared(store, capfd, package):
    major, minor, *_ = double(1).provenance[package].split(".")
    edit(double(1), **{package: f"{major}.{minor}.99+cpu"})
    edit(double(2), **{package: None})
    assert (double(1).value, double(2).value) == (2, 4)
    assert capfd.readouterr().err == ""
    edit(double(3), **{package: f"{major}.{minor}1.0"})
    edit(double(4), **{package: f"{major}1.{minor}.0"})
    assert (double(3).value, double(4).value) == (6, 8)
    assert capfd.readouterr().err.count(f"computed with {package} ") == 2

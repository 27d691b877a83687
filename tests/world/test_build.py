"""The world on disk: laid out like StreetHazards, resumable, refusing what it cannot do."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hazards.world import build as building
from hazards.world.build import WorldError, build, image_paths
from hazards.world.rendering.image import render
from hazards.world.towns.catalogue import SPLITS, TOWNS

SIZE = {"height": 36, "width": 64}
COUNTS = {"train": 2, "val": 1, "test": 2}


@pytest.fixture
def world(tmp_path):
    build(tmp_path, counts=COUNTS, workers=1, **SIZE)
    return tmp_path


def test_the_folder_is_laid_out_like_streethazards(world):
    for folder, name, count in (("train", "train", 2), ("train", "validation", 1), ("test", "test", 2)):
        entries = json.loads((world / folder / f"{name}.odgt").read_text())
        assert len(entries) == count
        for entry in entries:
            assert set(entry) == {"dbName", "width", "height", "fpath_img", "fpath_segm"}
            with Image.open(world / folder / entry["fpath_img"]) as image:
                assert (image.mode, image.size) == ("RGB", (64, 36))
            with Image.open(world / folder / entry["fpath_segm"]) as labels:
                assert (labels.mode, labels.size) == ("L", (64, 36))
                assert 1 <= np.asarray(labels).min() <= np.asarray(labels).max() <= 14
    assert (world / "train/images/training/t1-3/1.png").exists()
    assert (world / "train/annotations/validation/t4/1.png").exists()
    assert (world / "test/images/test/t5/1.png").exists()
    assert (world / "test/images/test/t6/2.png").exists()
    facts = json.loads((world / "metadata/test.json").read_text())
    assert [fact["town"] for fact in facts] == ["t5", "t6"]
    assert all(fact["hazards"] for fact in facts)


def test_test_images_take_turns_among_towns_of_their_own():
    folders = [Path(image_paths("test", index)[0]).parent.name for index in range(12)]
    assert folders == [*SPLITS["test"], *SPLITS["test"]]
    assert len(set(SPLITS["test"])) == 6
    assert not set(SPLITS["test"]) & {*SPLITS["train"], *SPLITS["val"]}
    assert {town for towns in SPLITS.values() for town in towns} == set(TOWNS)


def test_files_hold_what_render_gives(world):
    image, labels = render("val", 0, **SIZE)
    with Image.open(world / "train/images/validation/t4/1.png") as file:
        np.testing.assert_array_equal(np.asarray(file), image)
    with Image.open(world / "train/annotations/validation/t4/1.png") as file:
        np.testing.assert_array_equal(np.asarray(file), labels + 1)


def test_an_interrupted_run_continues_and_workers_change_nothing(world):
    kept, lost = world / "train/images/training/t1-3/1.png", world / "train/images/training/t1-3/2.png"
    bytes_lost, time_kept = lost.read_bytes(), kept.stat().st_mtime_ns
    lists = world / "train/train.odgt"
    text = lists.read_text()
    lost.unlink()
    lists.unlink()
    build(world, counts={**COUNTS, "test": 12}, workers=2, **SIZE)
    assert lost.read_bytes() == bytes_lost
    assert kept.stat().st_mtime_ns == time_kept
    assert lists.read_text() == text
    assert not list(world.rglob("*.part"))


def test_a_folder_of_other_settings_is_refused(world):
    with pytest.raises(WorldError, match=r"1\.png was not rendered with these settings"):
        build(world, counts=COUNTS, workers=1, seed=1, **SIZE)


def test_a_damaged_image_is_named(world):
    path = world / "test/images/test/t5/1.png"
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(WorldError, match=r"t5/1\.png cannot be read"):
        build(world, counts=COUNTS, workers=1, **SIZE)


def test_a_full_disk_is_one_clear_line_and_leaves_no_list(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(building.os, "replace", full)
    with pytest.raises(WorldError, match=r"cannot write .*1\.png: .*No space left on device"):
        build(tmp_path, counts=COUNTS, workers=1, **SIZE)
    assert not list(tmp_path.rglob("*.odgt"))
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("counts", [{"train": 0}, {"dev": 3}])
def test_counts_that_mean_nothing_are_refused(tmp_path, counts):
    with pytest.raises(WorldError, match="cannot render counts"):
        build(tmp_path, counts=counts, **SIZE)

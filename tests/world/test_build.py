"""The embedded world: pure, laid out like StreetHazards, with the real shares of labels, resumable."""

from __future__ import annotations

import errno
import json

import numpy as np
import pytest
from PIL import Image

from hazards.labels import ANOMALY, PEDESTRIAN, STREETHAZARDS
from hazards.world import build as building
from hazards.world import hazards as grammar
from hazards.world.build import WorldError, build
from hazards.world.embree import Solids
from hazards.world.geometry import box, capsule, cone, cylinder, extrude, join, sphere, torus, tube
from hazards.world.render import render
from hazards.world.scene import scene
from hazards.world.street import Street

REAL = {
    "train": (31.0, 12.0, 1.25, 0.47, 0.018, 1.25, 1.35, 33.3, 6.7, 8.8, 0.25, 3.4, 0.10),
    "val": (28.4, 12.7, 2.27, 0.45, 0.002, 0.61, 1.31, 36.2, 4.4, 10.4, 0.04, 3.1, 0.11),
    "test": (30.7, 12.0, 1.12, 0.59, 0.0, 0.78, 1.85, 37.3, 3.9, 8.7, 0.16, 1.8, 0.17),
}
"""Share of pixels of labels 0-12 in StreetHazards, per cent."""
SIZE = {"height": 36, "width": 64}


def volume(solid):
    corners = solid.vertices[solid.faces].astype(float)
    return np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6


@pytest.mark.parametrize(
    ("solid", "expected", "tolerance"),
    [
        (box((1, 2, 3)), 6, 1e-5),
        (cylinder(1, 2, 64), 2 * np.pi, 0.02),
        (cone(1, 3, 64), np.pi, 0.02),
        (sphere(1, 24), 4 / 3 * np.pi, 0.05),
        (capsule(0.5, 3, 64), np.pi * 0.25 * 2 + np.pi / 6, 0.02),
        (torus(2, 0.5, 48, 24), 2 * np.pi**2 * 2 * 0.25, 0.25),
        (extrude([(0, 0), (1, 0), (1, 1), (0, 1)], 2), 2, 1e-5),
        (tube([(0, 0, 0), (0, 0, 1), (0, 0, 2)], 0.5, 32), np.pi * 0.5, 0.02),
    ],
)
def test_solids_are_closed_stand_on_the_ground_and_face_outwards(solid, expected, tolerance):
    assert volume(solid) == pytest.approx(expected, abs=tolerance)
    assert solid.vertices[:, 2].min() == pytest.approx(0, abs=1e-6)


def test_moving_turning_and_joining_keep_what_a_solid_is():
    solid = box((1, 2, 3), (0.1, 0.2, 0.3), label=5)
    moved = solid.rotated(yaw=0.3, pitch=0.2, roll=-0.1).moved((4, 5, 6))
    both = join([solid, moved])
    assert volume(moved.moved((-4, -5, -6))) == pytest.approx(6, abs=1e-4)
    assert (both.label == 5).all()
    np.testing.assert_array_equal(both.vertices[both.faces[12:]], moved.vertices[moved.faces])


DOWN = np.array([[0], [0], [-1]], np.float32)


@pytest.mark.parametrize("count", [0, 1, 16, 50])
def test_rays_meet_the_nearest_face_whatever_their_number(count):
    low, high = box((2, 2, 1)), box((1, 1, 1)).moved((0, 0, 3))
    both = join([low, high])
    solids = Solids(both.vertices, both.faces)
    origins = np.zeros((3, count), np.float32)
    origins[0], origins[2] = np.resize([0.1, 0.7, 5], count), 9
    face, distance = solids.first(origins, np.broadcast_to(DOWN, origins.shape))
    np.testing.assert_array_equal(face // 12, np.resize([1, 0, -1], count))
    np.testing.assert_allclose(distance, np.resize([5, 8, np.inf], count), rtol=1e-6)
    np.testing.assert_array_equal(solids.hidden(origins, DOWN), np.resize([True, True, False], count))
    assert not solids.hidden(origins, -DOWN).any()


@pytest.mark.parametrize("curvature", [0.0, 1 / 90, -1 / 120])
def test_bending_a_street_can_be_undone(curvature):
    street = Street(curvature, 2, 3.5, 8, (2, 3), None, 6, (0, 0), True, False, False)
    points = np.random.default_rng(0).uniform((-40, -45, 0), (180, 45, 3), (500, 3))
    bent = street.bend(points)
    s, t = street.unbend(bent[:, 0], bent[:, 1])
    np.testing.assert_allclose(np.stack([s, t], -1), points[:, :2], atol=1e-3)
    np.testing.assert_allclose(street.place(*points[0, :2]), bent[0, :2], atol=1e-3)


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_an_image_is_a_pure_function_of_its_number(split):
    image, labels = render(split, 3, **SIZE)
    render("train", 0, **SIZE)
    again = render(split, 3, **SIZE)
    np.testing.assert_array_equal(image, again[0])
    np.testing.assert_array_equal(labels, again[1])
    assert image.dtype == labels.dtype == np.uint8
    assert (render(split, 3, seed=1, **SIZE)[1] != labels).any()
    assert (render(split, 5, **SIZE)[1] != labels).any()


def test_the_scene_does_not_depend_on_the_resolution():
    coarse, fine = render("train", 1, height=36, width=64)[1], render("train", 1, height=108, width=192)[1]
    # Centre pixels of 3x3 groups see along the same rays.
    assert (coarse == fine[1::3, 1::3]).mean() > 0.999


@pytest.fixture(scope="module")
def samples():
    """Labels of 60 images a split at 160x90: {split: (60, 90, 160)}."""
    return {split: np.stack([render(split, i, height=90, width=160)[1] for i in range(60)]) for split in REAL}


@pytest.mark.parametrize("split", list(REAL))
def test_shares_of_labels_are_near_the_real_ones(samples, split):
    """Within a factor of 2 for classes of at least 1 % in training, 5 for rare ones; people may be more common."""
    shares = 100 * np.bincount(samples[split].ravel(), minlength=14) / samples[split].size
    for label, (real, common) in enumerate(zip(REAL[split], REAL["train"], strict=True)):
        if label == PEDESTRIAN:
            assert shares[label] < 0.3
            continue
        factor = 2 if common >= 1 else 5
        assert real / factor < shares[label] < real * factor, (
            f"{split}: {STREETHAZARDS.names[label]} {shares[label]:.3f} %"
        )


def test_only_the_test_split_holds_hazards_and_it_holds_no_pedestrian(samples):
    assert (samples["train"] != ANOMALY).all()
    assert (samples["val"] != ANOMALY).all()
    assert (samples["test"] != PEDESTRIAN).all()
    sizes = (samples["test"] == ANOMALY).mean(axis=(1, 2))
    assert (sizes > 0).all()
    assert 0.002 < np.median(sizes) < 0.009
    assert np.quantile(sizes, 0.95) < 0.06


def test_every_kind_comes_up_once_before_any_returns():
    order = [scene("test", i).hazards[0] for i in range(40)]
    assert len(set(order)) == 40
    assert scene("test", 1).hazards[0] == scene("test", 1 + grammar.KINDS).hazards[0]
    assert grammar.KINDS >= 250


@pytest.mark.parametrize(("split", "index", "message"), [("dev", 0, "'dev'"), ("val", -1, "image -1 of split val")])
def test_an_unknown_image_is_refused(split, index, message):
    with pytest.raises(ValueError, match=message):
        render(split, index, **SIZE)


def test_a_size_too_small_is_refused():
    with pytest.raises(ValueError, match="4x36"):
        render("val", 0, height=36, width=4)


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
    with pytest.raises(WorldError, match=r"cannot write .*1\.png: the disk is full"):
        build(tmp_path, counts=COUNTS, workers=1, **SIZE)
    assert not list(tmp_path.rglob("*.odgt"))
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("counts", [{"train": 0}, {"dev": 3}])
def test_counts_that_mean_nothing_are_refused(tmp_path, counts):
    with pytest.raises(WorldError, match="cannot render counts"):
        build(tmp_path, counts=counts, **SIZE)

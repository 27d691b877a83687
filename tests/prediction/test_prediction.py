"""Prediction says of any picture what the evaluation would, loses none, and names what it cannot use."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import save_file
from torch.nn import functional

from hazards import studies
from hazards.cli import main
from hazards.evaluation import Inference, maps
from hazards.labels import STREETHAZARDS
from hazards.networks.models import deeplabv3_mini
from hazards.prediction import pictures, trained_networks
from hazards.prediction.inference import MOST_REGIONS, Look, PredictionError, enlarge, look, regions
from hazards.prediction.map_files import KINDS
from hazards.prediction.methods import METHODS
from hazards.prediction.pictures import PictureError
from hazards.prediction.pipeline import ahead, predict, predictor
from hazards.scores.logits import max_logit, msp
from hazards.scores.standardized_max_logit import StandardizedMaxLogit
from hazards.store import chapter_records, provenance
from hazards.store.entries import Entry
from hazards.training import Recipe, train
from real_data import SLICE, real_slice

SIZE = (32, 48)
RECIPE = Recipe(model=deeplabv3_mini, size=SIZE, epochs=2, batch_size=4, learning_rate=4e-3, validations=1)
SCORES = {"MaxLogit": max_logit, "MSP": msp, "SML": StandardizedMaxLogit("val")}


@pytest.fixture(scope="module")
def study(stripes, tmp_path_factory):
    """A store in which a chapter has trained two networks, one longer, and evaluated them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAZARDS_STORE", str(tmp_path_factory.mktemp("store")))
        patch.setenv("QUARTO_PROFILE", "smoke")
        patch.setenv("HAZARDS_WORKERS", "1")
        with chapter_records.recording("baseline"):
            found = studies.study({"short": RECIPE, "long": replace(RECIPE, epochs=6)}, stripes, 1, SCORES)
        yield found


@pytest.fixture(scope="module")
def chosen(study):
    return trained_networks.choose(study.trainings["long", 0].key, None)


@pytest.fixture
def folder(tmp_path):
    """Three pictures of a street, of different sizes."""
    for name, size in (("a", (48, 32)), ("b", (97, 61)), ("c", (20, 40))):
        path = tmp_path / f"pictures/{name}.png"
        path.parent.mkdir(exist_ok=True)
        noise = np.random.default_rng(len(name)).integers(0, 256, (*size[::-1], 3))
        Image.fromarray(noise.astype(np.uint8)).save(path)
    return tmp_path / "pictures"


def run(*arguments: object) -> int:
    return main(["predict", *map(str, arguments)])


def summary_of(out: Path) -> dict:
    return json.loads((out / "summary.json").read_text(encoding="utf-8"))


# What is read


def orange(mode: str) -> Image.Image:
    return Image.new("RGB", (3, 2), (255, 153, 0)).convert(mode)


@pytest.mark.parametrize(
    ("image", "name", "pixel"),
    [
        (orange("RGB"), "x.jpg", (255, 153, 0)),
        (orange("P"), "x.png", (255, 153, 0)),
        (orange("P"), "x.gif", (255, 153, 0)),
        (orange("RGB").resize((8, 8)), "x.avif", (255, 153, 0)),
        (orange("CMYK"), "x.tif", (255, 153, 0)),
        (orange("L"), "x.png", (166, 166, 166)),
        (Image.new("1", (3, 2), 1), "x.png", (255, 255, 255)),
        (Image.new("RGBA", (3, 2), (255, 153, 0, 255)), "x.png", (255, 153, 0)),
        (Image.new("RGBA", (3, 2), (0, 0, 0, 0)), "x.webp", (255, 255, 255)),
        (Image.new("LA", (3, 2), (0, 128)), "x.png", (127, 127, 127)),
        (Image.fromarray(np.full((2, 3), 256 * 77 + 5, np.uint16)), "x.png", (77, 77, 77)),
        (Image.fromarray(np.full((2, 3), 65535, np.uint16)), "x.tif", (255, 255, 255)),
    ],
    ids=lambda value: getattr(value, "mode", None),
)
def test_pictures_of_any_kind_are_read_as_rgb(tmp_path, image, name, pixel):
    image.save(tmp_path / name)
    found = pictures.read(tmp_path / name)
    assert (found.mode, found.size) == ("RGB", image.size)
    assert np.abs(np.subtract(found.getpixel((1, 1)), pixel)).max() <= 2


def test_a_transparent_colour_of_a_palette_lies_on_white(tmp_path):
    image = Image.fromarray(np.array([[0, 1]], np.uint8))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.save(tmp_path / "x.png", transparency=0)
    assert np.asarray(pictures.read(tmp_path / "x.png")).tolist() == [[[255, 255, 255], [40, 50, 60]]]


def test_a_colour_picture_of_16_bits_keeps_its_upper_8(tmp_path):
    pixels = struct.pack(">6H", 0x1234, 0x5678, 0x9ABC, 0, 0xFFFF, 0x00FF)
    (tmp_path / "x.ppm").write_bytes(b"P6 2 1 65535\n" + pixels)
    expected = [[[0x12, 0x56, 0x9A], [0, 255, 0]]]
    assert np.abs(np.asarray(pictures.read(tmp_path / "x.ppm")).astype(int) - expected).max() <= 1


def test_a_photograph_is_turned_as_its_camera_was(tmp_path):
    image = Image.new("RGB", (64, 32))
    image.paste((255, 255, 255), (0, 0, 32, 32))
    exif = image.getexif()
    exif[0x0112] = 6  # the top is on the right: to be turned clockwise
    image.save(tmp_path / "x.jpg", exif=exif)
    found = np.asarray(pictures.read(tmp_path / "x.jpg"))
    assert found.shape == (64, 32, 3)
    assert found[:32].mean() > 250
    assert found[32:].mean() < 5


def test_what_is_no_single_picture_is_refused_with_the_reason(tmp_path):
    frames = [Image.new("RGB", (16, 16), (level, 0, 0)) for level in (0, 100, 200)]
    for name in ("moving.gif", "moving.webp", "moving.png", "moving.avif"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
    Image.new("F", (4, 4)).save(tmp_path / "depth.tif")
    Image.new("I", (4, 4)).save(tmp_path / "counts.tif")
    Image.new("RGB", (64, 64), "red").save(tmp_path / "whole.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:90])
    for name in ("clip.mp4", "empty.png", "text.jpg"):
        (tmp_path / name).write_text("no picture" * (name == "text.jpg"))
    reasons = {
        "moving.gif": "holds 3 pictures: extract them first",
        "moving.webp": "holds 3 pictures",
        "moving.png": "holds 3 pictures",
        "moving.avif": "holds 3 pictures",
        "depth.tif": "pixels of mode F",
        "counts.tif": "pixels of mode I",
        "cut.png": "cannot be read",
        "clip.mp4": "is a video: extract its frames first, for example `ffmpeg -i clip.mp4",
        "empty.png": "cannot be read",
        "text.jpg": "cannot be read",
    }
    for name, reason in reasons.items():
        with pytest.raises(PictureError, match=reason):
            pictures.read(tmp_path / name)


# Which pictures are meant, and what their maps are called


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_folders_of_one_name_stay_apart(tmp_path):
    touch(tmp_path, "a/frames/1.png", "b/frames/1.png", "b/frames/deep/1.JPG")
    found = pictures.find([tmp_path / "a/frames", tmp_path / "b/frames"])
    assert list(found) == ["a/frames/1", "b/frames/1", "b/frames/deep/1"]
    assert list(pictures.find([tmp_path / "b/frames"])) == ["1", "deep/1"]


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["1.jpg", "1.png", "2.png"], ["1.jpg", "1.png", "2"]),
        (["A.jpg", "a.png", "b/A.png"], ["A.jpg", "a.png", "b/A"]),  # one file on a disk that ignores case
        (["1.jpg", "1.png", "1.png.tif"], ["1.jpg", "1.png", "1.png.tif"]),  # whose short name is a long one
    ],
)
def test_names_keep_their_suffixes_where_nothing_else_differs(files, names, tmp_path):
    touch(tmp_path, *files)
    assert list(pictures.find([tmp_path])) == names


@settings(max_examples=50, deadline=None)
@given(st.sets(st.from_regex(r"([ab]/){0,2}[xy](\.[xy])?\.(png|jpg|tif)", fullmatch=True), min_size=1, max_size=12))
def test_every_picture_has_a_name_of_its_own(names):
    with tempfile.TemporaryDirectory() as folder:
        touch(Path(folder), *names)
        found = pictures.find([Path(folder)])
        assert {path.relative_to(folder).as_posix() for path in found.values()} == names


def test_a_picture_named_twice_is_one(tmp_path, monkeypatch):
    touch(tmp_path, "p/1.png")
    monkeypatch.chdir(tmp_path)
    assert pictures.find([Path("p"), Path("p/1.png"), Path("p/../p/1.png")]) == {"1": Path("p/../p/1.png")}


def test_what_is_left_out_of_a_folder_is_counted(tmp_path, study, capsys):
    folder = tmp_path / "pictures"
    touch(folder, "1.png", "._1.png", "notes.txt", "deep/1.json", "deep/2.JSON", "clip.MP4", "README", "maps/1.png")
    (folder / "linked").symlink_to(tmp_path, target_is_directory=True)
    apart = [folder / "maps"]
    assert list(pictures.find([folder], apart)) == ["1", "clip"]
    counted = "2 .json, 1 .txt, 1 hidden, 1 linked folder, 1 without a suffix"
    assert pictures.left_out([folder, folder / "deep"], apart) == counted
    assert pictures.left_out([folder / "1.png"]) == ""
    Image.new("RGB", (9, 9)).save(folder / "1.png")
    run(folder, "--out", folder)
    assert f"left out, as no pictures: {counted}" in capsys.readouterr().err


def test_a_place_without_pictures_is_named(tmp_path):
    with pytest.raises(PictureError, match=r"nowhere.png: there is no such picture or folder"):
        pictures.find([tmp_path / "nowhere.png"])
    with pytest.raises(PictureError, match="holds no picture"):
        pictures.find([tmp_path])


# What is said about them


def test_maps_are_those_of_the_evaluation(study, chosen, stripes):
    sample = stripes.split("test")[1]
    network = chosen.load()
    from hazards.prediction.inference import as_input

    panel = maps(
        Inference(deeplabv3_mini, chosen.source, stripes, SIZE), "test", (sample.image.stem,), (max_logit,)
    ).value
    seen = look(network, lambda output: max_logit(output.logits), as_input(pictures.read(sample.image), SIZE))
    found = enlarge(seen, SIZE)
    assert np.array_equal(found.labels, panel["predicted"][0])
    assert found.confidence == pytest.approx(panel["confidence"][0], abs=1e-5)
    assert found.score == pytest.approx(panel["scores"]["max_logit"][0], abs=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.tuples(st.integers(1, 40), st.integers(1, 40)), st.integers(0, 99))
def test_enlarged_labels_are_those_of_all_enlarged_logits(size, seed):
    logits = torch.randn(1, STREETHAZARDS.known, 7, 9, generator=torch.Generator().manual_seed(seed))
    found = enlarge(Look(logits, logits[:, :1], logits[:, 1:2]), size)
    whole = functional.interpolate(logits, size, mode="bilinear")[0]
    assert np.array_equal(found.labels, whole.argmax(0).numpy())
    assert found.score.shape == size


def test_scores_that_are_no_numbers_are_refused(chosen):
    with pytest.raises(PredictionError, match="not finite"):
        look(chosen.load(), lambda output: output.logits[:, 0] / 0, torch.rand(1, 3, *SIZE))


def test_regions_have_boxes_and_scores_and_the_largest_comes_first():
    score = np.zeros((50, 60), np.float32)
    score[3:5, 10:14] = 2
    score[5, 14] = 6  # touches at a corner
    score[20:40, 5:6] = 1
    found = regions(score, score > 0)
    assert found == [
        {"box": {"x": 5, "y": 20, "width": 1, "height": 20}, "area": 20, "mean": 1, "max": 1},
        {"box": {"x": 10, "y": 3, "width": 5, "height": 3}, "area": 9, "mean": pytest.approx(22 / 9, 1e-5), "max": 6},
    ]
    assert regions(score, score > 9) == []


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999), st.floats(0.01, 0.9))
def test_regions_together_are_the_mask(seed, share):
    rng = np.random.default_rng(seed)
    mask = rng.random((12, 15)) < share
    found = regions(rng.random((12, 15)).astype(np.float32), mask)
    assert len(found) <= MOST_REGIONS
    assert [each["area"] for each in found] == sorted((each["area"] for each in found), reverse=True)
    if len(found) < MOST_REGIONS:
        assert sum(each["area"] for each in found) == mask.sum()
    for each in found:
        box = each["box"]
        assert mask[box["y"] : box["y"] + box["height"], box["x"] : box["x"] + box["width"]].sum() >= each["area"]


def test_specks_are_no_regions():
    mask = np.zeros((1000, 1000), bool)
    mask[:20, :20] = True  # 400 pixels of a million; the smallest region has 543
    mask[500:530, 500:530] = True
    assert [each["area"] for each in regions(mask.astype(np.float32), mask)] == [900]


# The command


def test_the_default_network_is_one_whose_weights_are_there(study, monkeypatch):
    best, second = study.trainings["long", 0].result_id, study.trainings["short", 0].result_id
    assert trained_networks.choose(None, None).name == best
    monkeypatch.setattr(Entry, "withheld", property(lambda self: ["weights"] if self.result_id == best else None))
    assert trained_networks.choose(None, None).name == second


def test_a_folder_becomes_maps_of_each_pictures_own_size(study, folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert run(folder, "--out", out) == 0
    best = study.trainings["long", 0]
    said = capsys.readouterr()
    assert said.out == f"{out / 'summary.json'}\n"
    assert f"network: deeplabv3_mini of {best.result_id}, seed 0, val mIoU" in said.err
    assert "the best of 2 of profile smoke" in said.err

    found = summary_of(out)
    rows = study.anomaly.query("recipe == 'long' and score == 'MaxLogit' and convention == 'pooled'")
    assert found["threshold"] == rows["f1 threshold"].item()
    assert found["threshold_origin"] == "best F1 of the test split's pixels"
    assert (found["network"], found["model"], found["method"]) == (best.result_id, "deeplabv3_mini", "max_logit")
    assert found["input"] == {"width": 48, "height": 32}
    assert found["names"] == list(STREETHAZARDS.names[:-1])
    assert found["failed"] == []
    assert [Path(row["picture"]).name for row in found["pictures"]] == ["a.png", "b.png", "c.png"]

    row = found["pictures"][1]
    assert (row["width"], row["height"]) == (97, 61)
    assert row["files"] == {kind: f"{kind}/b.{suffix}" for kind, suffix in KINDS.items()}
    images = {kind: Image.open(out / file) for kind, file in row["files"].items() if kind != "score"}
    assert {image.size for image in images.values()} == {(97, 61)}
    labels = np.asarray(images["segmentation"])
    assert row["labels"] == {
        name: pytest.approx((labels == label).mean(), abs=1e-6) for label, name in enumerate(STREETHAZARDS.names[:-1])
    }
    assert np.array_equal(np.asarray(images["segmentation"].convert("RGB")), STREETHAZARDS.colorize(labels))
    score = np.load(out / row["files"]["score"])["score"]
    assert score.dtype == np.float32
    assert row["anomalous"] == pytest.approx((score >= found["threshold"]).mean(), abs=1e-6)
    assert row["score"]["max"] == pytest.approx(score.max(), rel=1e-5)
    assert row["confidence"] == pytest.approx(np.asarray(images["confidence"]).mean() / 255, abs=2e-3)
    low, high = row["range"]
    rising = (np.clip((score - low) / (high - low), 0, 1) * 255).round()
    assert np.array_equal(np.asarray(images["anomaly"]), rising.astype(np.uint8))
    with Image.open(folder / "b.png") as picture:
        shown = np.where(score >= found["threshold"], STREETHAZARDS.anomaly, labels)
        mixed = (np.asarray(picture).astype(int) + STREETHAZARDS.colorize(shown)) // 2
    assert np.array_equal(np.asarray(images["overlay"]), mixed)
    assert [row["range"] for row in found["pictures"]] == [[low, high]] * 3


def test_a_second_run_overwrites_and_does_not_take_its_own_maps_for_pictures(study, folder):
    assert run(folder, "--out", folder) == 0
    (folder / "overlay/a.png").write_bytes(b"")
    assert run(folder, "--out", folder, "--threshold", "-9999") == 0
    found = summary_of(folder)
    assert len(found["pictures"]) == 3
    assert {row["anomalous"] for row in found["pictures"]} == {1.0}
    assert [region["area"] for region in found["pictures"][0]["regions"]] == [48 * 32]
    assert Image.open(folder / "overlay/a.png").size == (48, 32)
    assert not list(folder.rglob(".*"))


def test_maps_are_no_pictures_even_when_named(study, folder, capsys):
    assert run(folder, "--out", folder) == 0
    assert run(folder / "overlay/a.png", "--out", folder) == 1
    assert "overlay/a.png lies where predictions are written to" in capsys.readouterr().err


def test_unreadable_pictures_are_named_when_all_others_are_done(study, folder, tmp_path, capsys):
    (folder / "b.png").write_bytes(b"nothing")
    touch(folder, "clip.mp4")
    out = tmp_path / "out"
    assert run(folder, "--out", out) == 1
    error = capsys.readouterr().err
    assert "2 of 4 pictures could not be predicted:" in error
    assert f"  {folder / 'b.png'} cannot be read: " in error
    assert f"  {folder / 'clip.mp4'} is a video: extract its frames first" in error
    found = summary_of(out)
    assert [Path(row["picture"]).stem for row in found["pictures"]] == ["a", "c"]
    assert [Path(row["picture"]).name for row in found["failed"]] == ["b.png", "clip.mp4"]
    assert (out / "overlay/c.png").exists()


def kill_at_second_picture(folder: Path, out: Path) -> None:
    """Predict in another process, which is killed when the maps of the first picture are written."""
    code = f"""
import os, signal
from hazards.cli import main
from hazards.prediction import pipeline

def killed_at_b(folder, name, *rest, write=pipeline.write_maps):
    if name == "b":
        os.kill(os.getpid(), signal.SIGKILL)
    return write(folder, name, *rest)

pipeline.write_maps = killed_at_b
pipeline._MOST_WORKERS = 1
main(["predict", {str(folder)!r}, "--out", {str(out)!r}])
"""
    done = subprocess.run([sys.executable, "-c", code], env=os.environ, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def maps_of(*names: str) -> set[str]:
    return {f"{kind}/{name}.{suffix}" for name in names for kind, suffix in KINDS.items()}


def test_a_killed_run_leaves_whole_maps_no_summary_and_nothing_that_the_next_one_does_not_know(study, folder, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "summary.json").write_text("earlier")
    kill_at_second_picture(folder, out)
    assert files_in(out) == {".unfinished.json", *maps_of("a")}
    assert Image.open(out / "overlay/a.png").size == (48, 32)
    (folder / "a.png").unlink()
    assert run(folder, "--out", out) == 0
    assert files_in(out) == {"summary.json", *maps_of("b", "c")}


def test_a_folder_has_the_maps_that_its_summary_names_and_what_was_there_besides(study, folder, tmp_path):
    out = tmp_path / "out"
    touch(out, "segmentation/own.png", "notes.txt")
    assert run(folder, "--out", out) == 0
    assert files_in(out) == {"summary.json", "segmentation/own.png", "notes.txt", *maps_of("a", "b", "c")}
    (folder / "b.png").write_bytes(b"nothing")
    (folder / "c.png").rename(folder / "d.png")
    assert run(folder, "--out", out) == 1
    assert files_in(out) == {"summary.json", "segmentation/own.png", "notes.txt", *maps_of("a", "d")}
    assert [Path(row["picture"]).stem for row in summary_of(out)["pictures"]] == ["a", "d"]


@pytest.mark.parametrize("earlier", ["", "[]", '{"pictures": 3}', '{"pictures": [{"files": {}}]}'])
def test_a_summary_of_another_program_is_overwritten(earlier, study, folder, tmp_path):
    touch(tmp_path, "out/summary.json")
    (tmp_path / "out/summary.json").write_text(earlier)
    assert run(folder, "--out", tmp_path / "out") == 0
    assert len(summary_of(tmp_path / "out")["pictures"]) == 3


def test_an_earlier_summary_does_not_lead_out_of_its_folder(study, folder, tmp_path):
    touch(tmp_path, "out/summary.json", "precious.png")
    files = {"segmentation": "segmentation/../../precious.png"}
    (tmp_path / "out/summary.json").write_text(json.dumps({"pictures": [{"files": files}]}))
    assert run(folder, "--out", tmp_path / "out") == 0
    assert (tmp_path / "precious.png").exists()


def test_a_full_disk_names_the_file_and_leaves_no_part_of_it(study, folder, tmp_path, capsys):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    Image.new("RGB", (200, 200)).save(folder / "d.png")
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))  # the scores of d take 160,000 bytes
    try:
        assert run(folder, "--out", tmp_path / "out") == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "out/score/d.npz" in capsys.readouterr().err
    assert (tmp_path / "out/score/a.npz").exists()
    assert not (tmp_path / "out/summary.json").exists()
    assert not list((tmp_path / "out").glob("*/.*"))


def test_a_fitted_method_takes_its_statistics_from_the_store(study, folder, tmp_path):
    assert run(folder, "--out", tmp_path / "out", "--method", "sml") == 0
    found = summary_of(tmp_path / "out")
    rows = study.anomaly.query("recipe == 'long' and score == 'SML' and convention == 'pooled'")
    assert found["method"] == "SML (fit on val)"
    assert found["threshold"] == rows["f1 threshold"].item()


def test_a_method_without_statistics_says_which_methods_work(study, folder, tmp_path, capsys):
    assert run(folder, "--out", tmp_path / "out", "--method", "mahalanobis") == 1
    error = capsys.readouterr().err
    assert (
        "mahalanobis needs statistics of the train split, and the store has none by the present code for deeplabv3_mini"
        in error
    )
    work = [name for name, method in METHODS.items() if not method.fit_on or name == "sml"]
    assert f"{', '.join(work)} work for it" in error
    assert not (tmp_path / "out").exists()


@pytest.fixture
def without_statistics(study, tmp_path, monkeypatch):
    """A copy of the store in which statistics have no files, as where they came with the project."""
    store = shutil.copytree(study.trainings["long", 0].path.parents[1], tmp_path / "store")
    monkeypatch.setenv("HAZARDS_STORE", str(store))
    monkeypatch.delenv("HAZARDS_SHIPPED")
    for path in store.glob("fit/*/manifest.json"):
        manifest = json.loads(path.read_text())
        withheld = [name for name in manifest["files"] if name.endswith(".safetensors")]
        assert withheld
        path.write_text(json.dumps(manifest | {"withheld": withheld}))
        for name in withheld:
            (path.parent / name).unlink()


def test_a_method_whose_statistics_did_not_come_with_the_project_says_so(without_statistics, folder, tmp_path, capsys):
    assert run(folder, "--out", tmp_path / "out", "--method", "sml") == 1
    error = capsys.readouterr().err
    assert "sml needs statistics of the val split, which did not come with the project for deeplabv3_mini" in error
    assert "`hazards run anomaly-methods --cold` computes them" in error
    assert "max_logit, msp, entropy" in error
    assert "sml" not in error.partition("computes them; ")[2]
    assert not (tmp_path / "out").exists()


def test_an_unknown_method_names_the_known_ones_as_the_list_does(study, folder, tmp_path, capsys):
    assert run(folder, "--out", tmp_path / "out", "--method", "maxlogit") == 1
    assert f"unknown method 'maxlogit': choose one of {', '.join(METHODS)}" in capsys.readouterr().err
    assert run("--list") == 0
    heading, *rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert heading == ["method", "score", "needs", "ms", "MiB"]
    assert [row[0] for row in rows] == list(METHODS)
    needs = {row[0]: " ".join(row[1:-2]) for row in rows}
    assert needs["superpixels"].endswith("the image")
    assert needs["neighbors"].endswith("a bank of train")
    assert needs["sml"].endswith("statistics of val")
    assert needs["heat"].endswith("earlier images")
    assert needs["gen"].endswith("nothing")


def test_without_pictures_or_a_folder_it_says_what_it_takes(tmp_path, capsys):
    for arguments in ([], ["--out", tmp_path / "out"], [tmp_path]):
        assert run(*arguments) == 1
        assert "predict takes pictures and --out DIR, or --list" in capsys.readouterr().err


def test_a_threshold_is_a_finite_number(study, folder, tmp_path, capsys):
    assert run(folder, "--out", tmp_path / "out", "--threshold", "nan") == 1
    assert "a threshold is a finite number, not nan" in capsys.readouterr().err


# Which network


@pytest.fixture
def weights(study, tmp_path):
    """A file with the longer training's weights."""
    path = tmp_path / "network.safetensors"
    save_file(study.trainings["long", 0].value["weights"], path)
    return path


def test_a_file_of_weights_predicts_as_its_training_but_for_the_size(weights, folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert run(folder / "a.png", "--out", out, "--network", weights, "--model", "deeplabv3_mini") == 0
    said = capsys.readouterr().err
    assert f"network: deeplabv3_mini of {weights}, at the size of profile smoke" in said
    assert "no regions without --threshold" in said
    found = summary_of(out)
    assert (found["threshold"], found["threshold_origin"]) == (None, None)
    assert found["input"] == {"width": 128, "height": 72}
    assert "regions" not in found["pictures"][0]
    score = np.load(out / "score/a.npz")["score"]
    assert found["pictures"][0]["range"] == pytest.approx(np.quantile(score, (0.5, 0.999)).tolist())
    arguments = ("--network", weights, "--model", "deeplabv3_mini", "--threshold", "-9999")
    assert run(folder / "a.png", "--out", out, *arguments) == 0
    assert summary_of(out)["threshold_origin"] == "given"


def test_weights_in_a_file_need_a_known_architecture_that_fits(weights, tmp_path, folder, capsys):
    def error(*arguments: object) -> str:
        assert run(folder, "--out", tmp_path / "out", *arguments) == 1
        return capsys.readouterr().err

    known = f"--model takes one of {', '.join(trained_networks.MODELS)}"
    assert f"{weights} does not say its architecture: {known}" in error("--network", weights)
    assert f"unknown architecture 'unet': {known}" in error("--network", weights, "--model", "unet")
    assert "is of another architecture than segformer_mini" in error("--network", weights, "--model", "segformer_mini")
    (tmp_path / "text.safetensors").write_text("no weights")
    arguments = ("--network", tmp_path / "text.safetensors", "--model", "deeplabv3_mini")
    assert "text.safetensors is no safetensors file" in error(*arguments)
    assert "nowhere.safetensors: there is no such file" in error("--network", "nowhere.safetensors")
    assert "--model names the architecture of a file's weights" in error("--model", "deeplabv3_mini")


def test_a_training_is_named_by_the_beginning_of_its_key(study):
    for entry in study.trainings.values():
        for name in (entry.key[:8], entry.result_id, str(entry.path)):
            assert trained_networks.choose(name, None).source.key == entry.key
    with pytest.raises(
        trained_networks.ChoiceError, match="nothere: neither a file of weights nor the beginning of a key"
    ):
        trained_networks.choose("nothere", None)


def test_a_network_whose_code_changed_says_so(study, store, capsys):
    folder = shutil.copytree(study.trainings["long", 0].path, store / "train/abc")
    trained_networks.choose("abc", None)
    assert "changed" not in capsys.readouterr().err
    key = json.loads((folder / "key.json").read_text())
    key["code"]["hazards.networks.backbones._stage"] = "another"
    text = json.dumps(key)
    (folder / "key.json").write_text(text)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["key.json"] = [len(text), sha256(text.encode()).hexdigest()]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    trained_networks.choose("abc", None)
    assert (
        "train/abc may not be what it was: hazards.networks.backbones._stage changed since it was trained"
        in capsys.readouterr().err
    )


def test_a_beginning_of_several_keys_lists_them(study, store):
    original = study.trainings["long", 0].path
    for key in ("abc1", "abc2"):
        shutil.copytree(original, store / "train" / key)
    with pytest.raises(trained_networks.ChoiceError, match=r"2 trainings in .* begins with abc: abc1, abc2"):
        trained_networks.choose("abc", None)


def test_an_empty_store_says_how_to_get_a_network(store, folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    assert run(folder, "--out", tmp_path / "out") == 1
    error = capsys.readouterr().err
    assert (
        "no chapter has trained a network with profile smoke yet: `hazards --profile smoke run baseline --cold` does"
        in error
    )


def another_network() -> torch.nn.Module:
    """Stands for one that a chapter defines: no part of the library."""
    return deeplabv3_mini()


def test_a_network_of_a_chapter_is_named_with_what_to_do(stripes, store, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    with chapter_records.recording("mine"):
        entry = train(replace(RECIPE, model=another_network, epochs=1), stripes, 0)
    with pytest.raises(trained_networks.ChoiceError, match=r"another_network, which is no function of"):
        trained_networks.choose(entry.key, None)
    with pytest.raises(trained_networks.ChoiceError, match="no chapter has trained a network"):
        trained_networks.choose(None, None)


# Many pictures


def test_only_a_few_are_begun_and_not_taken():
    begun, taken, most = 0, 0, 0
    lock = threading.Lock()

    def work(item: int) -> int:
        nonlocal begun, most
        with lock:
            begun += 1
            most = max(most, begun - taken)
        return item * item

    with ThreadPoolExecutor(3) as pool:
        for index, result in enumerate(ahead(pool, work, range(1000), 3)):
            taken += 1
            assert result == index * index
    assert begun == 1000
    assert most <= 4  # one more may begin between the count and the next


def test_memory_does_not_grow_with_the_number_of_pictures(chosen, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (600, 600, 3)).astype(np.uint8)
    paths = [tmp_path / f"{index:02}.bmp" for index in range(30)]
    for path in paths:
        Image.fromarray(noise).save(path)
    ready = predictor(chosen, "max_logit", None)

    def peak(count: int) -> float:
        provenance.reset_peak()
        predict(pictures.find(paths[:count]), ready, tmp_path / f"out {count}")
        return provenance.record(0, {})["peak_memory_mib"]

    first = peak(6)
    assert peak(30) < first + 40  # 24 more pictures take 25 MiB, and their maps 107


@real_slice
def test_real_pictures_are_predicted(study, tmp_path):
    names = sorted((SLICE / "test").rglob("images/**/*.png"))[:3]
    assert run(*names, "--out", tmp_path / "out") == 0
    assert {(row["width"], row["height"]) for row in summary_of(tmp_path / "out")["pictures"]} == {(1280, 720)}

"""A whole data set passes, and everything that is wrong with another one is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hazards.cli import main
from hazards.data import DataSet, DataSetError
from hazards.data.layout import Sample
from hazards.data.verify import QUICK, verify


@pytest.fixture
def copy(stripes: DataSet, tmp_path: Path) -> DataSet:
    """A copy of the data set that a test may damage."""
    shutil.copytree(stripes.root, tmp_path / "copy")
    return DataSet(tmp_path / "copy")


def relabel(path: Path, value: int) -> None:
    values = np.array(Image.open(path))
    values[3, 4] = value
    Image.fromarray(values).save(path)


def edit_list(path: Path, change) -> None:
    records = json.loads(path.read_text())
    change(records)
    path.write_text(json.dumps(records))


def test_a_whole_data_set_has_no_problem(stripes, capsys):
    assert main(["verify", str(stripes.root)]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[1].split()[:6] == ["train", "12", "12", "48×32", "RGB", "fence,"]
    assert "note: not the full StreetHazards, which has 5,125 / 1,031 / 1,500 images" in out
    assert out.endswith("no problem found\n")


def test_problems_are_listed_and_end_in_a_status(copy, capsys):
    sample = copy.split("val")[1]
    sample.labels.unlink()
    assert main(["verify", str(copy.root)]) == 1
    found = capsys.readouterr()
    assert f"{sample.labels} is missing, though its data set's list names it" in found.out
    assert found.err.endswith(f"hazards: 1 problem in the data set at {copy.root}, listed above\n")


def test_every_damaged_file_is_named_also_where_both_of_a_pair_are(copy):
    first, second, *_ = copy.split("train")
    for path in (first.image, first.labels):
        path.write_bytes(path.read_bytes()[:60])
    relabel(second.labels, 15)
    report = verify(copy.root)
    assert report.table["problems"].tolist() == [3, 0, 0]
    expected = (
        f"{first.image} cannot be read",
        f"{first.labels} cannot be read",
        f"{second.labels}: value 15 at row 3",
    )
    for line, beginning in zip(report.problems, expected, strict=True):
        assert line.startswith(beginning)


def test_sizes_and_modes_are_compared_and_counted(copy):
    first, second = copy.split("test")[:2]
    Image.open(first.labels).resize((24, 16)).save(first.labels)
    Image.open(second.image).convert("L").save(second.image)
    report = verify(copy.root)
    assert len(report.problems) == 1
    assert "48×32 pixels but its label map" in report.problems[0]
    assert report.table["mode"].tolist() == ["RGB", "RGB", "RGB (3), L (1)"]


def test_an_anomaly_outside_of_the_test_split_is_noted(copy):
    for sample in copy.split("train")[4:6]:
        relabel(sample.labels, 14)
    report = verify(copy.root)
    assert not report.problems
    assert "the anomaly, anomaly, is in 2 label maps of train: it teaches and counts nothing there" in report.notes


def test_a_train_split_without_a_known_label_is_a_problem(copy):
    for sample in copy.split("train"):
        Image.fromarray(np.full((32, 48), 14, np.uint8)).save(sample.labels)
    report = verify(copy.root)
    assert report.problems == ["no label map of train that was read holds a known label: nothing can be learned"]


def test_files_that_no_list_has_are_named(copy):
    edit_list(copy.root / "train/train.odgt", lambda records: records.pop())
    for hidden in ("images/._1.png", "images/.thumbnails/1.png", "__MACOSX/images/._1.png"):  # of file managers
        (copy.root / "train" / hidden).parent.mkdir(parents=True, exist_ok=True)
        (copy.root / "train" / hidden).touch()
    extra = [f"{copy.root}/train/{kind}/training/t1-3/12.png is in no list" for kind in ("annotations", "images")]
    assert verify(copy.root).problems == extra


def test_a_sample_in_two_lists_is_named(copy):
    train = json.loads((copy.root / "train/train.odgt").read_text())
    edit_list(copy.root / "train/validation.odgt", lambda records: records.append(train[0]))
    sample = copy.split("train")[0]
    assert [f"{path} is listed 2 times" for path in (sample.image, sample.labels)] == verify(copy.root).problems


def test_a_copy_in_another_split_is_a_problem_and_one_in_its_own_a_note(copy):
    train, val = copy.split("train"), copy.split("val")
    shutil.copy(train[0].image, train[1].image)
    shutil.copy(train[2].image, val[3].image)
    report = verify(copy.root)
    assert report.problems == [f"{val[3].image} (val) has the content of {train[2].image} (train)"]
    assert f"{train[1].image} (train) has the content of {train[0].image} (train)" in report.notes


def test_a_damaged_list_does_not_hide_what_else_is_wrong(copy):
    (copy.root / "test/test.odgt").write_text("[")
    relabel(copy.split("val")[0].labels, 0)
    report = verify(copy.root)
    assert [line.split(" ")[0] for line in report.problems] == [
        f"{copy.split('val')[0].labels}:",
        f"{copy.root}/test/test.odgt",
    ]
    assert report.table["images"].tolist() == [12, 4, 0]


def test_no_folder_is_one_clear_line(tmp_path, capsys):
    assert main(["verify", str(tmp_path / "nowhere")]) == 1
    assert capsys.readouterr().err == f"hazards: no data set at {tmp_path / 'nowhere'}: no such folder\n"
    with pytest.raises(DataSetError):
        verify(tmp_path / "nowhere")


def test_a_quick_look_reads_some_samples_and_looks_for_all_files(stripes, tmp_path):
    root = shutil.copytree(stripes.root, tmp_path / "copy")
    sample = DataSet(root).split("train")[0]
    for number in range(100, 100 + 3 * QUICK):
        shutil.copy(sample.image, sample.image.with_name(f"{number}.png"))
        shutil.copy(sample.labels, sample.labels.with_name(f"{number}.png"))
    names = [f"training/t1-3/{number}.png" for number in range(100, 100 + 3 * QUICK)]
    more = [{"fpath_img": f"images/{name}", "fpath_segm": f"annotations/{name}"} for name in names]
    edit_list(root / "train/train.odgt", lambda records: records.extend(more))
    (root / "train/images" / names[-1]).unlink()
    report = verify(root, quick=True)
    assert report.table["read"].tolist() == [QUICK, 4, 4]
    assert report.problems == [f"{root}/train/images/{names[-1]} is missing, though its data set's list names it"]
    assert verify(root).table["read"].tolist() == [12 + 3 * QUICK, 4, 4]  # by several processes


def test_without_images_all_label_maps_are_read_and_what_is_missing_summed_up(copy):
    for split in copy.SPLITS:
        for sample in copy.split(split):
            sample.image.unlink()
    relabel(copy.split("val")[2].labels, 15)
    report = verify(copy.root)
    first = copy.split("train")[0].image
    assert report.problems[0] == (
        f"12 images of train: each is missing, though its data set's list names it; the first is {first}"
    )
    assert report.problems[2].startswith(f"{copy.split('val')[2].labels}: value 15 at row 3")
    assert report.table["problems"].tolist() == [1, 2, 1]
    assert report.table["read"].tolist() == [12, 4, 4]
    assert report.table["size"].tolist() == ["unknown"] * 3
    assert "anomaly" not in report.table["labels not seen"][2]


def test_linked_folders_and_files_are_there(stripes, copy):
    shutil.rmtree(copy.root / "train/images")
    (copy.root / "train/images").symlink_to(stripes.root / "train/images", target_is_directory=True)
    shutil.rmtree(copy.root / "test")
    (copy.root / "test").symlink_to(stripes.root / "test", target_is_directory=True)
    for sample in copy.split("train"):
        target = copy.root / "elsewhere" / sample.labels.name
        target.parent.mkdir(exist_ok=True)
        shutil.move(sample.labels, target)
        sample.labels.symlink_to(target)
    (copy.root / "train/loop").symlink_to(copy.root, target_is_directory=True)
    report = verify(copy.root)
    assert report.problems == []
    assert report.table["read"].tolist() == [12, 4, 4]
    assert copy.fingerprint() == stripes.fingerprint()
    copy.split("train")[0].labels.unlink()
    copy.split("train")[0].labels.symlink_to("nowhere")
    lost = copy.split("train")[0].labels
    assert f"{lost} is missing, though its data set's list names it" in verify(copy.root).problems


def save_as(sample: Sample, kind: str) -> None:
    """Write the image of a sample in another format, under the same name."""
    image = Image.open(sample.image).convert("RGB")
    image.save(sample.image, format=kind)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "TIFF"])
def test_formats_are_read_and_are_known_by_their_whole_content(kind, copy):
    sample = copy.split("train")[0]
    save_as(sample, kind)
    image, _ = sample.read()
    assert image.shape == (32, 48, 3)
    assert verify(copy.root).problems == []
    before = DataSet(copy.root).fingerprint()
    sample.image.write_bytes(sample.image.read_bytes() + b"\0")
    assert DataSet(copy.root).fingerprint() != before


@pytest.mark.parametrize("kind", ["GIF", "PPM", "ICO"])
def test_other_formats_are_refused_by_name(kind, copy):
    sample = copy.split("train")[0]
    save_as(sample, kind)
    expected = f"{sample.image} is a {kind}: pictures are PNG, JPEG, WebP, BMP or TIFF"
    with pytest.raises(DataSetError, match=expected):
        sample.read()
    assert verify(copy.root).problems == [expected]


def test_pictures_to_be_turned_are_refused(copy):
    turned, upright = copy.split("train")[:2]
    for sample, orientation in ((turned, 6), (upright, 1)):
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.open(sample.image).save(sample.image, format="JPEG", exif=exif)
    upright.read()
    with pytest.raises(DataSetError, match=r"to be turned or mirrored .*EXIF orientation 6"):
        turned.read()
    assert len(verify(copy.root).problems) == 1


@pytest.mark.parametrize("which", ["image", "labels"])
def test_a_png_to_be_turned_is_refused_also_where_it_is_a_label_map(which, copy):
    path = getattr(copy.split("val")[0], which)
    exif = Image.Exif()
    exif[0x0112] = 3
    Image.open(path).save(path, exif=exif)
    with pytest.raises(DataSetError, match=rf"{path} is to be turned"):
        copy.split("val")[0].read()


def test_a_picture_of_several_frames_is_refused(copy):
    sample = copy.split("val")[0]
    image = Image.open(sample.image)
    image.save(sample.image, format="TIFF", save_all=True, append_images=[image.rotate(180)])
    with pytest.raises(DataSetError, match="holds 2 frames: a data set has one picture a file"):
        sample.read()

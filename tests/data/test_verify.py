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


def test_an_anomaly_belongs_in_the_test_split_only(copy):
    sample = copy.split("train")[5]
    relabel(sample.labels, 14)
    assert verify(copy.root).problems == [
        f"{sample.labels} holds the label anomaly, which only the test split may have"
    ]


def test_files_that_no_list_has_are_named(copy):
    edit_list(copy.root / "train/train.odgt", lambda records: records.pop())
    (copy.root / "train/images/._1.png").touch()  # of a file manager
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
    assert verify(root).table["read"].tolist() == [11 + 3 * QUICK, 4, 4]  # by several processes

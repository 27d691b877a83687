"""Fingerprints of data sets: every byte counts, and what has not changed is not read again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hazards.data import DataSet, DataSetError, file_hashes

KINDS = {"PNG label map": "png", "PNG image": "png", "BMP image": "bmp", "TIFF image": "tiff", "PPM image": "ppm"}


@pytest.fixture
def copy(stripes: DataSet, tmp_path: Path) -> DataSet:
    """A copy of the data set that a test may change."""
    shutil.copytree(stripes.root, tmp_path / "copy")
    return DataSet(tmp_path / "copy")


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files that were written just now count as old."""
    monkeypatch.setattr(file_hashes, "_SETTLED", 0)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the pictures whose content is read."""
    names: list[str] = []
    read = file_hashes._hash
    monkeypatch.setattr(file_hashes, "_hash", lambda path: names.append(path.name) or read(path))
    return names


def fingerprint(data: DataSet) -> str:
    """The fingerprint that another process finds."""
    return DataSet(data.root).fingerprint()


def with_images_as(suffix: str, data: DataSet) -> None:
    """Store the test split's images in another format."""
    path = data.root / "test/test.odgt"
    records = json.loads(path.read_text())
    for record in records:
        image = data.root / "test" / record["fpath_img"]
        other = image.with_suffix(f".{suffix}")
        Image.open(image).save(other)
        record["fpath_img"] = other.relative_to(data.root / "test").as_posix()
    path.write_text(json.dumps(records))


def change_one_byte(path: Path) -> None:
    """Change a byte, and neither the size nor the last 64 bytes, nor when the file was last written."""
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[-65] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


@pytest.mark.parametrize("kind", KINDS)
def test_each_byte_counts_in_each_format(kind, copy, settled):
    with_images_as(KINDS[kind], copy)
    before = fingerprint(copy)
    sample = copy.split("test")[1]
    change_one_byte(sample.labels if "label" in kind else sample.image)
    assert fingerprint(copy) != before


def test_a_map_whose_last_bytes_stay_has_another_key(copy, settled):
    """Other pixels with the ends of the same file: a decoder sees it, the size and the end do not."""
    before = fingerprint(copy)
    path = copy.split("train")[0].labels
    values = np.asarray(Image.open(path)).copy()
    values[0, 0] += 1
    end = path.read_bytes()[-64:]
    Image.fromarray(values).save(path)
    path.write_bytes(path.read_bytes()[:-64] + end)
    assert fingerprint(copy) != before


def test_the_place_does_not_count(stripes, copy):
    assert fingerprint(copy) == fingerprint(stripes)


def test_names_of_files_and_their_order_count(copy):
    path = copy.root / "train/validation.odgt"
    before = fingerprint(copy)
    records = json.loads(path.read_text())
    path.write_text(json.dumps(records[::-1]))
    assert fingerprint(copy) != before


def test_what_has_not_changed_is_read_once(copy, settled, opened):
    before = fingerprint(copy)
    assert len(opened) == 40
    assert fingerprint(copy) == before
    assert len(opened) == 40


def test_a_file_that_was_touched_is_read_again_and_keeps_the_key(copy, settled, opened):
    before = fingerprint(copy)
    sample = copy.split("val")[2]
    os.utime(sample.labels)
    assert fingerprint(copy) == before
    assert opened[40:] == [sample.labels.name]


def test_a_file_in_place_of_another_of_its_times_is_read(copy, settled, opened):
    before = fingerprint(copy)
    path = copy.split("val")[2].labels
    state = path.stat()
    draft = path.with_suffix(".draft")
    draft.write_bytes(path.read_bytes())
    os.utime(draft, ns=(state.st_atime_ns, state.st_mtime_ns))
    draft.replace(path)
    assert fingerprint(copy) == before
    assert opened[40:] == [path.name]


def test_a_file_that_was_written_just_now_is_not_trusted(copy, opened):
    """Within a tick of the disk's clock another change would leave the same times."""
    before = fingerprint(copy)
    assert fingerprint(copy) == before
    assert len(opened) == 80


def test_a_file_that_two_samples_share_counts_for_both(copy, settled):
    path = copy.root / "train/validation.odgt"
    records = json.loads(path.read_text())
    path.write_text(json.dumps([records[0], records[0], records[1]]))
    before = fingerprint(copy)
    path.write_text(json.dumps([records[0], records[1], records[0]]))
    assert fingerprint(copy) != before


def damage(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda record: record.write_bytes(change(record.read_bytes())) and None


def swap(data: bytes) -> bytes:
    """The record with another hash for its first file."""
    record = json.loads(data)
    first = next(iter(record["files"].values()))
    first[-1] = first[-1][::-1]
    return json.dumps(record).encode()


@pytest.mark.parametrize(
    "change",
    [
        damage(lambda data: data[:100]),
        damage(lambda data: b""),
        damage(lambda data: b"[]"),
        damage(lambda data: b'{"checksum": 1}'),
        damage(lambda data: b"\xff" + data),
        damage(swap),
        Path.unlink,
    ],
)
def test_a_damaged_record_is_left_out_and_written_anew(change, copy, store, settled, opened):
    before = fingerprint(copy)
    (record,) = (store / ".data").iterdir()
    change(record)
    assert fingerprint(copy) == before
    assert len(opened) == 80
    assert fingerprint(copy) == before
    assert len(opened) == 80


def test_a_store_that_cannot_be_written_to_only_costs_time(copy, store, settled, opened):
    store.mkdir()
    (store / ".data").write_text("a file in the folder's place")
    before = fingerprint(copy)
    assert fingerprint(copy) == before
    assert len(opened) == 80


def test_a_full_disk_leaves_nothing_half_written(copy, store, settled, monkeypatch):
    def full(path: Path, text: str, **_: str) -> None:
        path.write_bytes(text[:50].encode())
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        before = fingerprint(copy)
    assert list((store / ".data").iterdir()) == []
    assert fingerprint(copy) == before


def test_processes_may_look_at_the_same_time(copy, store):
    code = f"from pathlib import Path; from hazards.data import DataSet, file_hashes; file_hashes._SETTLED = 0; \
print(DataSet(Path({str(copy.root)!r})).fingerprint())"
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = {process.communicate()[0].strip() for process in running}
    assert answers == {fingerprint(copy)}
    assert [path.suffix for path in (store / ".data").iterdir()] == [".json"]


def test_a_data_set_read_a_second_time_elsewhere_has_a_record_of_its_own(stripes, copy, store, settled):
    fingerprint(stripes)
    fingerprint(copy)
    assert len(list((store / ".data").iterdir())) == 2


def test_a_file_that_is_gone_is_named_though_its_hash_is_known(copy, settled):
    fingerprint(copy)
    path = copy.split("val")[0].image
    path.unlink()
    with pytest.raises(DataSetError, match=f"{path} is missing, though its data set's list names it"):
        fingerprint(copy)


def test_a_key_that_was_given_reads_nothing(stripes, opened):
    assert DataSet(stripes.root, key="of the store").fingerprint() == "of the store"
    assert not opened

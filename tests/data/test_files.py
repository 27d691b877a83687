"""Files of a data set: where they are found, what is refused, and that damage is never read as something else."""

from __future__ import annotations

import io
import json
import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from hazards.data import DataSet, DataSetError
from hazards.data.files import read_image, read_label_map, read_list
from hazards.labels import STREETHAZARDS

RECORDS = [{"fpath_img": f"images/{name}.png", "fpath_segm": f"annotations/{name}.png", "width": 8} for name in "abc"]
in_one_folder = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def apart(stripes: DataSet, tmp_path: Path) -> DataSet:
    """The stripes as two archives, each in a folder of its own."""
    for name in ("train", "test"):
        shutil.copytree(stripes.root / name, tmp_path / "apart" / f"streethazards_{name}" / name)
    return DataSet(tmp_path / "apart")


def test_archives_may_lie_apart(stripes, apart):
    for split in DataSet.SPLITS:
        assert len(apart.split(split)) == len(stripes.split(split))
        for part, same in zip(apart.split(split)[0].read(), stripes.split(split)[0].read(), strict=True):
            assert np.array_equal(part, same)
    assert apart.fingerprint() == stripes.fingerprint()


def test_archives_that_are_there_twice_are_named(stripes, apart):
    shutil.copytree(stripes.root / "test", apart.root / "test")
    with pytest.raises(DataSetError, match=r"/test/test\.odgt and .*streethazards_test/test/test\.odgt are both there"):
        apart.split("test")


def test_what_was_looked_for_is_named(tmp_path):
    message = rf"{tmp_path}/test/test\.odgt is missing, and {tmp_path}/streethazards_test/test/test\.odgt too"
    with pytest.raises(DataSetError, match=message):
        DataSet(tmp_path).split("test")


@pytest.mark.parametrize("text", [json.dumps(RECORDS), "\n".join(map(json.dumps, RECORDS)) + "\n\n"])
def test_a_list_is_one_json_list_or_a_record_a_line(tmp_path, text):
    (tmp_path / "a.odgt").write_text(text)
    assert read_list(tmp_path / "a.odgt") == [
        (tmp_path / f"images/{name}.png", tmp_path / f"annotations/{name}.png") for name in "abc"
    ]


def test_a_list_may_begin_with_a_byte_order_mark_and_separate_folders_as_windows_does(tmp_path):
    written = json.dumps(RECORDS).replace("/", "\\\\")
    assert "images\\\\a.png" in written
    (tmp_path / "a.odgt").write_text(written, encoding="utf-8-sig")
    (tmp_path / "b.odgt").write_text(json.dumps(RECORDS))
    assert read_list(tmp_path / "a.odgt") == read_list(tmp_path / "b.odgt")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (json.dumps(RECORDS)[:-5], r"is no list of samples: Expecting"),
        (json.dumps(RECORDS[0]) + "\n{", r"is no list of samples: line 2: Expecting"),
        (json.dumps([RECORDS[0], 3]), r"is no list of samples: record 2 has no path fpath_img"),
        (json.dumps([RECORDS[0] | {"fpath_segm": None}]), r"is no list of samples: record 1 has no path fpath_segm"),
        ("[" * 100_000, r"is no list of samples: "),
        ("\n", r"lists no sample"),
    ],
)
def test_a_broken_list_is_named(tmp_path, text, message):
    (tmp_path / "a.odgt").write_text(text)
    with pytest.raises(DataSetError, match=rf"{tmp_path}/a\.odgt {message}"):
        read_list(tmp_path / "a.odgt")


@pytest.mark.parametrize("key", ["fpath_img", "fpath_segm"])
@pytest.mark.parametrize("path", ["/elsewhere/1.png", "../../1.png", "images/../../../1.png", r"..\..\1.png"])
def test_paths_that_lead_outside_are_named(stripes, tmp_path, key, path):
    root = shutil.copytree(stripes.root, tmp_path / "copy")
    records = json.loads((root / "test/test.odgt").read_text())
    (root / "test/test.odgt").write_text(json.dumps([records[0], records[1] | {key: path}]))
    with pytest.raises(DataSetError, match=rf"test\.odgt names .*1\.png, which lies outside of {root}"):
        DataSet(root).split("test")


def label_map() -> np.ndarray:
    """Values 1–14, blocks of one value and noise: 24×32."""
    noise = np.random.default_rng(0).integers(1, 15, (24, 32))
    noise[:12] = np.arange(1, 5).repeat(8)
    return noise.astype(np.uint8)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def palette() -> Image.Image:
    image = Image.fromarray(label_map(), "P")
    image.putpalette(range(256 * 3 // 3))
    return image


def four_bits() -> bytes:
    """A greyscale PNG of 4 bits a pixel, which Pillow does not write: a palette image under another header."""
    data = bytearray(encoded(palette(), bits=4))
    data[25] = 0
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (encoded(Image.fromarray(label_map().astype(np.uint16))), r"16-bit greyscale \(mode I;16\)"),
        (encoded(Image.fromarray(label_map()).convert("RGB")), r"8-bit RGB \(mode RGB\)"),
        (encoded(Image.fromarray(label_map()).convert("LA")), r"8-bit greyscale with alpha \(mode LA\)"),
        (encoded(palette()), r"8-bit palette \(mode P\); if its colour numbers are the values, save Image\.fromarray"),
        (four_bits(), r"4-bit greyscale \(mode L\)"),
        (encoded(Image.fromarray(label_map()).convert("1")), r"1-bit greyscale \(mode 1\)"),
        (encoded(Image.fromarray(label_map()), "JPEG"), r"a JPEG \(mode L\)"),
    ],
)
def test_label_maps_of_another_kind_are_refused(tmp_path, data, message):
    (tmp_path / "map").write_bytes(data)
    with pytest.raises(
        DataSetError, match=rf"{tmp_path}/map: a label map is an 8-bit greyscale PNG, this one is {message}"
    ):
        read_label_map(tmp_path / "map", STREETHAZARDS)


def test_a_header_in_the_wrong_place_is_named(tmp_path):
    notes = PngInfo()
    notes.add_text("name", "a note of some length")
    data = encoded(Image.fromarray(label_map()), pnginfo=notes)
    header, note = data[8:33], data[33 : 45 + int.from_bytes(data[33:37], "big")]
    (tmp_path / "map.png").write_bytes(data[:8] + note + header + data[33 + len(note) :])
    for read in (read_image, lambda path: read_label_map(path, STREETHAZARDS)):
        with pytest.raises(DataSetError, match=rf"{tmp_path}/map\.png cannot be read: the header does not come first"):
            read(tmp_path / "map.png")


def test_what_the_message_on_palettes_advises_helps(tmp_path):
    path = tmp_path / "map.png"
    palette().save(path)
    Image.fromarray(np.asarray(Image.open(path))).save(path)
    assert np.array_equal(read_label_map(path, STREETHAZARDS), label_map() - 1)


def test_an_image_of_16_bits_is_refused_instead_of_clipped(tmp_path):
    Image.fromarray(np.full((4, 4), 1000, np.uint16)).save(tmp_path / "a.png")
    with pytest.raises(
        DataSetError, match=rf"{tmp_path}/a\.png: an image has 8 bits a channel, this one has mode I;16"
    ):
        read_image(tmp_path / "a.png")


@st.composite
def damage(draw: st.DrawFn) -> list[tuple[str, float, bytes]]:
    """What happens to a file: parts cut off, overwritten, put in or left out, at places from 0 to 1 of its length."""
    kinds = st.sampled_from(["cut", "overwrite", "insert", "remove", "flip"])
    return draw(st.lists(st.tuples(kinds, st.floats(0, 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=3))


def damaged(data: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    for kind, where, some in changes:
        at = int(where * len(data))
        if kind == "cut":
            data = data[:at]
        elif kind == "flip":
            data = data[:at] + bytes(byte ^ some[0] for byte in data[at : at + 1]) + data[at + 1 :]
        else:
            kept = {"overwrite": at + len(some), "insert": at, "remove": at + len(some)}[kind]
            data = data[:at] + (b"" if kind == "remove" else some) + data[kept:]
    return data


def attempt(read: Callable[[], Any], path: Path) -> Any:
    """What is read, or None where a clear error names the file."""
    try:
        return read()
    except DataSetError as error:
        if str(error).startswith(str(path)):
            return None
        raise


@in_one_folder
@given(st.sampled_from([0, 1, 6]), damage())
@example(1, [("flip", 0.6, b"\x01")])
def test_a_damaged_label_map_is_named_or_read_as_it_was(tmp_path, level, changes):
    path = tmp_path / "map.png"
    path.write_bytes(damaged(encoded(Image.fromarray(label_map()), compress_level=level), changes))
    found = attempt(lambda: read_label_map(path, STREETHAZARDS), path)
    assert found is None or np.array_equal(found, label_map() - 1)


def test_no_flipped_bit_of_a_label_map_goes_unnoticed(tmp_path):
    """Pillow alone reads many of these as other labels: it does not look at the check sums of the pixels."""
    path, data = tmp_path / "map.png", encoded(Image.fromarray(label_map()[:14]), compress_level=1)
    for position in range(8 * len(data)):
        changed = bytearray(data)
        changed[position // 8] ^= 1 << position % 8
        path.write_bytes(changed)
        found = attempt(lambda: read_label_map(path, STREETHAZARDS), path)
        assert found is None or np.array_equal(found, label_map()[:14] - 1)


@in_one_folder
@given(st.sampled_from(["PNG", "JPEG"]), damage())
def test_a_damaged_image_is_named_or_is_one(tmp_path, kind, changes):
    picture = Image.fromarray(label_map() * 10).convert("RGB")
    path = tmp_path / "image"
    path.write_bytes(damaged(encoded(picture, kind), changes))
    found = attempt(lambda: read_image(path), path)
    assert found is None or (found.dtype, found.shape[2:]) == (np.uint8, (3,))
    assert found is None or kind != "PNG" or np.array_equal(found, picture)


paths = st.one_of(
    st.sampled_from(["images/a.png", "", ".", "..", "../x", "/", "/etc/passwd", "a\0b", "\ud800", "x" * 5000, "~/a"]),
    st.text(max_size=20),
)
values = st.one_of(paths, st.none(), st.integers(), st.floats(), st.lists(st.integers(), max_size=2))
records = st.one_of(
    st.fixed_dictionaries({"fpath_img": paths, "fpath_segm": paths}),
    st.dictionaries(st.sampled_from(["fpath_img", "fpath_segm", "width"]), values),
    values,
)
texts = st.one_of(
    st.lists(records, max_size=4).map(json.dumps),
    st.lists(records, max_size=4).map(lambda each: "\n".join(map(json.dumps, each))),
    records.map(json.dumps),
)


@in_one_folder
@given(st.one_of(texts.map(lambda text: text.encode()), st.binary(max_size=40)), damage())
@example(json.dumps(RECORDS).encode(), [("insert", 0.0, b"\xef\xbb\xbf")])
def test_a_damaged_list_is_named_or_leads_to_files_inside(tmp_path, text, changes):
    for name in ("train/train.odgt", "train/validation.odgt", "test/test.odgt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(json.dumps(RECORDS).encode())
    for content in (text, damaged(json.dumps(RECORDS).encode(), changes)):
        (tmp_path / "train/train.odgt").write_bytes(content)
        data = DataSet(tmp_path)
        samples = attempt(lambda data=data: data.split("train"), tmp_path / "train/train.odgt")
        for sample in samples or []:
            assert all(os.path.abspath(path).startswith(f"{tmp_path}/") for path in (sample.image, sample.labels))
            with pytest.raises(DataSetError):
                sample.read()
        with pytest.raises(DataSetError):
            data.fingerprint()

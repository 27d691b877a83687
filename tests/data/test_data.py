"""The reader, its errors, the transforms and the statistics."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torchvision.transforms import v2

from hazards.data import DataSet, DataSetError
from hazards.data.augmentation import Augmentation
from hazards.data.batches import Decoded, batches
from hazards.data.layout import Sample
from hazards.data.statistics import (
    GRID,
    half_lies_in,
    label_shares,
    label_statistics,
    spread_samples,
    streethazards_hazards,
    streethazards_priors,
    streethazards_regions,
    streethazards_shares,
)
from hazards.data.transforms import Segmentation, augment
from hazards.devices import DeviceError
from hazards.labels import ANOMALY, ROAD, STREETHAZARDS, LabelSet
from real_data import SLICE, real_slice


@pytest.fixture
def copy(stripes: DataSet, tmp_path: Path) -> DataSet:
    """A copy of the data set that a test may damage."""
    shutil.copytree(stripes.root, tmp_path / "copy")
    return DataSet(tmp_path / "copy")


def test_labels_are_zero_indexed(stripes):
    image, labels = stripes.split("test")[0].read()
    assert (image.shape, labels.shape) == ((32, 48, 3), (32, 48))
    assert labels[15, 24] == ANOMALY
    assert labels.min() == 0


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(DataSetError, match=f"no data set at {tmp_path / 'nowhere'}"):
        DataSet(tmp_path / "nowhere").split("train")


def test_half_written_data_set_is_named(copy):
    (copy.root / "train/validation.odgt").unlink()
    with pytest.raises(
        DataSetError, match=r"validation\.odgt is missing, and .*streethazards_train/.* too: the data set is incompl"
    ):
        copy.split("val")


def test_damaged_list_is_named(copy):
    path = copy.root / "test/test.odgt"
    path.write_text(path.read_text()[:100])
    with pytest.raises(DataSetError, match=r"test\.odgt is no list of samples"):
        copy.split("test")
    path.write_text("[]")
    with pytest.raises(DataSetError, match=r"test\.odgt lists no sample"):
        copy.split("test")
    path.write_text(json.dumps([{"fpath_img": "a.png"}]))
    with pytest.raises(DataSetError, match=r"test\.odgt is no list of samples: record 1 has no path fpath_segm"):
        copy.split("test")


@pytest.mark.parametrize("keep", [0, 20, 100])
def test_truncated_image_is_named(copy, keep):
    sample = copy.split("train")[3]
    sample.image.write_bytes(sample.image.read_bytes()[:keep])
    with pytest.raises(DataSetError, match=rf"{sample.image} cannot be read"):
        sample.read()


def test_missing_label_map_is_named(copy):
    sample = copy.split("train")[3]
    sample.labels.unlink()
    with pytest.raises(DataSetError, match=f"{sample.labels} is missing"):
        sample.read()
    with pytest.raises(DataSetError, match=f"{sample.labels} is missing"):
        copy.fingerprint()


@pytest.mark.parametrize("value", [0, 15, 255])
def test_label_value_outside_the_range_is_named(copy, value):
    sample = copy.split("val")[0]
    values = np.asarray(Image.open(sample.labels)).copy()
    values[5, 7] = value
    Image.fromarray(values).save(sample.labels)
    with pytest.raises(DataSetError, match=rf"{sample.labels}: value {value} at row 5, column 7; .*1 to 14"):
        sample.read()


def test_sizes_that_differ_are_named(copy):
    sample = copy.split("val")[0]
    Image.open(sample.labels).resize((24, 16)).save(sample.labels)
    with pytest.raises(DataSetError, match=r"48×32 pixels but its label map .* has 24×16"):
        sample.read()


def test_colour_label_map_is_refused(copy):
    sample = copy.split("val")[0]
    Image.open(sample.labels).convert("RGB").save(sample.labels)
    with pytest.raises(DataSetError, match=r"8-bit greyscale PNG, this one is 8-bit RGB \(mode RGB\)"):
        sample.read()


def test_fingerprint_follows_the_pixels_not_the_place(stripes, copy):
    assert copy.fingerprint() == stripes.fingerprint()
    sample = copy.split("train")[0]
    values = np.asarray(Image.open(sample.labels)).copy()
    values[0, 0] = 14
    Image.fromarray(values).save(sample.labels)
    assert DataSet(copy.root).fingerprint() != stripes.fingerprint()


def test_fingerprint_follows_the_split(copy, stripes):
    lists = [copy.root / "train/train.odgt", copy.root / "train/validation.odgt"]
    train, val = (json.loads(path.read_text()) for path in lists)
    lists[0].write_text(json.dumps(train[:-1]))
    lists[1].write_text(json.dumps([train[-1], *val]))
    assert DataSet(copy.root).fingerprint() != stripes.fingerprint()


def test_path_outside_of_the_root_is_named(copy):
    path = copy.root / "test/test.odgt"
    path.write_text(json.dumps([{"fpath_img": "/elsewhere/1.png", "fpath_segm": "/elsewhere/1.png"}]))
    with pytest.raises(DataSetError, match=r"test\.odgt names /elsewhere/1\.png, which lies outside"):
        copy.split("test")


def test_augmentation_depends_on_seed_epoch_and_index_alone(stripes):
    images, labels = Decoded(stripes.split("train"), (32, 48))[[1, 2]]

    def draw(epoch: int, seed: int = 0, index: int = 1, noise: int = 0) -> torch.Tensor:
        torch.manual_seed(noise)
        return augment(images[0], labels[0], Augmentation()((32, 48)), seed, epoch, index)[0]

    assert torch.equal(draw(1), draw(1, noise=5))
    assert not torch.equal(draw(1), draw(2))
    assert not torch.equal(draw(1), draw(1, seed=1))
    assert not torch.equal(draw(1), draw(1, index=2))


def test_augmentation_leaves_the_random_numbers_of_others_alone(stripes):
    images, labels = Decoded(stripes.split("train"), (32, 48))[[0]]
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    augment(images[0], labels[0], Augmentation()((32, 48)), 0, 0, 0)
    assert torch.equal(torch.rand(3), expected)


def test_flip_moves_image_and_labels_together(stripes):
    (image,), (labels,) = Decoded(stripes.split("test"), (32, 48))[[0]]
    changed = [augment(image, labels, v2.RandomHorizontalFlip(), 0, 0, index) for index in range(20)]
    flipped = [torch.equal(picture, image.flip(-1)) for picture, _ in changed]
    assert 0 < sum(flipped) < 20
    for turned, (picture, mask) in zip(flipped, changed, strict=True):
        assert torch.equal(picture, image.flip(-1) if turned else image)
        assert torch.equal(mask, labels.flip(-1) if turned else labels)


@pytest.mark.parametrize("cache", ["", "0"])
def test_batches_hold_the_images_asked_for_decoded_once_where_they_fit(stripes, cache, monkeypatch):
    monkeypatch.setenv("HAZARDS_CACHE", cache)
    samples = stripes.split("train")
    images = Decoded(samples, (32, 48))
    expected = [Segmentation(samples, (32, 48))[index] for index in (3, 0, 5)]
    reads = []
    read = Sample.read
    monkeypatch.setattr(Sample, "read", lambda sample: reads.append(sample) or read(sample))
    for _ in range(2):
        (first, second) = batches(images, [[3, 0], [5]], torch.device("cpu"))
        found = [*zip(*first, strict=True), *zip(*second, strict=True)]
        for (picture, labels), (wanted, truth) in zip(found, expected, strict=True):
            assert torch.equal(picture.float() / 255, wanted)
            assert torch.equal(labels.long(), truth)
    assert len(reads) == (6 if cache else 3)
    assert not images.complete


def test_the_limit_of_the_cache_is_a_setting(stripes, monkeypatch):
    monkeypatch.setenv("HAZARDS_CACHE", f"{12 * 4 * 32 * 48 / 2**30}")
    assert Decoded(stripes.split("train"), (32, 48)).cached
    assert not Decoded(stripes.split("train"), (32, 49)).cached
    monkeypatch.setenv("HAZARDS_CACHE", "much")
    with pytest.raises(DeviceError, match="HAZARDS_CACHE is 'much': a number of GiB, 0 to keep nothing"):
        Decoded(stripes.split("train"), (32, 48))


def test_processes_that_read_share_what_they_decoded(stripes, monkeypatch):
    monkeypatch.setattr("hazards.data.batches.readers", lambda device: 2)
    images = Decoded(stripes.split("train"), (32, 48))
    assert [len(part) for part, _ in batches(images, [[0, 1, 2], [3]], torch.device("cpu"))] == [3, 1]
    assert images._known.tolist() == [1] * 4 + [0] * 8
    assert torch.equal(images[[2]][0], Decoded(stripes.split("train"), (32, 48))[[2]][0])


def test_labels_are_never_interpolated(stripes):
    before = set(np.unique(stripes.split("test")[0].read()[1]))
    _, labels = Segmentation(stripes.split("test"), (19, 31))[0]
    assert set(labels.unique().tolist()) <= before


def test_statistics_count_every_pixel(stripes, store):
    value = label_statistics(stripes, "test").value
    images, hazards = value["images"], value["hazards"]
    counts = images[[f"label {label}" for label in range(14)]].to_numpy()
    assert (counts.sum(1) == 48 * 32).all()
    assert (images["label 13"] == 48).all()
    assert hazards["share"].to_numpy() == pytest.approx(48 / (48 * 32))
    assert value["prior"].sum(0) == pytest.approx(1)
    assert label_shares(images, STREETHAZARDS)["anomaly"] == pytest.approx(48 / (48 * 32))


def test_packaged_figures_of_the_real_data_are_whole():
    shares = streethazards_shares()
    assert tuple(shares.index) == STREETHAZARDS.names
    assert shares.sum().to_numpy() == pytest.approx(1, abs=1e-6)
    assert len(streethazards_hazards()) == 1500
    assert streethazards_hazards().mean() == pytest.approx(shares.loc["anomaly", "test"], abs=1e-6)


def test_packaged_priors_of_the_real_data_go_by_the_names_of_labels():
    priors, shares = streethazards_priors(STREETHAZARDS), streethazards_shares()
    for split, prior in priors.items():
        assert prior.shape == (14, *GRID)
        assert prior.sum(0) == pytest.approx(1, abs=14 * 0.5 / 255)
        assert prior.mean((1, 2)) == pytest.approx(shares[split].to_numpy(), abs=0.003)
    other = LabelSet(("road", "obstacle"), ((0, 0, 0), (1, 1, 1)), ((0,), (1,)))
    road, obstacle = streethazards_priors(other)["train"]
    assert np.array_equal(road, priors["train"][ROAD])
    assert np.isnan(obstacle).all()


def test_packaged_regions_of_the_real_data_hold_its_anomalous_pixels():
    regions = streethazards_regions()
    assert len(regions) == 93_650
    assert regions.sum() / 1500 == pytest.approx(streethazards_shares().loc["anomaly", "test"], abs=1e-8)


@given(st.lists(st.integers(1, 50), min_size=1))
def test_half_of_the_pixels_lie_in_regions_of_that_size_or_more(sizes):
    found, array = half_lies_in(np.array(sizes)), np.array(sizes)
    assert array[array >= found].sum() >= array.sum() / 2
    assert array[array > found].sum() < array.sum() / 2


def test_spread_samples_come_from_the_whole_split(stripes):
    assert len(spread_samples(stripes, "train", 3)) == 3


@real_slice
def test_reader_takes_the_real_data_set():
    data = DataSet(SLICE)
    assert [len(data.split(split)) for split in data.SPLITS] == [4, 5, 8]
    for split in data.SPLITS:
        for sample in data.split(split):
            image, labels = sample.read()
            assert (image.shape, labels.shape) == ((720, 1280, 3), (720, 1280))
            assert labels.max() <= (13 if split == "test" else 12)

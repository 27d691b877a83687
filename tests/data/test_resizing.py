"""Images and label maps at another size, and crops of them, pixel by pixel."""

from __future__ import annotations

import functools
import itertools
import operator
import re

import numpy as np
import pytest
import torch
from torch.nn import functional
from torchvision import tv_tensors

from hazards import determinism
from hazards.data.crops import Fit, PaddedCrop, VariableCrop, resized, rotate, uniform
from hazards.data.transforms import (
    AugmentationError,
    Segmentation,
    as_input,
    augment,
    read_labels_resized,
    read_resized,
    require_size,
    resize_labels,
)
from hazards.labels import NO_LABEL


def test_an_image_is_resized_linearly_with_antialiasing_and_its_labels_by_their_centres(stripes):
    sample = stripes.split("train")[0]
    picture, truth = sample.read()
    image, labels = read_resized(sample, (8, 12))
    pixels = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
    expected = functional.interpolate(pixels, (8, 12), mode="bilinear", antialias=True)[0]
    assert image.shape == (3, 8, 12)
    assert image.dtype == labels.dtype == torch.uint8
    assert (image.float() - expected).abs().max() <= 1
    assert np.array_equal(labels, truth[2::4, 2::4])
    assert torch.equal(read_labels_resized(sample, (8, 12)), labels)


def test_what_has_its_size_already_stays(stripes):
    sample = stripes.split("train")[0]
    picture, truth = sample.read()
    image, labels = read_resized(sample, (32, 48))
    assert np.array_equal(image.permute(1, 2, 0), picture)
    assert np.array_equal(labels, truth)
    mask = tv_tensors.Mask(torch.zeros(4, 6, dtype=torch.uint8))
    assert resize_labels(mask, (4, 6)) is mask


@pytest.mark.parametrize("size", [(4, 12), (8, 6), (12, 18), (5, 7), (2, 6), (3, 20)])
def test_labels_are_those_at_the_centres_of_new_pixels(size):
    labels = torch.arange(48, dtype=torch.uint8).reshape(4, 12)
    found = resize_labels(tv_tensors.Mask(labels), size)
    rows = ((np.arange(size[0]) + 0.5) * 4 / size[0]).astype(int)
    columns = ((np.arange(size[1]) + 0.5) * 12 / size[1]).astype(int)
    assert isinstance(found, tv_tensors.Mask)
    assert np.array_equal(found, labels[rows][:, columns])


def test_networks_take_images_from_0_to_1_and_labels_as_whole_numbers(stripes):
    images, labels = as_input(torch.tensor([0, 51, 255], dtype=torch.uint8), torch.tensor([3], dtype=torch.uint8))
    assert images.tolist() == [0, pytest.approx(0.2), 1]
    assert labels.dtype == torch.int64
    data = Segmentation(stripes.split("val"), (8, 12))
    assert len(data) == 4
    image, mask = read_resized(stripes.split("val")[2], (8, 12))
    assert torch.equal(data[2][0], image.float() / 255)
    assert torch.equal(data[2][1], mask.long())


def test_an_augmentation_is_given_image_and_labels_and_gives_plain_tensors():
    seen = []

    def transform(image, mask):
        seen.append((type(image), type(mask)))
        return image + 1, mask

    image, labels = augment(torch.zeros(3, 2, 2, dtype=torch.uint8), torch.ones(2, 2), transform, 0, 0, 0)
    assert seen == [(tv_tensors.Image, tv_tensors.Mask)]
    assert (type(image), type(labels)) == (torch.Tensor, torch.Tensor)
    assert (image == 1).all()


def numbered(height: int, width: int) -> tuple[tv_tensors.Image, tv_tensors.Mask]:
    """An image whose red is the row and whose green is the column, and a label map of ones."""
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    image = torch.stack([rows, columns, torch.full_like(rows, 9)]).to(torch.uint8)
    return tv_tensors.Image(image), tv_tensors.Mask(torch.ones(height, width, dtype=torch.uint8))


def corners(crop, height: int, width: int, draws: int = 300) -> tuple[set[int], set[int]]:
    """Rows and columns at which crops begin."""
    torch.manual_seed(0)
    firsts = [crop(*numbered(height, width))[0][:2, 0, 0].tolist() for _ in range(draws)]
    return {row for row, _ in firsts}, {column for _, column in firsts}


def test_a_variable_crop_lies_anywhere_in_the_image():
    rows, columns = corners(VariableCrop((6, 4), (1.0, 1.0)), 8, 9)
    assert rows == {0, 1, 2}
    assert columns == {0, 1, 2, 3, 4, 5}


def test_a_padded_crop_lies_anywhere_in_the_image():
    rows, columns = corners(PaddedCrop((6, 4), (1.0, 1.0)), 8, 9)
    assert rows == {0, 1, 2}
    assert columns == {0, 1, 2, 3, 4, 5}


def test_a_variable_crop_of_half_the_size_is_enlarged():
    torch.manual_seed(0)
    image, mask = VariableCrop((8, 12), (0.5, 0.5))(*numbered(8, 12))
    assert image.shape == (3, 8, 12)
    assert mask.shape == (8, 12)
    rows, columns = image[0].unique(), image[1].unique()
    assert len(rows) == 4
    assert len(columns) == 6


def test_a_variable_crop_ends_where_the_image_ends():
    image, _ = VariableCrop((4, 4), (2.0, 2.0))(*numbered(4, 40))
    assert image[0].unique().tolist() == [0, 1, 2, 3]  # all four rows
    assert int(image[1].max()) - int(image[1].min()) in (6, 5)  # eight columns in four pixels


@pytest.mark.parametrize("shape", [(1, 30), (30, 1)])
def test_nothing_is_ever_less_than_a_pixel_wide(shape):
    for crop in (PaddedCrop((5, 7), (3.0, 3.0)), VariableCrop((5, 7), (0.05, 0.05))):
        image, mask = crop(*numbered(*shape))
        assert image.shape == (3, 5, 7)
        assert mask.shape == (5, 7)


def test_a_padded_crop_of_twice_the_scale_shows_the_whole_image_in_half_its_sides():
    torch.manual_seed(0)
    image, mask = PaddedCrop((8, 12), (2.0, 2.0))(*numbered(8, 12))
    inside = mask != NO_LABEL
    assert inside.sum() == 4 * 6
    assert (mask[inside] == 1).all()
    assert not image[:, ~inside].any()
    assert (image[2][inside] == 9).all()


def test_a_padded_crop_rounds_the_sides_of_the_scaled_image_to_pixels():
    _, mask = PaddedCrop((8, 12), (3.0, 3.0))(*numbered(8, 11))  # 2.67 by 3.67
    assert (mask != NO_LABEL).sum() == 3 * 4
    _, mask = PaddedCrop((8, 12), (3.0, 3.0))(*numbered(1, 1))
    assert (mask != NO_LABEL).sum() == 1


def test_each_image_has_random_numbers_of_its_own(monkeypatch):
    """Seeds, none of them twice, spread over all 31 bits."""
    seeds = []
    monkeypatch.setattr(determinism, "seed", seeds.append)
    image, labels = torch.zeros(3, 2, 2, dtype=torch.uint8), torch.zeros(2, 2, dtype=torch.uint8)
    for chosen in itertools.product(range(4), range(8), range(20)):
        augment(image, labels, lambda image, mask: (image, mask), *chosen)
    assert len(set(seeds)) == 4 * 8 * 20
    assert functools.reduce(operator.or_, seeds) == 2**31 - 1
    assert functools.reduce(operator.and_, seeds) == 0


def test_what_a_turn_opens_is_black_and_teaches_nothing():
    torch.manual_seed(1)
    image, mask = rotate(40)(*numbered(20, 20))
    opened = mask == NO_LABEL
    assert 0 < opened.sum() < 200
    assert image[2][opened].max() < 9
    assert set(mask.unique().tolist()) == {1, NO_LABEL}


def test_turns_go_either_way_and_not_too_far():
    turn = rotate(10)
    angles = [turn.make_params([])["angle"] for _ in range(200)]
    assert -10 <= min(angles) < -8
    assert 8 < max(angles) <= 10


def test_what_has_another_size_is_made_to_fit():
    image, mask = Fit((3, 4))(*numbered(6, 8))
    assert image.shape == (3, 3, 4)
    assert mask.shape == (3, 4)
    picture = tv_tensors.Image(torch.tensor([[[0, 0, 0, 200]]], dtype=torch.uint8))
    small = functional.interpolate(
        picture.as_subclass(torch.Tensor)[None].float(), (1, 2), mode="bilinear", antialias=True
    )
    assert (resized(picture, (1, 2)).float() - small[0]).abs().max() <= 0.5


def test_uniform_numbers_fill_the_range_between_both_ends():
    torch.manual_seed(0)
    numbers = [uniform(2.0, 5.0) for _ in range(500)]
    assert 2 <= min(numbers) < 2.05
    assert 4.95 < max(numbers) <= 5
    assert np.mean(numbers) == pytest.approx(3.5, abs=0.15)


def test_a_transform_of_another_size_is_refused_with_both_sizes():
    image, labels = torch.zeros(3, 4, 6), torch.zeros(4, 6)
    require_size("mine", image, labels, (4, 6))
    for size, picture, mask in (((4, 5), image, labels), ((4, 6), image[..., 1:], labels), ((4, 6), image, labels[1:])):
        sizes = f"{tuple(picture.shape[1:])} and its label map at {tuple(mask.shape)}"
        with pytest.raises(AugmentationError, match=re.escape(f"'mine' leaves an image at {sizes}, not at {size}")):
            require_size("mine", picture, mask, size)

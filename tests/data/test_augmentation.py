"""Augmentations change image and label map alike, keep to their sizes, and never invent what is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision import tv_tensors
from torchvision.transforms import v2

from hazards.data.augmentation import Augmentation, gaussian_blur
from hazards.data.crops import PaddedCrop, VariableCrop
from hazards.data.transforms import resize_labels
from hazards.labels import NO_LABEL
from hazards.report import augmentation_figures

PLAIN = Augmentation(flip=False, jitter=0)
sizes = st.tuples(st.integers(8, 40), st.integers(8, 40))


def scene(height: int, width: int, tile: int = 8) -> tuple[tv_tensors.Image, tv_tensors.Mask]:
    """Tiles of labels 1–12, each painted with 20 × its label."""
    labels = torch.randint(1, 13, (-(-height // tile), -(-width // tile)))
    mask = labels.repeat_interleave(tile, 0).repeat_interleave(tile, 1)[:height, :width].to(torch.uint8)
    return tv_tensors.Image((20 * mask).expand(3, -1, -1).clone()), tv_tensors.Mask(mask)


@settings(max_examples=40, deadline=None)
@given(
    sizes,
    sizes,
    st.sampled_from([None, (0.5, 2.0), (0.9, 1.1), (3.0, 3.0)]),
    st.booleans(),
    st.integers(0, 2**31),
)
def test_images_come_out_at_the_size_asked_for(source, size, scale, padding, seed):
    torch.manual_seed(seed)
    augmentation = Augmentation(blur=True, rotation=10, scale=scale, padding=padding)
    image, mask = augmentation(size)(*scene(*source))
    assert image.shape == (3, *size)
    assert mask.shape == size
    assert image.dtype == mask.dtype == torch.uint8
    assert set(mask.unique().tolist()) <= {*range(1, 13), NO_LABEL}


@settings(max_examples=40, deadline=None)
@given(sizes, sizes, st.floats(0.3, 4), st.integers(0, 2**31))
def test_a_variable_crop_never_pads(source, size, scale, seed):
    torch.manual_seed(seed)
    image, mask = VariableCrop(size, (scale, scale))(*scene(*source))
    assert image.min() >= 20
    assert mask.max() < NO_LABEL


@pytest.mark.parametrize(
    "augmentation",
    [
        replace(PLAIN, flip=True),
        replace(PLAIN, scale=(0.5, 0.5)),
        replace(PLAIN, scale=(1.0, 1.0)),
        replace(PLAIN, scale=(0.5, 2.0), padding=True),
        replace(PLAIN, rotation=20),
    ],
)
def test_labels_follow_their_pixels(augmentation):
    """Inside the tiles, where nothing is interpolated, colour and label still agree."""
    torch.manual_seed(0)
    for _ in range(5):
        image, mask = augmentation((48, 64))(*scene(96, 128, tile=32))
        agree = (image[0].float() / 20 - mask.float()).abs() < 0.5
        assert agree[mask < NO_LABEL].float().mean() > 0.8


def test_what_is_padded_is_black_and_teaches_nothing():
    torch.manual_seed(0)
    image, mask = PaddedCrop((48, 64), (2.0, 2.0))(*scene(48, 64))
    padded = mask == NO_LABEL
    assert padded.float().mean() == pytest.approx(0.75, abs=0.02)
    assert not image[:, padded].any()


def test_a_crop_shows_as_much_as_its_scale_says():
    torch.manual_seed(0)
    ramp = torch.arange(256).repeat(128, 1).to(torch.uint8)
    for scale in (0.5, 1.0, 2.0):
        image, _ = VariableCrop((64, 64), (scale, scale))(tv_tensors.Image(ramp[None]), tv_tensors.Mask(ramp))
        assert float(image.max()) - float(image.min()) == pytest.approx(64 * scale, abs=4)


@pytest.mark.parametrize(("height", "kernel", "widest"), [(512, 5, 2), (1536, 15, 6), (104, 3, 0.40625)])
def test_a_blur_is_the_same_share_of_every_image(height, kernel, widest):
    blur = gaussian_blur((height, 2 * height))
    assert list(blur.kernel_size) == [kernel, kernel]
    assert list(blur.sigma) == pytest.approx([widest / 20, widest])
    assert Augmentation(blur=True).parts((height, height))["blur"].transforms[0].sigma == blur.sigma


def test_parts_are_those_asked_for():
    assert list(Augmentation().parts((8, 8))) == ["flip", "jitter"]
    assert list(PLAIN.parts((8, 8))) == []
    every = Augmentation(blur=True, rotation=5, scale=(0.5, 2.0))
    assert list(every.parts((8, 8))) == ["rotation", "crop", "flip", "jitter", "blur"]


def test_labels_stay_on_their_pixels_at_every_size():
    """On a ramp from left to right, the label is the position: it must be that of the image's pixel centres."""
    ramp = torch.arange(250).repeat(64, 1).to(torch.uint8)
    for side in (104, 64, 200):
        labels = resize_labels(tv_tensors.Mask(ramp), (32, side)).float()
        centres = (torch.arange(side) + 0.5) * 250 / side - 0.5
        assert (labels - centres).abs().max() <= 0.51
        assert (labels - centres).mean().abs() < 0.26


def test_the_picture_shows_each_part_at_work(stripes):
    shown = {"before": PLAIN, "flip": replace(PLAIN, flip=True), "crop": replace(PLAIN, scale=(0.5, 0.5))}
    figure = augmentation_figures.parts(stripes.split("train")[1], shown, (32, 48), (16, 16), "note")
    pictures = [axis.images[0].get_array() for axis in figure.axes if axis.get_title()]
    assert len(pictures) == 3
    assert not any((picture == pictures[0]).all() for picture in pictures[1:])


def test_the_picture_is_of_no_other_size_than_the_network_sees(stripes):
    def own(size):
        return v2.Identity()

    with pytest.raises(
        ValueError, match=r"'own' leaves an image at \(32, 48\) and .*, not at \(16, 16\), .*: let it end with Fit"
    ):
        augmentation_figures.parts(stripes.split("train")[1], {"own": own}, (32, 48), (16, 16), "note")

"""Pictures are decoded to the same pixels as by Pillow; what becomes of damaged ones is in test_files.py."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional
from torchvision.transforms import v2

from hazards.data import DataSet
from hazards.data.decoding import open_picture
from hazards.data.layout import Sample
from hazards.data.transforms import read_resized
from real_data import SLICE, real_slice


def noise(mode: str, size: tuple[int, int] = (23, 17)) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 4), dtype=np.uint8)
    picture = Image.fromarray(pixels)
    return picture.convert(mode) if mode in ("RGBA", "LA") else picture.convert("RGB").convert(mode)


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize(
    ("kind", "stored", "options"),
    [
        ("PNG", "RGB", {}),
        ("PNG", "RGB", {"transparency": (1, 2, 3)}),
        ("PNG", "RGBA", {}),
        ("PNG", "L", {}),
        ("PNG", "LA", {}),
        ("PNG", "P", {}),
        ("PNG", "1", {}),
        ("BMP", "RGB", {}),
        ("JPEG", "RGB", {}),
    ],
)
def test_pixels_are_those_of_pillow(tmp_path, mode, kind, stored, options):
    path = tmp_path / "picture"
    noise(stored).save(path, kind, **options)
    assert np.array_equal(open_picture(path).pixels(mode), np.asarray(Image.open(path).convert(mode)))


def reference(sample: Sample, size: tuple[int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Image and labels at a size, by Pillow and torchvision alone."""
    image = v2.functional.pil_to_tensor(Image.open(sample.image).convert("RGB"))
    labels = v2.functional.pil_to_tensor(Image.open(sample.labels)) - 1
    nearest = functional.interpolate(labels[None], size, mode="nearest-exact")[0, 0]
    return v2.functional.resize(image, list(size), antialias=True), nearest


def assert_read_as_by_the_reference(data: DataSet, size: tuple[int, int]) -> None:
    for split in data.SPLITS:
        for sample in data.split(split):
            for found, expected in zip(read_resized(sample, size), reference(sample, size), strict=True):
                assert torch.equal(found.as_subclass(torch.Tensor), expected)


@pytest.mark.parametrize("size", [(32, 48), (19, 31), (64, 96)])
def test_reading_at_a_size_gives_what_pillow_and_torchvision_give(stripes, size):
    assert_read_as_by_the_reference(stripes, size)


@real_slice
def test_real_images_are_read_as_by_pillow_and_torchvision():
    assert_read_as_by_the_reference(DataSet(SLICE), (512, 512))

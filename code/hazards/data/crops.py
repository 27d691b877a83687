"""Random crops and turns of an image and its label map, as joint transforms of torchvision."""

from __future__ import annotations

from typing import Any

import torch
from torchvision import tv_tensors
from torchvision.transforms import v2

from hazards.data.transforms import resize_labels
from hazards.labels import NO_LABEL

Size = tuple[int, int]


def rotate(degrees: float) -> v2.Transform:
    """A turn by up to `degrees` either way; the corners that open are black and teach nothing."""
    fill = {tv_tensors.Image: 0, tv_tensors.Mask: NO_LABEL}
    return v2.RandomRotation(degrees, interpolation=v2.InterpolationMode.BILINEAR, fill=fill)


class VariableCrop(v2.Transform):
    """A random crop of scale × `size` pixels, or as much of it as the image has, resized to `size`: nothing is padded.

    As the log describes it: 256, 512 or 1024 pixels, resized to 512. Where the image ends, the crop does, too: one of
    1024×1024 pixels of an image of 1280×720 is 1024 wide and 720 high.
    """

    def __init__(self, size: Size, scale: tuple[float, float]):
        super().__init__()
        self.size, self.scale = size, scale

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        height, width = v2.functional.get_size(flat_inputs[0])
        scale = uniform(*self.scale)
        rows = max(1, min(height, round(scale * self.size[0])))
        columns = max(1, min(width, round(scale * self.size[1])))
        top = round(uniform(0, height - rows))
        left = round(uniform(0, width - columns))
        return {"top": top, "left": left, "height": rows, "width": columns}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return resized(v2.functional.crop(inpt, **params), self.size)


class PaddedCrop(v2.Transform):
    """The image scaled by 1 / scale, then a random crop of `size`; what it lacks is black and teaches nothing."""

    def __init__(self, size: Size, scale: tuple[float, float]):
        super().__init__()
        self.scale = scale
        fill = {tv_tensors.Image: 0, tv_tensors.Mask: NO_LABEL}
        self.crop = v2.RandomCrop(size, pad_if_needed=True, fill=fill)

    def forward(self, *inputs: Any) -> Any:
        height, width = v2.functional.get_size(inputs[0])
        scale = uniform(*self.scale)
        scaled = max(1, round(height / scale)), max(1, round(width / scale))
        return self.crop(*(resized(part, scaled) for part in inputs))


class Fit(v2.Transform):
    """Resize to `size` what is not of that size."""

    def __init__(self, size: Size):
        super().__init__()
        self.size = size

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return resized(inpt, self.size)


def resized(inpt: Any, size: Size) -> Any:
    """An image, by linear interpolation with antialiasing, or a label map, see `resize_labels`, at another size."""
    if isinstance(inpt, tv_tensors.Mask):
        return resize_labels(inpt, size)
    return v2.functional.resize(inpt, list(size), antialias=True)


def uniform(low: float, high: float) -> float:
    """A random number between both, from torch's generator."""
    return low + (high - low) * torch.rand(()).item()

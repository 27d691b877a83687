"""Random crops and turns of an image and its label map, for use among joint transforms of torchvision.

Torchvision is imported where it is used: this module is read for the key of every training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from hazards.data.transforms import resize_labels
from hazards.labels import NO_LABEL

if TYPE_CHECKING:
    from torchvision.transforms import v2

Size = tuple[int, int]


def rotate(degrees: float) -> v2.Transform:
    """A turn by up to `degrees` either way; the corners that open are black and teach nothing."""
    from torchvision.transforms import v2

    return v2.RandomRotation(degrees, interpolation=v2.InterpolationMode.BILINEAR, fill=_fill())


@dataclass(frozen=True)
class VariableCrop:
    """A random crop of scale × `size` pixels, or as much of it as the image has, resized to `size`: nothing is padded.

    As the log describes it: 256, 512 or 1024 pixels, resized to 512. Where the image ends, the crop does, too: one of
    1024×1024 pixels of an image of 1280×720 is 1024 wide and 720 high.
    """

    size: Size
    scale: tuple[float, float]

    def __call__(self, *inputs: Any) -> Any:
        """Image, label map or both, cropped alike, at `size`."""
        from torchvision.transforms import v2

        height, width = v2.functional.get_size(inputs[0])
        scale = uniform(*self.scale)
        rows = max(1, min(height, round(scale * self.size[0])))
        columns = max(1, min(width, round(scale * self.size[1])))
        top = round(uniform(0, height - rows))
        left = round(uniform(0, width - columns))
        crops = [v2.functional.crop(part, top, left, rows, columns) for part in inputs]
        return _one_or_all([resized(part, self.size) for part in crops])


@dataclass(frozen=True)
class PaddedCrop:
    """The image scaled by 1 / scale, then a random crop of `size`; what it lacks is black and teaches nothing."""

    size: Size
    scale: tuple[float, float]

    def __call__(self, *inputs: Any) -> Any:
        """Image, label map or both, cropped alike, at `size`."""
        from torchvision.transforms import v2

        height, width = v2.functional.get_size(inputs[0])
        scale = uniform(*self.scale)
        scaled = max(1, round(height / scale)), max(1, round(width / scale))
        crop = v2.RandomCrop(self.size, pad_if_needed=True, fill=_fill())
        return crop(*(resized(part, scaled) for part in inputs))


@dataclass(frozen=True)
class Fit:
    """Resize to `size` what is not of that size."""

    size: Size

    def __call__(self, *inputs: Any) -> Any:
        """Image, label map or both at `size`."""
        return _one_or_all([resized(part, self.size) for part in inputs])


def resized(inpt: Any, size: Size) -> Any:
    """An image, by linear interpolation with antialiasing, or a label map, see `resize_labels`, at another size."""
    from torchvision import tv_tensors
    from torchvision.transforms import v2

    if isinstance(inpt, tv_tensors.Mask):
        return resize_labels(inpt, size)
    return v2.functional.resize(inpt, list(size), antialias=True)


def uniform(low: float, high: float) -> float:
    """A random number between both, from torch's generator."""
    return low + (high - low) * torch.rand(()).item()


def _fill() -> dict[type, int]:
    """What fills the pixels that an image lacks: black, and no label."""
    from torchvision import tv_tensors

    return {tv_tensors.Image: 0, tv_tensors.Mask: NO_LABEL}


def _one_or_all(parts: list[Any]) -> Any:
    """Parts as torchvision's transforms return them: one by itself."""
    return parts[0] if len(parts) == 1 else tuple(parts)

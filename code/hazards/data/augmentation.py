"""Augmentations of image and label map together, on torchvision.transforms.v2, whichever device they are on.

An `Augmentation` says which parts are used; a recipe may hold any other function from a size to a joint transform in
its place. Torchvision is imported where it is used: a render from the store does not need it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torchvision.transforms import v2

Size = tuple[int, int]

_BLURRED_AT = 512
"""Height in pixels, that of the log's images, at which the blur is given in pixels."""


@dataclass(frozen=True)
class Augmentation:
    """Random changes of a training image; the defaults are the log's baseline.

    Args:
        flip: mirror half of the images.
        jitter: change brightness, contrast and saturation by factors of up to 1 ± `jitter`; 0 for none.
        blur: blur half of the images with a Gaussian, see `gaussian_blur`.
        rotation: turn by up to so many degrees; 0 for none.
        scale: crops show so many times the size of the network's input, drawn evenly between both; None for the whole
            image. Over 1 is zoomed out, under 1 zoomed in.
        padding: instead of a crop whose size follows the scale, scale the image and crop, or pad with black, to one
            size; the log blames the padding for earlier failures.
    """

    flip: bool = True
    jitter: float = 0.2
    blur: bool = False
    rotation: float = 0.0
    scale: tuple[float, float] | None = None
    padding: bool = False

    def parts(self, size: Size) -> dict[str, v2.Transform]:
        """The parts in use by name, in the order in which an image passes through them."""
        from torchvision.transforms import v2

        from hazards.data.crops import PaddedCrop, VariableCrop, rotate

        chosen: dict[str, v2.Transform] = {}
        if self.rotation:
            chosen["rotation"] = rotate(self.rotation)
        if self.scale:
            kind = PaddedCrop if self.padding else VariableCrop
            chosen["crop"] = kind(size, self.scale)
        if self.flip:
            chosen["flip"] = v2.RandomHorizontalFlip()
        if self.jitter:
            chosen["jitter"] = v2.ColorJitter(self.jitter, self.jitter, self.jitter)
        if self.blur:
            chosen["blur"] = v2.RandomApply([gaussian_blur(size)], p=0.5)
        return chosen

    def __call__(self, size: Size) -> v2.Transform:
        """All parts as one transform, which leaves images at `size`, (H, W)."""
        from torchvision.transforms import v2

        from hazards.data.crops import Fit

        return v2.Compose([*self.parts(size).values(), Fit(size)])


def gaussian_blur(size: Size) -> v2.Transform:
    """A Gaussian blur that is as strong at each size, (H, W): kernel and standard deviation are shares of the height.

    At 512 pixels the kernel has 5×5 of them and the standard deviation is drawn from 0.1 to 2. An odd number of
    pixels, 3 at least, comes nearest to the kernel's share.
    """
    from torchvision.transforms import v2

    share = size[0] / _BLURRED_AT
    kernel = max(3, 2 * round((5 * share - 1) / 2) + 1)
    return v2.GaussianBlur(kernel, sigma=(0.1 * share, 2.0 * share))

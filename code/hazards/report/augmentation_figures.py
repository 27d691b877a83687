"""The figure of the augmentation chapter: what augmentations do to an image."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from hazards.data.layout import Sample
from hazards.data.transforms import Transform, augment, read_resized, require_size
from hazards.labels import NO_LABEL, LabelSet
from hazards.report.style import WIDTH, label_legend, page, picture

_PAIRS = 2
"""Augmentations in a row, each as an image and its label map."""
_DRAWS = 20

Augmentation = Callable[[tuple[int, int]], Transform]
"""What a recipe augments with, see `Recipe.transform`."""


def parts(
    sample: Sample, shown: Mapping[str, Augmentation], source: tuple[int, int], size: tuple[int, int], note: str
) -> Figure:
    """An image and its label map after each augmentation; padding, which the loss leaves out, is white in the map.

    Args:
        sample: to augment.
        shown: augmentations by the name above their image.
        source: height and width at which the image is decoded for a crop, or a function of one's own.
        size: height and width of the result.

    Raises:
        AugmentationError: for an augmentation whose result has another size.
    """
    at_source = _decoded(sample, source)
    at_size = _decoded(sample, size)
    rows = -(-len(shown) // _PAIRS)
    height = rows * (WIDTH / (2 * _PAIRS) * size[0] / size[1] + 0.25) + 0.7
    figure, axes = page(height, note, rows, 2 * _PAIRS)
    cells = axes.flat
    present: set[int] = set()
    for name, augmentation in shown.items():
        image, labels = at_source if getattr(augmentation, "scale", True) else at_size
        changed, mask = _drawn(augmentation, image, labels, size)
        require_size(name, changed, mask, size)
        picture(next(cells), changed.permute(1, 2, 0).numpy(), name)
        picture(next(cells), _painted(mask.numpy(), sample.label_set))
        present |= set(mask.unique().tolist()) - {NO_LABEL}
    for axis in cells:
        axis.set_visible(False)
    label_legend(figure, present, sample.label_set)
    return figure


def _decoded(sample: Sample, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """A sample's image and label map at a size, as plain tensors."""
    image, labels = read_resized(sample, size)
    return image.as_subclass(Tensor), labels.as_subclass(Tensor)


def _painted(mask: np.ndarray, label_set: LabelSet) -> np.ndarray:
    """A label map (H, W) in its colours, white where there is no label."""
    is_padding = mask == NO_LABEL
    colors = label_set.colorize(np.where(is_padding, 0, mask))
    colors[is_padding] = 255
    return colors


def _drawn(augmentation: Augmentation, image: Tensor, labels: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """The image and its labels after the first draw, of some, that changes the image."""
    for index in range(_DRAWS):
        changed, mask = augment(image, labels, augmentation(size), 0, 0, index)
        if changed.shape != image.shape or not torch.equal(changed, image):
            break
    return changed, mask

"""The figure of what augmentations do to an image; in the style of figures.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from hazards.data.layout import Sample
from hazards.data.transforms import Transform, augment, read_resized, require_size
from hazards.labels import NO_LABEL
from hazards.report.figures import WIDTH, label_legend, page, picture

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
    decoded = {each: [part.as_subclass(Tensor) for part in read_resized(sample, each)] for each in (source, size)}
    rows = -(-len(shown) // _PAIRS)
    height = rows * (WIDTH / (2 * _PAIRS) * size[0] / size[1] + 0.25) + 0.7
    figure, axes = page(height, note, rows, 2 * _PAIRS)
    seen: set[int] = set()
    for index, (name, augmentation) in enumerate(shown.items()):
        image, labels = decoded[source if getattr(augmentation, "scale", True) else size]
        changed, mask = _drawn(augmentation, image, labels, size)
        require_size(name, changed, mask, size)
        padded = mask.numpy() == NO_LABEL
        painted = sample.label_set.colorize(np.where(padded, 0, mask.numpy()))
        painted[padded] = 255
        row, column = divmod(index, _PAIRS)
        picture(axes[row, 2 * column], changed.permute(1, 2, 0).numpy(), name)
        picture(axes[row, 2 * column + 1], painted)
        seen |= set(mask.unique().tolist()) - {NO_LABEL}
    for axis in axes.flat[2 * len(shown) :]:
        axis.set_visible(False)
    label_legend(figure, sorted(seen), sample.label_set)
    return figure


def _drawn(augmentation: Augmentation, image: Tensor, labels: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """The image and its labels after the first draw, of some, that changes the image."""
    for index in range(_DRAWS):
        changed, mask = augment(image, labels, augmentation(size), 0, 0, index)
        if changed.shape != image.shape or not torch.equal(changed, image):
            break
    return changed, mask

"""A score of the logits, taken together over regions of alike colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from hazards.networks.models import Output
from hazards.scores.logits import max_logit
from hazards.scores.method import Method, Needs, Score, Scorer, State


@dataclass(frozen=True)
class SuperpixelMean(Method):
    r"""The mean of a score over the superpixel that a pixel lies in:

    $$s(x) = \frac{1}{|S(x)|} \sum_{y \in S(x)} s_0(y)$$

    with $S(x)$ the superpixels of the image by SLIC (Achanta et al., SLIC superpixels compared to state-of-the-art
    superpixel methods, 2012), connected regions of alike colour; in the unit of $s_0$. Borders between labels, where
    scores of the logits are high, are shared out over the regions on both sides. Depends on no other image.

    Args:
        base: plain score of the logits.
        regions: superpixels of an image, about.
        compactness: what distance counts beside colour, SLIC's m; 10 is usual for colours in CIELAB.
    """

    label: ClassVar[str] = "superpixel mean"
    needs: ClassVar[Needs] = "the image"
    base: Score = max_logit
    regions: int = 400
    compactness: float = 10.0

    def scorer(self, state: State) -> Scorer:
        """Means over superpixels.

        Raises:
            ValueError: where the output lacks the images.
        """

        def score(output: Output) -> Tensor:
            if output.images is None:
                raise ValueError(f"{self.name} needs the images that the network saw")
            size = output.logits.shape[-2:]
            images = functional.interpolate(output.images.float(), size, mode="bilinear", align_corners=False)
            pictures = images.movedim(1, -1).cpu().numpy()
            values = self.base(output.logits)
            pairs = zip(values, pictures, strict=True)
            return torch.stack([_means(image, self._superpixels(picture)) for image, picture in pairs])

        return score

    def _superpixels(self, picture: np.ndarray) -> Tensor:
        """The number (H, W) of each pixel's superpixel in a picture (H, W, 3), 0–1."""
        from skimage.segmentation import slic  # takes long to import

        numbers = slic(picture, n_segments=self.regions, compactness=self.compactness, start_label=0)
        return torch.from_numpy(numbers)


def _means(values: Tensor, regions: Tensor) -> Tensor:
    """Values (H, W), each replaced by the mean over its region, of numbers (H, W) from 0."""
    numbers = regions.flatten().to(values.device)
    count = int(numbers.max()) + 1
    sums = torch.zeros(count, dtype=torch.float64, device=values.device)
    sums.index_add_(0, numbers, values.flatten().double())
    means = sums / torch.bincount(numbers, minlength=count)
    return means[numbers].view_as(values).to(values.dtype)

r"""The work log's own HEAT, "hybrid energy-adaptive thresholding"; not the HEAT of the literature.

The literature's HEAT (Lafon et al., Hybrid energy based model in the feature space for out-of-distribution detection,
2023) trains density models on features. The log names four parts, log-sum-exp, EMA normalisation, a 3×3 spatial
kernel and adaptive thresholding, and gives no formula; here is the plainest reading of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from hazards.networks.models import Output
from hazards.scores.logits import energy
from hazards.scores.method import Method, Score, Scorer, State
from hazards.scores.window_sums import window_sum

_SMALLEST_STD = 1e-6
"""In the unit of the base score: keeps a stream of constant maps from being divided by zero."""


@dataclass(frozen=True)
class LogHeat(Method):
    r"""A base score, then three parts in this order, each of which can be switched off:

    $$s_1 = \frac{s_0 - \mu_t}{\sigma_t}, \qquad s_2 = K_{3\times3} * s_1, \qquad
    s_3 = s_2 - \left(\bar s_2 + \lambda \operatorname{std}(s_2)\right).$$

    $\mu_t$ and $\sigma_t$ are the mean and standard deviation of the base score over the images that the scorer has
    seen up to and with this one, the weight of earlier images falling by $1-\alpha$ an image. **So the scores of an
    image depend on the images before it**, and pooled figures on the order of the split; batches make no difference.
    $K_{3\times3}$ takes the mean of a pixel and its eight neighbours. The last part sets each image's threshold of
    suspicion to zero. It and the first shift or scale whole images: they change no ranking within one.

    Without the three parts it is the base score, in its unit; else in standard deviations, unbounded.

    Args:
        base: a plain score; the log's is `energy`.
        ema: $\alpha$, over 0 to 1, the weight of a new image in mean and variance; None for no normalisation.
        spatial: whether to take means over 3×3 pixels.
        threshold: $\lambda$, standard deviations of the image's scores above their mean; None for no threshold.

    Raises:
        ValueError: for an `ema` out of its range.
    """

    label: ClassVar[str] = "HEAT of the log"
    base: Score = energy
    ema: float | None = 0.1
    spatial: bool = True
    threshold: float | None = 2.0

    def __post_init__(self) -> None:
        if self.ema is not None and not 0 < self.ema <= 1:
            raise ValueError(f"ema is the weight of a new image, over 0 up to 1, not {self.ema}")

    @property
    def requirement(self) -> str:
        """Earlier images, where it normalises by them."""
        return "nothing" if self.ema is None else "earlier images"

    def scorer(self, state: State) -> Scorer:
        """A scorer that remembers the images it has seen; take a new one for each pass."""
        stream = _Stream(self.ema) if self.ema is not None else None

        def score(output: Output) -> Tensor:
            values = self.base(output.logits)
            if stream:
                values = torch.stack([stream.normalise(image) for image in values])
            if self.spatial:
                values = window_sum(values, (1 / 3, 1 / 3, 1 / 3))
            if self.threshold is not None:
                pixels = values.flatten(1)
                levels = pixels.mean(1) + self.threshold * pixels.std(1, correction=0)
                values = values - levels[:, None, None]
            return values

        return score


class _Stream:
    """Exponentially weighted mean and variance of the scores of a stream of images."""

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self.mean: Tensor | None = None
        self.variance: Tensor | None = None

    def normalise(self, values: Tensor) -> Tensor:
        """Take in one image's scores (H, W), then return them in standard deviations from the stream's mean."""
        mean, variance = values.mean(), values.var(correction=0)
        if self.mean is None or self.variance is None:
            self.mean, self.variance = mean, variance
        else:
            shift = mean - self.mean
            self.mean = self.mean + self.weight * shift
            kept = self.variance + self.weight * shift**2
            self.variance = (1 - self.weight) * kept + self.weight * variance
        return (values - self.mean) / self.variance.sqrt().clamp(min=_SMALLEST_STD)

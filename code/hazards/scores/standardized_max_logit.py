r"""Standardized max logits: each label's largest logits on one scale, without borders, and smoothed.

Jung et al., Standardized max logits: a simple yet effective approach for identifying unexpected road obstacles in
urban-scene segmentation, 2021. Radii, kernel and order follow the authors' code (shjung13/Standardized-max-logits).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from hazards.networks.models import Output
from hazards.scores.logit_cache import largest
from hazards.scores.method import Fitting, Method, Needs, Scorer, State
from hazards.scores.moments import Moments
from hazards.scores.window_sums import window_sum

_RADII = (3, 2, 1, 0)
"""By how much the borders are widened in each round of the suppression, in pixels (city-block distance)."""

_DILATION = 6
_BELL = tuple(math.exp(-(step**2) / 2) for step in range(-3, 4))
_GAUSSIAN = tuple(weight / sum(_BELL) for weight in _BELL)
"""Seven weights of standard deviation 1; at a dilation of 6 they reach 18 pixels."""


@dataclass(frozen=True)
class StandardizedMaxLogit(Method):
    r"""Max logits, standardized by predicted label:

    $$s = -\frac{\max_c z_c - \mu_{\hat c}}{\sigma_{\hat c}}, \quad \hat c = \arg\max_c z_c,$$

    with $\mu_c$, $\sigma_c$ mean and standard deviation of the max logit over all pixels that are predicted as $c$; in
    standard deviations, unbounded. A label that is predicted for fewer than two pixels of the split, or always with the
    same logit, takes the statistics of all pixels together. Depends on no other image of the pass.

    Args:
        fit_on: split of the statistics, `train` in the paper. On `test` it is an oracle that no detector can have, as
            pixels of anomalies are left out of the statistics everywhere.
        suppress: replace the scores at borders between predicted labels, see `suppress_boundaries`.
        smooth: then smooth them, see `smooth_dilated`.
    """

    label: ClassVar[str] = "SML"
    needs: ClassVar[Needs] = "statistics"
    fit_on: str = "train"
    suppress: bool = False
    smooth: bool = False

    def fitting(self) -> Fitting:
        """For ``mean`` and ``std`` (K,) of each predicted label's max logits."""
        return _LogitMoments(self.fit_on)

    def scorer(self, state: State) -> Scorer:
        """Standardized max logits, negated, with borders suppressed and smoothed where asked for."""

        def score(output: Output) -> Tensor:
            values, predicted = largest(output.logits)
            mean, std = (state[key].to(values.device) for key in ("mean", "std"))
            values = (mean.take(predicted) - values) / std.take(predicted)
            if self.suppress:
                values = suppress_boundaries(values, predicted)
            return smooth_dilated(values) if self.smooth else values

        return score


class _LogitMoments:
    """The fitting of `StandardizedMaxLogit`."""

    def __init__(self, fit_on: str) -> None:
        self._fit_on = fit_on
        self._moments: Moments | None = None

    def add(self, output: Output, labels: Tensor) -> None:
        """Take in the known pixels of images."""
        values, predicted = largest(output.logits)
        known = labels < output.known
        self._moments = self._moments or Moments(output.known, 1, torch.device("cpu"))
        self._moments.add(values[known].cpu()[:, None], predicted[known].cpu())

    def state(self) -> State:
        """Mean and standard deviation of each predicted label.

        Raises:
            ValueError: where there are fewer than two pixels, or all have the same max logit.
        """
        moments = self._moments
        if moments:
            count, mean, scatter = moments.together()
        if not moments or not (count > 1 and scatter.item() > 0):
            raise ValueError(f"the max logits of the split {self._fit_on!r} do not vary")
        means, variances = moments.mean[:, 0], moments.scatter[:, 0, 0] / (moments.count - 1)
        usable = (moments.count > 1) & (variances > 0)
        return {
            "mean": torch.where(usable, means, mean).float(),
            "std": torch.where(usable, variances, scatter.squeeze() / (count - 1)).sqrt().float(),
        }


def suppress_boundaries(values: Tensor, predicted: Tensor) -> Tensor:
    r"""Replace scores (B, H, W) at borders of the predicted labels (B, H, W) from both sides, from outside in.

    Where labels meet, networks doubt. A pixel is a border pixel if an edge neighbour's label is larger or any of the
    eight neighbours' labels is smaller. In four rounds the borders, widened by 3, 2, 1 and 0 pixels, take the mean of
    those pixels of their 3×3 window that are not in the widened border; pixels without any keep their value.
    """
    masks = [_borders(predicted)]
    while len(masks) <= max(_RADII):
        masks.append(_along(masks[-1], 1, torch.logical_or) | _along(masks[-1], 2, torch.logical_or))
    for radius in _RADII:
        mask = masks[radius]
        counts = window_sum((~mask).to(values.dtype), (1.0, 1.0, 1.0))
        means = window_sum(values.masked_fill(mask, 0), (1.0, 1.0, 1.0)) / counts.clamp(min=1)
        values = torch.where(mask & (counts > 0), means, values)
    return values


def _borders(predicted: Tensor) -> Tensor:
    """Where the largest label of a pixel and its edge neighbours is not the smallest of its 3×3 window."""
    labels = predicted.byte()
    dilated = torch.maximum(_along(labels, 1, torch.maximum), _along(labels, 2, torch.maximum))
    return dilated != _along(_along(labels, 1, torch.minimum), 2, torch.minimum)


def _along(values: Tensor, dim: int, combine: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Combine each value with its neighbours on both sides along a dimension; nothing lies beyond the border."""
    inner = values.shape[dim] - 1
    result = values.clone()
    for here, there in ((0, 1), (1, 0)):
        target = result.narrow(dim, here, inner)
        target.copy_(combine(target, values.narrow(dim, there, inner)))
    return result


def smooth_dilated(values: Tensor) -> Tensor:
    """Smooth scores (B, H, W) by a Gaussian of 7×7 taps at a dilation of 6 pixels, standard deviation one tap."""
    return window_sum(values, _GAUSSIAN, _DILATION)

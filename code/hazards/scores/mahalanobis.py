"""Mahalanobis distance of a pixel's features from those of each label's pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor

from hazards.networks.models import Output
from hazards.scores.features import known_pixels, to_input_size, vectors_of
from hazards.scores.method import Fitting, Method, Needs, Scorer, State
from hazards.scores.moments import Moments

_SMALLEST_VARIANCE = 1e-9
"""As a share of the largest: directions in which features vary less, such as dead channels, do not count."""


@dataclass(frozen=True)
class Mahalanobis(Method):
    r"""Squared distance to the nearest label's mean, in units of how features vary:

    $$s = \min_c\, (f - \mu_c)^\top \Sigma^{-1} (f - \mu_c)$$

    with $\mu_c$ the mean feature of label $c$'s pixels and $\Sigma$ the covariance about these means, one for all
    labels or one for each; not negative, without unit. Lee et al., A simple unified framework for detecting
    out-of-distribution samples and adversarial attacks, 2018, with one covariance; its other parts (a perturbed
    input, several layers) are left out. $\Sigma^{-1}$ is the pseudo-inverse: directions without variance do not count.
    Labels with too few pixels for their covariance, at most one a channel, take no part. Depends on no other image.

    Args:
        covariance: `tied`, over all labels, or `per label`, without its log-determinant.
        fit_on: split of the statistics.
    """

    label: ClassVar[str] = "Mahalanobis"
    needs: ClassVar[Needs] = "statistics"
    covariance: Literal["tied", "per label"] = "tied"
    fit_on: str = "train"

    def fitting(self) -> Fitting:
        """For ``center`` (C,), the overall mean, the labels' ``mean`` (K, C) from there, ``whitening`` (1 or K, C, C).

        K is the number of labels that take part.
        """
        return _LabelMoments(self)

    def scorer(self, state: State) -> Scorer:
        """Squared distances, upsampled."""

        def score(output: Output) -> Tensor:
            features = output.features
            center, mean, whitening = (state[name].to(features.device) for name in ("center", "mean", "whitening"))
            white = (vectors_of(features) - center) @ whitening
            deviations = white - mean[:, None] @ whitening
            return to_input_size(deviations.square().sum(-1).amin(0), output)

        return score


class _LabelMoments:
    """The fitting of `Mahalanobis`."""

    def __init__(self, method: Mahalanobis) -> None:
        self._method = method
        self._moments: Moments | None = None

    def add(self, output: Output, labels: Tensor) -> None:
        """Take in the known pixels of images."""
        features, known = known_pixels(output, labels)
        self._moments = self._moments or Moments(output.known, features.shape[1], features.device)
        self._moments.add(features, known)

    def state(self) -> State:
        """Means, and what makes the covariances the identity.

        Raises:
            ValueError: where no label takes part.
        """
        moments = self._moments
        kept = moments.count > moments.mean.shape[1] if moments else torch.zeros(1, dtype=torch.bool)
        if not moments or not kept.any():
            raise ValueError(
                f"no label of the split {self._method.fit_on!r} has more pixels than the features have channels"
            )
        count, scatter = moments.count[kept], moments.scatter[kept]
        if self._method.covariance == "tied":
            covariance = (scatter.sum(0) / count.sum())[None]
        else:
            covariance = scatter / count[:, None, None]
        _, center, _ = moments.together()
        state = {"center": center, "mean": moments.mean[kept] - center, "whitening": _whitening(covariance)}
        return {name: value.float().cpu() for name, value in state.items()}


def _whitening(covariance: Tensor) -> Tensor:
    """W with W Wᵀ the pseudo-inverse of each covariance matrix (K, C, C)."""
    variances, directions = torch.linalg.eigh(covariance)
    usable = variances > _SMALLEST_VARIANCE * variances.amax(-1, keepdim=True)
    return directions * torch.where(usable, variances.clamp(min=1e-300).rsqrt(), 0)[:, None]

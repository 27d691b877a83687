"""Neural collapse as a score: which part of a pixel's features lies in the subspace of the known labels' means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from hazards.networks.models import Output
from hazards.scores.features import known_pixels, to_input_size, vectors_of
from hazards.scores.method import Fitting, Method, Needs, Score, Scorer, State
from hazards.scores.moments import Moments

_SMALLEST_DEVIATION = 1e-6
"""As a share of the largest: channels that vary less, such as dead ones, do not count."""


@dataclass(frozen=True)
class NeuralCollapse(Method):
    r"""Share of a pixel's features in their principal subspace, as a length, with or without a score of the logits:

    $$s = -\frac{\lVert P h \rVert_2}{\lVert h \rVert_2} \quad\text{or}\quad
    s = \frac{\lVert P h \rVert_2}{\lVert h \rVert_2}\, s_0, \qquad h = \frac{f - \mu}{\sigma}$$

    with $\mu$, $\sigma$ mean and standard deviation of each channel over the known pixels of a split, $P$ the
    projection on the d first principal components of their $h$, and $s_0$ a score of the logits; the first is in -1 to
    0, the second in the unit of $s_0$; where the features are the mean themselves, both are 0. Depends on no other
    image.

    This is NECO of Ben Ammar et al., NECO: neural collapse based out-of-distribution detection, 2024, who multiply by
    the max logit for most networks. In a network that has collapsed, the means of K labels span K - 1 directions, and
    other features are orthogonal to these; so d is K - 1 here, where they choose it by the data.

    Args:
        base: plain score of the logits; None for the share alone.
        principal: d; None for K - 1.
        fit_on: split of the features.
    """

    label: ClassVar[str] = "NECO"
    needs: ClassVar[Needs] = "statistics"
    base: Score | None = None
    principal: int | None = None
    fit_on: str = "train"

    def fitting(self) -> Fitting:
        """For ``mean`` and ``scale`` (C,), one over the deviation, and ``projection`` (C, C), the P above."""
        return _PrincipalComponents(self)

    def scorer(self, state: State) -> Scorer:
        """Shares, upsampled, and multiplied by the base score if there is one."""

        def score(output: Output) -> Tensor:
            features = vectors_of(output.features)
            mean, scale, projection = (state[name].to(features.device) for name in ("mean", "scale", "projection"))
            standardized = (features - mean) * scale
            length = torch.linalg.vector_norm(standardized, dim=1)
            inside = torch.linalg.vector_norm(standardized @ projection, dim=1)
            share = to_input_size(inside / length.clamp(min=torch.finfo(length.dtype).tiny), output)
            return share * self.base(output.logits) if self.base else -share

        return score


class _PrincipalComponents:
    """The fitting of `NeuralCollapse`."""

    def __init__(self, method: NeuralCollapse) -> None:
        self._method = method
        self._moments: Moments | None = None
        self._known = 0

    def add(self, output: Output, labels: Tensor) -> None:
        """Take in the known pixels of images."""
        features, _ = known_pixels(output, labels)
        self._known = output.known
        self._moments = self._moments or Moments(1, features.shape[1], features.device)
        self._moments.add(features, torch.zeros(len(features), dtype=torch.long, device=features.device))

    def state(self) -> State:
        """Means, scales and the projection.

        Raises:
            ValueError: where features do not vary, or have no more channels than there are components.
        """
        if not self._moments or not self._moments.scatter.any():
            raise ValueError(f"features of the split {self._method.fit_on!r} do not vary")
        count, mean, scatter = (value.cpu() for value in self._moments.together())
        components = self._known - 1 if self._method.principal is None else self._method.principal
        if not 0 < components < len(mean):
            raise ValueError(f"{components} principal components of {len(mean)} channels: at least one, and not all")
        deviations = (scatter.diagonal() / count).sqrt()
        varies = deviations > _SMALLEST_DEVIATION * deviations.max()
        scale = torch.where(varies, 1 / deviations, 0)
        correlations = scale[:, None] * (scatter / count) * scale
        _, directions = torch.linalg.eigh(correlations)
        principal = directions[:, -components:]
        state = {"mean": mean, "scale": scale, "projection": principal @ principal.T}
        return {name: value.float() for name, value in state.items()}

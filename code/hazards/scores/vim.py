"""ViM: how far a pixel's features lie outside the subspace that those of known pixels fill, and its logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from hazards.networks.models import Output
from hazards.scores.features import known_pixels, to_input_size, vectors_of
from hazards.scores.logits import energy
from hazards.scores.method import Fitting, Method, Needs, Scorer, State
from hazards.scores.moments import Moments
from hazards.scores.reservoir import Reservoir


@dataclass(frozen=True)
class VirtualLogit(Method):
    r"""A logit made of the features' residual, minus the log-sum-exp of the network's own logits:

    $$s = \alpha \lVert R^\top (f - o) \rVert_2 - \log \sum_c e^{z_c}, \qquad o = -W^+ b, \qquad
    \alpha = \frac{\sum_i \max_c z_c^{(i)}}{\sum_i \lVert R^\top (f_i - o) \rVert_2}$$

    with $W$, $b$ of the last layer, $R$ the directions in which the features of known pixels vary least about $o$,
    all but the D first eigenvectors of their second moments there; in the logits' unit, unbounded. Depends on no other
    image.

    This is ViM of Wang et al., ViM: out-of-distribution with virtual-logit matching, 2022, whose score, the softmax
    probability of the virtual logit, rises with $s$. They take D = 1,000 of 2,048 channels and 512 of 768 to 1,536.

    Args:
        principal: D, directions that are not residual; None for half of the channels.
        sample: known pixels, drawn at random, over which $\alpha$ is taken.
        fit_on: split of the features.
        seed: of the draw.
    """

    label: ClassVar[str] = "ViM"
    needs: ClassVar[Needs] = "statistics"
    principal: int | None = None
    sample: int = 10_000
    fit_on: str = "train"
    seed: int = 0

    def fitting(self) -> Fitting:
        """For ``origin`` (C,) and ``residual`` (C, C), the projection on the directions R, times alpha."""
        return _Residual(self)

    def scorer(self, state: State) -> Scorer:
        """Norms of the residuals, upsampled, and the energy."""

        def score(output: Output) -> Tensor:
            features = vectors_of(output.features)
            origin, residual = (state[name].to(features.device) for name in ("origin", "residual"))
            virtual = torch.linalg.vector_norm((features - origin) @ residual, dim=1)
            return to_input_size(virtual, output) + energy(output.logits)

        return score


class _Residual:
    """The fitting of `VirtualLogit`."""

    def __init__(self, method: VirtualLogit) -> None:
        self._method = method
        self._reservoir = Reservoir(method.sample, method.seed)
        self._moments: Moments | None = None
        self._layer: nn.Conv2d | None = None

    def add(self, output: Output, labels: Tensor) -> None:
        """Take in the known pixels of images."""
        features, _ = known_pixels(output, labels)
        self._layer = output.last_layer
        self._moments = self._moments or Moments(1, features.shape[1], features.device)
        self._moments.add(features, torch.zeros(len(features), dtype=torch.long, device=features.device))
        self._reservoir.add(features)

    def state(self) -> State:
        """Origin and scaled residual projection.

        Raises:
            ValueError: where there is no known pixel, the last layer is not known, there are no directions to leave
                out, or nothing lies in them.
        """
        fit_on = self._method.fit_on
        if not self._moments or not self._moments.count.item():
            raise ValueError(f"no known pixel in the split {fit_on!r}")
        if self._layer is None:
            raise ValueError("the last layer of the network is not known: its constructor should return a Network")
        assert self._layer.bias is not None
        weight = self._layer.weight.detach().flatten(1).double().cpu()
        bias = self._layer.bias.detach().double().cpu()
        origin = -torch.linalg.pinv(weight) @ bias
        projection = self._residual_projection(origin)
        sample = self._reservoir.vectors.double()
        norms = torch.linalg.vector_norm((sample - origin) @ projection, dim=1)
        if not norms.sum() > 0:
            raise ValueError(f"features of the split {fit_on!r} fill no more than the principal subspace")
        alpha = (sample @ weight.T + bias).amax(1).sum() / norms.sum()
        return {"origin": origin.float(), "residual": (alpha * projection).float()}

    def _residual_projection(self, origin: Tensor) -> Tensor:
        """On the eigenvectors of the features' second moments about the origin (C,) but the D largest, (C, C)."""
        assert self._moments
        count, mean, scatter = (value.cpu() for value in self._moments.together())
        channels = len(mean)
        principal = channels // 2 if self._method.principal is None else self._method.principal
        if not 0 < principal < channels:
            raise ValueError(f"{principal} principal directions of {channels} channels leave no residual")
        shift = mean - origin
        _, directions = torch.linalg.eigh(scatter / count + torch.outer(shift, shift))
        residual = directions[:, : channels - principal]
        return residual @ residual.T

"""Anomaly scores: pure functions from logits (B, 13, H, W) to (B, H, W); a higher score is more anomalous."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

Score = Callable[[Tensor], Tensor]


def max_logit(logits: Tensor) -> Tensor:
    r"""$-\max_c z_c$: the negated largest logit, in the logits' own unbounded unit.

    Hendrycks et al., Scaling out-of-distribution detection for real-world settings, 2022.
    """
    return -logits.amax(dim=1)


def msp(logits: Tensor) -> Tensor:
    r"""$-\max_c \operatorname{softmax}(z)_c$: the negated maximum softmax probability, in -1 to -1/13.

    Hendrycks and Gimpel, A baseline for detecting misclassified and out-of-distribution examples, 2017.
    """
    return -logits.softmax(dim=1).amax(dim=1)

r"""Anomaly scores that are pure functions of the logits (B, K, H, W): (B, H, W), higher where more anomalous.

All are several times faster on logits that lie contiguously in memory, which those of a network in channels-last
format do not; what several of them need of the same logits is computed once, see logit_cache.py.
"""

from __future__ import annotations

from torch import Tensor

from hazards.scores.logit_cache import largest, log_excess


def max_logit(logits: Tensor) -> Tensor:
    r"""$-\max_c z_c$: the negated largest logit, in the logits' own unbounded unit.

    Hendrycks et al., Scaling out-of-distribution detection for real-world settings, 2022.
    """
    return -largest(logits)[0]


def msp(logits: Tensor) -> Tensor:
    r"""$-\max_c \operatorname{softmax}(z)_c$: the negated maximum softmax probability, in -1 to -1/K for K labels.

    Hendrycks and Gimpel, A baseline for detecting misclassified and out-of-distribution examples, 2017.
    """
    return -(-log_excess(logits, 1.0)).exp()


def entropy(logits: Tensor) -> Tensor:
    r"""$-\sum_c p_c \log p_c$, $p = \operatorname{softmax}(z)$: the entropy of the prediction, in nats, 0 to log K.

    Used for segmentation by Chan et al., Entropy maximization and meta classification, 2021, there after training on
    outliers, which is not done here.
    """
    log_probabilities = logits - (largest(logits)[0] + log_excess(logits, 1.0))[:, None]
    return -log_probabilities.exp().mul_(log_probabilities).sum(dim=1)


def energy(logits: Tensor, temperature: float = 1.0) -> Tensor:
    r"""$-T \log \sum_c e^{z_c / T}$: the free energy, in the logits' own unbounded unit.

    Towards $T = 0$ it becomes MaxLogit. It falls without limit as $T$ grows; what then ranks the pixels is their mean
    logit. Liu et al., Energy-based out-of-distribution detection, 2020.

    Raises:
        ValueError: for a temperature that is not positive.
    """
    if not temperature > 0:
        raise ValueError(f"the temperature has to be positive, not {temperature}")
    return -(largest(logits)[0] + temperature * log_excess(logits, temperature))

r"""Anomaly scores that are pure functions of the logits (B, K, H, W): (B, H, W), higher where more anomalous.

All are several times faster on logits that lie contiguously in memory, which those of a network in channels-last
format do not; what several of them need of the same logits is computed once, see logit_cache.py.
"""

from __future__ import annotations

from torch import Tensor

from hazards.scores.logit_cache import excess, largest, log_excess


def max_logit(logits: Tensor) -> Tensor:
    r"""$-\max_c z_c$: the negated largest logit, in the logits' own unbounded unit.

    Hendrycks et al., Scaling out-of-distribution detection for real-world settings, 2022.
    """
    return -largest(logits)[0]


def msp(logits: Tensor) -> Tensor:
    r"""$1 - \max_c \operatorname{softmax}(z)_c$: one minus the maximum softmax probability, in 0 to 1 - 1/K.

    Hendrycks and Gimpel, A baseline for detecting misclassified and out-of-distribution examples, 2017. Taken from the
    other probabilities, as differences from 1 have few digits: 32 bits tell no two probabilities over 1 - 3e-8 apart.
    """
    others = excess(logits, 1.0)
    return others / (1 + others)


def entropy(logits: Tensor) -> Tensor:
    r"""$-\sum_c p_c \log p_c$, $p = \operatorname{softmax}(z)$: the entropy of the prediction, in nats, 0 to log K.

    Used for segmentation by Chan et al., Entropy maximization and meta classification, 2021, there after training on
    outliers, which is not done here.
    """
    log_probabilities = _log_probabilities(logits)
    return -log_probabilities.exp().mul_(log_probabilities).sum(dim=1)


def gen(logits: Tensor, gamma: float = 0.1) -> Tensor:
    r"""$\sum_c p_c^\gamma (1 - p_c)^\gamma$, $p = \operatorname{softmax}(z)$: the generalized entropy, 0 to under K.

    Liu, Lochman and Zach, GEN: pushing the limits of softmax-based out-of-distribution detection, 2023, with their
    $\gamma$. Of a thousand labels they take the hundred largest probabilities; of a dozen all are taken.

    Raises:
        ValueError: for a gamma that is not positive.
    """
    if not gamma > 0:
        raise ValueError(f"gamma has to be positive, not {gamma}")
    log_probabilities = _log_probabilities(logits)
    log_others = (-log_probabilities.exp()).log1p_()  # log(1 - p), of no worth where p is near 1
    surest = (excess(logits, 1.0).log() - log_excess(logits, 1.0))[:, None]
    log_others.scatter_(1, largest(logits)[1][:, None], surest)
    return log_probabilities.add_(log_others).mul_(gamma).exp_().sum(dim=1)


def _log_probabilities(logits: Tensor) -> Tensor:
    """Logarithms (B, K, H, W) of the softmax; that of the largest keeps its digits where the probability is near 1."""
    return (logits - largest(logits)[0][:, None]).sub_(log_excess(logits, 1.0)[:, None])


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

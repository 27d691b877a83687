r"""Anomaly scores of each pixel; a higher score is more anomalous.

A plain score is a pure function from logits (B, K, H, W) to (B, H, W), and appears in tables by its `__name__`::

    def gap(logits):
        first, second = logits.topk(2, dim=1).values.unbind(1)
        return second - first

A method with parameters, fitted statistics, features or a memory of the stream is a `Method`. Those that need more
than a page have a module each: standardized.py, heat.py, feature_scores.py. All are several times faster on logits that
lie contiguously in memory, which those of a network in channels-last format do not; see also shared.py.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor

from hazards.models import Output
from hazards.shared import largest, log_excess

Score = Callable[..., Tensor]
"""Logits (B, K, H, W) to scores (B, H, W); further arguments have defaults."""

State = dict[str, Tensor]
"""Fitted statistics by name, as the store keeps them."""

Scorer = Callable[[Output], Tensor]
"""Output for a batch to scores (B, H, W)."""


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


class Method:
    """A way to score pixels that is more than a function of their logits: base of frozen dataclasses.

    A derived class writes its parameters as fields, sets `label`, and defines `scorer`, and `fit` where it has
    statistics; the store then finds its results by these. `fit_on` is the split that they are taken from, None where
    there are none; `label` a short name.
    """

    label: ClassVar[str]
    fit_on: str | None = None

    @property
    def name(self) -> str:
        """Label, and in brackets the fields that differ from their defaults: ``SML (fit on val, smooth)``."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        changed = {
            field.name: getattr(self, field.name) for field in fields if getattr(self, field.name) != field.default
        }
        details = ", ".join(_detail(name.replace("_", " "), value) for name, value in changed.items())
        return f"{self.label} ({details})" if details else self.label

    def fit(self, batches: Iterable[tuple[Output, Tensor]]) -> State:
        """Statistics of a split, in memory that does not grow with it.

        Args:
            batches: the network's output and the labels (B, H, W) of all images of the split.
        """
        return {}

    def scorer(self, state: State) -> Scorer:
        """A scorer for one pass over a split in its order; `state` is what `fit` returned."""
        raise NotImplementedError


def _detail(field: str, value: Any) -> str:
    if value is None or value is False:
        return f"no {field}"
    return field if value is True else f"{field} {getattr(value, '__name__', value)}"


@dataclass(frozen=True)
class Plain(Method):
    """A plain score as a method; `parameters` are its further arguments."""

    score: Score
    parameters: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """The function's own name, and its parameters in brackets: ``energy (temperature 2.0)``."""
        details = ", ".join(_detail(name, value) for name, value in self.parameters)
        return f"{self.score.__name__} ({details})" if details else self.score.__name__

    def scorer(self, state: State) -> Scorer:
        """The score of the logits; depends on no other image."""
        return lambda output: self.score(output.logits, **dict(self.parameters))


def as_method(score: Score | Method, **parameters: Any) -> Method:
    """A plain score as a method, with fixed parameters: ``as_method(energy, temperature=2.0)``; a method as it is."""
    if isinstance(score, Method):
        return score
    return Plain(score, tuple(sorted(parameters.items())))

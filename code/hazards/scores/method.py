"""What an anomaly score is: a number for each pixel, higher where it is more anomalous.

A plain score is a pure function from logits (B, K, H, W) to (B, H, W), and appears in tables by its `__name__`::

    def gap(logits):
        first, second = logits.topk(2, dim=1).values.unbind(1)
        return second - first

A score with parameters, fitted statistics, features or a memory of the stream is a `Method`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

from torch import Tensor

from hazards.networks.models import Output

Score = Callable[..., Tensor]
"""Logits (B, K, H, W) to scores (B, H, W); further arguments have defaults."""

State = dict[str, Tensor]
"""Fitted statistics by name, as the store keeps them."""

Scorer = Callable[[Output], Tensor]
"""Output for a batch to scores (B, H, W)."""


Needs = Literal["nothing", "the image", "statistics", "a bank"]
"""What a score needs beside the network's output for an image.

Statistics are means and matrices of a split; a bank is a sample of its features, which is searched for each pixel.
"""


class Fitting(Protocol):
    """What takes the statistics of a method from a stream of images, in memory that does not grow with it."""

    def add(self, output: Output, labels: Tensor) -> None:
        """Take in the network's output and the labels (B, H, W) of images."""

    def state(self) -> State:
        """The statistics of all that was taken in.

        Raises:
            ValueError: where that is too little, or does not vary.
        """


class Method:
    """A way to score pixels that is more than a function of their logits: base of frozen dataclasses.

    A derived class writes its parameters as fields, sets `label` and `needs`, and defines `scorer`, and `fitting` where
    it has statistics; the store then finds its results by these. `fit_on` is the split that they are taken from, None
    where there are none; `label` a short name.
    """

    label: ClassVar[str]
    needs: ClassVar[Needs] = "nothing"
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

    @property
    def requirement(self) -> str:
        """`needs`, and of which split: ``statistics of train``."""
        return f"{self.needs} of {self.fit_on}" if self.fit_on else self.needs

    def fitting(self) -> Fitting:
        """What takes the statistics from one pass over the split `fit_on`; several methods can share the pass."""
        raise NotImplementedError

    def fit(self, batches: Iterable[tuple[Output, Tensor]]) -> State:
        """Statistics of a stream of outputs and labels, as `Fitting.add` takes them; none where `fit_on` is None.

        Raises:
            ValueError: see `Fitting.state`.
        """
        if self.fit_on is None:
            return {}
        fitting = self.fitting()
        for output, labels in batches:
            fitting.add(output, labels)
        return fitting.state()

    def scorer(self, state: State) -> Scorer:
        """A scorer for one pass over a split in its order; `state` is what `fit` returned, or `Fitting.state`."""
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

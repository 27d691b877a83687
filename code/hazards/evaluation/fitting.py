"""What methods are fitted to: their statistics of a split, and scorers that use them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from hazards.evaluation.passes import Inference
from hazards.messages import tracked
from hazards.networks.models import Output
from hazards.scores.method import Method, Score, State, as_method
from hazards.store import Entry, step

Scores = tuple[Score | Method, ...]

Statistics = Mapping[str, Entry]
"""Results of `fit` by the names of the methods that need them."""


@step
def fit(inference: Inference, method: Method) -> State:
    """The statistics that a method takes from a split, `method.fit_on`, of what a trained network says about it."""
    assert method.fit_on, f"{method.name} has no statistics"
    samples = inference.data.split(method.fit_on)
    images = tracked(inference.over(samples), len(samples), f"{method.name}: statistics of {method.fit_on}")
    return method.fit((seen.output, seen.labels) for seen in images)


def scorer(method: Method, statistics: Statistics) -> Callable[[Output], Tensor]:
    """A method's scorer for one pass, with its statistics.

    Raises:
        ValueError: for a method whose statistics are not given.
    """
    if method.fit_on is None:
        return method.scorer({})
    if method.name not in statistics:
        raise ValueError(f"{method.name} needs statistics of {method.fit_on}: statistics={{name: fit(...)}}")
    return method.scorer(statistics[method.name].value)


def scorers(scores: Scores, statistics: Statistics | None) -> dict[str, Callable[[Output], Tensor]]:
    """A scorer for one pass of each score, by its name; raises as `scorer` does."""
    return {method.name: scorer(method, statistics or {}) for method in map(as_method, scores)}

"""What methods are fitted to: their statistics of a split, and scorers that use them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from torch import Tensor

from hazards.evaluation.passes import Inference, Seen, measured
from hazards.networks.models import Output
from hazards.scores.method import Method, Score, State, as_method
from hazards.store import Call, Entry, step

Scores = tuple[Score | Method, ...]

Statistics = Mapping[str, Entry]
"""The result of `fit` that has a method's statistics, by the method's name."""


@step
def fit(inference: Inference, methods: tuple[Method, ...]) -> dict[str, State]:
    """The statistics that methods take from one split, of what a trained network says about it, in one pass.

    Args:
        methods: all of one `fit_on`.

    Returns:
        The state of each method by its name.
    """
    split = methods[0].fit_on
    assert split, f"{methods[0].name} has no statistics"
    assert {method.fit_on for method in methods} == {split}, "methods of several splits"
    return measured(Fittings(methods), inference, inference.data.split(split))


class Fittings:
    """The measure of `fit`."""

    def __init__(self, methods: tuple[Method, ...]):
        self._fittings = {method.name: method.fitting() for method in methods}

    def update(self, seen: Seen) -> None:
        """Take in an image."""
        for fitting in self._fittings.values():
            fitting.add(seen.output, seen.labels)

    def result(self) -> dict[str, State]:
        """What `fit` returns."""
        return {name: fitting.state() for name, fitting in self._fittings.items()}


def fits(inference: Inference, methods: Iterable[Method]) -> dict[str, Call]:
    """Calls of `fit` by the name of each method that has statistics: one call a split, for all that are taken there."""
    by_split: dict[str, list[Method]] = {}
    for method in methods:
        if method.fit_on:
            by_split.setdefault(method.fit_on, []).append(method)
    calls = {split: fit.call(inference, tuple(together)) for split, together in by_split.items()}
    return {method.name: calls[split] for split, together in by_split.items() for method in together}


def scorer(method: Method, statistics: Statistics) -> Callable[[Output], Tensor]:
    """A method's scorer for one pass, with its statistics.

    Raises:
        ValueError: for a method whose statistics are not given.
    """
    if method.fit_on is None:
        return method.scorer({})
    if method.name not in statistics:
        raise ValueError(f"{method.name} needs statistics of {method.fit_on}: statistics=fits(...)")
    return method.scorer(statistics[method.name].value[method.name])


def scorers(scores: Scores, statistics: Statistics | None) -> dict[str, Callable[[Output], Tensor]]:
    """A scorer for one pass of each score, by its name; raises as `scorer` does."""
    return {method.name: scorer(method, statistics or {}) for method in map(as_method, scores)}

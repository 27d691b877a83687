"""What several scores need of the same logits or features, computed once::

    with shared():
        maps = [score(logits) for score in scores]

Inside, results are remembered by tensor, not by content: it must not be changed in place. Outside, everything is
computed anew, and each score stays a pure function. This halves the cost of the scores of the logits together.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from torch import Tensor

Part = TypeVar("Part", bound=Callable[..., Any])

_MEMORY: ContextVar[dict[Any, Any] | None] = ContextVar("memory", default=None)


@contextmanager
def shared() -> Iterator[None]:
    """While this is open, the functions below compute once what they are asked again; then it is forgotten."""
    token = _MEMORY.set({})
    try:
        yield
    finally:
        _MEMORY.reset(token)


def once(function: Part) -> Part:
    """A function of a tensor, and of further arguments that can be compared, that is computed once while shared."""

    @functools.wraps(function)
    def remembered(tensor: Tensor, *arguments: Any) -> Any:
        memory = _MEMORY.get()
        if memory is None:
            return function(tensor, *arguments)
        key = function.__name__, id(tensor), arguments
        if key not in memory:
            memory[key] = tensor, function(tensor, *arguments)  # holds the tensor, so that no other gets its id
        return memory[key][1]

    return remembered  # type: ignore[return-value]


@once
def largest(logits: Tensor) -> tuple[Tensor, Tensor]:
    """The largest of the logits (B, K, H, W) and its label, both (B, H, W)."""
    values, labels = logits.max(dim=1)
    return values, labels


@once
def excess(logits: Tensor, temperature: float) -> Tensor:
    r"""$\sum_{c \ne \hat c} e^{(z_c - z_{\hat c}) / T}$ with $\hat c$ the largest logit's label: (B, H, W), 0 to K - 1.

    With $T = 1$ it is $(1 - p) / p$ of the largest softmax probability $p$. The largest logit's own part, 1, is left
    out: added to it, what is small would be rounded away, and the surest pixels would all get the same score.
    """
    values, labels = largest(logits)
    shifted = (logits - values[:, None]).div_(temperature).exp_()
    return shifted.scatter_(1, labels[:, None], 0).sum(dim=1)


@once
def log_excess(logits: Tensor, temperature: float) -> Tensor:
    r"""$\log \sum_c e^{(z_c - \max z) / T}$ of logits (B, K, H, W): (B, H, W), in 0 to log K."""
    return excess(logits, temperature).log1p()

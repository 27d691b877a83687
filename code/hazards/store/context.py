"""What surrounds a call of a step: the folder in which it runs, who computes it, and whether it is only stated."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hazards.store.entries import StoreError

WORKDIR: contextvars.ContextVar[Path] = contextvars.ContextVar("workdir")
RUNNER: contextvars.ContextVar[Callable[[Any], None] | None] = contextvars.ContextVar("runner", default=None)
NOTE: contextvars.ContextVar[Callable[[Any], None] | None] = contextvars.ContextVar("note", default=None)


@contextlib.contextmanager
def set_to(variable: contextvars.ContextVar[Any], value: object) -> Iterator[None]:
    """Give a context variable a value meanwhile."""
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


def computed_by(runner: Callable[[Any], None]) -> contextlib.AbstractContextManager[None]:
    """Let ``runner`` compute each missing result that is asked for meanwhile, on a cluster say."""
    return set_to(RUNNER, runner)


def stating(note: Callable[[Any], None]) -> contextlib.AbstractContextManager[None]:
    """Meanwhile no result is computed: each call that is run is noted, and the result that is missing has no value.

    To ask for such a value raises MissingError, see `entries.Missing`.
    """
    return set_to(NOTE, note)


def is_stating() -> bool:
    """Whether results are asked for without computing any, see `stating`."""
    return NOTE.get() is not None


def workdir() -> Path:
    """Inside a step: its own directory, which survives a kill, for what it needs to resume.

    What the step leaves in ``workdir() / "files"`` becomes ``entry.path / "files"``. The rest is removed when the
    result is stored. Raises StoreError outside of a step.
    """
    try:
        return WORKDIR.get()
    except LookupError:
        raise StoreError("workdir() was asked for outside of a step; only a running step has one") from None

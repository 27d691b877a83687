"""Messages for the person at the terminal; inside a Jupyter kernel stderr would end up in the report."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


def _kernel_terminal() -> int | None:
    """File descriptor of the stderr that a Jupyter kernel was started with; None outside of a kernel."""
    return getattr(sys.stderr, "_original_stdstream_copy", None)


def say(line: str) -> None:
    """Print one line on the terminal's stderr."""
    descriptor = _kernel_terminal()
    if descriptor is None:
        print(line, file=sys.stderr, flush=True)
    else:
        os.write(descriptor, f"{line}\n".encode())


@contextlib.contextmanager
def inherited() -> Iterator[None]:
    """Let processes that are started meanwhile write to the terminal."""
    descriptor = _kernel_terminal()
    if descriptor is None:
        yield
        return
    saved = os.dup(2)
    os.dup2(descriptor, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)

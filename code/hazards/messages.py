"""What a person at the terminal is told: single lines, and progress bars.

Bars read well in a terminal, in a log file and from parallel workers. Inside a Jupyter kernel stderr would end up in
the report: there a line goes to the terminal that started the kernel, and no bar is shown.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")


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


_LOG_INTERVAL = 10.0
"""Seconds between two lines of a bar that goes to a file."""


class _LineBar(tqdm):
    """A bar for log files: a plain line every few seconds instead of rewriting one line."""

    @staticmethod
    def status_printer(file):  # type: ignore[no-untyped-def] # the signature is tqdm's
        def print_status(text: str) -> None:
            if text.strip():
                print(text.strip(), file=file, flush=True)

        return print_status


def bar(total: int, description: str, unit: str = "it", initial: int = 0, shown: bool = True) -> tqdm:
    """A progress bar to use as a context manager; call ``update(n)`` and ``set_postfix_str(text)`` on it.

    With the unit ``B`` it counts bytes, shown as kB, MB and GB. A worker process sets ``HAZARDS_BAR_ROW`` so that
    parallel bars stand on lines of their own. Of several processes that do the same work, only one has its bar
    ``shown``.
    """
    row = int(os.environ.get("HAZARDS_BAR_ROW", "0"))
    tty = sys.stderr.isatty()
    return (tqdm if tty else _LineBar)(
        total=total,
        desc=description,
        unit=unit,
        unit_scale=unit == "B",
        initial=initial,
        position=row if tty else 0,
        leave=row == 0,
        mininterval=0.2 if tty else _LOG_INTERVAL,
        maxinterval=0.2 if tty else _LOG_INTERVAL,
        dynamic_ncols=True,
        file=sys.stderr,
        disable=not shown or ("ipykernel" in sys.modules and "HAZARDS_BAR_ROW" not in os.environ),
    )


def tracked(items: Iterable[Item], total: int, description: str, unit: str = "image") -> Iterator[Item]:
    """Yield the items one by one, with a bar of ``total`` steps that counts them."""
    with bar(total, description, unit) as progress:
        for item in items:
            yield item
            progress.update(1)

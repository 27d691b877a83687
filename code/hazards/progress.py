"""Progress bars that read well in a terminal, in a log file and from parallel workers.

Inside a Jupyter kernel nothing is shown: output there would end up in the report.
"""

from __future__ import annotations

import os
import sys

from tqdm import tqdm

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

    A worker process sets ``HAZARDS_BAR_ROW`` so that parallel bars stand on lines of their own. Of several processes
    that do the same work, only one has its bar ``shown``.
    """
    row = int(os.environ.get("HAZARDS_BAR_ROW", "0"))
    tty = sys.stderr.isatty()
    return (tqdm if tty else _LineBar)(
        total=total,
        desc=description,
        unit=unit,
        initial=initial,
        position=row if tty else 0,
        leave=row == 0,
        mininterval=0.2 if tty else _LOG_INTERVAL,
        maxinterval=0.2 if tty else _LOG_INTERVAL,
        dynamic_ncols=True,
        file=sys.stderr,
        disable=not shown or ("ipykernel" in sys.modules and "HAZARDS_BAR_ROW" not in os.environ),
    )


def byte_bar(total: int, description: str, initial: int = 0) -> tqdm:
    """A bar as `bar` makes it that counts bytes, shown as kB, MB and GB."""
    progress = bar(total, description, "B", initial)
    progress.unit_scale = True
    return progress

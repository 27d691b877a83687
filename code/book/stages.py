"""The stages of a render, each said in a line with its time; `render.sh` sums them up from ``.chapters/stages``."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def stage(name: str) -> Iterator[None]:
    """What is done meanwhile is one stage of the render of the project in the working directory."""
    start = time.monotonic()
    yield
    line = f"{name} {time.monotonic() - start:.0f} s"
    print(line, file=sys.stderr, flush=True)
    notes = Path(".chapters/stages")
    if notes.exists():
        with notes.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

"""How long tools take to answer where all results are there: medians of five, each in a process of its own.

    python benchmarks/latency.py            # of the baseline chapter, in the store that HAZARDS_STORE names
    python benchmarks/latency.py scale

A plan, `hazards run CHAPTER --dry-run`, is to take less than 5 s, the list of `hazards results` less than 1 s, and a
chapter's cell `study` less than 0.5 s. Processes before the first one have left in the store what they found out about
the code; what the first one alone pays, after an edit of the whole library, stands beside.
"""

from __future__ import annotations

import linecache
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from book import chapters
from hazards.store import root

RUNS = 5
CELL = "study"


def seconds_of(*arguments: str) -> float:
    """Seconds that a command of `hazards` takes, from its start to its end."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "hazards.cli", *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def seconds_of_cell(chapter: str) -> float:
    """Seconds that a chapter's cell `study` takes in a process that has executed the cells before it."""
    done = subprocess.run([sys.executable, __file__, chapter, CELL], check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout.splitlines()[-1])


def execute(chapter: str) -> float:
    """Execute a chapter's cells up to the one called `study`; the seconds that this one takes."""
    variables = {"__name__": "__main__"}
    for cell in chapters.cells(chapters.ROOT / "chapters" / f"{chapter}.qmd"):
        origin = f"<{chapter}:{cell.line}>"
        linecache.cache[origin] = (len(cell.source), None, cell.source.splitlines(keepends=True), origin)
        code = compile(cell.source, origin, "exec")
        began = time.perf_counter()
        exec(code, variables)
        if cell.label == CELL:
            return time.perf_counter() - began
    raise chapters.ChapterError(f"{chapter} has no cell labelled {CELL}")


def main(chapter: str) -> None:
    subjects: dict[str, Callable[[], float]] = {
        f"hazards run {chapter} --dry-run": lambda: seconds_of("run", chapter, "--dry-run"),
        "hazards results": lambda: seconds_of("results"),
        f"cell {CELL} of {chapter}": lambda: seconds_of_cell(chapter),
    }
    for name, measure in subjects.items():
        shutil.rmtree(root() / ".cache", ignore_errors=True)
        first = measure()
        later = [measure() for _ in range(RUNS)]
        print(f"{name}: {statistics.median(later):.2f} s, the first time {first:.2f} s")


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else "baseline"
    if CELL in sys.argv[2:]:
        print(execute(chosen))
    else:
        main(chosen)

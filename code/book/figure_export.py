"""Figures written as PNG and PDF in a process of their own, while further cells run.

That takes half of a chapter's time, where all results are there.
"""

from __future__ import annotations

import atexit
import functools
import pickle
from concurrent.futures import Executor, Future
from pathlib import Path

import cloudpickle
import matplotlib
from joblib.externals.loky import ProcessPoolExecutor
from matplotlib import pyplot
from matplotlib.figure import Figure


def shown_figure(value: object) -> Figure | None:
    """The figure that a cell shows: its value, or else the one it left open in pyplot."""
    left_open = [pyplot.figure(number) for number in pyplot.get_fignums()]
    pyplot.close("all")
    if isinstance(value, Figure):
        return value
    return left_open[0] if left_open else None


def submit(figure: Figure, stem: Path) -> Future[list[str]]:
    """A figure that is being written as it is now; the result are the paths of its files.

    Raises:
        BrokenExecutor: where the process that writes is gone, out of memory say.
    """
    drawn = cloudpickle.dumps((figure, matplotlib.rcParams.copy()))
    return _process().submit(_write, drawn, stem)


@functools.cache
def _process() -> Executor:
    """The process that writes figures."""
    from hazards.jobs import workers  # which that process does without

    workers.ignore_restarts()
    executor = ProcessPoolExecutor(1)
    atexit.register(executor.shutdown)
    return executor


def _write(drawn: bytes, stem: Path) -> list[str]:
    """Write a figure, pickled with matplotlib's settings, as PNG and PDF; returns both paths."""
    figure, settings = pickle.loads(drawn)
    matplotlib.rcParams.update(settings)
    stem.parent.mkdir(parents=True, exist_ok=True)
    bitmap = str(stem.with_suffix(".png"))
    vector = str(stem.with_suffix(".pdf"))
    figure.savefig(bitmap, dpi=200, facecolor="white", pil_kwargs={"compress_level": 1})
    figure.savefig(vector, dpi=200, facecolor="white")
    return [bitmap, vector]

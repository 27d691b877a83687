"""Predict many pictures: read, predicted and written side by side, a few at a time."""

from __future__ import annotations

import json
import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from hazards.evaluation.fitting import scorer
from hazards.labels import LabelSet
from hazards.messages import bar
from hazards.networks.models import Output
from hazards.prediction import methods
from hazards.prediction.inference import Look, PredictionError, as_input, enlarge, look, summary
from hazards.prediction.map_files import begin, finish, write_maps
from hazards.prediction.pictures import PictureError, read
from hazards.prediction.trained_networks import Trained

_MOST_WORKERS = 8
_SHOWN = 10
"""Failures that the error names; the summary has all."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Predictor:
    """A network, how it scores, and what is done with the scores.

    Args:
        score: scorer of one pass, see `scores.Method`.
        size: height and width at which the network sees pictures.
        labels: what it predicts.
        threshold: from which a score counts as anomalous; None for no regions.
        ends: scores at the ends of the anomaly map's colours; None for each picture's own, from the score that half of
            its pixels reach to that of one in a thousand.
        facts: what the summary says about all this, as JSON.
    """

    network: nn.Module
    score: Callable[[Output], Tensor]
    size: tuple[int, int]
    labels: LabelSet
    threshold: float | None
    ends: tuple[float, float] | None
    facts: dict[str, Any]


class _Seen(NamedTuple):
    """A picture between network and disk."""

    name: str
    path: Path
    picture: Image.Image
    look: Look


def predictor(trained: Trained, method: str, threshold: float | None) -> Predictor:
    """Make a network ready to predict.

    Args:
        method: one of `methods.METHODS`.
        threshold: by default the one with the best pixel F1 on the test split, where the store knows it.

    Raises:
        ChoiceError: for a method that is not known, or not fitted to this network.
        PredictionError: for a threshold that is not a finite number.
    """
    if threshold is not None and not math.isfinite(threshold):
        raise PredictionError(f"a threshold is a finite number, not {threshold}")
    fitted = methods.statistics(trained, method)
    score = methods.METHODS[method]
    known = methods.measured(trained, score, fitted)
    origin = None if threshold is None else "given"
    if threshold is None and known:
        threshold, origin = known.threshold, "best F1 of the test split's pixels"
    facts = {
        "network": trained.name,
        "model": trained.model.__name__,
        "input": {"width": trained.size[1], "height": trained.size[0]},
        "names": list(trained.labels.names[:-1]),
        "method": score.name,
        "threshold": threshold,
        "threshold_origin": origin,
    }
    ends = (known.usual, known.rare) if known else None
    return Predictor(trained.load(), scorer(score, fitted), trained.size, trained.labels, threshold, ends, facts)


def predict(pictures: Mapping[str, Path], predictor: Predictor, out: Path) -> None:
    """Predict pictures, by the names of their maps, into the folder `out`, see map_files.py.

    Earlier maps there are overwritten, each by a whole one, or removed at the end. Memory does not grow with the number
    of pictures.

    Raises:
        PredictionError: where pictures could not be read; all others are done by then.
    """
    workers = min(_MOST_WORKERS, os.cpu_count() or 1)
    failed: dict[str, dict[str, str]] = {}
    begin(out, pictures)
    with (
        ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool,
        TemporaryFile("w+", encoding="utf-8") as rows,
        bar(len(pictures), "predict", "picture") as progress,
    ):

        def seen() -> Iterator[_Seen]:
            for name, path, reading in ahead(pool, partial(_read, predictor.size), pictures.items(), workers):
                if isinstance(reading, PictureError):
                    failed[name] = {"picture": str(path), "reason": str(reading)}
                    progress.update(1)
                else:
                    picture, image = reading
                    yield _Seen(name, path, picture, look(predictor.network, predictor.score, image))

        for row in ahead(pool, partial(_finish, predictor, out), seen(), workers):
            rows.write(f"{json.dumps(row)}\n")
            progress.update(1)
        rows.seek(0)
        written = finish(out, pictures.keys() - failed.keys(), predictor.facts, rows, list(failed.values()))
    if failed:
        shown_failures = list(failed.values())[:_SHOWN]
        shown = "".join(f"\n  {failure['picture']} {failure['reason']}" for failure in shown_failures)
        more = f"\n  and {len(failed) - _SHOWN} more, see {written}" if len(failed) > _SHOWN else ""
        raise PredictionError(f"{len(failed)} of {len(pictures)} pictures could not be predicted:{shown}{more}")


def ahead(
    pool: ThreadPoolExecutor, function: Callable[[Item], Result], items: Iterable[Item], count: int
) -> Iterator[Result]:
    """Results of a function, in order, computed in the pool; at most `count` are begun and not yet taken."""
    begun: deque[Future[Result]] = deque()
    for item in items:
        begun.append(pool.submit(function, item))
        if len(begun) == count:
            yield begun.popleft().result()
    while begun:
        yield begun.popleft().result()


def _read(size: tuple[int, int], item: tuple[str, Path]) -> tuple[str, Path, tuple[Image.Image, Tensor] | PictureError]:
    """Name, path, and the picture with the network's input, or why there is none."""
    name, path = item
    try:
        picture = read(path)
    except PictureError as error:
        return name, path, error
    return name, path, (picture, as_input(picture, size))


def _finish(predictor: Predictor, out: Path, seen: _Seen) -> dict[str, Any]:
    """Write the maps of a picture; returns its part of the summary."""
    width, height = seen.picture.size
    maps = enlarge(seen.look, (height, width))
    low, high = predictor.ends or np.quantile(maps.score, (0.5, 0.999)).tolist()
    files = write_maps(out, seen.name, seen.picture, maps, predictor.labels, predictor.threshold, (low, high))
    facts = {"picture": str(seen.path), "width": width, "height": height, "files": files, "range": [low, high]}
    return facts | summary(maps, predictor.labels, predictor.threshold)

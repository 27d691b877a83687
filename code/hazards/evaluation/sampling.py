"""What a sample of the pixels, or half precision, does to the anomaly figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd
from torch import nn

from hazards.data.layout import DataSet
from hazards.evaluation.passes import load, outputs, scorer
from hazards.messages import bar
from hazards.metrics.ranking import figures, rank
from hazards.scores.method import Method, Score, as_method
from hazards.store import Entry, step


@step(name="sampling")
def sampled_figures(
    model: Callable[[], nn.Module],
    trained: Entry,
    data: DataSet,
    size: tuple[int, int],
    score: Score | Method,
    sizes: Callable[[int], tuple[int, ...]],
    draws: int = 100,
    statistics: Mapping[str, Entry] | None = None,
) -> pd.DataFrame:
    """Pooled figures of one score from all test pixels, in half precision, and from random samples of them.

    Keeps all scores in memory, 4 bytes a pixel, as whoever draws a sample does.

    Args:
        sizes: of the number of all pixels, how many are in a sample, drawn without replacement.
        draws: samples of each size, with seeds 0 … `draws` - 1.

    Returns:
        A data frame with pixels (how many were ranked), kind (``all``, ``float16`` or ``sample``), draw, auroc, aupr,
        fpr95 (first recall of at least 95 %).
    """
    network = load(model, trained, data)
    scored = scorer(as_method(score), statistics or {})
    values, anomaly = [], []
    for _, output, labels in outputs(network, data.split("test"), size, "scores of all pixels"):
        values.append(scored(output).float().cpu().numpy().ravel())
        anomaly.append((labels == data.labels.anomaly).cpu().numpy().ravel())
    ranked = np.concatenate(values)
    return pd.DataFrame(_rows(ranked, np.concatenate(anomaly), sizes(len(ranked)), draws))


def _rows(values: np.ndarray, anomaly: np.ndarray, sizes: tuple[int, ...], draws: int) -> Iterator[dict[str, object]]:
    def row(kind: str, draw: int, values: np.ndarray, anomaly: np.ndarray) -> dict[str, object]:
        exact, _ = figures(rank(values[~anomaly], values[anomaly]))
        return {"kind": kind, "pixels": len(values), "draw": draw} | exact.row()

    yield row("all", 0, values, anomaly)
    yield row("float16", 0, values.astype(np.float16).astype(np.float32), anomaly)
    with bar(len(sizes) * draws, "samples of the pixels", "sample") as progress:
        for size in sizes:
            for draw in range(draws):
                chosen = np.random.default_rng(draw).choice(len(values), min(size, len(values)), replace=False)
                if anomaly[chosen].any():
                    yield row("sample", draw, values[chosen], anomaly[chosen])
                progress.update(1)

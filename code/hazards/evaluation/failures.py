"""Where the best score fails worst: hazards that it misses and false alarms that it raises, chosen by rule."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hazards.data.transforms import read_resized
from hazards.evaluation.fitting import Scores, Statistics, scorers
from hazards.evaluation.passes import Inference
from hazards.evaluation.score_maps import named
from hazards.messages import tracked
from hazards.metrics.components import THRESHOLDS
from hazards.scores.logit_cache import largest
from hazards.store import Entry, step


@step
def failure_cases(evaluated: Entry, components: Entry, scores: tuple[str, ...], count: int = 3) -> pd.DataFrame:
    """The worst failures of the best score, at the threshold with its best pixel F1.

    Best is the score with the highest pooled AUPR. A hazard is missed, and a marked component false, where it is so at
    every matching threshold of the component-level F1: with an sIoU or PPV under 25 %. The worst are the largest, at
    most one of each kind an image.

    Args:
        evaluated: result of `evaluation.evaluate` on the test split.
        components: result of `components.component_figures`.
        scores: names of the scores among which the best is chosen.
        count: failures of each kind, where there are as many.

    Returns:
        A data frame with kind (``miss`` or ``false alarm``), score, image, pixels and the rest as in the rows
        ``hazards`` and ``marked`` of `component_figures`, misses first, the largest first.
    """
    pooled = evaluated.value["anomaly"].query("convention == 'pooled'").set_index("score")
    best = pooled.loc[list(scores), "aupr"].idxmax()
    kinds = {"miss": ("hazards", "siou"), "false alarm": ("marked", "ppv")}
    parts = []
    for kind, (table, figure) in kinds.items():
        rows = components.value[table]
        failed = rows[(rows["score"] == best) & (rows[figure] < THRESHOLDS[0])]
        worst = failed.sort_values(["pixels", "image"], ascending=[False, True]).drop_duplicates("image")
        parts.append(worst.head(count).drop(columns=figure).assign(kind=kind))
    return pd.concat(parts, ignore_index=True)


@step
def failure_views(
    inference: Inference, cases: Entry, scores: Scores, thresholds: Entry, statistics: Statistics | None = None
) -> dict[str, Any]:
    """The images of failures, and what is marked in them; a score with a memory of the stream sees these alone.

    Args:
        cases: result of `failure_cases`.
        scores: among them the one of the cases.
        thresholds: result of `selection.best_thresholds`.
        statistics: see `fitting.fit`.

    Returns:
        ``image`` uint8 (N, H, W, 3), ``labels`` and ``predicted`` uint8 (N, H, W), and ``marked`` uint8 (N, H, W), 1
        where the score reaches its threshold, a row each of the cases.
    """
    samples = named(inference.data, "test", cases.value["image"])
    pictures = [np.asarray(read_resized(sample, inference.size)[0]).transpose(1, 2, 0) for sample in samples]
    by_score = scorers(scores, statistics)
    views = {name: np.zeros((len(samples), *inference.size), np.uint8) for name in ("labels", "predicted", "marked")}
    images = tracked(inference.over(samples), len(samples), "failures")
    for index, (name, seen) in enumerate(zip(cases.value["score"], images, strict=True)):
        marked = by_score[name](seen.output)[0] >= thresholds.value[name]
        views["labels"][index] = seen.labels[0].cpu().numpy()
        views["predicted"][index] = largest(seen.output.logits)[1][0].cpu().numpy()
        views["marked"][index] = marked.cpu().numpy()
    return {"image": np.reshape(pictures, (-1, *inference.size, 3))} | views

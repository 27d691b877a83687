"""What is chosen by the results of an evaluation: images to show, thresholds to take.

Each choice is a result of its own, which other results are computed from. So a chapter can say what it wants before any
result is there.
"""

from __future__ import annotations

import pandas as pd

from hazards.store import Entry, step


@step(name="typical")
def typical_images(evaluated: Entry, quantiles: tuple[float, ...] = (0.9, 0.5, 0.1)) -> list[str]:
    """Names of the images whose mIoU stands at these quantiles: by default a good, a median and a bad one.

    Args:
        evaluated: result of `evaluation.evaluate`.
    """
    return at_quantiles(evaluated.value["images"], quantiles)


def at_quantiles(images: pd.DataFrame, quantiles: tuple[float, ...]) -> list[str]:
    """Names of the images, column image, at these quantiles of the column miou; NaN, without known pixels, left out."""
    ordered = images.dropna(subset="miou").sort_values(["miou", "image"])["image"].tolist()
    return [ordered[round(quantile * (len(ordered) - 1))] for quantile in quantiles]


@step
def best_thresholds(evaluated: Entry, scores: tuple[str, ...]) -> dict[str, float]:
    """The threshold with the best F1 of all test pixels, by the name of the score.

    Args:
        evaluated: result of `evaluation.evaluate` on the test split.
    """
    pooled = evaluated.value["anomaly"].query("convention == 'pooled'").set_index("score")["f1 threshold"]
    return {name: float(pooled[name]) for name in scores}

"""What the chapter on the data concludes: which labels, how often and where, and what hazards look like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from hazards.data.layout import DataSet
from hazards.data.statistics import label_shares, label_statistics, streethazards_pixels
from hazards.labels import STREETHAZARDS, LabelSet
from hazards.profiles import FULL_SIZE
from hazards.prose import listed, number
from hazards.studies.conclusions import Conclusions, Finding, sentences
from hazards.studies.experiment import gathered
from hazards.studies.verdicts import interval_of_shares, met

COLOR_SCORES = ("chroma", "color distance", "color rarity")
"""The scores that look at the colour of a single pixel, see `appearance.appearance_figures`."""
SHORTCUT = 0.65
"""Colour is a shortcut where one of these scores has a pooled AUROC over this, or as far under one half, 0–1.

Set before anything was measured: half is chance, and what is no sky and no road differs from most pixels anyway. Turned
round, a score with an AUROC of 30 % has one of 70 %.
"""
SHOWN = {
    "chroma": "how colourful the pixel is",
    "color distance": "distance from the train colours",
    "color rarity": "rarity among the train colours",
    "contrast": "contrast of lightness around it",
}
"""What readers see for the names of the scores."""


def statistics(data: DataSet) -> dict[str, dict[str, Any]]:
    """Count the labels of each split; see `statistics.label_statistics`."""
    entries = gathered({split: label_statistics.call(data, split) for split in data.SPLITS})
    return {split: entry.value for split, entry in entries.items()}


def conclude(statistics: Mapping[str, dict[str, Any]], labels: LabelSet, is_world: bool) -> Conclusions:
    """Say what the counts of the splits show.

    Args:
        is_world: whether the data are the embedded world.

    Returns:
        Values: ``images``, their number by split; ``shares`` of pixels, 0–1, a row a label, a column a split; of these
        in train ``common``, the two most frequent known labels, and ``rare``, the three rarest that occur; ``absent``,
        known labels that a split does not hold, as in ``car in val``; ``hazards``, share of each test image's pixels on
        hazards, 0–1; ``regions``, share of the image of each connected region of a hazard; ``pixel``, that of a pixel;
        ``priors`` by split. C01 is decided by the real label maps, see `decide_labels`, whatever the data are.
    """
    known, anomaly = list(labels.names[: labels.known]), labels.names[-1]
    shares = pd.DataFrame({split: label_shares(value["images"], labels) for split, value in statistics.items()})
    trained = shares.loc[known, "train"]
    images = {split: len(value["images"]) for split, value in statistics.items()}
    official = labels.names == STREETHAZARDS.names
    test = statistics["test"]["images"]
    pixels = test["height"] * test["width"]
    values = {
        "images": images,
        "shares": shares,
        "common": trained.nlargest(2),
        "rare": trained[trained > 0].nsmallest(3),
        "absent": [f"{name} in {split}" for split in shares for name in known if shares.loc[name, split] == 0],
        "hazards": test[f"label {labels.anomaly}"] / pixels,
        "regions": statistics["test"]["hazards"]["share"].to_numpy(),
        "pixel": 1 / pixels.max(),
        "priors": {split: value["prior"] for split, value in statistics.items()},
    }
    kind = _kind(images, labels, is_world)
    case = {"labels": "streethazards" if official else "other", "splits": kind, "order": kind, "likeness": kind}
    texts = sentences("data_set", case, count=len(known), known=", ".join(known), anomaly=anomaly)
    return Conclusions(values=values, texts=texts, findings={"C01": decide_labels(streethazards_pixels())})


def _kind(images: Mapping[str, int], labels: LabelSet, is_world: bool) -> str:
    """Which data these are, by the number of images in each split: ``embedded``, ``streethazards`` or ``own``."""
    if is_world:
        return "embedded"
    is_real = labels == STREETHAZARDS and tuple(images.values()) == FULL_SIZE
    return "streethazards" if is_real else "own"


def decide_labels(pixels: pd.DataFrame) -> Finding:
    """Decide C01: that train and val hold all known labels and no anomaly, and test holds the anomaly.

    Args:
        pixels: see `streethazards_pixels`.
    """
    held = pixels > 0
    known = held.index[:-1]
    splits = [split for split in held if held.loc[held.index[-1], split]]
    complete = [split for split in ("train", "val") if held.loc[known, split].all()]
    images = pixels.sum() // (1280 * 720)
    numbers = " / ".join(f"{count:,}" for count in images)
    measured = f"{numbers} label maps; labels 0–12 all in {listed(complete)}, label 13 in {listed(splits)}"
    return Finding(measured, met(complete == ["train", "val"] and splits == ["test"]))


def likeness(here: np.ndarray, real: np.ndarray, labels: Iterable[int], names: tuple[str, ...]) -> str:
    """The correlation over positions of two priors, (labels, rows, columns), for each of these labels, as text."""
    correlations = {names[label]: np.corrcoef(here[label].ravel(), real[label].ravel())[0, 1] for label in labels}
    texts = [f"{name} {number(value, 2)}" for name, value in correlations.items() if not np.isnan(value)]
    return ", ".join(texts) or "no label has the same name"


def conclude_appearance(figures: pd.DataFrame) -> Conclusions:
    """Say whether colour gives the hazards of the test split away.

    Args:
        figures: see `appearance.appearance_figures`.

    Returns:
        Values: ``table``, a row a score with the names that readers see: score, auroc, aupr, fpr95 and auroc per image
        of all towns, and ``by town``, mean and 95 % interval over towns of the AUROC, as text; ``best``, the colour
        score with the pooled AUROC farthest from one half, as readers see it, and ``auroc``, that AUROC. Texts:
        ``shortcut``.
    """
    pooled = figures[figures["town"] == "all"]
    towns = figures[figures["town"] != "all"].groupby("score")["auroc"]
    spreads = {str(score): interval_of_shares(values, "towns").text() for score, values in towns}
    table = pooled.assign(**{"by town": pooled["score"].map(spreads)}).drop(columns="town").replace({"score": SHOWN})
    colors = pooled[pooled["score"].isin(COLOR_SCORES)].set_index("score")["auroc"]
    either_way = colors.clip(lower=1 - colors)
    best = str(either_way.idxmax())
    texts = sentences("data_set", {"shortcut": met(either_way[best] > SHORTCUT)})
    return Conclusions(values={"table": table, "best": SHOWN[best], "auroc": float(colors[best])}, texts=texts)

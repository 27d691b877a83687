"""What the chapter on the data concludes: which labels there are, how often, where, and how large hazards are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hazards.data.layout import DataSet
from hazards.data.statistics import label_shares, label_statistics
from hazards.jobs import gather
from hazards.labels import STREETHAZARDS, LabelSet
from hazards.prose import NOTHING, number
from hazards.studies.claims import Finding
from hazards.studies.verdicts import met


@dataclass(frozen=True)
class Conclusions:
    """What the label maps show.

    Args:
        images: number of images by split.
        shares: share of pixels, 0–1, a row a label, a column a split.
        common, rare: shares in train of the two most frequent known labels, and of the three rarest that occur there.
        absent: known labels that a split does not hold, as in ``car in val``.
        hazard_share: share of each test image's pixels on a hazard, 0–1.
        regions: share of the image, 0–1, of each connected region of a hazard in the test split.
        pixel: share of a pixel in an image.
        priors: see `statistics.label_statistics`, by split.
        target: the finding about C01, which only StreetHazards' labels can test.
        findings: by claim.
        labels: a sentence on labels that are not those of StreetHazards.
    """

    images: dict[str, int]
    shares: pd.DataFrame
    common: pd.Series
    rare: pd.Series
    absent: list[str]
    hazard_share: pd.Series
    regions: np.ndarray
    pixel: float
    priors: dict[str, np.ndarray]
    target: Finding
    findings: dict[str, Finding]
    labels: str


def statistics(data: DataSet) -> dict[str, dict[str, Any]]:
    """Count the labels of each split; see `statistics.label_statistics`."""
    entries = gather([label_statistics.call(data, split) for split in data.SPLITS])
    return {split: entry.value for split, entry in zip(data.SPLITS, entries, strict=True)}


def conclude(statistics: Mapping[str, dict[str, Any]], labels: LabelSet) -> Conclusions:
    """Say what the counts of the splits show."""
    known, anomaly = list(labels.names[: labels.known]), labels.names[-1]
    shares = pd.DataFrame({split: label_shares(value["images"], labels) for split, value in statistics.items()})
    trained = shares.loc[known, "train"]
    images = {split: len(value["images"]) for split, value in statistics.items()}
    holding = [split for split in shares if shares.loc[anomaly, split] > 0]
    numbers = " / ".join(f"{count:,}" for count in images.values())
    measured = f"{numbers} images; label {labels.anomaly} in {' and '.join(holding) or 'no split'}"
    target, findings, sentence = Finding(measured, "not testable"), {}, NOTHING
    if labels.names == STREETHAZARDS.names:
        target = Finding(measured, met(holding == ["test"]))
        findings = {"C01": target}
    else:
        sentence = (
            f"Its labels are not those of StreetHazards: {len(known)} known ones ({', '.join(known)}), and {anomaly} "
            "is the anomaly."
        )
    test = statistics["test"]["images"]
    pixels = test["height"] * test["width"]
    return Conclusions(
        images=images,
        shares=shares,
        common=trained.nlargest(2),
        rare=trained[trained > 0].nsmallest(3),
        absent=[f"{name} in {split}" for split in shares for name in known if shares.loc[name, split] == 0],
        hazard_share=test[f"label {labels.anomaly}"] / pixels,
        regions=statistics["test"]["hazards"]["share"].to_numpy(),
        pixel=1 / pixels.max(),
        priors={split: value["prior"] for split, value in statistics.items()},
        target=target,
        findings=findings,
        labels=sentence,
    )


def likeness(here: np.ndarray, real: np.ndarray, labels: Iterable[int], names: tuple[str, ...]) -> str:
    """The correlation over positions of two priors, (labels, rows, columns), for each of these labels, as text."""
    correlations = {names[label]: np.corrcoef(here[label].ravel(), real[label].ravel())[0, 1] for label in labels}
    texts = [f"{name} {number(value, 2)}" for name, value in correlations.items() if not np.isnan(value)]
    return ", ".join(texts) or "no label has the same name"

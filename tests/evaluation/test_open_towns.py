"""Open-set segmentation of towns by thresholds from the others, against the published procedure written out plainly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_curve

from hazards.evaluation.open_set import CarriedThresholds, OpenSet
from hazards.evaluation.passes import Seen
from hazards.networks.models import Output
from hazards.scores.logits import max_logit

KNOWN = 5


def doubt_of(logits: torch.Tensor) -> torch.Tensor:
    """MaxLogit in steps, so that towns have scores in common."""
    return (max_logit(logits) * 32).round() / 32


SCORES = {"doubt": lambda output: doubt_of(output.logits)}


def random_images(towns: dict[str, int], seed: int = 0) -> list[Seen]:
    """Random logits and labels of so many images of each town, hazards a tenth of the pixels and more doubtful."""
    rng = np.random.default_rng(seed)
    images = []
    for town, count in towns.items():
        for number in range(count):
            labels = rng.integers(0, KNOWN, (1, 12, 16))
            labels[rng.random(labels.shape) < 0.1] = KNOWN
            logits = rng.normal(0, 1, (1, KNOWN, 12, 16)) * np.where(labels == KNOWN, 0.7, 1.5)[:, None]
            output = Output(torch.from_numpy(logits.astype(np.float32)), None, torch.zeros(1))
            sample = SimpleNamespace(image=Path(f"test/{town}/{number}.png"))
            images.append(Seen(sample, output, torch.from_numpy(labels)))
    return images


def by_the_library(images: list[Seen]) -> Any:
    carried = CarriedThresholds(SCORES, KNOWN)
    for seen in images:
        carried.update(seen)
    open_set = OpenSet(SCORES, carried.result(), KNOWN)
    for seen in images:
        open_set.update(seen)
    return open_set.result()


def published(images: list[Seen], towns: list[str]) -> Iterator[tuple[str, str, float, float]]:
    """Rule, town, threshold and open mIoU: every pixel at once, in the order of the paper."""
    doubt = {town: [] for town in towns}
    truth = {town: [] for town in towns}
    answer = {town: [] for town in towns}
    for seen in images:
        town = seen.sample.image.parent.name
        doubt[town].append(doubt_of(seen.output.logits).numpy().ravel())
        answer[town].append(seen.output.logits.argmax(1).numpy().ravel())
        truth[town].append(seen.labels.numpy().ravel())
    for town in towns:
        others = [other for other in towns if other != town]
        scores = np.concatenate([part for other in others for part in doubt[other]])
        hazards = np.concatenate([part for other in others for part in truth[other]]) == KNOWN
        fpr, tpr, thresholds = roc_curve(hazards, scores, drop_intermediate=False)
        chosen = {"95 % TPR": thresholds[tpr >= 0.95][0], "5 % FPR": thresholds[fpr <= 0.05][-1]}
        for rule, threshold in chosen.items():
            labels = np.concatenate(truth[town])
            said = np.where(np.concatenate(doubt[town]) >= threshold, KNOWN, np.concatenate(answer[town]))
            ious = []
            for label in range(KNOWN):
                intersection = ((said == label) & (labels == label)).sum()
                union = ((said == label) | (labels == label)).sum()
                ious.append(intersection / union)
            yield rule, town, threshold, np.mean(ious)


@pytest.mark.parametrize("towns", [{"t5": 3, "t6": 2}, {"t5": 1, "t6": 2, "t7": 2}])
@pytest.mark.parametrize("seed", range(5))
def test_towns_are_judged_by_the_published_procedure(towns, seed):
    """With more than two towns the threshold comes from all others together."""
    images = random_images(towns, seed)
    figures = by_the_library(images).set_index(["rule", "town"])
    expected = list(published(images, list(towns)))
    assert len(figures) == len(expected) == 2 * len(towns)
    for rule, town, threshold, open_miou in expected:
        row = figures.loc[rule, town]
        assert row["open"] == pytest.approx(open_miou, abs=1e-12)
        assert row["images"] == towns[town]
        assert row["threshold"] == threshold


def test_what_is_flagged_and_what_segmentation_is_without_flags():
    images = random_images({"t5": 2, "t6": 2})
    figures = by_the_library(images)
    for town, rows in figures.groupby("town"):
        inside = [seen for seen in images if seen.sample.image.parent.name == town]
        labels = torch.cat([seen.labels for seen in inside])
        scores = torch.cat([doubt_of(seen.output.logits) for seen in inside])
        predicted = torch.cat([seen.output.logits.argmax(1) for seen in inside])[labels < KNOWN]
        known = labels[labels < KNOWN]
        hits = [((predicted == label) & (known == label)).sum().item() for label in range(KNOWN)]
        unions = [((predicted == label) | (known == label)).sum().item() for label in range(KNOWN)]
        assert rows["closed"].to_list() == pytest.approx([np.divide(hits, unions).mean()] * 2)
        for _, row in rows.iterrows():
            flagged = scores >= row["threshold"]
            assert row["recall"] == pytest.approx(flagged[labels == KNOWN].float().mean().item())
            assert row["fpr"] == pytest.approx(flagged[labels < KNOWN].float().mean().item())


def test_one_town_alone_gets_no_threshold():
    assert by_the_library(random_images({"t5": 2})).empty

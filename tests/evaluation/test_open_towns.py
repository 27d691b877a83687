"""Open-set segmentation of towns by thresholds from the others, against the published procedure written out plainly."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_curve

from hazards.data import DataSet
from hazards.evaluation.by_town import TownFigures
from hazards.evaluation.open_set import OpenSet
from hazards.evaluation.passes import Seen
from hazards.evaluation.risk import RiskCoverage
from hazards.evaluation.score_maps import named
from hazards.labels import LabelSet
from hazards.networks.models import Output
from hazards.scores.logits import max_logit

KNOWN = 5
LABELS = LabelSet(tuple("abcdef"), ((0, 0, 0),) * 6, tuple((value,) for value in range(6)))


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
    towns = TownFigures(SCORES, LABELS)
    for seen in images:
        towns.update(seen)
    open_set = OpenSet(SCORES, towns.result()["carried"], KNOWN)
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


def without_hazards(seen: Seen) -> Seen:
    return seen._replace(labels=seen.labels.clamp(max=KNOWN - 1))


def test_a_town_without_hazards_has_its_miou_and_no_more():
    images = random_images({"t5": 2, "t6": 1, "t7": 2})
    images[2] = without_hazards(images[2])
    towns = TownFigures(SCORES, LABELS)
    for seen in images:
        towns.update(seen)
    result = towns.result()
    assert list(result["segmentation"]["town"]) == ["t5", "t6", "t7"]
    for table, column in {"anomaly": "town", "curves": "town", "applied": "applied", "carried": "town"}.items():
        assert set(result[table][column]) == {"t5", "t7"}
        assert not result[table].isna().any(axis=None)
    opened = by_the_library(images)
    assert set(opened["town"]) == {"t5", "t7"}
    assert not opened.isna().any(axis=None)
    for town, rows in result["carried"].groupby("town"):  # the other town with hazards alone decides
        alone = by_the_library([seen for seen in images if seen.town in ("t5", "t7")])
        assert rows["threshold"].to_list() == alone[alone["town"] == town]["threshold"].to_list()


def test_no_town_with_hazards_leaves_empty_tables():
    images = [without_hazards(seen) for seen in random_images({"t5": 1, "t6": 1})]
    assert by_the_library(images).empty


def test_there_is_no_risk_to_tell_where_every_pixel_is_right():
    risk = RiskCoverage(SCORES)
    seen = without_hazards(random_images({"t5": 1})[0])
    risk.update(seen._replace(labels=seen.output.logits.argmax(1)))
    result = risk.result()
    assert result["areas"].empty
    assert list(result["curves"].columns) == ["score", "coverage", "risk"]
    assert result["curves"].empty


def test_images_of_one_stem_in_two_folders_are_told_apart(stripes, tmp_path):
    root = shutil.copytree(stripes.root, tmp_path / "data")
    (root / "test/images/test/t6").mkdir()
    (root / "test/images/test/t5/2.png").rename(root / "test/images/test/t6/1.png")
    listed = root / "test/test.odgt"
    listed.write_text(listed.read_text().replace("images/test/t5/2.png", "images/test/t6/1.png"))
    data = DataSet(root)
    first, second = data.split("test")[:2]
    assert first.image.stem == second.image.stem
    names = [data.name(second), data.name(first)]
    assert names == ["test/images/test/t6/1.png", "test/images/test/t5/1.png"]
    assert named(data, "test", names) == [second, first]


def test_an_image_has_one_name_whether_archives_are_unpacked_together_or_apart(stripes, tmp_path):
    shutil.copytree(stripes.root / "train", tmp_path / "streethazards_train/train")
    shutil.copytree(stripes.root / "test", tmp_path / "streethazards_test/test")
    apart = DataSet(tmp_path)
    for split in DataSet.SPLITS:
        assert list(map(apart.name, apart.split(split))) == list(map(stripes.name, stripes.split(split)))

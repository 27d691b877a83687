"""Void pixels and what is anomalous in train: whatever the images show there, no result changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn

from hazards import jobs
from hazards.data import DataSet
from hazards.data.layout import LISTS
from hazards.data.statistics import label_shares, label_statistics
from hazards.evaluation import Inference, evaluate, fits
from hazards.evaluation.appearance import appearance_figures
from hazards.evaluation.by_town import town_figures
from hazards.evaluation.calibration import calibration
from hazards.evaluation.components import component_figures
from hazards.evaluation.ensembles import evaluate_ensemble
from hazards.evaluation.open_set import open_set
from hazards.evaluation.risk import risk_coverage
from hazards.evaluation.sampling import sampled_figures
from hazards.evaluation.selection import best_thresholds, typical_images
from hazards.evaluation.single_hazards import hazard_regions
from hazards.evaluation.trivial_baselines import simple_predictors
from hazards.networks.models import Output
from hazards.scores.dense_neighbors import DenseNeighbors
from hazards.scores.logits import max_logit, msp
from hazards.scores.mahalanobis import Mahalanobis
from hazards.scores.standardized_max_logit import StandardizedMaxLogit
from hazards.training import Recipe, train

SIZE = (24, 32)
TABLE = """
[[label]]
value = [1, 2]
name = "road"
color = [128, 64, 128]
[[label]]
value = 3
name = "house"
color = [70, 70, 70]
[[label]]
value = 4
name = "sky"
color = [0, 0, 255]
[[label]]
value = [7, 9]
name = "obstacle"
color = [60, 250, 240]
anomaly = true
[[label]]
value = 255
name = "void"
ignore = true
[[label]]
value = 0
name = "ego vehicle"
ignore = true
"""
COLORS = {1: (90, 90, 100), 2: (110, 80, 90), 3: (200, 60, 40), 4: (60, 90, 220), 7: (220, 220, 40), 9: (120, 200, 90)}
LABELS = {1: 0, 2: 0, 3: 1, 4: 2, 7: 3, 9: 3}
SCORES = (max_logit, msp, StandardizedMaxLogit(), Mahalanobis(), DenseNeighbors(bank=20))


class Colors(nn.Module):
    """A network that sees each pixel by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.lift = nn.Conv2d(3, 6, 1)
        self.head = nn.Conv2d(6, 3, 1)

    def forward(self, images: torch.Tensor) -> Output:
        features = self.lift(images).tanh()
        return Output(self.head(features), None, features)


def label_values(split: str, rng: np.random.Generator) -> np.ndarray:
    """Values of a label map: three stripes, void, and some anomalies, in train and val as well."""
    values = np.full(SIZE, 4)
    values[7:] = 3
    values[13:] = 1
    values[18:, 12:] = 2
    for value in (7, 9):
        top, left = rng.integers(0, 18), rng.integers(0, 26)
        values[top : top + 5, left : left + 6] = value
    values[20:, :9] = 0
    values[rng.random(SIZE) < 0.1] = 255
    return values


def data_set(root: Path, what_void_shows: int) -> DataSet:
    """Images whose pixels depend on the seed where they are void, and in train and val where they are anomalous."""
    rng, other = np.random.default_rng(1), np.random.default_rng(what_void_shows)
    for split, path in LISTS.items():
        records = []
        for number in range(4):
            town = f"t{number % 2}"
            values = label_values(split, rng)
            if split == "test" and number == 3:
                values[:] = 255
            picture = rng.normal(0, 25, (*SIZE, 3))
            for value, color in COLORS.items():
                picture[values == value] += color
            free = np.isin(values, (0, 255) if split == "test" else (0, 255, 7, 9))
            picture[free] = other.uniform(0, 255, (free.sum(), 3))
            names = {"fpath_img": f"images/{split}/{town}/{number}.png", "fpath_segm": f"maps/{split}/{number}.png"}
            for name, pixels in zip(names.values(), (picture.clip(0, 255), values), strict=True):
                file = root / Path(path).parent / name
                file.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels.astype(np.uint8)).save(file)
            records.append(names)
        (root / path).write_text(json.dumps(records))
    (root / "labels.toml").write_text(TABLE)
    return DataSet(root)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[DataSet, DataSet]:
    """Two data sets that differ in what void shows."""
    folders = [tmp_path_factory.mktemp("void") for _ in range(2)]
    return data_set(folders[0], 10), data_set(folders[1], 11)


def plain(size: tuple[int, int]) -> Callable[[Any, Any], tuple[Any, Any]]:
    """No augmentation: some would carry colours from pixel to pixel."""
    return lambda image, labels: (image, labels)


def results(data: DataSet) -> dict[str, Any]:
    """Every result of a training on a data set and of its network, by the name of the step."""
    recipe = Recipe(
        Colors, SIZE, epochs=3, batch_size=2, learning_rate=0.05, transform=plain, auxiliary_weight=0.0, balance=0.5
    )
    trained = train(recipe, data, seed=0)
    inference = Inference(Colors, trained, data, SIZE)
    calls = fits(inference, SCORES[2:])
    statistics = dict(zip(calls, jobs.gather(list(calls.values())), strict=True))
    test = evaluate(inference, "test", SCORES, statistics)
    best = best_thresholds(test, tuple(test.value["draws"]))
    towns = town_figures(inference, SCORES, statistics)
    colors = appearance_figures(data, SIZE).value
    return {
        "train": {name: trained.value[name] for name in ("weights", "log")},
        "fit": {name: entry.value[name] for name, entry in statistics.items()},
        "labels": [label_statistics(data, split).value for split in LISTS],
        "val": evaluate(inference, "val", ()).value,
        "test": test.value,
        "without obstacles near": evaluate(inference, "test", SCORES[:1], ignore=(1,)).value,
        "typical": typical_images(test).value,
        "open set": open_set(inference, SCORES, towns, statistics).value,
        "risk": risk_coverage(inference, SCORES, statistics).value,
        "components": component_figures(inference, SCORES, best, statistics).value,
        "regions": hazard_regions(inference, SCORES, statistics).value,
        "by town": towns.value,
        "calibration": calibration(inference, "test").value,
        "sampling": sampled_figures(inference, max_logit, lambda pixels: (pixels // 2,), draws=2).value,
        "ensemble": evaluate_ensemble((inference, inference)).value,
        "predictors": simple_predictors(data, SIZE).value,
        "colors": colors[colors["score"] != "contrast"].reset_index(drop=True),  # which looks around each pixel
    }


@pytest.fixture(scope="module")
def both(pair: tuple[DataSet, DataSet], tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The results on both data sets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAZARDS_STORE", str(tmp_path_factory.mktemp("store")))
        patch.setenv("HAZARDS_WORKERS", "1")
        return [results(data) for data in pair]


def same(value: Any, other: Any, place: str) -> None:
    """Compare two results to the bit."""
    if isinstance(value, Mapping):
        assert value.keys() == other.keys(), place
        for name in value:
            same(value[name], other[name], f"{place} {name}")
    elif isinstance(value, list):
        for number, (part, its) in enumerate(zip(value, other, strict=True)):
            same(part, its, f"{place} {number}")
    elif isinstance(value, pd.DataFrame):
        pd.testing.assert_frame_equal(value, other, check_exact=True, obj=place)
    elif isinstance(value, (np.ndarray, torch.Tensor)):
        np.testing.assert_array_equal(np.asarray(value), np.asarray(other), err_msg=place)
    else:
        assert value == other, place


def test_what_void_shows_changes_no_result(pair, both):
    first, second = (np.asarray(Image.open(data.split("test")[0].image)) for data in pair)
    assert (first != second).any()
    for name in both[0]:
        same(both[0][name], both[1][name], name)


def test_pixels_are_counted_as_the_values_in_files_say(pair, both):
    counts = np.zeros(4, np.int64)
    for sample in pair[0].split("test"):
        values = np.asarray(Image.open(sample.labels))
        for value, label in LABELS.items():
            counts[label] += (values == value).sum()
    result = both[0]
    assert result["test"]["confusion"].sum(1).tolist() == counts[:3].tolist()
    table = result["labels"][2]["images"]
    assert [table[f"label {label}"].sum() for label in range(4)] == counts.tolist()
    assert label_shares(table, pair[0].labels).sum() == pytest.approx(1)
    bins = result["calibration"].groupby("anomalous")["pixels"].sum()
    assert bins.tolist() == [counts[:3].sum(), counts[3]]
    assert set(result["sampling"].query("kind == 'all'")["pixels"]) == {counts.sum()}
    assert result["components"]["figures"]["truths"].max() <= 6
    assert not result["test"]["images"]["miou"][:3].isna().any()
    assert result["test"]["images"]["anomaly"][3] == 0
    assert set(result["typical"]) <= {f"test/images/test/t{number % 2}/{number}.png" for number in range(3)}


def test_predictors_learn_from_known_pixels_alone(pair, both):
    maps = {split: [sample.read_labels() for sample in pair[0].split(split)] for split in ("train", "val")}
    counts = {split: np.bincount(np.concatenate(maps[split]).ravel(), minlength=3)[:3] for split in maps}
    constant = counts["train"].argmax()
    expected = counts["val"][constant] / counts["val"].sum() / 3
    row = both[0]["predictors"].query("predictor == 'constant' and split == 'val'")
    assert row["miou"].item() == pytest.approx(expected)
    most_frequent = np.stack([(np.array(maps["train"]) == label).sum(0) for label in range(3)]).argmax(0)
    truth = np.array(maps["val"])
    ious = []
    for label in range(3):
        taken = (most_frequent == label) & (truth < 3)
        ious.append((taken & (truth == label)).sum() / (taken | (truth == label)).sum())
    row = both[0]["predictors"].query("predictor == 'position' and split == 'val'")
    assert row["miou"].item() == pytest.approx(np.mean(ious))

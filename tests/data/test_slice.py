"""The real StreetHazards, in a slice: what it holds is what was published of it, and everything runs on it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from hazards.cli import main
from hazards.data import DataSet
from hazards.data.statistics import label_statistics
from hazards.data.verify import verify
from hazards.evaluation import Inference, evaluate
from hazards.networks.models import deeplabv3_mini
from hazards.scores.logits import max_logit, msp
from hazards.training import Recipe, train
from real_data import SLICE, real_slice

PUBLISHED = SLICE.parent / "streethazards-label-statistics"
pytestmark = real_slice


def test_it_has_no_problem():
    report = verify(SLICE)
    assert not report.problems
    assert report.table["size"].unique().tolist() == ["1280×720"]
    assert report.table["mode"].unique().tolist() == ["RGB"]


def test_pixels_of_each_label_are_those_published(store):
    published = pd.read_csv(PUBLISHED / "pixel_counts.csv.gz").set_index("annotation")
    data = DataSet(SLICE)
    for split in data.SPLITS:
        images = label_statistics(data, split).value["images"]
        for sample, (_, row) in zip(data.split(split), images.iterrows(), strict=True):
            expected = published.loc["/".join(sample.labels.parts[-4:])]
            assert [row[f"label {label}"] for label in range(14)] == [expected[f"label_{label}"] for label in range(14)]


def test_anomalous_regions_are_those_published(store):
    published = pd.read_csv(PUBLISHED / "anomaly_components.csv.gz").groupby("annotation")["area_px"]
    data = DataSet(SLICE)
    regions = label_statistics(data, "test").value["hazards"].groupby("image")["share"]
    for sample in data.split("test"):
        expected = published.get_group("/".join(sample.labels.parts[-4:]))
        assert sorted(np.rint(regions.get_group(sample.labels.stem) * 1280 * 720)) == sorted(expected)


def test_a_network_is_trained_and_evaluated_on_it_and_predicts(store, monkeypatch, tmp_path):
    data = DataSet(SLICE)
    recipe = Recipe(model=deeplabv3_mini, size=(128, 128), epochs=2, batch_size=2, learning_rate=5e-3, validations=1)
    trained = train(recipe, data, seed=0)
    assert trained.value["log"]["loss"].notna().all()
    found = evaluate(Inference(recipe.model, trained, data, recipe.size), "test", (max_logit, msp)).value
    assert len(found["images"]) == 8
    assert found["images"]["miou"].between(0, 1).all()
    assert found["anomaly"][["auroc", "aupr", "fpr95"]].notna().all(axis=None)
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    pictures = data.split("test")[0].image.parent
    assert main(["predict", str(pictures), "--out", str(tmp_path / "out"), "--network", trained.key]) == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert len(summary["pictures"]) == len(list(pictures.iterdir()))
    assert {(each["width"], each["height"]) for each in summary["pictures"]} == {(1280, 720)}
    assert not summary["failed"]

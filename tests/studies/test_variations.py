"""Thresholds, conventions, flips and calibration are counted as their definitions say."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import average_precision_score, precision_score, recall_score, roc_auc_score

from hazards import studies
from hazards.data import DataSet
from hazards.data.layout import Sample
from hazards.data.transforms import Segmentation
from hazards.evaluation import Inference, evaluate, thresholds
from hazards.evaluation.by_town import town_figures
from hazards.evaluation.calibration import binned, calibration, diagram, expected_error
from hazards.labels import ANOMALY, BUILDING
from hazards.metrics import masks
from hazards.metrics.anomaly import AnomalyMetrics
from hazards.metrics.curves import best_f1, operating_point
from hazards.metrics.ranking import rank
from hazards.metrics.segmentation import confusion_matrix, mean_iou
from hazards.networks.models import deeplabv3_mini
from hazards.report import ablation_figures
from hazards.scores.logits import max_logit
from hazards.scores.method import as_method
from hazards.studies import variations
from hazards.training import Recipe, train
from hazards.training.feed import share_of
from hazards.training.recipe import RecipeError

SIZE = (32, 48)
RECIPE = Recipe(model=deeplabv3_mini, size=SIZE, epochs=2, batch_size=4, learning_rate=4e-3, validations=1)


@pytest.fixture(scope="module")
def two_towns(stripes, tmp_path_factory):
    """The striped data set with half of its test images in a second town."""
    root = tmp_path_factory.mktemp("towns") / "data"
    shutil.copytree(stripes.root, root)
    records = json.loads((root / "test/test.odgt").read_text())
    for record in records[2:]:
        for key in ("fpath_img", "fpath_segm"):
            moved = record[key].replace("/t5/", "/t6/")
            (root / "test" / moved).parent.mkdir(parents=True, exist_ok=True)
            (root / "test" / record[key]).rename(root / "test" / moved)
            record[key] = moved
    (root / "test/test.odgt").write_text(json.dumps(records))
    return DataSet(root)


@pytest.fixture(scope="module")
def trained(two_towns, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAZARDS_STORE", str(tmp_path_factory.mktemp("store")))
        patch.setenv("HAZARDS_WORKERS", "1")  # starting processes would take longer than what there is to do
        yield train(RECIPE, two_towns, seed=0)


def everything(data, trained, split="test", flip=False):
    """Logits and labels of a split in one piece, (N, 13, H, W) and (N, H, W)."""
    images = list(Inference(deeplabv3_mini, trained, data, SIZE, flip=flip).over(data.split(split)))
    return torch.cat([seen.output.logits for seen in images]).cpu(), torch.cat([seen.labels for seen in images]).cpu()


def test_a_point_of_operation_is_that_of_the_mask():
    rng = np.random.default_rng(0)
    normal, anomalous = rng.normal(0, 1, 900).round(1), rng.normal(1, 1, 60).round(1)
    ranking = rank(normal, anomalous)
    truth, scores = np.r_[np.zeros(900), np.ones(60)], np.r_[normal, anomalous]
    for threshold in np.unique(anomalous):
        recall, precision = operating_point(ranking, threshold)
        assert recall == pytest.approx(recall_score(truth, scores >= threshold))
        assert precision == pytest.approx(precision_score(truth, scores >= threshold))
    best, threshold = best_f1(ranking)
    assert masks.f1(*operating_point(ranking, threshold)) == pytest.approx(best)
    for threshold in rng.uniform(-5, 5, 200):
        assert masks.f1(*operating_point(ranking, threshold)) <= best
    assert operating_point(ranking, -100) == (
        1,
        pytest.approx(60 / (60 + (900 + (normal >= anomalous.min()).sum()) / 2)),
    )
    assert operating_point(ranking, 100)[0] == 0


def test_thresholds_are_carried_from_town_to_town(two_towns, trained):
    value = town_figures(Inference(deeplabv3_mini, trained, two_towns, SIZE), (max_logit,)).value
    logits, labels = everything(two_towns, trained)
    scores, truth = max_logit(logits).numpy(), (labels == ANOMALY).numpy()
    parts = {"t5": slice(0, 2), "t6": slice(2, 4)}
    table = value["applied"].set_index(["chosen", "applied"])
    assert len(table) == 4
    for town, part in parts.items():
        metrics = AnomalyMetrics()
        metrics.update(scores[part], truth[part])
        best, threshold = metrics.compute().f1
        assert table.loc[(town, town), "f1"] == pytest.approx(best)
        for other, elsewhere in parts.items():
            marked = scores[elsewhere] >= threshold
            found = recall_score(truth[elsewhere].ravel(), marked.ravel())
            assert table.loc[(town, other), "recall"] == pytest.approx(found)
    lost = thresholds.transfer(value["applied"].assign(seed=0))
    assert len(lost) == 2
    assert (lost["lost"] >= 0).all()
    figure = ablation_figures.town_f1(value["curves"], ["max_logit"], "note")
    names = [text.get_text() for text in figure.legends[0].texts]
    assert names == ["town t5", "town t6"]


def test_figures_by_town_are_those_of_its_images(two_towns, trained):
    value = town_figures(Inference(deeplabv3_mini, trained, two_towns, SIZE), (max_logit,)).value
    logits, labels = everything(two_towns, trained)
    scores, predicted = max_logit(logits).numpy(), logits.argmax(1)
    segmentation = value["segmentation"].set_index("town")
    anomaly = value["anomaly"].set_index("town")
    assert list(segmentation.index) == ["t5", "t6"]
    for town, part in {"t5": slice(0, 2), "t6": slice(2, 4)}.items():
        truth = (labels[part] == ANOMALY).numpy().ravel()
        assert segmentation.loc[town, "images"] == 2
        counts = confusion_matrix(predicted[part], labels[part], 13).numpy()
        assert segmentation.loc[town, "miou"] == pytest.approx(mean_iou(counts))
        assert anomaly.loc[town, "auroc"] == pytest.approx(roc_auc_score(truth, scores[part].ravel()))
        assert anomaly.loc[town, "aupr"] == pytest.approx(average_precision_score(truth, scores[part].ravel()))


def test_the_window_holds_the_best_f1_and_ends_where_it_falls():
    curve = pd.DataFrame(
        {
            "threshold": [np.inf, 4, 3, 2, 1, -np.inf],
            "recall": [0, 0.2, 0.5, 0.6, 1.0, 1.0],
            "precision": [1, 1.0, 0.5, 0.4, 0.1, 0.1],
        }
    )
    found = thresholds.window(curve)
    assert (found.low, found.high) == (2, 3)
    assert found.best == 0.5
    assert found.least == pytest.approx(0.5 * 0.1 / 0.5)
    assert found.most == pytest.approx(0.6 * 0.1 / 0.4)
    masks = thresholds.with_masks(curve).set_index("threshold")
    assert masks.loc[3, "iou"] == pytest.approx(1 / 3)


def test_ignored_labels_count_in_no_anomaly_figure(two_towns, trained):
    value = evaluate(
        Inference(deeplabv3_mini, trained, two_towns, SIZE), "test", (max_logit,), ignore=(BUILDING,)
    ).value
    logits, labels = everything(two_towns, trained)
    kept = labels != BUILDING
    expected = AnomalyMetrics()
    expected.update(max_logit(logits)[kept], (labels == ANOMALY)[kept])
    pooled = value["anomaly"].query("convention == 'pooled'").iloc[0]
    assert pooled["auroc"] == pytest.approx(expected.compute().figures.auroc, abs=1e-6)
    every = evaluate(Inference(deeplabv3_mini, trained, two_towns, SIZE), "test", (max_logit,)).value
    assert every["anomaly"].query("convention == 'pooled'").iloc[0]["auroc"] != pooled["auroc"]
    assert np.array_equal(value["confusion"], every["confusion"])


def test_flips_average_an_image_with_its_mirror_image(two_towns, trained):
    images = torch.stack([image for image, _ in Segmentation(two_towns.split("val"), SIZE)])
    network = Inference(deeplabv3_mini, trained, two_towns, SIZE).load().cpu()
    with torch.inference_mode():
        expected = (network(images).logits + network(images.flip(-1)).logits.flip(-1)) / 2
    found, _ = everything(two_towns, trained, "val", flip=True)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    plain, _ = everything(two_towns, trained, "val")
    assert not torch.allclose(found, plain, atol=1e-4)


def test_calibration_is_that_of_all_pixels_at_once(two_towns, trained):
    counts = calibration(Inference(deeplabv3_mini, trained, two_towns, SIZE), "test", temperature=2.0).value
    logits, labels = everything(two_towns, trained)
    confidence, predicted = (logits / 2).softmax(1).amax(1).numpy(), logits.argmax(1)
    right = (predicted == labels).numpy()
    for anomalous, kept in ((False, (labels != ANOMALY).numpy()), (True, np.ones(labels.shape, bool))):
        bins, error = (confidence[kept] * 15).astype(int).clip(max=14), 0.0
        for each in range(15):
            inside = bins == each
            if inside.any():
                error += inside.mean() * abs(right[kept][inside].mean() - confidence[kept][inside].mean())
        assert expected_error(counts, anomalous) == pytest.approx(error, abs=1e-5)
        assert diagram(counts, anomalous)["pixels"].sum() == kept.sum()


def test_a_calibrated_network_has_no_error_and_a_sure_one_all():
    rng = np.random.default_rng(0)
    confidence = torch.tensor(rng.uniform(0.1, 1, 200_000))
    honest = torch.tensor(rng.uniform(size=200_000)) < confidence
    for right, expected in ((honest, 0.0), (torch.zeros_like(honest), confidence.mean().item())):
        sums = dict(zip(("pixels", "confident", "right"), binned(confidence, right, 15), strict=True))
        counts = pd.DataFrame(sums).assign(anomalous=False, middle=np.arange(15))
        assert expected_error(counts) == pytest.approx(expected, abs=0.01)


def test_a_share_of_the_images_is_spread_by_name_and_nested(tmp_path):
    samples = [Sample(tmp_path / f"{number:02}.png", tmp_path / "x") for number in (3, 0, 1, 7, 2, 5, 6, 4)]
    numbers = [[int(sample.image.stem) for sample in share_of(samples, share)] for share in (1.0, 0.5, 0.25, 0.01)]
    assert numbers == [[3, 0, 1, 7, 2, 5, 6, 4], [0, 2, 6, 4], [0, 4], [0]]
    assert share_of(samples, 1.0) == samples
    with pytest.raises(RecipeError, match="share is 0"):
        Recipe(model=deeplabv3_mini, size=SIZE, epochs=1, batch_size=1, learning_rate=1e-3, share=0)


def test_a_study_at_another_size_and_its_outcomes(two_towns, trained):
    small = {"seen": (16, 24), "judged": SIZE}
    found = {
        name: studies.study({"a": RECIPE}, two_towns, 1, {"Largest": max_logit}, **how)
        for name, how in (("own", {}), ("small", small))
    }
    rows = variations.outcomes(found, "Largest")
    assert set(rows["recipe"]) == {"own", "small"}
    direct = evaluate(Inference(deeplabv3_mini, trained, two_towns, (16, 24), judged=SIZE), "val", ()).value[
        "confusion"
    ]
    assert np.array_equal(found["small"].evaluations["a", 0, "val"].value["confusion"], direct)
    table = studies.reached(rows).set_index("recipe")
    test = rows.query("recipe == 'small' and split == 'test'").iloc[0]
    assert table.loc["small", "AUROC"] == pytest.approx(100 * test["auroc"])
    points = variations.settings(rows, {"small": 16.0})
    assert points[["setting", "auroc"]].to_numpy().tolist() == [[16.0, test["auroc"]]]
    assert points["miou"].item() == rows.query("recipe == 'small' and split == 'val'")["miou"].item()
    assert table.loc["small", "test mIoU"] == pytest.approx(100 * test["miou"])


def test_tables_of_conventions_and_calibration_keep_what_belongs_together():
    def study(value):
        row = {"score": "max_logit", "auroc": value, "aupr": 0.1, "fpr95": 0.5, "recipe": "a", "seed": 0}
        row |= {f"{figure} {end}": 0.0 for figure in ("auroc", "aupr", "fpr95") for end in ("low", "high")}
        rows = [row | {"convention": way} for way in ("pooled", "per-image")]
        rows += [each | {"score": "msp"} for each in rows]
        return SimpleNamespace(anomaly=pd.DataFrame(rows), scores={"max_logit": as_method(max_logit)})

    table = variations.conventions({"nothing": study(0.7), "both": study(0.8)}, "a")
    assert table["score"].tolist() == ["max_logit", "max_logit", "msp", "msp"]
    assert table["left out"].tolist() == ["nothing", "both"] * 2
    assert table["pooled AUROC"].tolist() == pytest.approx([70, 80, 70, 80])
    errors = pd.DataFrame(
        {"recipe": "a", "seed": 0, "split": ["val", "test"], "ece": [0.1, 0.2], "ece with hazards": [0.1, 0.3]}
    )
    row = variations.calibration_table(errors, study(0.7), ["msp"]).iloc[0]
    assert row[["ECE on val", "ECE on test", "ECE on test with hazards", "AUROC of msp"]].tolist() == pytest.approx(
        [10, 20, 30, 70]
    )

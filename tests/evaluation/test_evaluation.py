"""Evaluation counts every pixel once, for every score, and studies draw the conclusions that the figures allow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import precision_recall_curve

from hazards import studies
from hazards.data import DataSet
from hazards.data.colors import chroma, lab
from hazards.data.transforms import Segmentation
from hazards.evaluation import Inference, evaluate, fit, fits, maps
from hazards.evaluation.components import component_figures
from hazards.evaluation.figures import FIGURES, KEPT_DRAWS
from hazards.evaluation.sampling import sampled_figures
from hazards.evaluation.selection import at_quantiles
from hazards.evaluation.single_hazards import hazard_regions
from hazards.evaluation.trivial_baselines import simple_predictors
from hazards.labels import ANOMALY
from hazards.metrics.anomaly import AnomalyMetrics
from hazards.metrics.segmentation import mean_iou
from hazards.networks.models import built, deeplabv3_mini, sized
from hazards.networks.weights import WeightsMismatchError, load_weights
from hazards.report.tables import table
from hazards.scores.logits import max_logit, msp
from hazards.scores.mahalanobis import Mahalanobis
from hazards.scores.method import as_method
from hazards.scores.neco import NeuralCollapse
from hazards.scores.standardized_max_logit import StandardizedMaxLogit
from hazards.scores.vim import VirtualLogit
from hazards.store import step
from hazards.studies import detectors
from hazards.training import Recipe, train
from real_data import SLICE, real_slice

SIZE = (32, 48)
RECIPE = Recipe(model=deeplabv3_mini, size=SIZE, epochs=2, batch_size=4, learning_rate=4e-3, validations=1)


@pytest.fixture(scope="module")
def module_store(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAZARDS_STORE", str(tmp_path_factory.mktemp("store")))
        yield


@pytest.fixture(scope="module")
def trained(stripes, module_store):
    return train(RECIPE, stripes, seed=0)


@pytest.fixture(scope="module")
def inference(stripes, trained):
    return Inference(deeplabv3_mini, trained, stripes, SIZE)


def name(number: str) -> str:
    """Of a test image."""
    return f"test/images/test/t5/{number}.png"


def negated_entropy_of_a_reader(logits: torch.Tensor) -> torch.Tensor:
    """A score that a reader might add in a chapter."""
    return -torch.distributions.Categorical(logits=logits.movedim(1, -1)).entropy()


def test_figures_equal_those_of_all_pixels_at_once(inference, stripes):
    value = evaluate(inference, "test", (max_logit, msp)).value
    images = Segmentation(stripes.split("test"), SIZE)
    pixels = torch.stack([images[i][0] for i in range(4)])
    labels = torch.stack([images[i][1] for i in range(4)])
    with torch.inference_mode():
        logits = inference.load().cpu()(pixels).logits
    assert value["confusion"].sum() == (labels != ANOMALY).sum()
    assert np.trace(value["confusion"]) == (logits.argmax(1) == labels).sum()
    rows = value["anomaly"].set_index(["score", "convention"])
    for settings in ({"aggregate": "pooled"}, {"aggregate": "per-image", "fpr_rule": "nearest"}):
        expected = AnomalyMetrics(**settings)
        expected.update(max_logit(logits), labels == ANOMALY)
        figures = expected.compute().figures
        found = rows.loc["max_logit", settings["aggregate"]]
        assert found["auroc"] == pytest.approx(figures.auroc, abs=1e-4)
        assert found["aupr"] == pytest.approx(figures.aupr, abs=1e-3)
    assert value["images"]["auroc max_logit"].mean() == pytest.approx(figures.auroc, abs=1e-4)


def another_network() -> torch.nn.Module:
    return torch.nn.Conv2d(3, 13, 1)


def test_weights_of_another_architecture_are_refused_with_both_named(stripes, trained):
    with pytest.raises(
        WeightsMismatchError, match=r"deeplabv3_mini in train/\w+ is of another .* than another_network"
    ):
        Inference(another_network, trained, stripes, SIZE).load()


def test_weights_of_another_number_of_labels_are_refused_with_both_named():
    weights, network = built(deeplabv3_mini, 19).state_dict(), deeplabv3_mini()
    before = network.classifier.weight.clone()
    with pytest.raises(WeightsMismatchError, match="old predicts 19 labels, but deeplabv3_mini here 13"):
        load_weights(network, "deeplabv3_mini", weights, "old")
    assert torch.equal(network.classifier.weight, before)


def test_val_has_no_anomaly_figures(inference):
    value = evaluate(inference, "val", (max_logit,)).value
    assert value["anomaly"].empty
    assert len(value["images"]) == 4


def test_every_interval_holds_its_figure_and_curves_end_where_they_must(inference):
    value = evaluate(inference, "test", (max_logit, msp)).value
    for figure in ("auroc", "aupr", "fpr95"):
        rows = value["anomaly"]
        assert (rows[f"{figure} low"] - 1e-9 <= rows[figure]).all()
        assert (rows[figure] <= rows[f"{figure} high"] + 1e-9).all()
        assert (rows[f"{figure} bound"] == 0).all()
    for _, curve in value["curves"].groupby("score"):
        assert curve["threshold"].is_monotonic_decreasing
        assert (curve.iloc[-1][["recall", "fpr"]] == 1).all()


def test_figures_of_draws_are_kept_small_and_scatter_around_those_of_all_images(inference):
    value = evaluate(inference, "test", (max_logit, msp)).value
    rows = value["anomaly"].query("convention == 'pooled'").set_index("score")
    assert set(value["draws"]) == {"max_logit", "msp"}
    for name, draws in value["draws"].items():
        assert draws.shape == (KEPT_DRAWS, len(FIGURES))
        assert draws.nbytes <= 8192
        low, high = np.nanmin(draws, axis=0), np.nanmax(draws, axis=0)
        assert (low <= rows.loc[name, list(FIGURES)] + 1e-6).all()
        assert (high >= rows.loc[name, list(FIGURES)] - 1e-6).all()
    assert evaluate(inference, "val", (max_logit,)).value["draws"] == {}


def test_a_method_with_statistics_takes_them_from_its_split(inference, stripes):
    method = StandardizedMaxLogit("val")
    with pytest.raises(ValueError, match="needs statistics of val"):
        evaluate(inference, "test", (method,))
    statistics = fit(inference, (method,))
    images = Segmentation(stripes.split("val"), SIZE)
    with torch.inference_mode():
        logits = inference.load().cpu()(torch.stack([image for image, _ in images])).logits
    largest, predicted = logits.max(1)
    common = predicted.flatten().mode().values
    assert statistics.value["SML (fit on val)"]["mean"][common] == pytest.approx(
        largest[predicted == common].mean().item(), abs=1e-4
    )
    found = evaluate(inference, "test", (method,), {method.name: statistics}).value
    assert set(found["anomaly"]["score"]) == {method.name}


def test_methods_of_a_split_are_fitted_in_one_pass(inference):
    methods = (StandardizedMaxLogit("val"), Mahalanobis(), as_method(max_logit), VirtualLogit(), NeuralCollapse())
    calls = fits(inference, methods)
    assert calls.keys() == {"SML (fit on val)", "Mahalanobis", "ViM", "NECO"}
    assert calls["Mahalanobis"] is calls["ViM"] is calls["NECO"]
    assert calls["SML (fit on val)"].key != calls["ViM"].key
    together = calls["ViM"].run().value
    for method in (Mahalanobis(), VirtualLogit(), NeuralCollapse()):
        alone = fit(inference, (method,)).value[method.name]
        assert together[method.name].keys() == alone.keys()
        for name, value in alone.items():
            torch.testing.assert_close(together[method.name][name], value)
    evaluated = evaluate(inference, "test", methods, {name: call.run() for name, call in calls.items()}).value
    assert set(evaluated["anomaly"]["score"]) == {method.name for method in methods}


def test_regions_are_the_hazards_one_by_one(inference, stripes):
    regions = hazard_regions(inference, (max_logit,)).value
    assert len(regions) == 4  # a square each
    assert regions["share"].to_numpy() == pytest.approx(6 * 8 / (32 * 48))
    assert set(regions["surroundings"]) <= {"unlabeled", "building", "road", "sidewalk"}
    for sample, measured in zip(stripes.split("test"), regions["chroma"], strict=True):
        image, labels = sample.read()
        assert measured == pytest.approx(chroma(lab(image))[labels == ANOMALY].mean(), abs=1e-4)
    images = evaluate(inference, "test", (max_logit,)).value["images"]
    assert regions["max_logit"].to_numpy() == pytest.approx(images["auroc max_logit"].to_numpy())


@step
def at(thresholds):
    return thresholds


def test_components_of_a_perfect_score_are_all_found(inference):
    everywhere, nowhere = (component_figures(inference, (max_logit,), at({"max_logit": t})).value for t in (-1e9, 1e9))
    low, high = everywhere["figures"], nowhere["figures"]
    assert low["truths"].item() == high["truths"].item() == 4
    assert low["predictions"].item() == 4  # each image is marked as a whole
    assert low["ppv"].item() == pytest.approx(6 * 8 / (32 * 48))
    assert high["siou"].item() == 0
    assert nowhere["marked"].empty
    hazards = nowhere["hazards"].set_index("image")
    assert sorted(hazards.index) == [name(number) for number in "1234"]
    assert (hazards["pixels"] == 6 * 8).all()
    assert (hazards[["top", "left", "bottom", "right"]] == [12, 20, 18, 28]).all().all()
    assert (everywhere["marked"][["pixels", "bottom", "right"]] == [32 * 48, 32, 48]).all().all()


def test_a_study_takes_each_score_at_its_best_threshold(stripes, store):
    result = studies.study({"a": RECIPE}, stripes, seeds=1, scores={"Largest": max_logit, "Softmax": msp})
    panel = result.panel("a", stripes, tuple(map(stripes.name, stripes.split("test"))), ["Softmax"])
    precision, recall, thresholds = precision_recall_curve(
        panel["labels"].ravel() == 13, panel["scores"]["Softmax"].ravel()
    )
    f1 = 2 * recall / (1 + recall / np.maximum(precision, 1e-12))
    found = detectors.detection(result, "a", stripes, ["Largest", "Softmax"]).figures.set_index("score")
    assert found.loc["Softmax", "threshold"] == thresholds[f1[:-1].argmax()]
    assert set(result.anomaly["score"]) == {"Largest", "Softmax"}
    assert set(result.panel("a", stripes, (name("1"),), ["Softmax"])["scores"]) == {"Softmax"}
    chosen = result.typical("a", (1.0, 0.0))
    miou = result.images.query("split == 'test'").set_index("image")["miou"]
    assert miou[list(chosen.value)].to_list() == [miou.max(), miou.min()]
    both = result.panel("a", stripes, chosen, ["Softmax"])["image"]
    assert (both[:1] == result.panel("a", stripes, (chosen.value[0],), ["Softmax"])["image"]).all()
    assert "Largest" in result.regions(["a"], stripes, ["Largest"])["a"]
    table = studies.anomaly_table(result, "a")
    assert list(table["score"]) == ["Largest", "Softmax"]


def test_samples_scatter_around_all_pixels(inference):
    sizes = (300, 10**9)
    rows = sampled_figures(inference, max_logit, lambda pixels: sizes, draws=5).value
    exact = rows[rows["kind"] == "all"].iloc[0]
    whole = rows[(rows["kind"] == "sample") & (rows["pixels"] == exact["pixels"])]
    assert len(whole) == 5
    assert (whole["auroc"] == exact["auroc"]).all()
    assert rows[rows["pixels"] == 300]["auroc"].std() > 0


def test_a_new_score_appears_and_leaves_the_others_alone(inference):
    scores = (max_logit, negated_entropy_of_a_reader)
    value = evaluate(inference, "test", scores).value
    before = evaluate(inference, "test", (max_logit,)).value
    assert set(value["anomaly"]["score"]) == {"max_logit", "negated_entropy_of_a_reader"}
    pd.testing.assert_frame_equal(
        value["anomaly"].query("score == 'max_logit'").reset_index(drop=True), before["anomaly"]
    )


def test_scores_rise_with_doubt():
    sure, unsure = torch.zeros(1, 13, 1, 1), torch.zeros(1, 13, 1, 1)
    sure[0, 3] = 9
    for score in (max_logit, msp):
        assert score(sure) < score(unsure)
        assert score(sure).shape == (1, 1, 1)
    assert msp(unsure).item() == pytest.approx(12 / 13)


def test_maps_show_the_images_asked_for(inference, stripes):
    panel = maps(inference, "test", (name("3"), name("1")), (max_logit, msp)).value
    assert panel["scores"]["msp"].shape == (2, *SIZE)
    assert panel["confidence"] == pytest.approx(1 - panel["scores"]["msp"])
    assert panel["image"].shape == (2, *SIZE, 3)
    assert (panel["labels"][0] == stripes.split("test")[2].read()[1]).all()
    assert ((panel["confidence"] > 0) & (panel["confidence"] <= 1)).all()


def test_simple_predictors_know_positions_but_no_images(stripes, module_store):
    rows = simple_predictors(stripes, SIZE).value.set_index(["predictor", "split"])["miou"]
    assert rows["position", "val"] > rows["constant", "val"]
    assert rows["constant", "val"] == pytest.approx(0.25 / 4, abs=0.02)


def test_study_trains_each_recipe_with_each_seed_once(stripes, store):
    recipes = {"a": RECIPE}
    result = studies.study(recipes, stripes, seeds=2)
    assert len(list((store / "train").iterdir())) == 2
    summary = result.summary
    assert set(zip(summary["seed"], summary["split"], strict=True)) == {(s, p) for s in (0, 1) for p in ("val", "test")}
    entry = result.evaluations["a", 1, "val"]
    row = summary.query("seed == 1 and split == 'val'").iloc[0]
    assert row["miou"] == mean_iou(entry.value["confusion"])
    studies.study(recipes | {"b": RECIPE}, stripes, seeds=2)
    assert len(list((store / "train").iterdir())) == 2


@pytest.mark.parametrize(
    ("values", "verdict"),
    [([1.0, 1.1, 0.9], "holds"), ([-1.0, -1.1, -0.9], "does not hold"), ([1.0, -0.8, 0.3], "undecided")],
)
def test_verdict_of_known_effects(values, verdict):
    assert studies.interval(values).verdict() == verdict


@pytest.mark.parametrize(
    ("values", "verdict"),
    [([0.0, 0.1, -0.1], "holds"), ([3.0, 3.1, 2.9], "does not hold"), ([0.0, 1.5, -1.0], "undecided")],
)
def test_equivalence_is_decided_by_the_whole_interval(values, verdict):
    assert studies.interval(values).equivalence(1.0) == verdict
    assert studies.interval([-value for value in values]).equivalence(1.0) == verdict


def test_one_seed_decides_nothing():
    assert studies.interval([5.0]).verdict() == "undecided"


def test_interval_is_students():
    interval = studies.interval([1.0, 2.0, 3.0])
    assert interval.mean == 2
    assert interval.high - 2 == pytest.approx(4.302653 / 3**0.5, abs=1e-5)
    assert studies.interval([-0.01, -0.02]).text() == "−1.5 (−7.9 to 4.9)"  # a minus sign
    assert studies.interval([-1e-6, -1e-6]).text() == "0.0 (0.0 to 0.0)"


def test_gain_is_paired_by_seed():
    summary = pd.DataFrame({"recipe": list("aabb"), "seed": [0, 1, 1, 0], "split": "val", "miou": [0.5, 0.7, 0.6, 0.4]})
    gain = studies.gain(summary, "miou", of="a", over="b")
    assert gain.low == pytest.approx(0.1)
    assert gain.high == pytest.approx(0.1)


def test_typical_images_are_ordered_from_good_to_bad():
    frame = pd.DataFrame({"image": [str(i) for i in range(11)], "miou": np.linspace(0, 1, 11)})
    assert at_quantiles(frame, (0.9, 0.5, 0.1)) == ["9", "5", "1"]


def test_table_aligns_numbers_and_escapes():
    text = table(pd.DataFrame({"name": ["a|b"], "x": [-1.256], "y": [float("nan")]})).data
    assert text.splitlines() == ["| name | x | y |", "| :-- | --: | --: |", r"| a\|b | −1.26 | – |"]


def test_unknown_architecture_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown architecture 'unet'.*deeplabv3"):
        sized("unet", "mini")


@real_slice
def test_real_images_go_through_evaluation_and_panel(store):
    data = DataSet(SLICE)
    recipe = Recipe(deeplabv3_mini, (144, 256), epochs=1, batch_size=2, learning_rate=1e-3, validations=1)
    inference = Inference(deeplabv3_mini, train(recipe, data, seed=0), data, recipe.size)
    value = evaluate(inference, "test", (max_logit, msp)).value
    assert value["anomaly"]["auroc"].between(0, 1).all()
    chosen = [data.name(sample) for sample in data.split("test") if sample.image.stem == "1028"]
    panel = maps(inference, "test", tuple(chosen), (max_logit,)).value
    assert (panel["labels"] == ANOMALY).any()


def test_networks_of_other_sizes_are_judged_at_one(inference):
    half = SIZE[0] // 2, SIZE[1] // 2
    small = replace(inference, size=half)
    at_its_own = evaluate(small, "val", ()).value
    same = evaluate(replace(small, judged=half), "val", ()).value
    large = evaluate(replace(small, judged=SIZE), "val", ()).value
    assert np.array_equal(at_its_own["confusion"], same["confusion"])
    assert large["confusion"].sum() == 4 * at_its_own["confusion"].sum()
    truths = evaluate(inference, "val", ()).value["confusion"].sum(1)
    assert np.array_equal(large["confusion"].sum(1), truths)

"""Data sets with other labels than StreetHazards' go all the way, and a broken label set is named."""

from __future__ import annotations

import random
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import nn

import hazards.data
from book import chapters
from hazards import metrics, studies
from hazards.data import DataSet, DataSetError
from hazards.data.augmentation import Augmentation
from hazards.data.label_sets import read_label_set
from hazards.data.layout import Sample
from hazards.data.statistics import label_shares, label_statistics, spread_samples, streethazards_shares
from hazards.evaluation import Inference, evaluate
from hazards.evaluation.trivial_baselines import simple_predictors
from hazards.labels import NO_LABEL, STREETHAZARDS, LabelSet
from hazards.networks.models import LabelsMismatchError, Output, deeplabv3_mini
from hazards.networks.weights import WeightsMismatchError
from hazards.report import anomaly_figures, augmentation_figures, baseline_figures, data_figures, network_figures
from hazards.scores.logits import max_logit
from hazards.scores.mahalanobis import Mahalanobis
from hazards.scores.standardized_max_logit import StandardizedMaxLogit
from hazards.training import Recipe, train
from hazards.training.optimisation import label_weights

SIZE = (32, 48)
RECIPE = Recipe(model=deeplabv3_mini, size=SIZE, epochs=2, batch_size=4, learning_rate=4e-3, validations=1)

NAMES = {200: "sky", 7: "obstacle", 31: "house", 100: "lane", 5: "kerb"}
"""Of the values in files; the anomaly stands among the known labels."""
STRIPES = {200: 0, 31: 1, 100: 7, 5: 8, 7: 13}
"""What StreetHazards calls the same pixels."""


def toml(item: object) -> str:
    if isinstance(item, bool):
        return str(item).lower()
    return repr(list(item) if isinstance(item, tuple) else item)


def entry(value: object, name: object, color: object = (1, 2, 3), **more: object) -> str:
    keys = {"value": value, "name": name, "color": color} | more
    lines = [f"{key} = {toml(item)}" for key, item in keys.items()]
    return "\n".join(["[[label]]", *lines, ""])


TABLE = "".join(
    entry(value, name, (value, 10, 20), **({"anomaly": True} if name == "obstacle" else {}))
    for value, name in NAMES.items()
)


@pytest.fixture(scope="session")
def obstacles(stripes: DataSet, tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    """The stripes with four known labels and an anomaly, under other values in their files."""
    root = shutil.copytree(stripes.root, tmp_path_factory.mktemp("obstacles"), dirs_exist_ok=True)
    for split in DataSet.SPLITS:
        for sample in DataSet(root).split(split):
            labels = sample.read_labels()
            values = np.select([labels == label for label in STRIPES.values()], list(STRIPES)).astype(np.uint8)
            Image.fromarray(values).save(sample.labels)
    (root / "labels.toml").write_text(TABLE)
    return DataSet(root)


@pytest.fixture(scope="module")
def module_store(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAZARDS_STORE", str(tmp_path_factory.mktemp("store")))
        patch.setenv("HAZARDS_WORKERS", "1")
        yield


@pytest.fixture(scope="module")
def study(obstacles, module_store):
    scores = {"MaxLogit": max_logit, "SML": StandardizedMaxLogit("val"), "Mahalanobis": Mahalanobis()}
    return studies.study({"a": replace(RECIPE, balance=0.5)}, obstacles, seeds=1, scores=scores)


def test_labels_are_numbered_in_the_order_of_the_file_and_the_anomaly_is_last(obstacles, stripes):
    assert obstacles.labels.names == ("sky", "house", "lane", "kerb", "obstacle")
    assert obstacles.labels.known == obstacles.labels.anomaly == 4
    assert obstacles.labels.colors[4] == (7, 10, 20)
    for here, there in zip(obstacles.split("test"), stripes.split("test"), strict=True):
        labels, same = (sample.read_labels() for sample in (here, there))
        assert (np.array(list(STRIPES.values()))[labels] == same).all()


def test_statistics_and_predictors_are_those_of_the_same_pixels(obstacles, stripes, module_store):
    value, same = (label_statistics(data, "test").value for data in (obstacles, stripes))
    shares = label_shares(value["images"], obstacles.labels)
    usual = label_shares(same["images"], stripes.labels)
    assert shares["lane"] == usual["road"]
    assert shares["obstacle"] == usual["anomaly"] > 0
    assert value["prior"].shape[0] == 5
    assert value["hazards"].equals(same["hazards"])
    assert simple_predictors(obstacles, SIZE).value.equals(simple_predictors(stripes, SIZE).value)
    weights, usual = label_weights(obstacles, 0.5), label_weights(stripes, 0.5)[[0, 1, 7, 8]]
    assert (weights / weights[0]).tolist() == pytest.approx((usual / usual[0]).tolist())


def test_a_network_is_trained_and_judged_on_the_labels_of_its_data(study, obstacles):
    trained = study.trainings["a", 0].value
    assert trained["weights"]["classifier.weight"].shape[0] == 4
    assert trained["log"]["loss"].is_monotonic_decreasing
    assert study.confusion("a", "test").shape == (1, 4, 4)
    assert study.confusion("a", "test").sum() == 4 * (32 * 48 - 6 * 8)  # all but the hazards
    assert set(study.anomaly["score"]) == {"MaxLogit", "SML", "Mahalanobis"}
    assert study.evaluations["a", 0, "test"].value["images"]["anomaly"].to_numpy() == pytest.approx(48 / (32 * 48))
    regions = study.regions(["a"], obstacles, ["MaxLogit"])["a"]
    assert len(regions) == 4
    assert set(regions["taken for"]) <= set(obstacles.labels.names[:4])


def test_figures_show_the_names_and_colours_of_the_label_set(study, obstacles):
    labels, note = obstacles.labels, "note"
    panel = study.panel("a", obstacles, tuple(map(obstacles.name, obstacles.split("test")[:2])), ["MaxLogit"])
    ious = {"test": metrics.iou(study.confusion("a", "test"))}
    drawn = baseline_figures.qualitative(panel, ["one", "two"], "MaxLogit", labels, note)
    shown = {text.get_text() for text in drawn.legends[0].get_texts()}
    assert shown <= set(labels.names)
    assert "obstacle" in shown
    map_of_labels = drawn.axes[2].images[0].get_array()  # two images a row, labels in the second
    assert {tuple(color) for color in map_of_labels.reshape(-1, 3).tolist()} <= set(labels.colors)
    for axis in (
        baseline_figures.label_iou(ious, labels, note).axes[0],
        network_figures.label_heatmap(ious, labels, note).axes[0],
    ):
        assert [tick.get_text() for tick in axis.get_xticklabels()] == list(labels.names[:4])
    anomaly_figures.score_maps(panel, ["MaxLogit"], ["one", "two"], labels, note)
    pictures = {"train": spread_samples(obstacles, "train", 2)}
    assert len(data_figures.samples(pictures, labels, note).legends[0].get_texts()) == 4
    crop = {"crop": Augmentation(scale=(2.0, 2.0), padding=True)}
    padded = augmentation_figures.parts(obstacles.split("train")[0], crop, SIZE, SIZE, note)
    assert (padded.axes[1].images[0].get_array() == 255).all(-1).any()


def text_of(chapter: str) -> str:
    """Run all cells of a chapter, and put the inline expressions' values into its text, in order."""
    path = chapters.ROOT / "chapters" / f"{chapter}.qmd"
    names: dict[str, object] = {"__name__": "__main__"}
    parts = re.split(r"(^```\{python\}\n.*?^```$|`\{python\} [^`]+`)", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    for index, part in enumerate(parts):
        if part.startswith("```"):
            exec(part.removeprefix("```{python}").removesuffix("```"), names)
        elif part.startswith("`{python}"):
            parts[index] = eval(part[len("`{python} ") : -1], names)
    return "".join(parts)


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ("obstacles", "4 known ones (sky, house, lane, kerb), and obstacle is the anomaly"),
        ("stripes", "Absent here: fence in train, other in train, pedestrian in train"),
    ],
)
def test_the_chapter_on_data_describes_any_data_set(which, said, request, module_store, monkeypatch):
    monkeypatch.setattr(hazards.data, "current_data_set", lambda profile: request.getfixturevalue(which))
    assert said in text_of("data").replace("\n", " ")


def test_shares_stand_beside_those_of_labels_of_the_same_name(obstacles):
    own = label_shares(label_statistics(obstacles, "train").value["images"], obstacles.labels).to_frame("train")
    for names, kinds in ((list(own.index), 1), (["road", *own.index[1:]], 2)):
        axis = data_figures.label_shares(own.set_axis(names), streethazards_shares(), "note").axes[0]
        assert [tick.get_text() for tick in axis.get_yticklabels()] == names
        assert len(axis.collections) == kinds


class ThirteenLabels(nn.Module):
    """A network of a reader's own, which knows one number of labels."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Conv2d(3, 13, 1)

    def forward(self, images: torch.Tensor) -> Output:
        return Output(self.head(images), None, images)


def test_a_network_that_cannot_follow_the_label_set_is_refused(obstacles, stripes, store):
    recipe = replace(RECIPE, model=ThirteenLabels, epochs=1, auxiliary_weight=0.0)
    with pytest.raises(LabelsMismatchError, match="predicts 13 labels, but the data set has 4 known ones"):
        train(recipe, obstacles, seed=0)
    trained = train(recipe, stripes, seed=0)
    with pytest.raises(LabelsMismatchError, match="predicts 13 labels, but the data set has 4 known ones"):
        evaluate(Inference(ThirteenLabels, trained, obstacles, SIZE), "val", ())


def test_weights_for_another_label_set_are_refused(study, stripes):
    with pytest.raises(WeightsMismatchError, match=r"predicts 4 labels, but deeplabv3_mini here 13"):
        Inference(deeplabv3_mini, study.trainings["a", 0], stripes, SIZE).load()


@pytest.fixture
def copy(obstacles: DataSet, tmp_path: Path) -> Path:
    """The root of a copy that a test may change."""
    return shutil.copytree(obstacles.root, tmp_path / "copy")


def test_the_key_follows_what_labels_mean_and_not_how_they_look(copy, obstacles):
    def key(text: str) -> str:
        (copy / "labels.toml").write_text(text)
        return DataSet(copy).fingerprint()

    assert key(f"# a comment\n{TABLE}".replace("[200, 10, 20]", "[0, 0, 0]")) == obstacles.fingerprint()
    others = [
        TABLE.replace("'lane'", "'road'"),
        TABLE.replace("anomaly = true", "anomaly = false"),
        TABLE + entry(9, "x"),
    ]
    assert len({obstacles.fingerprint(), *map(key, others)}) == 4


def test_streethazards_own_labels_written_out_change_no_key(stripes, tmp_path):
    root = shutil.copytree(stripes.root, tmp_path / "copy")
    entries = zip(STREETHAZARDS.values, STREETHAZARDS.names, STREETHAZARDS.colors, strict=True)
    text = "".join(entry(*each, anomaly=each[1] == "anomaly") for each in entries)
    (root / "labels.toml").write_text(text)
    assert DataSet(root).labels == STREETHAZARDS
    assert DataSet(root).fingerprint() == stripes.fingerprint()


def test_without_an_anomaly_no_pixel_is_anomalous(copy, store):
    (copy / "labels.toml").write_text(TABLE.replace("anomaly = true\n", ""))
    data = DataSet(copy)
    assert data.labels.known == 5
    assert data.labels.names[-1] == "anomaly"
    result = studies.study({"a": replace(RECIPE, epochs=1)}, data, seeds=1, splits=("test",))
    assert result.confusion("a", "test").sum() == 4 * 32 * 48
    with pytest.raises(studies.NoAnomalyError, match=r"no pixel of the test split is anomalous.*labels\.toml"):
        _ = result.anomaly


def test_a_value_that_the_table_lacks_is_named(copy):
    (copy / "labels.toml").write_text(TABLE.replace("value = 7\n", "value = 8\n"))
    sample = DataSet(copy).split("test")[0]
    message = rf"{sample.labels}: value 7 at row 12, column 20; label maps hold 5, 8, 31, 100, 200"
    with pytest.raises(DataSetError, match=message):
        sample.read()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[label]", r"cannot be read: .*line 1"),
        ("", r"is no label set: it holds entries \[\[label\]\] and nothing else"),
        ("label = 3", r"is no label set"),
        ("title = 'x'\n" + TABLE, r"is no label set"),
        ("label = [3]", r"label 1: it is no table"),
        (entry(1, "road", anomoly=True), r"label 1 \(road\): unknown key 'anomoly'; an entry has value, name, color"),
        ("[[label]]\nvalue = 1\nname = 'road'", r"label 1 \(road\): it has no color"),
        (TABLE + "[[label]]\nvalue = 1\ncolor = [1, 2, 3]", r"label 6: it has no name"),
        (entry(256, "road"), r"label 1 \(road\): its value is 256, not a whole number from 0 to 255"),
        (entry(-1, "road"), r"its value is -1"),
        (entry(True, "road"), r"its value is True"),
        (entry((), "road"), r"its value is \[\], not a whole number from 0 to 255, nor a list of such"),
        (entry((3, "4"), "road"), r"its value is \[3, '4'\]"),
        (entry((3, 3), "road"), r"label 1 has the value 3 twice"),
        (TABLE + entry((8, 31), "x"), r"labels 3 and 6 both have the value 31"),
        (TABLE + entry(9, "x", ignore=1), r"its ignore is 1, not true or false"),
        (TABLE + entry(9, "x", anomaly=True, ignore=True), r"both anomaly = true and ignore = true"),
        (TABLE + entry(7, "x", ignore=True), r"labels 2 and 6 both have the value 7"),
        (entry(9, "x", ignore=True), r"has 0 known labels"),
        (entry(1.0, "road"), r"its value is 1\.0"),
        (entry(1, ""), r"label 1 \(\): its name is '', not a text"),
        (entry(1, 2), r"label 1: its name is 2, not a text"),
        (entry(1, "road", (1, 2)), r"its color is \[1, 2\], not \[red, green, blue\] from 0 to 255"),
        (entry(1, "road", (1, 2, 256)), r"its color is \[1, 2, 256\]"),
        (entry(1, "road", "red"), r"its color is 'red'"),
        (entry(1, "road", anomaly="yes"), r"its anomaly is 'yes', not true or false"),
        (TABLE + entry(31, "x"), r"labels 3 and 6 both have the value 31"),
        (TABLE + entry(9, "lane"), r"labels 4 and 6 both have the name 'lane'"),
        (
            TABLE + entry(9, "x", anomaly=True),
            r"obstacle and x all have anomaly = true: only one may; .*value = \[7, 9\]",
        ),
        (entry(1, "x", anomaly=True), r"has 0 known labels: a network learns 1 to 253"),
        ("".join(entry(value, str(value)) for value in range(254)), r"has 254 known labels"),
        (entry(1, "anomaly"), r"no label has anomaly = true, but one is called 'anomaly'"),
    ],
)
def test_a_broken_label_set_is_named(tmp_path, text, message):
    path = tmp_path / "labels.toml"
    path.write_text(text)
    with pytest.raises(DataSetError, match=rf"{path}.*{message}"):
        read_label_set(path)


def test_a_label_set_may_begin_with_a_byte_order_mark(tmp_path, obstacles):
    (tmp_path / "labels.toml").write_text(TABLE, encoding="utf-8-sig")
    assert read_label_set(tmp_path / "labels.toml") == obstacles.labels


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(0, 255), min_size=2, max_size=254), st.randoms(use_true_random=False))
def test_every_label_comes_back_whatever_its_value(tmp_path, values, order):
    shuffled = order.sample(sorted(values), len(values))
    label_set = LabelSet(tuple(map(str, shuffled)), ((0, 0, 0),) * len(values), tuple((value,) for value in shuffled))
    labels = np.array([random.Random(0).choices(range(len(values)), k=30) for _ in range(20)], np.uint8)
    Image.fromarray(np.array(shuffled, np.uint8)[labels]).save(tmp_path / "map.png")
    assert (Sample(tmp_path, tmp_path / "map.png", label_set).read_labels() == labels).all()
    assert labels.max() < NO_LABEL

"""Whatever a label file holds: it is refused in one clear message, or every pixel counts as the file says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sklearn.metrics import roc_auc_score

from hazards.data import DataSet, DataSetError
from hazards.data.label_sets import read_label_set
from hazards.data.layout import LISTS
from hazards.data.statistics import label_statistics
from hazards.data.verify import verify
from hazards.evaluation.calibration import Calibration
from hazards.evaluation.figures import ScoreFigures, SplitFigures
from hazards.evaluation.passes import Seen
from hazards.labels import NO_LABEL, labelled
from hazards.networks.models import Output
from hazards.scores.logits import max_logit

in_one_folder = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Entry = dict[str, Any]


def toml(item: object) -> str:
    if isinstance(item, bool):
        return str(item).lower()
    return json.dumps(item)


def written(entries: list[Entry]) -> str:
    lines = []
    for entry in entries:
        lines += ["[[label]]", *(f"{key} = {toml(item)}" for key, item in entry.items()), ""]
    return "\n".join(lines)


@st.composite
def label_files(draw: st.DrawFn) -> list[Entry]:
    """Entries with values of their own each, one or several; at most one is the anomaly, some are ignored."""
    values = draw(st.lists(st.integers(0, 255), min_size=2, max_size=12, unique=True))
    cuts = draw(st.lists(st.integers(1, len(values) - 1), max_size=6, unique=True).map(sorted))
    groups = [values[start:end] for start, end in zip([0, *cuts], [*cuts, len(values)], strict=True)]
    anomaly = draw(st.integers(-1, len(groups) - 1))
    entries = []
    for number, group in enumerate(groups):
        alone = len(group) == 1 and draw(st.booleans())
        entry: Entry = {"value": group[0] if alone else group, "name": f"label {number}", "color": [number, 0, 9]}
        if number == anomaly:
            entry["anomaly"] = True
        elif draw(st.integers(0, 3)) == 0:
            entry["ignore"] = True
        entries.append(entry)
    return entries


noise = st.one_of(
    st.integers(-3, 300),
    st.lists(st.one_of(st.integers(-2, 258), st.booleans(), st.text(max_size=2)), max_size=3),
    st.booleans(),
    st.text(max_size=3),
    st.floats(allow_nan=False, allow_infinity=False),
)


def refusal(path: Path) -> str:
    """Why a label file is refused; empty where it is not."""
    try:
        read_label_set(path)
    except DataSetError as error:
        return str(error)
    return ""


@in_one_folder
@given(label_files(), st.data())
def test_a_spoiled_label_file_is_read_or_refused_by_name(tmp_path, entries, data):
    path = tmp_path / "labels.toml"
    for _ in range(data.draw(st.integers(1, 3))):
        entry = data.draw(st.sampled_from(entries))
        key = data.draw(st.sampled_from(["value", "name", "color", "anomaly", "ignore", "colour"]))
        if data.draw(st.booleans()):
            entry[key] = data.draw(noise)
        else:
            entry.pop(key, None)
    path.write_text(written(entries), encoding="utf-8")
    error = refusal(path)
    if error:
        assert error.startswith(str(path))
        assert "\n" not in error
        return
    label_set = read_label_set(path)
    assert len(label_set.names) == len(label_set.colors) == len(label_set.values) == label_set.known + 1
    assert len(set(label_set.in_files)) == len(label_set.in_files)
    assert set(label_set.in_files) <= set(range(256))


def one_image(root: Path, entries: list[Entry], values: np.ndarray) -> DataSet:
    """A data set whose splits each hold an image, of one label map."""
    for split, path in LISTS.items():
        names = {"fpath_img": f"{split}.jpg", "fpath_segm": f"{split}.png"}
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(json.dumps([names]))
        shade = np.full((*values.shape, 3), len(split) * 20, np.uint8)
        Image.fromarray(shade).save((root / path).with_name(names["fpath_img"]))
        Image.fromarray(values).save((root / path).with_name(names["fpath_segm"]))
    (root / "labels.toml").write_text(written(entries))
    return DataSet(root)


def all_values(entry: Entry) -> list[int]:
    return entry["value"] if isinstance(entry["value"], list) else [entry["value"]]


@in_one_folder
@given(label_files(), st.integers(0, 2**31))
def test_every_pixel_counts_as_the_file_says(tmp_path, store, entries, seed):
    rng = np.random.default_rng(seed)
    values = rng.choice([value for entry in entries for value in all_values(entry)], (8, 12)).astype(np.uint8)
    root = tmp_path / "data"
    known = [entry for entry in entries if not entry.get("anomaly") and not entry.get("ignore")]
    anomalous = np.isin(values, [value for entry in entries if entry.get("anomaly") for value in all_values(entry)])
    pixels = [int(np.isin(values, all_values(entry)).sum()) for entry in known]
    data = one_image(root, entries, values)
    if not known:
        with pytest.raises(DataSetError, match="has 0 known labels"):
            _ = data.labels
        return
    assert data.labels.names[:-1] == tuple(entry["name"] for entry in known)
    expected = [*pixels, int(anomalous.sum())]
    row = label_statistics.function(data, "test")["images"].iloc[0]
    assert [row[f"label {label}"] for label in range(len(expected))] == expected
    assert set(row.index) == {"image", "height", "width", *(f"label {label}" for label in range(len(expected)))}
    problems = (
        [] if sum(pixels) else ["no label map of train that was read holds a known label: nothing can be learned"]
    )
    assert verify(root).problems == problems

    (sample,) = data.split("test")
    labels = torch.from_numpy(sample.read_labels())[None].long()
    logits = torch.from_numpy(rng.normal(size=(1, len(known), 8, 12)).astype(np.float32))
    seen = Seen(sample, Output(logits, None, logits), labels)
    figures = SplitFigures(data, [ScoreFigures("score", lambda output: max_logit(output.logits))], ())
    calibration = Calibration(data.labels.anomaly, 15, 1.0)
    for measure in (figures, calibration):
        measure.update(seen)
    assert figures.result()["confusion"].sum(1).tolist() == pixels
    bins = calibration.result()
    assert bins["pixels"].sum() == sum(expected)
    assert bins["right"].sum() == np.trace(figures.result()["confusion"])
    counted = labelled(labels)
    assert (labels != NO_LABEL).sum() == sum(expected)
    assert (counted is None) == (sum(expected) == values.size)
    if anomalous.any() and sum(pixels):
        judged = (labels != NO_LABEL)[0].numpy()
        exact = roc_auc_score(anomalous[judged], max_logit(logits)[0].numpy()[judged])
        table = figures.result()["anomaly"]
        assert table["auroc"].to_numpy() == pytest.approx([exact, exact], abs=1e-9)

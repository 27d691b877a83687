"""What two results of one call differ in, and by how much."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from hazards.store import Entry, step
from hazards.store.differences import OTHER, differences

CHANGE = {"by": 0}


@step
def measured(seed):
    by = CHANGE["by"]
    table = pd.DataFrame({"image": ["a", "b"], "miou": [0.5, 0.6 + by], "empty": [np.nan, 1.0]})
    return {
        "table": table,
        "counts": np.array([1, 2 + int(by == 1)]),
        "inner": {"numbers": {"x": 1.0, "y": 2.0 - by}, "words": ["a"]},
        "weights": {"w": torch.tensor([1.0, 2.0 + by])},
        "picture": Image.new("L", (2, 2), 4 + int(by == 1)),
    }


@pytest.fixture
def two(store, tmp_path, monkeypatch):
    """Two entries of one call, the second of which came out otherwise by so much."""

    def two(by: float) -> tuple[Entry, Entry]:
        one = measured(0)
        kept = Path(shutil.copytree(one.path, tmp_path / "kept"))
        shutil.rmtree(one.path)
        monkeypatch.setitem(CHANGE, "by", by)
        return Entry("measured", one.key, kept), measured(0)

    return two


def test_equal_results_do_not_differ(two):
    assert differences(*two(0)) == {}


def test_each_column_and_array_has_its_largest_difference(two):
    found = differences(*two(0.25))
    assert found == pytest.approx({"inner.numbers.y": 0.25, "table.miou": 0.25, "weights.w": 0.25})


def test_integers_and_pictures_are_compared_too(two):
    found = differences(*two(1))
    assert (found["counts"], found["picture"]) == (1, 1)


def test_a_number_that_came_out_as_none_is_another_result(two):
    assert differences(*two(float("nan")))["table.miou"] == OTHER


def test_what_did_not_come_with_the_project_is_compared_by_its_checksum(two):
    one, other = two(0.25)
    manifest = json.loads((one.path / "manifest.json").read_text())
    (one.path / "value/weights.safetensors").unlink()
    (one.path / "manifest.json").write_text(json.dumps(manifest | {"withheld": ["value/weights.safetensors"]}))
    assert differences(one, other)["weights"] == OTHER
    shutil.copy(other.path / "value/table.parquet", one.path / "value/table.parquet")
    assert differences(one, one) == {}


def test_parts_that_one_of_them_lacks_differ(two):
    one, other = two(0)
    manifest = json.loads((other.path / "manifest.json").read_text())
    del manifest["layout"]["items"]["counts"]
    (other.path / "manifest.json").write_text(json.dumps(manifest))
    assert differences(one, other) == {"counts": OTHER}

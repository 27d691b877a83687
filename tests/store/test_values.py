"""Results come back from open formats as they were."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from hazards.store import step
from hazards.store.formats import ValueKindError


@step
def give(kind):
    return RESULTS[kind]()


RESULTS = {
    "json": lambda: {"a": [1, 2.5, None, "ä"], "b": {"c": True}, "nan": float("nan")},
    "table": lambda: pd.DataFrame({"a": [1, 2], "b": ["x", None]}, index=["p", "q"]),
    "array": lambda: np.arange(6).reshape(2, 3),
    "arrays": lambda: {"a": np.zeros(2), "file": np.ones((1, 1), np.uint8)},
    "tensors": lambda: {"w": torch.arange(3), "h": torch.ones(2, 2, dtype=torch.bfloat16).T},
    "tensor": lambda: torch.eye(2),
    "image": lambda: Image.new("RGB", (3, 2), (1, 2, 3)),
    "mixed": lambda: {
        "log": RESULTS["table"](),
        "net": {"w": torch.ones(1)},
        "n": 3,
        "in": {"a": np.ones(1)},
    },
    "unfit": lambda: {"a": 1, "b": [1, {"c": object()}]},
    "badname": lambda: {"a/b": np.ones(1), "c": 1},
}


@pytest.mark.parametrize("kind", ["json", "table", "array", "arrays", "tensors", "tensor", "image", "mixed"])
def test_values_come_back_from_open_formats(store, kind):
    entry = give(kind)
    assert_same(entry.value, RESULTS[kind]())
    suffixes = {path.suffix for path in entry.path.rglob("*") if path.is_file()}
    assert suffixes <= {".json", ".parquet", ".npz", ".safetensors", ".png"}


def assert_same(found: object, expected: object) -> None:
    if isinstance(expected, pd.DataFrame):
        pd.testing.assert_frame_equal(found, expected)
    elif isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for name in expected:
            assert_same(found[name], expected[name])
    elif isinstance(expected, torch.Tensor):
        assert found.dtype == expected.dtype
        assert torch.equal(found, expected)
    elif isinstance(expected, (np.ndarray, Image.Image)):
        np.testing.assert_array_equal(found, expected)
        assert np.asarray(found).dtype == np.asarray(expected).dtype
    else:
        assert repr(found) == repr(expected)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("unfit", r"result of give\['b'\]\[1\]\['c'\]: a object cannot"),
        ("badname", "result of give: 'a/b' cannot name"),
    ],
)
def test_a_result_without_format_names_the_place(store, kind, message):
    with pytest.raises(ValueKindError, match=message):
        give(kind)
    assert not list(store.glob("give/*"))

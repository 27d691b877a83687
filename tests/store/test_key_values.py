"""Keys of values and classes that come about in other than the usual way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from hazards.store.keys import FingerprintError, digest, fingerprint


def key(value: object) -> str:
    return digest(fingerprint({"value": value}, "test")[1:])


def config(value: object) -> object:
    return fingerprint({"value": value}, "test").config["value"]


def test_arrays_of_every_kind_count_by_their_content(tmp_path):
    mapped = np.memmap(tmp_path / "array", np.float32, "w+", shape=(2, 3))
    other = np.array(mapped)
    other[1, 2] = 5
    assert config(mapped) == config(np.zeros((2, 3), np.float32))
    assert config(mapped) != config(other)
    assert config(np.zeros((3, 2), np.float32)) != config(mapped) != config(np.zeros((2, 3), np.int32))


def test_a_number_of_numpy_counts_as_the_number_that_it_is():
    assert config(np.float64(0.5)) == config(0.5)
    assert config(np.int64(3)) == config(3)
    assert config(np.array(3)) != config(3)


def test_numbers_and_kinds_of_numbers_are_written_as_people_read_them():
    assert config(0.5) == 0.5
    assert config(float("nan")) == {"@float": "nan"}
    assert config(float("-inf")) == {"@float": "-inf"}
    assert config(torch.float32) == {"@torch": "torch.float32"}
    assert config(torch.device("cpu")) == {"@torch": "cpu"}
    assert config(np.dtype("int8")) == {"@numpy": "int8"}
    assert config(torch.zeros(1)).keys() == {"@tensor", "data"}


def test_what_is_no_table_is_refused_by_name():
    with pytest.raises(FingerprintError, match="Series"):
        config(pd.Series([1, 2]))


def test_objects_in_arrays_count():
    assert config(np.array(["a", None], object)) != config(np.array(["b", None], object))


def test_a_class_counts_by_the_source_that_made_it_not_by_that_of_its_name_now(lab):
    source = "class Kind:\n    def value(self):\n        return {}\n"
    one, two, again = (lab(source.format(number)).Kind for number in (1, 2, 1))
    assert key(one) == key(again) != key(two)


def test_a_class_counts_where_its_module_holds_it_no_longer(lab):
    kind = lab("class Kind:\n    def value(self):\n        return 1\n").Kind
    lab("x = 1")
    assert fingerprint({"value": kind}, "test").code

"""Segmentation metrics against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import confusion_matrix as sklearn_confusion
from sklearn.metrics import jaccard_score

from hazards.metrics.segmentation import confusion_matrix, counted_labels, iou, mean_iou, occurring, pixel_accuracy


@given(hnp.arrays(np.int64, 300, elements=st.integers(0, 12)), hnp.arrays(np.int64, 300, elements=st.integers(0, 13)))
def test_confusion_and_iou_equal_scikit_learn(predicted, labels):
    counts = confusion_matrix(torch.from_numpy(predicted), torch.from_numpy(labels), 13).numpy()
    known = labels < 13
    if not known.any():
        assert counts.sum() == 0
        return
    assert (counts == sklearn_confusion(labels[known], predicted[known], labels=range(13))).all()
    present = np.unique(labels[known])
    each = jaccard_score(labels[known], predicted[known], labels=present, average=None, zero_division=0)
    assert iou(counts)[present] == pytest.approx(each)
    assert mean_iou(counts) == pytest.approx(each.mean())
    assert counted_labels(counts) == len(present)
    assert pixel_accuracy(counts) == pytest.approx((labels == predicted)[known].mean())


def test_absent_labels_have_no_iou():
    counts = np.zeros((13, 13), np.int64)
    counts[7, 7], counts[7, 8] = 3, 1
    assert np.isnan(iou(counts)[8])
    assert mean_iou(counts) == pytest.approx(0.75)


def test_confusion_refuses_different_shapes():
    with pytest.raises(ValueError, match="differ in shape"):
        confusion_matrix(torch.zeros(2, 3), torch.zeros(3, 2), 13)


def test_common_labels_are_those_of_every_ground_truth():
    val, test = np.zeros((2, 4, 4), np.int64)
    val[0, 0], val[1, 1], val[1, 2], val[2, 2] = 5, 2, 2, 7
    test[0, 3], test[1, 1] = 1, 4
    common = occurring([val, test])
    assert common.tolist() == [True, True, False, False]
    assert mean_iou(val, common) == pytest.approx((1 + 1 / 2) / 2)
    assert mean_iou(test, common) == pytest.approx((0 + 1) / 2)
    assert np.isnan(mean_iou(test, np.zeros(4, bool)))

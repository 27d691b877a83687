"""Metrics against scikit-learn, and against the convention of the data set's authors, written out here."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import average_precision_score, jaccard_score, roc_auc_score, roc_curve
from sklearn.metrics import confusion_matrix as sklearn_confusion

from hazards.metrics import anomaly_figures, confusion_matrix, counted_labels, iou, mean_iou, pixel_accuracy


@st.composite
def scored_pixels(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Float32 scores, often tied or constant or extreme, and a mask with both kinds of pixel."""
    size = draw(st.integers(2, 200))
    values = draw(
        st.sampled_from(
            [
                st.sampled_from([-1.0, 0.0, 0.5]),
                st.just(3.0),
                st.floats(width=32, allow_nan=False, allow_infinity=False),
                st.floats(-1, 1, width=32),
            ]
        )
    )
    scores = draw(hnp.arrays(np.float32, size, elements=values))
    anomaly = draw(hnp.arrays(bool, size))
    anomaly[:2] = (True, False)
    return scores, anomaly


@given(scored_pixels())
def test_anomaly_figures_equal_scikit_learn(pixels):
    scores, anomaly = pixels
    figures = anomaly_figures(scores, anomaly)
    exact = scores.astype(np.float64)
    assert figures.auroc == pytest.approx(roc_auc_score(anomaly, exact), abs=1e-12)
    assert figures.aupr == pytest.approx(average_precision_score(anomaly, exact), abs=1e-12)
    fpr, tpr, _ = roc_curve(anomaly, exact, drop_intermediate=False)
    assert figures.fpr95 == pytest.approx(fpr[np.flatnonzero(tpr >= 0.95)[0]], abs=1e-12)


def authors_fpr(scores: np.ndarray, anomaly: np.ndarray) -> float:
    """FPR at the recall nearest to 0.95, in the steps of the authors' `fpr_and_fdr_at_recall`."""
    order = np.argsort(scores, kind="mergesort")[::-1]
    scores, truth = scores[order], anomaly[order]
    last_of_value = np.r_[np.where(np.diff(scores))[0], truth.size - 1]
    true = np.cumsum(truth)[last_of_value]
    false = 1 + last_of_value - true
    recall = true / true[-1]
    back = slice(true.searchsorted(true[-1]), None, -1)
    recall, false = np.r_[recall[back], 1], np.r_[false[back], 0]
    return false[np.argmin(np.abs(recall - 0.95))] / np.sum(~truth)


@given(scored_pixels())
def test_nearest_rule_equals_the_authors(pixels):
    scores, anomaly = pixels
    figures = anomaly_figures(scores, anomaly, fpr_rule="nearest")
    assert figures.fpr95 == pytest.approx(authors_fpr(scores.astype(np.float64), anomaly), abs=1e-9)


def test_one_kind_of_pixel_has_no_figures():
    assert anomaly_figures(np.zeros(4, np.float32), np.zeros(4, bool)) is None
    assert anomaly_figures(np.zeros(4, np.float32), np.ones(4, bool)) is None


def test_bad_scores_are_named():
    with pytest.raises(ValueError, match=r"2 of 3 scores are not finite"):
        anomaly_figures(np.array([0, np.nan, np.inf], np.float32), np.array([True, False, False]))
    with pytest.raises(ValueError, match=r"\(3,\).*\(2,\)"):
        anomaly_figures(np.zeros(3, np.float32), np.zeros(2, bool))


@given(hnp.arrays(np.int64, 300, elements=st.integers(0, 12)), hnp.arrays(np.int64, 300, elements=st.integers(0, 13)))
def test_confusion_and_iou_equal_scikit_learn(predicted, labels):
    counts = confusion_matrix(torch.from_numpy(predicted), torch.from_numpy(labels)).numpy()
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
        confusion_matrix(torch.zeros(2, 3), torch.zeros(3, 2))

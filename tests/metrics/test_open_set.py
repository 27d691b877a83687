"""Open-set mIoU against the published procedure, written out plainly, and what its confusion matrix counts."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hazards.metrics.anomaly import AnomalyMetrics
from hazards.metrics.open_set import open_confusion, open_mean_iou

KNOWN = 4


def plain_open_miou(predicted, flagged, labels):
    """TP / (TP + FP + FN) of each known label that occurs, counted pixel by pixel, and their mean."""
    said = np.where(flagged, KNOWN, predicted)
    ious = []
    for label in range(KNOWN):
        if (labels == label).any():
            hits = ((said == label) & (labels == label)).sum()
            false = ((said == label) & (labels != label)).sum()
            missed = ((said != label) & (labels == label)).sum()
            ious.append(hits / (hits + false + missed))
    return np.mean(ious) if ious else np.nan


label_maps = hnp.arrays(np.int64, (5, 6), elements=st.integers(0, KNOWN))


@given(label_maps, label_maps, hnp.arrays(bool, (5, 6)))
def test_open_miou_is_that_of_the_definition(labels, predicted, flagged):
    predicted = predicted % KNOWN
    counts = open_confusion(*map(torch.from_numpy, (predicted, flagged, labels)), KNOWN).numpy()
    found, expected = open_mean_iou(counts), plain_open_miou(predicted, flagged, labels)
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)
    assert counts.sum() == labels.size
    assert counts[:, KNOWN].sum() == flagged.sum()


def test_labels_beyond_the_anomaly_are_left_out():
    labels = torch.tensor([0, KNOWN, 255])
    counts = open_confusion(torch.tensor([0, 1, 2]), torch.tensor([False, True, True]), labels, KNOWN)
    assert counts.sum() == 2
    assert counts[0, 0] == counts[KNOWN, KNOWN] == 1


def test_maps_of_other_shapes_are_refused():
    with pytest.raises(ValueError, match="differ in shape"):
        open_confusion(torch.zeros(2, 3), torch.zeros(2, 2, dtype=torch.bool), torch.zeros(2, 3), KNOWN)


@pytest.mark.parametrize("exact_up_to", [None, 0])
@given(
    hnp.arrays(np.float32, 90, elements=st.floats(-5, 5, width=32) | st.sampled_from([0.0, 1.5])),
    hnp.arrays(bool, 90),
)
def test_the_threshold_at_5_fpr_is_the_lowest_that_flags_at_most_a_twentieth(exact_up_to, scores, anomaly):
    anomaly[:2] = (True, False)
    metrics = AnomalyMetrics(exact_up_to=exact_up_to)
    metrics.update(scores, anomaly)
    threshold, normal = metrics.threshold_at_5_fpr(), scores[~anomaly]
    assert (normal >= threshold).sum() * 20 <= len(normal)
    if exact_up_to is None:
        lower = scores[scores < threshold]
        assert threshold in [*scores, np.inf]
        assert (normal >= lower.max()).sum() * 20 > len(normal)
    else:
        assert (normal >= threshold - 1e-3).sum() * 20 > len(normal)

"""Component metrics against a copy of the benchmark's published rules, pixel by pixel, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.ndimage import label

from hazards.metrics.components import ComponentMetrics, Truth
from hazards.metrics.curves import best_f1
from hazards.metrics.ranking import rank


def official(scores, anomaly, valid, threshold, segsize, instsize):
    """sIoU of each ground-truth and precision of each predicted component, in the steps of `segment_metrics`.

    But for the scores at the threshold, which that code leaves out.
    """
    structure = np.ones((3, 3))
    instances, count = label(anomaly & valid, structure)
    segments, segment_count = label((scores >= threshold) & valid, structure)
    for component in range(1, segment_count + 1):
        if (segments == component).sum() < segsize:
            segments[segments == component] = 0
    roi = valid.copy()
    for component in range(1, count + 1):
        if (instances == component).sum() < instsize:
            roi[instances == component] = False
    instances, segments = instances[roi], segments[roi]
    siou, precision = [], []
    for i in np.unique(instances[instances > 0]):
        inside = segments[instances == i]
        met = np.unique(inside[inside != 0])
        intersection = np.isin(inside, met).sum()
        adjustment = (~np.isin(instances, [0, i]) & np.isin(segments, met)).sum()
        union = np.isin(segments, met).sum() + (instances == i).sum() - intersection - adjustment
        siou.append(intersection / union)
    for i in np.unique(segments[segments > 0]):
        inside = instances[segments == i]
        precision.append(np.isin(inside, np.unique(inside[inside != 0])).sum() / len(inside))
    return np.array(siou), np.array(precision)


@st.composite
def blobs(draw):
    shape = draw(st.tuples(st.integers(1, 12), st.integers(1, 12)))
    scores = draw(hnp.arrays(np.float32, shape, elements=st.sampled_from([0.0, 0.5, 1.0])))
    return (
        scores,
        draw(hnp.arrays(bool, shape)),
        draw(hnp.arrays(bool, shape, elements=st.sampled_from([True] * 7 + [False]))),
    )


@given(st.lists(blobs(), min_size=1, max_size=3), st.integers(0, 4), st.integers(0, 4))
def test_figures_follow_the_published_code(images, smallest_prediction, smallest_truth):
    metrics = ComponentMetrics(0.5, smallest_prediction)
    rows = []
    for scores, anomaly, valid in images:
        part = ComponentMetrics(0.5, smallest_prediction)
        part.update(scores, Truth(anomaly, valid, smallest_truth))
        metrics.merge(part)
        rows.append(official(scores, anomaly, valid, 0.5, smallest_prediction, smallest_truth))
    siou, ppv = (np.concatenate(each) for each in zip(*rows, strict=True))
    found = metrics.compute()
    assert (found.truths, found.predictions) == (len(siou), len(ppv))
    for figure, values in ((found.siou, siou), (found.ppv, ppv)):
        assert figure == pytest.approx(values.mean(), abs=1e-12) if len(values) else np.isnan(figure)
    for f1, threshold in zip(found.f1_at, np.linspace(0.25, 0.75, 11, endpoint=True), strict=True):
        hits, missed, wrong = (siou >= threshold).sum(), (siou < threshold).sum(), (ppv < threshold).sum()
        if len(siou) + len(ppv):
            assert f1 == 2 * hits / (2 * hits + missed + wrong)


def test_a_prediction_over_two_objects_is_not_punished_twice():
    anomaly = np.zeros((4, 12), bool)
    anomaly[:, :4] = anomaly[:, 6:10] = True
    scores = np.zeros((4, 12), np.float32)
    scores[:, :10] = 1  # 16 + 8 + 16 pixels in one component
    metrics = ComponentMetrics(0.5, 1)
    metrics.update(scores, Truth(anomaly, smallest=1))
    found = metrics.compute()
    assert found.siou == pytest.approx(16 / 24)  # the other object's pixels do not count as union
    assert found.ppv == pytest.approx(32 / 40)
    assert found.f1 == pytest.approx(9 / 11)  # found at the nine thresholds up to 0.65; the prediction is never wrong


def test_components_touch_at_corners():
    metrics = ComponentMetrics(0.5, 1)
    metrics.update(np.array([[1, 0.4], [0.4, 1]], np.float32), Truth(np.eye(2, dtype=bool), smallest=1))
    found = metrics.compute()
    assert (found.truths, found.predictions, found.siou, found.ppv) == (1, 1, 1, 1)


def test_a_hazard_of_one_score_is_found_at_the_threshold_with_the_best_f1():
    anomaly = np.zeros((6, 8), bool)
    anomaly[2:4, 3:6] = True
    scores = np.where(anomaly, 0.75, 0.25).astype(np.float32)
    best, threshold = best_f1(rank(scores[~anomaly], scores[anomaly]))
    metrics = ComponentMetrics(threshold, 1)
    matched = metrics.update(scores, Truth(anomaly, smallest=1))
    found = metrics.compute()
    assert best == found.siou == found.f1 == 1
    assert (matched.marked > 0).tolist() == anomaly.tolist()


def test_matched_components_bear_the_numbers_of_their_pixels():
    anomaly = np.zeros((4, 12), bool)
    anomaly[0, 0] = anomaly[:3, 3:5] = anomaly[:, 9:] = True
    scores = np.zeros((4, 12), np.float32)
    scores[0, 0] = scores[:2, 3:5] = scores[2:, 7] = 1
    truth = Truth(anomaly, smallest=2)
    matched = ComponentMetrics(0.5, 2).update(scores, truth)
    for number, siou in zip(matched.truths, matched.siou, strict=True):
        truth_pixels = truth.numbers == number
        assert (anomaly[truth_pixels]).all()
        assert siou == pytest.approx({6: 4 / 6, 12: 0}[truth_pixels.sum()])
    shares = {
        tuple(np.argwhere(matched.marked == n)[0]): p for n, p in zip(matched.predictions, matched.ppv, strict=True)
    }
    assert shares == {(0, 3): 1, (2, 7): 0}


def test_an_image_in_which_no_pixel_counts_adds_nothing():
    metrics = ComponentMetrics(0.5, 1)
    metrics.update(np.ones((4, 4), np.float32), Truth(np.ones((4, 4), bool), smallest=17))
    assert (metrics.compute().truths, metrics.compute().predictions) == (0, 0)


def test_nothing_to_find_has_no_figures():
    metrics = ComponentMetrics(0.5)
    metrics.update(np.zeros((3, 3), np.float32), Truth(np.zeros((3, 3), bool)))
    found = metrics.compute()
    assert np.isnan([found.siou, found.ppv, found.f1]).all()


def test_bad_input_is_named():
    metrics, mask = ComponentMetrics(0.5), np.zeros((2, 2), bool)
    truth = Truth(mask, np.array([[True, True], [True, False]]))
    for other in (np.ones((2, 3), bool), np.ones(4, bool)):
        with pytest.raises(ValueError, match="not one image"):
            Truth(mask, other)
    with pytest.raises(ValueError, match=r"\(4,\) and valid \(4,\) are not one image"):
        Truth(mask.ravel())
    with pytest.raises(ValueError, match=r"\(2, 3\).*not one image"):
        metrics.update(np.zeros((2, 3), np.float32), truth)
    with pytest.raises(ValueError, match="3 of 3 scores are not finite"):
        metrics.update(np.full((2, 2), np.nan, np.float32), truth)

"""Streaming anomaly metrics against scikit-learn, against their own bounds and the authors' rule, in any order."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import auc, average_precision_score, f1_score, precision_recall_curve, roc_auc_score, roc_curve

from hazards.metrics import histogram, intervals, pixels
from hazards.metrics.anomaly import AnomalyMetrics
from hazards.metrics.figures import as_floats, figures
from hazards.metrics.pixels import not_labelled
from hazards.metrics.ranking import rank, rank_cells

FIGURES = ("auroc", "aupr", "fpr95", "tpr5", "threshold")


@st.composite
def scored_pixels(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Float32 scores, often tied or constant or extreme, and a mask with both kinds of pixel."""
    size = draw(st.integers(2, 200))
    values = draw(
        st.sampled_from(
            [
                st.sampled_from([-1.0, -0.0, 0.0, 0.5]),
                st.just(3.0),
                st.floats(width=32, allow_nan=False, allow_infinity=False),
                st.floats(-1, 1, width=32),
                st.floats(-4, 4, width=32).map(lambda score: np.clip(score, -1.1, 0.7, dtype=np.float32).item()),
                st.floats(-1, np.nextafter(np.float32(-1), np.float32(0), dtype=np.float32).item() + 2**-16, width=32),
            ]
        )
    )
    scores = draw(hnp.arrays(np.float32, size, elements=values))
    anomaly = draw(hnp.arrays(bool, size))
    anomaly[:2] = (True, False)
    return scores, anomaly


def expected(scores, anomaly, aupr="step", fpr_rule="first"):
    """AUROC, AUPR and FPR95 by scikit-learn in float64, and by the rules of the authors' code."""
    exact = scores.astype(np.float64)
    if aupr == "step":
        area = average_precision_score(anomaly, exact)
    else:
        precision, recall, _ = precision_recall_curve(anomaly, exact)
        area = auc(recall, precision)
    if fpr_rule == "first":
        fpr, tpr, _ = roc_curve(anomaly, exact, drop_intermediate=False)
        false_rate = fpr[np.flatnonzero(tpr >= 0.95)[0]]
    else:
        false_rate = authors_fpr(exact, anomaly)
    fpr, tpr, _ = roc_curve(anomaly, exact, drop_intermediate=False)
    allowed = np.rint(fpr * (~anomaly).sum()) * 20 <= (~anomaly).sum()
    return np.array([roc_auc_score(anomaly, exact), area, false_rate, tpr[allowed].max()])


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


def values(result_figures):
    return np.array([getattr(result_figures, name) for name in FIGURES[:-1]])


CONVENTIONS = list(itertools.product(("step", "trapezoid"), ("first", "nearest")))


@pytest.mark.parametrize(("aupr", "fpr_rule"), CONVENTIONS)
@given(pixels=scored_pixels())
def test_exact_figures_equal_scikit_learn(pixels, aupr, fpr_rule):
    metrics = AnomalyMetrics(aupr=aupr, fpr_rule=fpr_rule, exact_up_to=None)
    metrics.update(*pixels)
    result = metrics.compute()
    assert values(result.figures) == pytest.approx(expected(*pixels, aupr, fpr_rule), abs=1e-12)
    assert not values(result.bounds).any()


@pytest.mark.parametrize("bins", [4096, 1 << 20])
@pytest.mark.parametrize(("aupr", "fpr_rule"), CONVENTIONS)
@given(pixels=scored_pixels())
def test_histogram_is_within_its_bounds(pixels, aupr, fpr_rule, bins):
    metrics = AnomalyMetrics(aupr=aupr, fpr_rule=fpr_rule, exact_up_to=0, bins=bins)
    metrics.update(*pixels)
    result = metrics.compute()
    exact = AnomalyMetrics(aupr=aupr, fpr_rule=fpr_rule)
    exact.update(*pixels)
    reference = np.r_[expected(*pixels, aupr, fpr_rule), exact.compute().figures.threshold]
    error = np.abs(np.r_[values(result.figures), result.figures.threshold] - reference)
    assert (error <= np.r_[values(result.bounds), result.bounds.threshold] + 1e-12).all()


@st.composite
def coarse_cells(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    """Small whole-numbered scores, a mask, and how many neighbouring scores a cell is to hold."""
    size = draw(st.integers(2, 60))
    scores = draw(hnp.arrays(np.float32, size, elements=st.integers(0, 12)))
    anomaly = draw(hnp.arrays(bool, size))
    anomaly[:2] = (True, False)
    return scores, anomaly, draw(st.integers(1, 13))


@pytest.mark.parametrize(("aupr", "fpr_rule"), CONVENTIONS)
@given(pixels=coarse_cells())
def test_bounds_hold_whatever_the_order_within_cells(pixels, aupr, fpr_rule):
    scores, anomaly, width = pixels
    low = np.arange(0, 13, width, dtype=np.float32)
    cell = scores.astype(int) // width
    counts = [np.bincount(cell[kind], minlength=len(low)) for kind in (~anomaly, anomaly)]
    cells = rank_cells(low, low + width - 1, *counts, tied=np.full(len(low), width == 1))
    found, bounds = map(as_floats, figures(cells, fpr_rule, aupr))
    exact, _ = map(as_floats, figures(rank(scores[~anomaly], scores[anomaly]), fpr_rule, aupr))
    for name in FIGURES:
        assert (
            abs(getattr(found, name) - getattr(exact, name))
            <= getattr(bounds, name) + 1e-6 * (name == "threshold") + 1e-12
        )
    if width == 1:
        assert not values(bounds).any()


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    masks = [rng.random((24, 32)) < share for share in (0.02, 0.1, 0, 0.3, 1)]
    return [((rng.normal(-8, 3, mask.shape) + 2 * mask).astype(np.float32), mask) for mask in masks]


SETTINGS = [
    {"exact_up_to": None, "intervals": True},
    {"exact_up_to": 0, "bins": 4096},
    {"exact_up_to": 1500, "bins": 1 << 16},
    {"aggregate": "per-image", "fpr_rule": "nearest"},
]


def fed(images, **settings):
    metrics = AnomalyMetrics(**settings)
    for scores, anomaly in images:
        metrics.update(scores, anomaly)
    return metrics


@pytest.mark.parametrize("settings", SETTINGS)
def test_merged_in_any_order_is_one_stream(images, settings):
    whole = fed(images, **settings).compute()
    for order in itertools.permutations(range(5)):
        first, second = fed([images[i] for i in order[:2]], **settings), fed([images[i] for i in order[2:]], **settings)
        copy = AnomalyMetrics(**settings).load(second.state())
        first.merge(copy)
        merged = first.compute()
        assert values(merged.figures).tolist() == values(whole.figures).tolist()
        assert values(merged.bounds).tolist() == values(whole.bounds).tolist()
        assert (merged.normal, merged.anomalous, merged.skipped) == (whole.normal, whole.anomalous, whole.skipped)


@pytest.mark.parametrize("settings", SETTINGS)
def test_state_goes_through_a_file(images, settings, tmp_path):
    metrics = fed(images[:3], **settings)
    np.savez(tmp_path / "state.npz", **metrics.state())
    again = AnomalyMetrics(**settings).load(dict(np.load(tmp_path / "state.npz")))
    for each in (metrics, again):
        each.update(*images[3])
    assert again.compute().figures == metrics.compute().figures
    if settings.get("intervals"):
        assert again.intervals(50) == metrics.intervals(50)


@pytest.mark.parametrize("settings", SETTINGS)
def test_torch_numpy_batches_and_flat_pixels_are_the_same(images, settings):
    expected = fed(images, **settings).compute().figures
    as_torch = [(torch.from_numpy(scores), torch.from_numpy(mask)) for scores, mask in images]
    assert fed(as_torch, **settings).compute().figures == expected
    stacked = tuple(np.stack(each) for each in zip(*images, strict=True))
    assert fed([stacked], **settings).compute().figures == expected
    assert fed([(scores.ravel(), mask.ravel()) for scores, mask in images], **settings).compute().figures == expected
    strided = [(np.asfortranarray(scores), mask[::-1][::-1]) for scores, mask in images]
    assert fed(strided, **settings).compute().figures == expected


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
@pytest.mark.parametrize("settings", SETTINGS)
def test_gpu_counts_as_the_cpu(images, settings):
    on_gpu = [(torch.from_numpy(scores).cuda(), torch.from_numpy(mask).cuda()) for scores, mask in images]
    assert fed(on_gpu, **settings).compute().figures == fed(images, **settings).compute().figures


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_short_floats_are_counted_as_they_are(images, kind):
    scores, mask = (torch.from_numpy(each) for each in images[1])
    short = fed([(scores.to(kind), mask)]).compute().figures
    assert values(short) == pytest.approx(
        expected(scores.to(kind).float().numpy().ravel(), mask.numpy().ravel()), abs=1e-12
    )


@pytest.mark.parametrize("aupr", ["step", "trapezoid"])
def test_per_image_is_the_mean_over_images_with_both_kinds(images, aupr):
    metrics = fed(images, aggregate="per-image", fpr_rule="nearest", aupr=aupr)
    result = metrics.compute()
    each = [expected(*map(np.ravel, images[i]), aupr, "nearest") for i in (0, 1, 3)]
    assert values(result.figures) == pytest.approx(np.mean(each, 0), abs=1e-9)
    assert (result.images, result.skipped) == (3, 2)
    assert metrics.per_image[[0, 1, 3]] == pytest.approx(np.array(each), abs=1e-9)
    assert np.isnan(metrics.per_image[[2, 4]]).all()


@pytest.mark.parametrize("settings", SETTINGS)
def test_pixels_that_are_not_valid_do_not_count(images, settings):
    valid = np.random.default_rng(1).random((24, 32)) < 0.7
    expected = fed([(scores[valid], mask[valid]) for scores, mask in images], **settings).compute()
    metrics = AnomalyMetrics(**settings)
    for scores, mask in images:
        metrics.update(np.where(valid, scores, np.nan), mask, valid)
    assert metrics.compute().figures == expected.figures
    assert metrics.compute().normal == expected.normal


def test_ignored_labels_are_not_valid():
    labels = np.array([0, 3, 7, 13])
    assert not_labelled(labels, (0, 3)).tolist() == [False, False, True, True]
    assert not_labelled(torch.from_numpy(labels), (13,)).tolist() == [True, True, True, False]


@given(scored_pixels())
def test_curve_is_bounded_and_exact_at_its_points(pixels):
    scores, anomaly = pixels
    curve = fed([pixels]).compute().curve
    assert len(curve.threshold) <= 256
    for threshold, recall, fpr, precision in zip(
        curve.threshold, curve.recall, curve.fpr, curve.precision, strict=True
    ):
        called = scores >= threshold
        assert recall == pytest.approx(called[anomaly].mean())
        assert fpr == pytest.approx(called[~anomaly].mean())
        assert precision == pytest.approx(anomaly[called].mean() if called.any() else 1)
    assert (curve.recall[-1], curve.fpr[-1]) == (1, 1)


def test_long_curves_are_thinned():
    rng = np.random.default_rng(0)
    anomaly = rng.random(40_000) < 0.1
    scores = (rng.normal(size=40_000) + anomaly).astype(np.float32)
    curve = fed([(scores, anomaly)]).compute().curve
    assert 150 < len(curve.recall) <= 256
    assert auc(curve.fpr, curve.recall) == pytest.approx(roc_auc_score(anomaly, scores), abs=1e-3)


@given(scored_pixels())
def test_threshold_and_best_f1_are_of_the_threshold_given(pixels):
    scores, anomaly = pixels
    for rule in ("first", "nearest"):
        result = fed([pixels], fpr_rule=rule).compute()
        assert (scores >= result.figures.threshold)[~anomaly].mean() == pytest.approx(result.figures.fpr95)
    best, threshold = result.f1
    assert f1_score(anomaly, scores >= threshold) == pytest.approx(best)
    assert best == pytest.approx(max(f1_score(anomaly, scores >= each) for each in np.unique(scores)))


def test_memory_does_not_grow_with_pixels():
    rng = np.random.default_rng(0)
    metrics = AnomalyMetrics(exact_up_to=1000, bins=4096)
    for _ in range(20):
        metrics.update(rng.normal(size=5000).astype(np.float32), rng.random(5000) < 0.1)
    assert sum(array.nbytes for array in metrics.state().values()) < 4096 * 24 + 8 * 4096
    assert metrics.compute().normal + metrics.compute().anomalous == 100_000


def test_an_image_given_to_several_metrics_is_sorted_once_and_counts_in_each(images, monkeypatch):
    pooled, per_image = AnomalyMetrics(intervals=True), AnomalyMetrics("per-image", "nearest")
    sort, lengths = np.sort, []

    def noting(values):
        lengths.append(len(values))
        return sort(values)

    monkeypatch.setattr(np, "sort", noting)
    for image in pixels.pixels_of(*(np.stack(parts) for parts in zip(*images, strict=True))):
        pooled.add(image)
        per_image.add(image)
    assert sum(lengths) == 5 * 24 * 32
    assert pooled.compute().figures == fed(images, intervals=True).compute().figures
    assert np.array_equal(per_image.per_image, fed(images, **SETTINGS[3]).per_image, equal_nan=True)


@pytest.mark.parametrize("settings", [{"exact_up_to": 0, "intervals": True}, {"aggregate": "per-image"}])
def test_one_thread_does_it_all_and_others_are_as_before(images, settings, monkeypatch):
    """Threads that wait for each other are the slower, the busier the cores are."""
    threads = []
    for kind, name in ((histogram.ScoreHistogram, "add"), (pixels, "_finite"), (intervals, "_weighted")):
        monkeypatch.setattr(kind, name, noted(threads, getattr(kind, name)))
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        fed(images, **settings).intervals(10)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    assert len(threads) > len(images)
    assert set(threads) == {1}


def noted(threads, function):
    """The function, which notes how many threads torch may use when it is called."""

    def noting(*arguments):
        threads.append(torch.get_num_threads())
        return function(*arguments)

    return noting


def test_counts_beyond_32_bits_are_kept():
    metrics = fed([(np.array([1, 1.05, 1.1], np.float32), np.array([False, True, False]))], exact_up_to=0)
    for _ in range(33):  # doubles the counts each time
        metrics.merge(AnomalyMetrics(exact_up_to=0).load(metrics.state()))
    assert metrics.compute().normal == 2**34
    assert metrics.compute().figures.auroc == 0.5
    assert metrics.compute().figures.aupr == 0.5


MASK = np.array([True, False, False])


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.array([0, np.nan, np.inf], np.float32), MASK), "2 of 3 scores are not finite"),
        ((np.array([0, 1, -np.inf], np.float32), MASK, np.array([False, True, True])), "1 of 2 scores are not finite"),
        ((np.zeros(3, np.float32), MASK[:2]), r"\(3,\) and anomaly \(2,\)"),
        ((np.zeros(3, np.float32), MASK, MASK[:2]), r"\(3,\) and valid \(2,\)"),
        ((np.zeros(3), MASK), "float64.*float32"),
        ((np.zeros(3, np.float32), MASK.astype(int)), "anomaly is torch.int64"),
        ((np.zeros((1, 1, 1, 3), np.float32), MASK.reshape(1, 1, 1, 3)), r"\(1, 1, 1, 3\)"),
    ],
)
def test_bad_input_is_named_and_adds_nothing(images, settings, arguments, message):
    metrics = fed(images, **settings)
    before = metrics.compute()
    with pytest.raises(ValueError, match=message):
        metrics.update(*arguments)
    assert metrics.compute().figures == before.figures
    assert metrics.compute().normal == before.normal


def test_a_bad_image_keeps_its_whole_batch_out(images):
    metrics = fed(images)
    scores = np.zeros((2, 1, 3), np.float32)
    scores[1, 0, 2] = np.nan
    with pytest.raises(ValueError, match="1 of 3"):
        metrics.update(scores, np.stack([MASK[None]] * 2))
    assert metrics.compute().normal == fed(images).compute().normal


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("kind", [True, False])
def test_one_kind_of_pixel_is_said(settings, kind):
    metrics = fed([(np.zeros(4, np.float32), np.full(4, kind))], **settings)
    assert not metrics.defined
    for figures_of in (metrics.compute, metrics.intervals):
        with pytest.raises(ValueError, match=f"{4 * (not kind)} normal and {4 * kind} anomalous"):
            figures_of()


def test_conventions_are_checked():
    for wrong in ({"aggregate": "mean"}, {"fpr_rule": "last"}, {"aupr": "area"}):
        with pytest.raises(ValueError, match=f"{next(iter(wrong))} is"):
            AnomalyMetrics(**wrong)
    with pytest.raises(ValueError, match="at least 4096"):
        fed([(np.zeros(3, np.float32), MASK)], exact_up_to=0, bins=100)
    with pytest.raises(ValueError, match="cannot be merged"):
        AnomalyMetrics().merge(AnomalyMetrics(fpr_rule="nearest"))

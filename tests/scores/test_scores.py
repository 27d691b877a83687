"""Each score against a loop or a reference, its invariances, and streamed statistics against all at once."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, special, stats
from sklearn.covariance import EmpiricalCovariance
from sklearn.neighbors import NearestNeighbors

from hazards.labels import ANOMALY
from hazards.networks.models import Output, deeplabv3_mini, last_layer
from hazards.scores.dense_neighbors import DenseNeighbors
from hazards.scores.heat import LogHeat
from hazards.scores.logit_cache import largest, log_excess, shared
from hazards.scores.logits import energy, entropy, gen, max_logit, msp
from hazards.scores.mahalanobis import Mahalanobis
from hazards.scores.method import as_method
from hazards.scores.moments import Moments
from hazards.scores.neco import NeuralCollapse
from hazards.scores.standardized_max_logit import StandardizedMaxLogit, smooth_dilated, suppress_boundaries
from hazards.scores.superpixels import SuperpixelMean
from hazards.scores.vim import VirtualLogit
from hazards.scores.window_sums import window_sum
from hazards.store.keys import digest, fingerprint
from score_samples import at_input_size, batches, known_features, outputs, scores

PLAIN = (max_logit, msp, entropy, gen, energy)
DISTANCES = (
    Mahalanobis(),
    Mahalanobis("per label"),
    DenseNeighbors(bank=40),
    DenseNeighbors(base=None, bank=40),
)
FITTED = (
    StandardizedMaxLogit(suppress=True, smooth=True),
    *DISTANCES,
    VirtualLogit(sample=40),
    NeuralCollapse(principal=2),
    NeuralCollapse(energy, principal=2),
)
METHODS = (*map(as_method, PLAIN), *FITTED, LogHeat(), SuperpixelMean(regions=20))


# plain scores


@pytest.mark.parametrize(
    ("score", "reference"),
    [
        (max_logit, lambda z: -z.max()),
        (msp, lambda z: 1 - special.softmax(z).max()),
        (entropy, lambda z: stats.entropy(special.softmax(z))),
        (gen, lambda z: ((special.softmax(z) * (1 - special.softmax(z))) ** 0.1).sum()),
        (lambda z: gen(z, gamma=0.5), lambda z: np.sqrt(special.softmax(z) * (1 - special.softmax(z))).sum()),
        (energy, lambda z: -special.logsumexp(z)),
        (lambda z: energy(z, temperature=3.0), lambda z: -3 * special.logsumexp(z / 3)),
    ],
)
def test_plain_scores_equal_a_loop_over_pixels(score, reference):
    logits = torch.randn(2, 13, 3, 5, generator=torch.Generator().manual_seed(0)) * 10
    expected = [[[reference(z) for z in row] for row in image] for image in logits.movedim(1, -1).double().numpy()]
    np.testing.assert_allclose(score(logits), expected, rtol=1e-5, atol=1e-6)


@settings(deadline=None)
@given(
    st.lists(st.floats(-50, 50, width=32), min_size=13, max_size=13),
    st.floats(-100, 100, width=32),
)
def test_shift_of_all_logits(values, shift):
    logits = torch.tensor(values, dtype=torch.float64)[None, :, None, None]
    for score in (msp, entropy, gen):
        torch.testing.assert_close(score(logits + shift), score(logits), rtol=1e-9, atol=1e-9)
    for score in (max_logit, energy):
        torch.testing.assert_close(score(logits + shift), score(logits) - shift, rtol=1e-9, atol=1e-9)


@settings(deadline=None)
@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=13, max_size=13))
def test_plain_scores_stay_in_their_ranges(values):
    logits = torch.tensor(values)[None, :, None, None]
    assert 0 <= msp(logits).item() <= 12 / 13 + 1e-6
    assert 0 <= gen(logits).item() <= 13
    assert -1e-6 <= entropy(logits).item() <= math.log(13) + 1e-5
    assert max_logit(logits).item() - math.log(13) - 1e-2 <= energy(logits).item() <= max_logit(logits).item() + 1e-2


def test_sure_pixels_keep_different_scores():
    logits = torch.zeros(1, 13, 1, 60)
    logits[0, 3, 0] = torch.arange(20.0, 80.0)
    for score in (msp, entropy, gen):
        values = score(logits)[0, 0]
        assert (values.diff() < 0).all(), f"{score.__name__} does not fall where the network gets surer"


def test_energy_at_the_limits_of_temperature():
    logits = torch.randn(1, 13, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(energy(logits, 1e-4), max_logit(logits), rtol=0, atol=1e-3)
    hot = 1e6
    torch.testing.assert_close(energy(logits, hot) + hot * math.log(13), -logits.mean(1), rtol=0, atol=1e-5)
    assert not torch.allclose(energy(logits, 2.0), energy(logits))


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan])
def test_temperature_and_gamma_are_over_zero(value):
    with pytest.raises(ValueError, match="temperature has to be positive"):
        energy(torch.zeros(1, 13, 1, 1), value)
    with pytest.raises(ValueError, match="gamma has to be positive"):
        gen(torch.zeros(1, 13, 1, 1), value)


# methods in general


def test_a_plain_score_as_a_method():
    output, _ = outputs(1)
    assert as_method(energy).name == "energy"
    assert as_method(energy).fit_on is None
    warm = as_method(energy, temperature=2.0)
    assert warm.name == "energy (temperature 2.0)"
    torch.testing.assert_close(warm.scorer(warm.fit([]))(output), energy(output.logits, 2.0))
    assert as_method(warm) is warm


def test_names_tell_what_differs_from_the_default():
    assert StandardizedMaxLogit().name == "SML"
    assert StandardizedMaxLogit("val", smooth=True).name == "SML (fit on val, smooth)"
    assert LogHeat(max_logit, ema=None, spatial=False).name == "HEAT of the log (base max_logit, no ema, no spatial)"
    assert DenseNeighbors(base=None).name == "cDNP (no base)"
    assert len({method.name for method in METHODS}) == len(METHODS)


def test_the_store_tells_methods_apart():
    variants = (*METHODS, as_method(energy, temperature=2.0), LogHeat(max_logit), LogHeat(threshold=1.0))
    assert len({digest(fingerprint({"method": method}, "test")) for method in variants}) == len(variants)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_one_finite_score_a_pixel_and_the_output_left_as_it_is(method):
    output, labels = outputs(3)
    before = [output.logits.clone(), output.features.clone(), labels.clone()]
    values = scores(method, output, labels)
    assert values.shape == labels.shape
    assert values.dtype == torch.float32
    assert values.isfinite().all()
    for old, new in zip(before, (output.logits, output.features, labels), strict=True):
        assert torch.equal(old, new)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_batches_make_no_difference(method):
    output, labels = outputs(5)
    one, two, five = (method.fit(batches(output, labels, size)) for size in (1, 2, 5))
    for state in (one, two):
        assert state.keys() == five.keys()
        for name in state:
            torch.testing.assert_close(state[name], five[name], rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(
        scores(method, output, labels, 1), scores(method, output, labels, 5), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("method", FITTED, ids=lambda method: method.name)
def test_anomalies_are_left_out_of_the_statistics(method):
    output, labels = outputs(3)
    small = labels[:, 2::4, 2::4]
    assert (small == ANOMALY).any()
    other = output._replace(
        logits=torch.where(labels[:, None] == ANOMALY, 99.0, output.logits),
        features=torch.where(small[:, None] == ANOMALY, 99.0, output.features),
    )
    expected, state = method.fit([(output, labels)]), method.fit([(other, labels)])
    for name in expected:
        torch.testing.assert_close(state[name], expected[name])


@pytest.mark.parametrize("method", FITTED, ids=lambda method: method.name)
def test_a_split_without_images_cannot_be_fitted(method):
    with pytest.raises(ValueError, match="split 'train'"):
        method.fit([])


def test_a_network_of_the_library_can_be_scored():
    network = deeplabv3_mini().eval()
    with torch.inference_mode():
        images = torch.rand(2, 3, 64, 96)
        output = network(images)._replace(images=images, last_layer=last_layer(network))
        labels = torch.randint(0, 13, (2, 64, 96))
        for method in METHODS:
            assert scores(method, output, labels).shape == (2, 64, 96)


# what scores share


def test_shared_parts_are_computed_once_and_forgotten():
    logits = torch.randn(1, 13, 2, 2)
    assert largest(logits)[0] is not largest(logits)[0]
    with shared():
        assert largest(logits)[0] is largest(logits)[0]
        assert log_excess(logits, 1.0) is log_excess(logits, 1.0)
        before = energy(logits)
        torch.testing.assert_close(energy(logits + 1), before - 1)
        torch.testing.assert_close(energy(logits, 2.0), -2 * (logits / 2).logsumexp(1))
    logits += 1
    for _ in range(2):
        with shared():
            torch.testing.assert_close(energy(logits), before - 1)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_sharing_changes_no_score(method):
    output, labels = outputs(3)
    alone = scores(method, output, labels)
    with shared():
        others = [score(output.logits) for score in PLAIN]
        together = scores(method, output, labels, size=3)
        for score, before in zip(PLAIN, others, strict=True):
            assert torch.equal(score(output.logits), before)
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4)


# streamed moments


@settings(deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.sampled_from([0.0, 1e6]), st.integers(0, 99))
def test_streamed_moments_equal_those_of_all_at_once(sizes, offset, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(sum(sizes), 3)) + offset
    groups = rng.integers(0, 3, len(vectors))
    moments = Moments(4, 3, torch.device("cpu"))
    for part in np.split(np.arange(len(vectors)), np.cumsum(sizes)[:-1]):
        moments.add(torch.from_numpy(vectors[part]), torch.from_numpy(groups[part]))
    for group in range(4):
        members = vectors[groups == group]
        assert moments.count[group] == len(members)
        if len(members):
            deviations = members - members.mean(0)
            np.testing.assert_allclose(moments.mean[group], members.mean(0), rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(moments.scatter[group], deviations.T @ deviations, rtol=1e-8, atol=1e-7)
    count, mean, scatter = moments.together()
    assert count == len(vectors)
    np.testing.assert_allclose(mean, vectors.mean(0), rtol=1e-12, atol=1e-12)
    deviations = vectors - vectors.mean(0)
    np.testing.assert_allclose(scatter, deviations.T @ deviations, rtol=1e-8, atol=1e-7)


# standardized max logits


def test_max_logits_are_standardized_by_predicted_label():
    output, labels = outputs(4)
    method = StandardizedMaxLogit()
    values = scores(method, output, labels)
    largest, predicted = output.logits.numpy().max(1), output.logits.numpy().argmax(1)
    known = labels.numpy() != ANOMALY
    for label in range(5):
        members = predicted == label
        reference = largest[members & known]
        expected = -(largest[members] - reference.mean()) / reference.std(ddof=1)
        np.testing.assert_allclose(values.numpy()[members], expected, rtol=1e-4, atol=1e-4)


def test_a_label_without_statistics_takes_those_of_all_pixels():
    logits = torch.full((1, 13, 1, 6), -20.0)
    for pixel, (label, value) in enumerate([(1, 1.0), (1, 3.0), (2, 7.0), (3, 5.0), (3, 5.0), (1, 4.0)]):
        logits[0, label, 0, pixel] = value
    output = Output(logits, None, torch.zeros(1, 1, 1, 1))
    state = StandardizedMaxLogit().fit([(output, torch.zeros(1, 1, 6, dtype=torch.long))])
    everything = np.array([1.0, 3, 7, 5, 5, 4])
    for label in (0, 2, 3):  # never predicted, predicted once, always with the same logit
        assert state["mean"][label] == pytest.approx(everything.mean())
        assert state["std"][label] == pytest.approx(everything.std(ddof=1))
    assert state["mean"][1] == pytest.approx(8 / 3)
    assert StandardizedMaxLogit().scorer(state)(output).isfinite().all()


def test_max_logits_that_do_not_vary_cannot_standardize():
    output = Output(torch.zeros(1, 13, 4, 4), None, torch.zeros(1, 1, 1, 1))
    with pytest.raises(ValueError, match="split 'val' do not vary"):
        StandardizedMaxLogit("val").fit([(output, torch.zeros(1, 4, 4, dtype=torch.long))])


def authors_suppression(values: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """What the authors' code does with one map, pixel by pixel, at its default width 4 in 4 iterations.

    Their morphology let the border of the image count as label 1; here nothing lies beyond it.
    """
    cross, square = ndimage.generate_binary_structure(2, 1), np.ones((3, 3), bool)
    dilated = ndimage.grey_dilation(predicted, footprint=cross, mode="nearest")
    borders = dilated != ndimage.grey_erosion(predicted, footprint=square, mode="nearest")
    rows, columns = values.shape
    for iteration in range(4):
        width = 4 - iteration - 1
        masked = ndimage.binary_dilation(borders, cross, iterations=width) if width else borders
        previous = values.copy()
        for row, column in zip(*np.nonzero(masked), strict=True):
            window = [
                (min(max(row + down, 0), rows - 1), min(max(column + right, 0), columns - 1))
                for down in (-1, 0, 1)
                for right in (-1, 0, 1)
            ]
            free = [previous[place] for place in window if not masked[place]]
            if free:
                values[row, column] = np.mean(free)
    return values


def test_suppression_replaces_borders_from_outside_in():
    predicted = torch.zeros(1, 5, 24, dtype=torch.long)
    predicted[..., 12:] = 3
    values = torch.where(predicted == 0, 1.0, 2.0)
    doubtful = values.clone()
    doubtful[..., 11:13] = 50.0
    torch.testing.assert_close(suppress_boundaries(doubtful, predicted), values)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000), st.integers(1, 9))
def test_suppression_follows_the_authors_rule(seed, blob):
    rng = np.random.default_rng(seed)
    predicted = np.kron(rng.integers(0, 13, (3, 4)), np.ones((blob, blob), int))
    values = rng.normal(size=predicted.shape)
    found = suppress_boundaries(torch.from_numpy(values)[None], torch.from_numpy(predicted)[None])[0]
    np.testing.assert_allclose(found, authors_suppression(values.copy(), predicted), rtol=1e-9, atol=1e-9)


def test_smoothing_is_a_dilated_gaussian():
    values = np.random.default_rng(0).normal(size=(45, 60))
    taps = np.exp(-(np.arange(-3, 4) ** 2) / 2)
    kernel = np.zeros((37, 37))
    kernel[::6, ::6] = np.outer(taps, taps) / taps.sum() ** 2
    expected = ndimage.correlate(values, kernel, mode="nearest")
    np.testing.assert_allclose(smooth_dilated(torch.from_numpy(values)[None])[0], expected, rtol=1e-9, atol=1e-9)


def test_suppression_and_smoothing_act_on_the_standardized_scores():
    output, labels = outputs(2)
    predicted = output.logits.argmax(1)
    plain, suppressed, smoothed, both = (
        scores(StandardizedMaxLogit(suppress=suppress, smooth=smooth), output, labels)
        for suppress, smooth in ((False, False), (True, False), (False, True), (True, True))
    )
    torch.testing.assert_close(suppressed, suppress_boundaries(plain, predicted))
    torch.testing.assert_close(smoothed, smooth_dilated(plain))
    torch.testing.assert_close(both, smooth_dilated(suppressed))


# the log's HEAT


@pytest.mark.parametrize("base", [energy, max_logit])
def test_heat_without_its_parts_is_its_base(base):
    output, labels = outputs(3)
    bare = LogHeat(base, ema=None, spatial=False, threshold=None)
    assert torch.equal(scores(bare, output, labels), base(output.logits))


def test_heat_equals_a_loop_over_the_stream():
    output, labels = outputs(4)
    method = LogHeat(ema=0.3, threshold=1.5)
    seen = []
    for image, values in enumerate(energy(output.logits).double().numpy()):
        mean, variance = values.mean(), values.var()
        if image:
            seen_mean, seen_variance = seen
            variance = 0.7 * (seen_variance + seen_mean**2) + 0.3 * (variance + mean**2)
            mean = 0.7 * seen_mean + 0.3 * mean
            variance -= mean**2
        seen = mean, variance
        expected = ndimage.uniform_filter((values - mean) / np.sqrt(variance), 3, mode="nearest")
        expected -= expected.mean() + 1.5 * expected.std()
        np.testing.assert_allclose(scores(method, output, labels)[image], expected, rtol=1e-3, atol=1e-4)


def test_heat_depends_on_the_order_of_the_images_through_its_ema_alone():
    output, labels = outputs(3)
    backward = Output(output.logits.flip(0), None, output.features.flip(0), output.images.flip(0), output.last_layer)
    for method, depends in ((LogHeat(), True), (LogHeat(ema=None), False)):
        there, back = scores(method, output, labels), scores(method, backward, labels).flip(0)
        assert torch.allclose(there, back, atol=1e-5) != depends


def test_each_pass_of_heat_starts_anew():
    output, labels = outputs(3)
    assert torch.equal(scores(LogHeat(), output, labels), scores(LogHeat(), output, labels))


def test_only_the_kernel_of_heat_changes_the_ranking_within_an_image():
    output, labels = outputs(2)
    for method, changes in ((LogHeat(spatial=False), False), (LogHeat(ema=None, threshold=None), True)):
        order = scores(method, output, labels).double().flatten(1)
        base = energy(output.logits).double().flatten(1)
        same = all(stats.spearmanr(*pair).statistic > 1 - 1e-9 for pair in zip(order, base, strict=True))
        assert same != changes


def test_heat_of_constant_maps_is_finite():
    output = Output(torch.zeros(3, 13, 4, 4), None, torch.zeros(3, 1, 1, 1))
    assert (scores(LogHeat(threshold=None), output, torch.zeros(3, 4, 4, dtype=torch.long)) == 0).all()


@pytest.mark.parametrize("ema", [0.0, 1.5, -0.1])
def test_heat_needs_a_weight_within_its_range(ema):
    with pytest.raises(ValueError, match="weight of a new image"):
        LogHeat(ema=ema)


def test_window_sum_repeats_the_border():
    values = torch.arange(6.0).reshape(1, 2, 3)
    expected = ndimage.correlate(values[0].numpy(), np.outer((1, 2, 3), (1, 2, 3)), mode="nearest")
    np.testing.assert_allclose(window_sum(values, (1.0, 2.0, 3.0))[0], expected)


# scores from features


@pytest.mark.parametrize("covariance", ["tied", "per label"])
def test_mahalanobis_equals_that_of_scikit_learn(covariance):
    output, labels = outputs(6)
    features, small, _ = known_features(output, labels)
    centred = {label: features[small == label] - features[small == label].mean(0) for label in range(5)}
    distances = []
    for label in range(5):
        estimate = EmpiricalCovariance(assume_centered=True)
        estimate.fit(np.concatenate(list(centred.values())) if covariance == "tied" else centred[label])
        distances.append(estimate.mahalanobis(features - features[small == label].mean(0)))
    expected = at_input_size(np.min(distances, axis=0))
    np.testing.assert_allclose(scores(Mahalanobis(covariance), output, labels), expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("covariance", ["tied", "per label"])
def test_dead_and_doubled_channels_do_not_count(covariance):
    output, labels = outputs(4)
    features = torch.cat([output.features, torch.zeros(4, 1, 6, 9), output.features[:, :1]], 1)
    wider = output._replace(features=features)
    method = Mahalanobis(covariance)
    torch.testing.assert_close(scores(method, wider, labels), scores(method, output, labels), rtol=1e-3, atol=1e-3)


def test_mahalanobis_leaves_out_labels_with_too_few_pixels():
    output, labels = outputs(4)
    labels[0, :8, :8] = 7  # four pixels at stride 4, as many as channels
    state = Mahalanobis().fit([(output, labels)])
    assert len(state["mean"]) == 5
    with pytest.raises(ValueError, match="more pixels than the features have channels"):
        Mahalanobis().fit([(output._replace(features=output.features.repeat(1, 200, 1, 1)), labels)])


@pytest.mark.parametrize("base", [None, energy, max_logit])
def test_neighbors_equal_those_of_scikit_learn(base):
    output, labels = outputs(4)
    features, _, known = known_features(output, labels)
    bank = features[known]
    method = DenseNeighbors(base, k=5, bank=10_000)
    tree = NearestNeighbors().fit(bank)
    expected = at_input_size(tree.kneighbors(features, 5)[0].mean(1))
    if base:
        values, seen = base(output.logits).double().numpy(), (labels != ANOMALY).numpy()
        low, high = values[seen].min(), values[seen].max()
        expected = (values - low) / (high - low) + expected / tree.kneighbors(n_neighbors=5)[0].mean(1).max()
    np.testing.assert_allclose(scores(method, output, labels), expected, rtol=1e-4, atol=1e-5)


def test_the_bank_is_a_sample_of_its_size_that_the_seed_decides():
    output, labels = outputs(4)
    features, _, known = known_features(output, labels)
    first, again, other = (DenseNeighbors(bank=50, seed=seed).fit([(output, labels)])["bank"] for seed in (0, 0, 1))
    assert first.shape == (50, 4)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    rows = {row.tobytes() for row in features[known].astype(np.float32)}
    assert {row.tobytes() for row in first.numpy()} <= rows


def test_every_known_pixel_is_as_likely_in_the_bank():
    output, labels = outputs(2)
    numbered = output._replace(features=torch.arange(108.0).reshape(2, 1, 6, 9))
    counts = np.zeros(108)
    for seed in range(400):
        kept = DenseNeighbors(bank=27, seed=seed).fit(batches(numbered, labels, 1))["bank"]
        np.add.at(counts, kept.flatten().long().numpy(), 1)
    known = labels[:, 2::4, 2::4].flatten() != ANOMALY
    assert counts[~known.numpy()].sum() == 0
    assert stats.chisquare(counts[known.numpy()]).pvalue > 1e-4


def test_near_distances_keep_their_digits():
    bank = torch.full((10, 8), 1000.0) + torch.eye(10, 8) * 0.01
    output = Output(torch.randn(1, 13, 1, 10), None, bank.T.reshape(1, 8, 1, 10))
    method = DenseNeighbors(base=None, k=1, bank=20)
    state = method.fit([(output, torch.zeros(1, 1, 10, dtype=torch.long))])
    assert state["largest_distance"] == pytest.approx(0.01, rel=0.02)
    torch.testing.assert_close(method.scorer(state)(output), torch.zeros(1, 1, 10))


@pytest.mark.parametrize(("k", "bank"), [(0, 10), (-1, 10), (3, 3)])
def test_neighbors_need_a_larger_bank(k, bank):
    with pytest.raises(ValueError, match="at least one, and fewer than the bank"):
        DenseNeighbors(k=k, bank=bank)


def test_features_that_do_not_vary_have_no_scale():
    output, labels = outputs(2)
    with pytest.raises(ValueError, match="do not vary"):
        DenseNeighbors().fit([(output._replace(features=torch.ones(2, 4, 6, 9)), labels)])


@pytest.mark.parametrize("method", FITTED[1:], ids=lambda method: method.name)
def test_features_of_another_network_do_not_fit(method):
    output, labels = outputs(2)
    state = method.fit([(output, labels)])
    with pytest.raises(RuntimeError):
        method.scorer(state)(outputs(1, channels=7)[0])


def test_features_far_away_score_high():
    output, labels = outputs(3)
    far = output._replace(features=output.features + 50)
    for method in DISTANCES:
        score = method.scorer(method.fit([(output, labels)]))
        assert score(far).min() > score(output).max()


# detectors of another package


def test_detectors_of_pytorch_ood_can_be_dropped_in():
    detector = pytest.importorskip("pytorch_ood.detector")
    output, _ = outputs(2)

    def theirs_msp(logits):
        return detector.MaxSoftmax.score(logits)

    def theirs_max_logit(logits):
        return detector.MaxLogit.score(logits)

    def theirs_energy(logits):
        return detector.EnergyBased.score(logits)

    def theirs_entropy(logits):
        return detector.Entropy.score(logits)

    pairs = ((theirs_msp, msp), (theirs_max_logit, max_logit), (theirs_energy, energy), (theirs_entropy, entropy))
    for theirs, ours in pairs:
        method = as_method(theirs)
        assert method.name == theirs.__name__
        torch.testing.assert_close(method.scorer({})(output), ours(output.logits), rtol=1e-5, atol=1e-5)


def test_methods_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        StandardizedMaxLogit().smooth = True

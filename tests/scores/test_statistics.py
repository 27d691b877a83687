"""Statistics of scores on inputs so small that the result is known by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from hazards.labels import ANOMALY
from hazards.networks.models import Output
from hazards.scores import dense_neighbors
from hazards.scores.dense_neighbors import DenseNeighbors, _largest
from hazards.scores.heat import LogHeat
from hazards.scores.logit_cache import shared
from hazards.scores.logits import max_logit
from hazards.scores.mahalanobis import Mahalanobis
from hazards.scores.moments import Moments
from hazards.scores.standardized_max_logit import StandardizedMaxLogit, smooth_dilated, suppress_boundaries
from hazards.scores.window_sums import window_sum


def of_max_logits(*images: list[float]) -> Output:
    """Output for images of one row, with these max logits, all of label 0."""
    logits = torch.full((len(images), 13, 1, len(images[0])), -50.0, dtype=torch.float64)
    logits[:, 0, 0] = torch.tensor(images, dtype=torch.float64)
    return Output(logits, None, torch.zeros(len(images), 1, 1, 1))


def of_features(values: torch.Tensor) -> Output:
    """Output of an image of one row whose pixels have these features, (N, C), at full size."""
    logits = torch.zeros(1, 13, 1, len(values))
    logits[:, 0, 0] = torch.arange(float(len(values)))
    return Output(logits, None, values.T[None, :, None].clone())


# The log's HEAT


def heat(*images: list[float], **settings) -> list[list[float]]:
    method = LogHeat(max_logit, **settings)
    return method.scorer(method.fit([]))(of_max_logits(*images))[:, 0].tolist()


def test_the_first_image_is_standardized_by_its_own_mean_and_deviation():
    (values,) = heat([-1.0, -5.0], ema=0.1, spatial=False, threshold=None)
    assert values == pytest.approx([-1, 1], abs=1e-9)


def test_later_images_enter_mean_and_variance_by_their_weight():
    _, values = heat([-1.0, -5.0], [-6.0, -8.0], ema=0.25, spatial=False, threshold=None)
    mean = 0.75 * 3 + 0.25 * 7
    variance = 0.75 * (4 + 9) + 0.25 * (1 + 49) - mean**2
    assert values == pytest.approx([(6 - mean) / variance**0.5, (8 - mean) / variance**0.5], abs=1e-9)


def test_by_default_a_new_image_weighs_a_tenth():
    images = [-1.0, -5.0], [-6.0, -8.0]
    assert heat(*images, spatial=False, threshold=None) == heat(*images, ema=0.1, spatial=False, threshold=None)


def test_the_threshold_lies_deviations_over_the_mean_two_by_default():
    assert heat([-1.0, -5.0], ema=None, spatial=False, threshold=0.5) == [pytest.approx([1 - 4, 5 - 4])]
    assert heat([-1.0, -5.0], ema=None, spatial=False) == [pytest.approx([1 - 7, 5 - 7])]


def test_the_kernel_is_a_mean_over_nine_pixels():
    assert heat([-3.0, -6.0, 0.0], ema=None, threshold=None) == [pytest.approx([4, 3, 2])]


def test_an_ema_of_one_forgets_all_earlier_images():
    _, values = heat([-1.0, -5.0], [-6.0, -8.0], ema=1.0, spatial=False, threshold=None)
    assert values == pytest.approx([-1, 1], abs=1e-9)


def test_a_deviation_of_zero_is_taken_as_a_millionth():
    _, values = heat([-2.0, -2.0], [-2.0, -2.5], ema=1e-14, spatial=False, threshold=None)
    assert values == pytest.approx([0, 0.5e6], rel=1e-3, abs=1)


# Standardized max logits


def test_two_pixels_of_a_label_are_enough_for_its_statistics():
    method = StandardizedMaxLogit()
    logits = of_max_logits([1.0, 3.0, 0.0, 0.0]).logits
    logits[0, 0, 0, 2:] = -50
    logits[0, 1, 0, 2:] = torch.tensor([10.0, 30.0], dtype=torch.float64)
    state = method.fit([(Output(logits, None, torch.zeros(1, 1, 1, 1)), torch.zeros(1, 1, 4, dtype=torch.long))])
    assert state["mean"][:2].tolist() == [2, 20]
    assert state["std"][:2].tolist() == pytest.approx([2**0.5, 200**0.5])
    everything = np.array([1.0, 3.0, 10.0, 30.0])
    assert state["mean"][2] == pytest.approx(everything.mean())
    assert state["std"][2] == pytest.approx(everything.std(ddof=1))


def test_one_pixel_cannot_standardize():
    with pytest.raises(ValueError, match="do not vary"):
        StandardizedMaxLogit().fit([(of_max_logits([4.0]), torch.zeros(1, 1, 1, dtype=torch.long))])


def test_high_max_logits_score_low_in_standard_deviations():
    output = of_max_logits([1.0, 3.0, 5.0])
    method = StandardizedMaxLogit()
    state = method.fit([(output, torch.zeros(1, 1, 3, dtype=torch.long))])
    assert method.scorer(state)(output)[0, 0].tolist() == pytest.approx([1, 0, -1])


def test_neither_suppression_nor_smoothing_is_the_default():
    assert StandardizedMaxLogit() == StandardizedMaxLogit("train", suppress=False, smooth=False)


def test_suppression_reaches_three_pixels_from_a_border_and_no_further():
    predicted = torch.zeros(1, 1, 20, dtype=torch.long)
    predicted[..., 10:] = 1
    values = torch.zeros(1, 1, 20)
    for column in range(20):
        values[..., column] = 2.0**column
    changed = (suppress_boundaries(values, predicted) != values)[0, 0].nonzero().flatten().tolist()
    assert changed == list(range(6, 14))


def test_smoothing_takes_every_sixth_pixel_up_to_eighteen():
    values = torch.zeros(1, 41, 41, dtype=torch.float64)
    values[0, 20, 20] = 1
    found = smooth_dilated(values)[0]
    rows, columns = found.nonzero(as_tuple=True)
    assert sorted(set(rows.tolist())) == sorted(set(columns.tolist())) == [2, 8, 14, 20, 26, 32, 38]
    assert found.sum().item() == pytest.approx(1)
    assert (found[20, 26] / found[20, 20]).item() == pytest.approx(math.exp(-0.5))
    assert (found[20, 38] / found[20, 20]).item() == pytest.approx(math.exp(-4.5))


def test_window_sums_weigh_rows_and_columns_alike_at_a_dilation():
    values = torch.zeros(1, 9, 9)
    values[0, 4, 4] = 1
    found = window_sum(values, (1.0, 2.0, 4.0), dilation=3)[0]
    places = {(row, column): found[row, column].item() for row, column in found.nonzero().tolist()}
    weights = {1: 4.0, 4: 2.0, 7: 1.0}
    assert places == {(row, column): weights[row] * weights[column] for row in weights for column in weights}


def test_a_window_of_one_weight_scales():
    values = torch.rand(1, 3, 4)
    torch.testing.assert_close(window_sum(values, (3.0,)), 9 * values)


# Moments


def test_moments_of_groups_that_come_one_by_one():
    moments = Moments(3, 2, torch.device("cpu"))
    for vector, group in (([1.0, 2.0], 0), ([3.0, 2.0], 0), ([5.0, 5.0], 2), ([2.0, 8.0], 0)):
        moments.add(torch.tensor([vector]), torch.tensor([group]))
    assert moments.count.tolist() == [3, 0, 1]
    assert moments.mean.tolist() == [[2, 4], [0, 0], [5, 5]]
    assert moments.scatter[0].tolist() == [[2, 0], [0, 24]]
    assert moments.scatter[1:].abs().max() == 0
    count, mean, scatter = moments.together()
    vectors = np.array([[1, 2], [3, 2], [5, 5], [2, 8]], float)
    assert count == 4
    assert mean.tolist() == vectors.mean(0).tolist()
    np.testing.assert_allclose(scatter, (vectors - vectors.mean(0)).T @ (vectors - vectors.mean(0)))


# Scores from features


def test_mahalanobis_of_two_labels_on_a_line():
    features = torch.tensor([[-1.0], [1.0], [9.0], [11.0], [6.0], [50.0]])
    output, labels = of_features(features), torch.tensor([[[0, 0, 1, 1, ANOMALY, ANOMALY]]])
    method = Mahalanobis()
    found = method.scorer(method.fit([(output, labels)]))(output)[0, 0]
    assert found.tolist() == pytest.approx([1, 1, 1, 1, 16, 1600], rel=1e-4)


def test_each_label_has_its_own_covariance_if_asked_for():
    features = torch.tensor([[-1.0], [1.0], [7.0], [13.0], [4.0]])
    output, labels = of_features(features), torch.tensor([[[0, 0, 1, 1, ANOMALY]]])
    tied, own = (
        method.scorer(method.fit([(output, labels)]))(output)[0, 0, 4].item()
        for method in (Mahalanobis(), Mahalanobis("per label"))
    )
    assert tied == pytest.approx(16 / 5, rel=1e-4)  # the mean of the variances 1 and 9
    assert own == pytest.approx(36 / 9, rel=1e-4)


@pytest.mark.parametrize(("pixels", "enough"), [(2, False), (3, True)])
def test_a_label_needs_more_pixels_than_the_features_have_channels(pixels, enough):
    features = torch.randn(pixels, 2, generator=torch.Generator().manual_seed(0))
    batch = of_features(features), torch.zeros(1, 1, pixels, dtype=torch.long)
    if enough:
        assert Mahalanobis().fit([batch])["mean"].shape == (1, 2)
    else:
        with pytest.raises(ValueError, match="more pixels than the features have channels"):
            Mahalanobis().fit([batch])


@pytest.mark.parametrize("unit", [1.0, 1e4])
@pytest.mark.parametrize(("scale", "counts"), [(1e-5, False), (1e-4, True)])
def test_a_direction_with_a_billionth_of_the_variance_does_not_count(unit, scale, counts):
    """Over the limit it does: then a step along it is as far as it is wide."""
    line = torch.linspace(-1, 1, 9, dtype=torch.float64)
    features = unit * torch.stack([line, scale * torch.tensor([1.0, -1, 1, -1, 0, 1, -1, 1, -1])], 1)
    method = Mahalanobis()
    state = method.fit([(of_features(features), torch.zeros(1, 1, 9, dtype=torch.long))])
    aside = of_features(torch.tensor([[0.0, 100 * scale * unit]]).double())
    score = method.scorer(state)(aside._replace(features=aside.features.float())).item()
    assert (score > 1000) == counts


def test_directions_without_any_variance_do_not_count():
    output = of_features(torch.full((4, 2), 5.0))
    aside = of_features(torch.full((4, 2), 6.0))
    for method in (Mahalanobis(), Mahalanobis("per label")):
        state = method.fit([(output, torch.zeros(1, 1, 4, dtype=torch.long))])
        assert method.scorer(state)(output)[0, 0].tolist() == [0, 0, 0, 0]
        assert method.scorer(state)(aside)[0, 0].tolist() == [0, 0, 0, 0]


def test_neighbours_on_a_line():
    bank = torch.tensor([[0.0], [1.0], [3.0], [7.0]])
    method = DenseNeighbors(base=None, k=2, bank=10)
    state = method.fit([(of_features(bank), torch.zeros(1, 1, 4, dtype=torch.long))])
    assert state["largest_distance"] == pytest.approx((4 + 6) / 2)  # of 7: to 3 and to 1
    found = method.scorer(state)(of_features(torch.tensor([[2.0], [7.0], [-4.0]])))[0, 0]
    assert found.tolist() == pytest.approx([1, 2, 4.5], abs=1e-5)


def test_neighbours_together_with_their_base_lie_between_0_and_2():
    bank = torch.tensor([[0.0], [1.0], [3.0], [7.0]])
    output = of_features(bank)
    method = DenseNeighbors(max_logit, k=1, bank=10)
    state = method.fit([(output, torch.zeros(1, 1, 4, dtype=torch.long))])
    assert (state["lowest"], state["highest"], state["largest_distance"]) == (-3, 0, 4)
    query = of_features(torch.tensor([[0.0], [2.0], [3.0], [11.0]]))
    assert method.scorer(state)(query)[0, 0].tolist() == pytest.approx([1, 2 / 3 + 1 / 4, 1 / 3, 1], abs=1e-5)


@pytest.mark.parametrize(("pixels", "enough"), [(3, False), (4, True)])
def test_neighbours_need_more_known_pixels_than_neighbours(pixels, enough):
    batch = of_features(torch.arange(float(pixels))[:, None]), torch.zeros(1, 1, pixels, dtype=torch.long)
    if enough:
        assert len(DenseNeighbors(bank=10).fit([batch])["bank"]) == 4
    else:
        with pytest.raises(ValueError, match="3 known pixels in the split 'train' for 3 neighbours"):
            DenseNeighbors(bank=10).fit([batch])


def test_three_neighbours_in_a_bank_of_two_thousand_by_default():
    method = DenseNeighbors()
    assert (method.k, method.bank, method.seed) == (3, 2000, 0)
    assert DenseNeighbors(k=1, bank=2).k == 1


def test_a_base_that_does_not_vary_has_no_scale():
    output = of_features(torch.arange(5.0)[:, None])
    flat = output._replace(logits=torch.zeros_like(output.logits))
    labels = torch.zeros(1, 1, 5, dtype=torch.long)
    with pytest.raises(ValueError, match="do not vary"):
        DenseNeighbors(max_logit, k=1, bank=10).fit([(flat, labels)])
    assert DenseNeighbors(None, k=1, bank=10).fit([(flat, labels)])["largest_distance"] == 1


def test_distances_of_many_pixels_are_those_of_each():
    generator = torch.Generator().manual_seed(0)
    features, bank = torch.randn(700, 3, generator=generator), torch.randn(50, 3, generator=generator)
    method = DenseNeighbors(base=None, k=4, bank=60)
    state = method.fit([(of_features(bank), torch.zeros(1, 1, 50, dtype=torch.long))])
    expected = torch.cdist(features, bank).sort(1).values[:, :4].mean(1)
    torch.testing.assert_close(method.scorer(state)(of_features(features))[0, 0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("rows", "values", "k"), [(9, 2000, 3), (2, 2000, 4), (3, 1234, 3), (5, 200, 5), (3, 400, 3), (2, 600, 250)]
)
def test_the_largest_of_each_row_are_those_of_topk(rows, values, k):
    table = torch.randn(rows, values, generator=torch.Generator().manual_seed(0))
    table[:, :20] = table[:, 20:40]  # ties
    found = _largest(table, k)
    assert all(len(set(row)) == k for row in found.tolist())
    torch.testing.assert_close(
        table.gather(1, found).sort(1, descending=True).values, table.topk(k, dim=1).values, rtol=0, atol=0
    )


def test_a_bank_that_two_scores_have_in_common_is_searched_once(monkeypatch):
    searches = []
    search = dense_neighbors._mean_distance
    monkeypatch.setattr(dense_neighbors, "_mean_distance", lambda *args: searches.append(args) or search(*args))
    output = of_features(torch.tensor([[2.0], [7.0], [-4.0]]))
    bank, other = torch.tensor([[0.0], [1.0], [3.0]]), torch.tensor([[0.0], [1.0], [4.0]])
    scale = {"largest_distance": torch.tensor(1.0), "lowest": torch.tensor(0.0), "highest": torch.tensor(1.0)}
    scorers = [
        DenseNeighbors(None, k=2, bank=10).scorer({"bank": bank}),
        DenseNeighbors(max_logit, k=2, bank=10).scorer({"bank": bank.clone()} | scale),
        DenseNeighbors(None, k=1, bank=10).scorer({"bank": bank}),
        DenseNeighbors(None, k=2, bank=10).scorer({"bank": other}),
    ]
    with shared():
        together = [scorer(output) for scorer in scorers]
    assert len(searches) == 3
    for scorer, values in zip(scorers, together, strict=True):
        assert torch.equal(scorer(output), values)


@pytest.mark.parametrize("kind", [DenseNeighbors, LogHeat, Mahalanobis, StandardizedMaxLogit])
def test_a_method_cannot_be_changed(kind):
    assert kind.__dataclass_params__.frozen

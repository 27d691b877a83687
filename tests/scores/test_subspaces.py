"""ViM and NECO against their papers' formulas in numpy, and what they do with features known by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import special

import score_samples as samples
from hazards.labels import ANOMALY
from hazards.networks.models import Output, deeplabv3_mini, last_layer
from hazards.scores.logits import energy, max_logit
from hazards.scores.neco import NeuralCollapse
from hazards.scores.vim import VirtualLogit
from score_samples import at_input_size, known_features, outputs, scores


def log_sum_exp(output: Output) -> np.ndarray:
    return special.logsumexp(output.logits.double().numpy(), axis=1)


# ViM


@pytest.mark.parametrize("principal", [None, 2, 5])
def test_vim_follows_the_formula_of_its_paper(principal):
    output, labels = outputs(5, channels=6)
    features, _, known = known_features(output, labels)
    weight = output.last_layer.weight.detach()[:, :, 0, 0].double().numpy()
    bias = output.last_layer.bias.detach().double().numpy()
    origin = -np.linalg.pinv(weight) @ bias
    train = features[known]
    eigenvalues, eigenvectors = np.linalg.eig((train - origin).T @ (train - origin) / len(train))
    falling = np.argsort(-eigenvalues)
    residual = eigenvectors[:, falling[principal or 3 :]]
    norms = np.linalg.norm((train - origin) @ residual, axis=1)
    alpha = (train @ weight.T + bias).max(1).mean() / norms.mean()
    virtual = at_input_size(alpha * np.linalg.norm((features - origin) @ residual, axis=1))
    expected = virtual - log_sum_exp(output)
    np.testing.assert_allclose(scores(VirtualLogit(principal), output, labels), expected, rtol=1e-5, atol=1e-5)


def test_vim_ranks_as_the_softmax_probability_of_the_virtual_logit():
    output, labels = outputs(3)
    values = scores(VirtualLogit(), output, labels).double()
    virtual = (values + torch.from_numpy(log_sum_exp(output)))[:, None]
    probability = torch.cat([output.logits.double(), virtual], 1).softmax(1)[:, -1]
    assert (probability.flatten()[values.flatten().argsort()].diff() >= -1e-12).all()


def test_a_network_says_its_last_layer():
    network = deeplabv3_mini().eval()
    with torch.inference_mode():
        output = network(torch.rand(1, 3, 32, 48))
        logits = torch.nn.functional.interpolate(last_layer(network)(output.features), (32, 48), mode="bilinear")
    torch.testing.assert_close(logits, output.logits)
    assert last_layer(torch.nn.Conv2d(3, 13, 1)) is None


def test_alpha_is_taken_over_a_sample_that_the_seed_decides():
    output, labels = outputs(4)
    first, again, other = (VirtualLogit(sample=30, seed=seed).fit([(output, labels)]) for seed in (0, 0, 1))
    assert torch.equal(first["residual"], again["residual"])
    assert not torch.equal(first["residual"], other["residual"])
    torch.testing.assert_close(
        first["residual"] / first["residual"].norm(), other["residual"] / other["residual"].norm()
    )


def test_vim_without_a_last_layer_says_so():
    output, labels = outputs(2)
    with pytest.raises(ValueError, match="last layer of the network is not known"):
        VirtualLogit().fit([(output._replace(last_layer=None), labels)])


@pytest.mark.parametrize("principal", [0, 4, 9])
def test_some_directions_are_residual_and_some_are_not(principal):
    output, labels = outputs(2)
    with pytest.raises(ValueError, match="leave no residual"):
        VirtualLogit(principal).fit([(output, labels)])
    with pytest.raises(ValueError, match="at least one, and not all"):
        NeuralCollapse(principal=principal).fit([(output, labels)])


def test_vim_needs_known_pixels_and_something_outside_the_subspace():
    output, labels = outputs(2)
    with pytest.raises(ValueError, match="no known pixel"):
        VirtualLogit().fit([(output, torch.full_like(labels, ANOMALY))])
    layer = samples.last_layer(torch.eye(13, 4), torch.zeros(13))
    centred = output._replace(features=torch.zeros_like(output.features), last_layer=layer)
    with pytest.raises(ValueError, match="no more than the principal subspace"):
        VirtualLogit().fit([(centred, labels)])


# NECO


@pytest.mark.parametrize("base", [None, energy, max_logit])
@pytest.mark.parametrize("principal", [1, 3])
def test_neco_follows_the_formula_of_its_paper(base, principal):
    output, labels = outputs(5, channels=6)
    features, _, known = known_features(output, labels)
    train = features[known]
    mean, deviation = train.mean(0), train.std(0)
    _, _, components = np.linalg.svd((train - mean) / deviation, full_matrices=False)
    standardized = (features - mean) / deviation
    inside = np.linalg.norm(standardized @ components[:principal].T, axis=1)
    expected = -at_input_size(inside / np.linalg.norm(standardized, axis=1))
    if base:
        expected = -expected * base(output.logits.double()).numpy()
    found = scores(NeuralCollapse(base, principal), output, labels)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_by_default_the_subspace_has_a_dimension_less_than_there_are_labels():
    output, labels = outputs(6, channels=20)
    assert NeuralCollapse().fit([(output, labels)])["projection"].trace().item() == pytest.approx(12, abs=1e-4)


def test_features_in_the_subspace_score_lowest_and_those_outside_highest():
    output, labels = outputs(4, channels=3)
    state = NeuralCollapse(principal=1).fit([(output, labels)])
    _, directions = torch.linalg.eigh(state["projection"])
    pixels = state["mean"] + 5 * directions.T.flip(0) / state["scale"]  # the first in the subspace
    single = Output(torch.zeros(1, 13, 1, 3), None, pixels.T.reshape(1, 3, 1, 3))
    values = NeuralCollapse(principal=1).scorer(state)(single).flatten()
    torch.testing.assert_close(values, torch.tensor([-1.0, 0.0, 0.0]), rtol=0, atol=1e-4)


def test_neco_is_finite_at_the_mean_and_with_dead_channels():
    output, labels = outputs(4)
    wider = output._replace(features=torch.cat([output.features, torch.zeros(4, 2, 6, 9)], 1))
    method = NeuralCollapse(principal=2)
    torch.testing.assert_close(scores(method, wider, labels), scores(method, output, labels), rtol=1e-4, atol=1e-5)
    state = method.fit([(output, labels)])
    mean = output._replace(features=state["mean"][None, :, None, None].expand_as(output.features))
    assert (method.scorer(state)(mean) == 0).all()


def test_features_that_do_not_vary_have_no_components():
    output, labels = outputs(2)
    with pytest.raises(ValueError, match="do not vary"):
        NeuralCollapse(principal=2).fit([(output._replace(features=torch.ones(2, 4, 6, 9)), labels)])

"""Maps enlarged by matrix products, and means spread over the map, are those of the library's interpolation."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from hazards.networks.enlarging import enlarged
from hazards.networks.heads import WholeMap
from hazards.networks.models import deeplabv3_mini


def interpolated(maps: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    return functional.interpolate(maps, size, mode="bilinear", align_corners=False)


@pytest.mark.parametrize("size", [(20, 28), (9, 13), (5, 7), (3, 30)])
def test_enlarged_maps_and_their_gradient_are_those_of_bilinear_interpolation(size):
    torch.manual_seed(0)
    maps, weights = torch.randn(2, 3, 5, 7), torch.randn(2, 3, *size)
    results = []
    for enlarge in (enlarged, interpolated):
        leaf = maps.to(memory_format=torch.channels_last).requires_grad_()
        result = enlarge(leaf, size)
        (result * weights).sum().backward()
        results.append((result.detach(), leaf.grad))
    torch.testing.assert_close(*(result for result, _ in results))
    torch.testing.assert_close(*(gradient for _, gradient in results))


def test_maps_in_bfloat16_are_enlarged_in_float32():
    maps = torch.randn(1, 2, 4, 4).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        result = enlarged(maps, (16, 16))
    assert result.dtype == torch.float32
    torch.testing.assert_close(result, interpolated(maps.float(), (16, 16)))


def test_a_network_gives_the_same_logits_in_training_and_after_it():
    torch.manual_seed(0)
    network = deeplabv3_mini().eval()
    images = torch.rand(2, 3, 30, 46)
    with torch.no_grad():
        after = network(images).logits
        network.training = True  # of the network alone, so that batch norm and dropout stay as they are
        torch.testing.assert_close(network(images).logits, after)


def test_the_mean_of_a_map_is_given_to_each_place():
    maps = torch.randn(2, 4, 5, 7)
    pooled = WholeMap(torch.nn.AdaptiveAvgPool2d(1))(maps)
    torch.testing.assert_close(pooled, maps.mean((2, 3), keepdim=True).repeat(1, 1, 5, 7))

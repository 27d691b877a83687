"""Convolutions have right gradients in bfloat16, too, whatever the memory held before."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from hazards.networks.depthwise import Float32Conv2d, Float32Conv2dSame
from hazards.networks.models import FAMILIES, Network

NETWORKS = {model.__name__: model for sizes in FAMILIES.values() for model in (sizes["mini"], sizes["light"])}


def inputs(network: Network, images: Tensor) -> dict[str, Tensor]:
    """What each convolution of a network sees of some images."""
    seen: dict[str, Tensor] = {}

    def note(name):
        return lambda module, arguments: seen.setdefault(name, arguments[0].detach())

    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_pre_hook(note(name))
    network.train()(images)
    return seen


def weight_gradient(convolution: nn.Conv2d, images: Tensor, precision: torch.dtype) -> Tensor:
    convolution.zero_grad()
    with torch.autocast("cpu", dtype=precision, enabled=precision != torch.float32):
        maps = convolution(images)
    torch.manual_seed(1)
    maps.backward(torch.randn(maps.shape).to(maps.dtype))
    assert convolution.weight.grad is not None
    return convolution.weight.grad.clone()


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_in_bfloat16_are_those_in_float32_but_for_rounding(name):
    torch.manual_seed(0)
    network = NETWORKS[name]().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    images = torch.rand(4, 3, 144, 256).contiguous(memory_format=torch.channels_last)
    seen = inputs(network, images)
    for part, arguments in seen.items():
        convolution = network.get_submodule(part)
        exact = weight_gradient(convolution, arguments, torch.float32)
        torch.full((1_000_000,), 1e30)  # what a fault would leave in the gradient
        rounded = weight_gradient(convolution, arguments, torch.bfloat16)
        assert (rounded - exact).norm() <= 0.05 * exact.norm() + 1e-6, part


def test_wide_and_dilated_depthwise_convolutions_stay_in_float32_and_no_others():
    network = NETWORKS["deeplabv3plus_lite0"]()
    convolutions = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    kept = [module for module in convolutions if isinstance(module, Float32Conv2d | Float32Conv2dSame)]
    assert {(module.groups > 1, module.kernel_size, module.dilation) for module in kept} == {
        (True, (5, 5), (1, 1)),
        (True, (3, 3), (2, 2)),
        (True, (3, 3), (4, 4)),
        (True, (3, 3), (6, 6)),
    }
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert kept[0](torch.rand(1, kept[0].in_channels, 8, 8)).dtype == torch.float32

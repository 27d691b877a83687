"""How large a network is and how much it computes, counted rather than timed.

Tensors on torch's device ``meta`` have a shape but no values: a pass over them takes no time, whatever the size.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

from hazards.networks.models import Network, built
from hazards.store import step


class Counts(NamedTuple):
    """Counts of a network.

    Args:
        parameters: trained ones, without the auxiliary head, which is gone after training.
        flops: floating-point operations of a forward pass of one image by `torch.utils.flop_counter`, which counts
            convolutions and matrix products and takes a multiplication with its addition as two.
        bytes: of all its weights, the auxiliary head's included.
    """

    parameters: int
    flops: int
    bytes: int


@step
def complexity(model: Callable[[], Network], size: tuple[int, int], known: int) -> dict[str, float]:
    """Counts of a network: ``parameters`` and ``flops`` of `Counts`.

    Args:
        model: its constructor.
        size: height and width of an image in pixels.
        known: how many labels it predicts.
    """
    counts = count(model, size, known)
    return {"parameters": counts.parameters, "flops": counts.flops}


@functools.cache
def count(model: Callable[[], Network], size: tuple[int, int], known: int) -> Counts:
    """The same without the store, and all of it."""
    network = built(model, known).eval()
    try:
        flops = _flops(copy.deepcopy(network).to("meta"), size)
    except (NotImplementedError, RuntimeError):  # it looks at values, of which there are none on this device
        flops = _flops(network, size)
    parameters = _parameters(network) - _parameters(network.auxiliary)
    size_of_weights = sum(tensor.nbytes for tensor in network.state_dict().values())
    return Counts(parameters, flops, size_of_weights)


def _parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _flops(network: nn.Module, size: tuple[int, int]) -> int:
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    images = torch.zeros(1, 3, *size, device=next(network.parameters()).device)
    # The counter does not see into fused attention.
    with torch.inference_mode(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        network(images)
    return counter.get_total_flops()

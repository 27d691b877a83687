"""How large a network is and how much it computes, counted rather than timed."""

from __future__ import annotations

from collections.abc import Callable

import torch

from hazards.models import Network, built
from hazards.store import step


@step
def complexity(model: Callable[[], Network], size: tuple[int, int], known: int) -> dict[str, float]:
    """Counts of a network.

    Args:
        model: its constructor.
        size: height and width of an image in pixels.
        known: how many labels it predicts.

    Returns:
        ``parameters``: trained ones, without the auxiliary head, which is gone after training;
        ``flops``: floating-point operations of a forward pass of one image by `torch.utils.flop_counter`, which counts
        convolutions and matrix products and takes a multiplication with its addition as two.
    """
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    network = built(model, known).eval()
    # The counter does not see into fused attention.
    with torch.inference_mode(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 3, *size))
    auxiliary = sum(each.numel() for each in network.auxiliary.parameters())
    return {
        "parameters": sum(each.numel() for each in network.parameters()) - auxiliary,
        "flops": counter.get_total_flops(),
    }

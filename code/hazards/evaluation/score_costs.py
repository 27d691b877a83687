"""What anomaly scores cost on the machine at hand: milliseconds an image, and the memory of what they are fitted to."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn import functional

from hazards import processors
from hazards.determinism import one_thread_on_cpu
from hazards.labels import STREETHAZARDS
from hazards.networks.models import Output, built, last_layer
from hazards.scores.logit_cache import shared
from hazards.scores.method import Method
from hazards.store import step

_IMAGES = 4
"""From which statistics are taken: enough for the bank of `DenseNeighbors` at the smallest size."""
_ROUNDS = 7
_MIB = 2**20


@step(name="score_cost")
def score_costs(model: Callable[[], nn.Module], size: tuple[int, int], methods: tuple[Method, ...]) -> dict[str, Any]:
    """Measure what methods cost beside a forward pass of one image, on one thread of this machine's processor.

    Neither weights nor pictures decide how long a score takes: both are random here, pictures smooth. Each score is
    computed by itself; scores of the same logits that are computed together share parts and cost less.

    Args:
        model: constructor of the network.
        size: height and width of the images.

    Returns:
        ``scores``: a data frame with score (the method's name), milliseconds (median of seven) and mebibytes (of its
        statistics); ``network``: milliseconds of a forward pass and mebibytes of the weights; ``processor``: its name.
    """
    torch.manual_seed(0)
    network = built(model, STREETHAZARDS.known).eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    coarse = torch.rand(_IMAGES, 3, size[0] // 8, size[1] // 8)
    images = functional.interpolate(coarse, size, mode="bilinear").contiguous(memory_format=torch.channels_last)
    labels = torch.randint(0, STREETHAZARDS.known, (_IMAGES, *size))
    with torch.inference_mode(), one_thread_on_cpu(torch.device("cpu")):
        output = network(images)._replace(images=images, last_layer=last_layer(network))
        rows = [_cost(method, output, labels) for method in methods]
        forward = _milliseconds(lambda: network(images[:1]))
    weights = _mebibytes(network.state_dict())
    return {
        "scores": pd.DataFrame(rows),
        "network": {"milliseconds": forward, "mebibytes": weights},
        "processor": processors.name(),
    }


def _cost(method: Method, output: Output, labels: Tensor) -> dict[str, Any]:
    """The row of a method, fitted to an output for images with these labels and timed on the first of them."""
    assert output.images is not None
    first = output._replace(
        logits=output.logits[:1].contiguous(), features=output.features[:1], images=output.images[:1]
    )
    state = method.fit([(output, labels)])
    scorer = method.scorer(state)

    def scored() -> None:
        with shared():
            scorer(first)

    return {"score": method.name, "milliseconds": _milliseconds(scored), "mebibytes": _mebibytes(state)}


def _milliseconds(task: Callable[[], object]) -> float:
    """Median time of a task; the first round, which sets up, does not count."""
    seconds = []
    for _ in range(_ROUNDS + 1):
        began = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds[1:]) * 1000


def _mebibytes(tensors: dict[str, Tensor]) -> float:
    return sum(tensor.nbytes for tensor in tensors.values()) / _MIB

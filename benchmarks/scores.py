"""What each anomaly score costs an image, in milliseconds and as a share of the mini network's forward pass.

    OMP_NUM_THREADS=1 python benchmarks/scores.py [rounds]

One thread, 256x144 pixels, weights at random. The forward pass runs in batches of 8, as evaluation does; then logits
are made contiguous and scored image by image. In each round everything is timed once, one after the other; medians over
rounds are shown. Aim: a forward pass with all methods on logits takes at most 1.3 times as long as without; those on
features and the suppression of borders are apart.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

import torch

from hazards.networks.models import Output, deeplabv3_mini, last_layer
from hazards.scores.dense_neighbors import DenseNeighbors
from hazards.scores.heat import LogHeat
from hazards.scores.logit_cache import shared
from hazards.scores.logits import energy, entropy, gen, max_logit, msp
from hazards.scores.mahalanobis import Mahalanobis
from hazards.scores.method import Scorer, as_method
from hazards.scores.neco import NeuralCollapse
from hazards.scores.standardized_max_logit import StandardizedMaxLogit
from hazards.scores.superpixels import SuperpixelMean
from hazards.scores.vim import VirtualLogit

SIZE = (144, 256)
BATCH = 8
AIM = 1.3
FORWARD, TOGETHER = "forward pass", "forward pass and all but those apart"
ON_LOGITS = (
    *map(as_method, (max_logit, msp, entropy, gen, energy)),
    as_method(energy, temperature=2.0),
    StandardizedMaxLogit(),
    StandardizedMaxLogit(smooth=True),
    LogHeat(),
)
APART = (
    StandardizedMaxLogit(suppress=True),
    StandardizedMaxLogit(suppress=True, smooth=True),
    Mahalanobis(),
    Mahalanobis("per label"),
    DenseNeighbors(),
    DenseNeighbors(base=None),
    DenseNeighbors(bank=10_000),
    VirtualLogit(),
    NeuralCollapse(),
    NeuralCollapse(energy),
    SuperpixelMean(),
)


def main(rounds: int) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = deeplabv3_mini().eval().to(memory_format=torch.channels_last)
    images = torch.rand(BATCH, 3, *SIZE).to(memory_format=torch.channels_last)
    labels = torch.randint(0, network.known, (BATCH, *SIZE))
    with torch.inference_mode():
        output = network(images)._replace(images=images, last_layer=last_layer(network))
        scorers = {method.name: method.scorer(method.fit([(output, labels)])) for method in (*ON_LOGITS, *APART)}
        together = [scorers[method.name] for method in ON_LOGITS]
        one = single(output, 0)
        tasks: dict[str, Callable[[], object]] = {
            FORWARD: lambda: network(images),
            TOGETHER: lambda: score_together(network(images), together),
            **{name: partial(scorer, one) for name, scorer in scorers.items()},
        }
        milliseconds = measure(tasks, rounds)
    for name in (FORWARD, TOGETHER):
        milliseconds[name] /= BATCH
    show(milliseconds)


def single(output: Output, index: int) -> Output:
    """The output for one image of a batch, its logits contiguous."""
    chosen = slice(index, index + 1)
    assert output.images is not None
    logits = output.logits[chosen].contiguous()
    return output._replace(logits=logits, features=output.features[chosen], images=output.images[chosen])


def score_together(output: Output, scorers: list[Scorer]) -> None:
    """Score a batch image by image, sharing what can be shared."""
    for index in range(BATCH):
        one = single(output, index)
        with shared():
            for scorer in scorers:
                scorer(one)


def measure(tasks: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median milliseconds of each task; the first round only warms up."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds + 1):
        for name, task in tasks.items():
            begun = time.perf_counter()
            task()
            times[name].append(time.perf_counter() - begun)
    return {name: median(each[1:]) * 1e3 for name, each in times.items()}


def show(milliseconds: dict[str, float]) -> None:
    """Print the table, in the order measured, and whether the aim is met."""
    forward = milliseconds[FORWARD]
    apart = {method.name for method in APART}
    print(f"{'':<44} {'ms/image':>9} {'of forward pass':>16}")
    for name, value in milliseconds.items():
        print(f"{name + (' (apart)' if name in apart else ''):<44} {value:>9.2f} {value / forward:>15.2f}x")
    print("within the aim" if milliseconds[TOGETHER] <= AIM * forward else "over the aim")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)

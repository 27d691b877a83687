"""How a new network gets its first weights: a recipe names one of these, and a training's result says what came of it.

Weights for ImageNet come with a package or are downloaded once. Where they cannot be had the training goes on from
random weights and says so in one line, in its result and in the tables: a reader without a network still gets the whole
report.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hazards.networks.models import Network

Start = Callable[[Network], str]
"""Gives a network its first weights and returns what they are, for tables."""

SCRATCH = "random"
IMAGENET = "ImageNet"
UNAVAILABLE = "random, no ImageNet weights to be had"


def from_scratch(network: Network) -> str:
    """Leave the network as its constructor made it: random weights."""
    return SCRATCH


def from_imagenet(network: Network) -> str:
    """Give the backbone weights for ImageNet; where they cannot be had, say so on one line and leave it random."""
    try:
        with _quiet():
            state = network.backbone.imagenet_weights()
    except OSError as error:  # no connection, no disk, no such file: what hubs raise derives from it
        reason = " ".join(str(error).split())
        print(
            f"{type(network.backbone).__name__}: no ImageNet weights, starting from random ones: {reason}",
            file=sys.stderr,
        )
        return UNAVAILABLE
    network.backbone.load_state_dict(state)
    return IMAGENET


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the hub's line for each of its dozen attempts."""
    logger = logging.getLogger("huggingface_hub")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


STARTS: dict[str, Start] = {"mini": from_scratch, "light": from_imagenet, "full": from_imagenet}
"""How recipes start at each size of the networks."""

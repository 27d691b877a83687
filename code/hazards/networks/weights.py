"""Weights go into the network that they were trained for, and into no other."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from hazards.errors import HazardsError


class WeightsMismatchError(HazardsError):
    """Weights are those of another architecture or of another number of labels; the message names both."""


def load_weights(network: nn.Module, model: str, weights: Mapping[str, Tensor], source: str) -> None:
    """Load weights, tensors by name, into a network.

    Args:
        model: what the network's architecture is called.
        source: what the weights are, with their architecture: for the message.

    Raises:
        WeightsMismatchError: for weights that do not fit; the network stays as it was.
    """
    wanted = network.state_dict()
    strange = sorted(weights.keys() - wanted.keys())
    missing = sorted(wanted.keys() - weights.keys())
    shared = sorted(weights.keys() & wanted.keys())
    misfits = {name: weights[name].shape for name in shared if weights[name].shape != wanted[name].shape}
    if not strange and not missing and not misfits:
        network.load_state_dict(weights)
        return
    labels = {(shape[:1], wanted[name].shape[:1]) for name, shape in misfits.items()}
    only_labels = all(wanted[name].shape[1:] == shape[1:] for name, shape in misfits.items())
    if not strange and not missing and only_labels and len(labels) == 1:
        (theirs,), (ours,) = labels.pop()
        raise WeightsMismatchError(f"{source} predicts {theirs} labels, but {model} here {ours}: train it anew")
    reasons = {"not known to it": strange, "missing": missing, "of another shape": sorted(misfits)}
    differences = ", ".join(f"{len(names)} tensors {what} ({names[0]})" for what, names in reasons.items() if names)
    raise WeightsMismatchError(f"{source} is of another architecture than {model}: {differences}")

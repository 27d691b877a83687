"""Weights in files: what `hazards export` writes, which says what it is, and what others saved, under other names.

A file of safetensors holds tensors by name, and in its metadata texts by name. Those of this library are ``model``, the
architecture; ``network``, the training; ``input``, JSON with the width and height at which it was trained; and
``labels``, JSON with names, colours, and values in label maps, see `label_names.to_json`.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from hazards.errors import HazardsError
from hazards.whole_files import whole_file

SUFFIX = ".safetensors"
_PICKLED = {".bin", ".ckpt", ".pt", ".pth", ".tar"}
_PLACES = ("state_dict", "model_state_dict", "model", "network", "weights")
"""Where programs keep the weights among what else they save."""
_WRAPPERS = ("module.", "model.", "network.")
"""What DataParallel and training programs put before every name."""
_COMPILED = "_orig_mod."
"""What torch.compile puts before the names of what it compiled."""


class WeightFileError(HazardsError):
    """A file does not hold weights; the message says which, and what it holds."""


class WeightFile(NamedTuple):
    """What a file holds: weights by their names in this library's networks, and texts about them by name."""

    weights: dict[str, Tensor]
    metadata: dict[str, str]


def known(weights: Mapping[str, Tensor]) -> int | None:
    """How many labels a network predicts; None where its last layer is not called as it is here."""
    return len(weights["classifier.weight"]) if "classifier.weight" in weights else None


def size(path: Path, metadata: Mapping[str, str]) -> tuple[int, int] | None:
    """Height and width at which the network of a file was trained; None where it does not say so.

    Raises:
        WeightFileError: for other than two numbers of pixels.
    """
    if "input" not in metadata:
        return None
    try:
        sides = json.loads(metadata["input"])
        height, width = int(sides["height"]), int(sides["width"])
    except (ValueError, TypeError, LookupError):
        raise WeightFileError(f"{path}: its input is {metadata['input']!r}, not a width and a height") from None
    return height, width


def read(path: Path) -> WeightFile:
    """Read a file of safetensors, or one of PyTorch's of which nothing is executed.

    Raises:
        WeightFileError: for a file that holds no weights.
    """
    from safetensors import SafetensorError, safe_open

    if path.suffix in _PICKLED:
        return WeightFile(_plain(_unpickled(path)), {})
    try:
        with safe_open(path, "pt") as file:
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 # it is no dict
            return WeightFile(_plain(weights), file.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise WeightFileError(f"{path} is no safetensors file: {error}") from error


def write(path: Path, weights: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write a file of safetensors, whole or not at all, without what counts in training alone."""
    from safetensors.torch import save

    kept = {name: tensor.cpu().contiguous() for name, tensor in weights.items() if not _counts_in_training_alone(name)}
    with whole_file(path) as draft:
        draft.write_bytes(save(kept, dict(metadata)))


def completed(weights: Mapping[str, Tensor], network: nn.Module) -> dict[str, Tensor]:
    """Weights with the network's own in place of those that count in training alone: many a file lacks them."""
    own = {name: tensor for name, tensor in network.state_dict().items() if _counts_in_training_alone(name)}
    return own | {name: tensor for name, tensor in weights.items() if not _counts_in_training_alone(name)}


def _counts_in_training_alone(name: str) -> bool:
    return name.startswith("auxiliary.") or name.endswith(".num_batches_tracked")


def _unpickled(path: Path) -> dict[str, Tensor]:
    """The weights in a file of PyTorch's; no code in it is run."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError) as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise WeightFileError(
            f"{path} cannot be read as weights ({reason}): save nothing but them, by "
            f"safetensors.torch.save_file(network.state_dict(), 'network{SUFFIX}')"
        ) from None
    return _state(content, path)


def _state(content: Any, path: Path) -> dict[str, Tensor]:
    """The tensors by name in what a file holds. Raises WeightFileError where there are none."""
    while isinstance(content, Mapping):
        if content and all(isinstance(item, Tensor) for item in content.values()):
            return {str(name): tensor for name, tensor in content.items()}
        place = next((name for name in _PLACES if name in content), None)
        if place is None:
            raise WeightFileError(
                f"{path} holds {', '.join(map(str, content)) or 'nothing'}, and no weights under {', '.join(_PLACES)}"
            )
        content = content[place]
    raise WeightFileError(f"{path} holds a {type(content).__name__}, and no weights by name")


def _plain(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights by the names that the network itself gives them, without those of what it was wrapped in."""
    plain = {name.replace(_COMPILED, ""): tensor for name, tensor in weights.items()}
    while wrapper := _wrapper(plain):
        plain = {name.removeprefix(wrapper): tensor for name, tensor in plain.items()}
    return plain


def _wrapper(names: Collection[str]) -> str | None:
    """That of `_WRAPPERS` with which all names begin; None where there is none."""
    return next((start for start in _WRAPPERS if names and all(name.startswith(start) for name in names)), None)

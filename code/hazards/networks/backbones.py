"""Backbones: from normalised images (B, 3, H, W) to the feature maps of three or four stages, largest first.

Those at full size are torchvision's, timm's and segmentation-models-pytorch's, with weights for ImageNet to be had by
`imagenet_weights`; their small siblings have the same parts and are trained from scratch. A small one with weights is
in efficientnet_lite.py. All libraries are imported where a network is built, see models.py.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from hazards.networks.windows import ByRows, ByWindows

Maps = list[Tensor]
State = dict[str, Any]

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

_GRID = 7, 7
"""Windows in the images of 224×224 pixels that Hiera was trained on first."""


class Backbone(nn.Module):
    """What heads and starts know of a backbone.

    Attributes:
        channels: of each stage's map.
        multiple: sides of the images have to be multiples of it.
        mean, std: of red, green and blue, by which images in 0–1 are normalised for it.
    """

    channels: tuple[int, ...]
    multiple: int = 1
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD

    def imagenet_weights(self) -> State:
        """State of the backbone after training on ImageNet, downloaded once.

        Raises:
            OSError: where it cannot be had.
        """
        raise FileNotFoundError(f"there are none for {type(self).__name__} of this size")


class ResNet(Backbone):
    """Torchvision's ResNet by name, at stride 8: its last two stages are dilated instead of strided.

    He et al., Deep residual learning for image recognition, 2016.
    """

    channels = (256, 512, 1024, 2048)

    def __init__(self, name: str):
        super().__init__()
        from torchvision.models import get_model
        from torchvision.models._utils import IntermediateLayerGetter

        self.name = name
        net = get_model(name, weights=None, replace_stride_with_dilation=[False, True, True])
        self.stages = IntermediateLayerGetter(net, {f"layer{stage}": str(stage) for stage in (1, 2, 3, 4)})

    def forward(self, images: Tensor) -> Maps:
        return list(self.stages(images).values())

    def imagenet_weights(self) -> State:
        """Torchvision's second, better weights for ImageNet, IMAGENET1K_V2."""
        from torchvision.models import get_model_weights

        state = get_model_weights(self.name)["IMAGENET1K_V2"].get_state_dict(progress=False, check_hash=True)
        return {f"stages.{name}": tensor for name, tensor in state.items() if not name.startswith("fc.")}


class SmallResNet(Backbone):
    """A ResNet of basic blocks, all its stages at stride 4; what would be strided further is dilated.

    Images of the `mini` profile are a fifth as wide as the full ones: at the usual strides nothing would be left of
    a pole or a traffic sign.

    Args:
        blocks: in each of the three stages.
    """

    channels = (32, 48, 64)

    def __init__(self, blocks: tuple[int, int, int] = (1, 1, 1)):
        super().__init__()
        first, second, third = self.channels
        self.stem = nn.Sequential(convolution(3, 16, stride=2), convolution(16, first, stride=2))
        self.first = _stage(blocks[0], first, first, dilation=1)
        self.second = _stage(blocks[1], first, second, dilation=2)
        self.third = _stage(blocks[2], second, third, dilation=4)

    def forward(self, images: Tensor) -> Maps:
        first = self.first(self.stem(images))
        second = self.second(first)
        return [first, second, self.third(second)]


def convolution(channels: int, width: int, stride: int = 1) -> nn.Sequential:
    """A 3×3 convolution with batch normalisation and ReLU."""
    return nn.Sequential(nn.Conv2d(channels, width, 3, stride, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU())


def _stage(blocks: int, channels: int, width: int, dilation: int) -> nn.Module:
    from timm.models.resnet import BasicBlock

    shortcut = None
    if channels != width:
        shortcut = nn.Sequential(nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width))
    first = BasicBlock(channels, width, 1, shortcut, dilation=dilation, first_dilation=dilation)
    more = [BasicBlock(width, width, dilation=dilation, first_dilation=dilation) for _ in range(blocks - 1)]
    return nn.Sequential(first, *more) if more else first


class MixTransformer(Backbone):
    """SegFormer's hierarchical transformer, stages at stride 4, 8, 16, 32.

    Xie et al., SegFormer: simple and efficient design for semantic segmentation with transformers, 2021; as in
    segmentation-models-pytorch.

    Args:
        name: of one of that library's encoders, ``mit_b5``, or None for one of these sizes:
        channels, depths, heads: of the four stages.
    """

    def __init__(
        self,
        name: str | None,
        channels: tuple[int, ...] = (64, 128, 320, 512),
        depths: tuple[int, ...] = (),
        heads: tuple[int, ...] = (),
    ):
        super().__init__()
        from segmentation_models_pytorch.encoders import get_encoder
        from segmentation_models_pytorch.encoders.mix_transformer import MixVisionTransformerEncoder

        self.name, self.channels = name, channels
        self.encoder: Any
        if name:
            self.encoder = get_encoder(name, weights=None)
        else:
            sizes: dict[str, Any] = {"embed_dims": channels, "depths": depths, "num_heads": heads}
            self.encoder = MixVisionTransformerEncoder([3, 0, *channels], qkv_bias=True, **sizes)

    def forward(self, images: Tensor) -> Maps:
        return self.encoder(images.contiguous())[2:]

    def imagenet_weights(self) -> State:
        """The authors' weights for ImageNet, as that library hands them on."""
        if not self.name:
            return super().imagenet_weights()
        from segmentation_models_pytorch.encoders import get_encoder

        state = get_encoder(self.name, weights="imagenet").state_dict()
        return {f"encoder.{name}": tensor for name, tensor in state.items()}


class Hiera(Backbone):
    """Hiera with windowed absolute positions, stages at stride 4, 8, 16, 32, for images of any size.

    Ryali et al., Hiera: a hierarchical vision transformer without the bells-and-whistles, 2023; positions by Bolya et
    al., Window attention is bugged: how not to interpolate position embeddings, 2024, which fit any number of windows.
    Timm's implementation fixes the image's size when it is built; here the parts that hold it, none of which has a
    parameter, follow the images.

    Args:
        name: of timm's model.
        sizes: what differs from it, as its arguments.
    """

    multiple = 32  # a window is 8×8 patches of 4×4 pixels
    body: Any

    def __init__(self, name: str, **sizes: Any):
        super().__init__()
        import timm

        self.name = None if sizes else name
        self.body = timm.create_model(
            name, pretrained=False, num_classes=0, abs_win_pos_embed=True, global_pos_size=_GRID, **sizes
        )
        self.body.unroll = ByWindows()
        self.body.reroll = ByRows(self.body.stage_ends[: self.body.q_pool])
        self.body.head = nn.Identity()  # its norm, unused, would keep processes that train together waiting
        self.channels = tuple(stage["num_chs"] for stage in self.body.feature_info)

    def forward(self, images: Tensor) -> Maps:
        height, width = images.shape[-2:]
        windows = height // self.multiple, width // self.multiple
        self.body.mask_spatial_shape = windows
        self.body.unroll.windows = windows
        self.body.reroll.windows = windows
        return self.body.forward_intermediates(images, intermediates_only=True)

    def imagenet_weights(self) -> State:
        """Timm's weights for ImageNet; their one map of positions becomes a part within and a part between windows."""
        if not self.name:
            return super().imagenet_weights()
        import timm

        state = timm.create_model(self.name, pretrained=True, num_classes=0).state_dict()
        state = {name: tensor for name, tensor in state.items() if not name.startswith("head.")}
        state["pos_embed"], state["pos_embed_win"] = split_positions(state["pos_embed"])
        return {f"body.{name}": tensor for name, tensor in state.items()}


def split_positions(positions: Tensor) -> tuple[Tensor, Tensor]:
    """Positions of patches (1, 56·56, C) as a mean by window (1, C, 7, 7) plus one within windows (1, C, 8, 8)."""
    rows, columns = _GRID
    tiles = positions.transpose(1, 2).unflatten(2, (rows, 8, columns, 8))  # (1, C, 7, 8, 7, 8)
    within = tiles.mean((2, 4))
    return tiles.mean((3, 5)) - within.mean((2, 3), keepdim=True), within


def pad(images: Tensor, multiple: int) -> Tensor:
    """Images (B, 3, H, W) with zeros added on the right and at the bottom, so that sides are multiples."""
    height, width = images.shape[-2:]
    rows = (height + multiple - 1) // multiple
    columns = (width + multiple - 1) // multiple
    return functional.pad(images, (0, columns * multiple - width, 0, rows * multiple - height))

"""Heads: from the maps of a backbone's stages, largest first, to dense features (B, C, h, w)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from hazards.networks.backbones import Maps, convolution


class LastStage(nn.Sequential):
    """DeepLabV3's head: pyramid pooling and what follows it, on the last stage alone.

    Chen et al., Rethinking atrous convolution for semantic image segmentation, 2017.
    """

    def forward(self, maps: Maps) -> Tensor:
        return super().forward(maps[-1])


class Decoder(nn.Module):
    """A decoder of segmentation-models-pytorch, which expects the image and a map at stride 2 before the stages."""

    def __init__(self, decoder: nn.Module):
        super().__init__()
        self.decoder = decoder

    def forward(self, maps: Maps) -> Tensor:
        batch, _, height, width = maps[0].shape
        image = maps[0].new_empty(batch, 0, 4 * height, 4 * width)
        half = maps[0].new_empty(batch, 0, 2 * height, 2 * width)
        return self.decoder([image, half, *maps])


class WholeMap(nn.Sequential):
    """The branch of a pyramid that takes the mean of the whole map, (B, C, h, w), and gives it to each place.

    Libraries enlarge that one cell by interpolation, whose gradient goes through all places one by one.
    """

    def forward(self, maps: Tensor) -> Tensor:
        mean = super().forward(maps)
        return mean.expand(-1, -1, *maps.shape[-2:])


class WithBorders(nn.Module):
    """DeepLabV3+'s head: DeepLabV3's, whose last convolution also sees the first stage, which still has borders.

    The pyramid's map is enlarged to the first stage's, which a 1×1 convolution makes `narrow` channels of, and both
    are joined. Nothing else differs from `LastStage`; Chen et al. use separable convolutions as well.

    Chen et al., Encoder-decoder with atrous separable convolution for semantic image segmentation, 2018.
    """

    def __init__(self, pyramid: nn.Module, channels: int, narrow: int, width: int):
        super().__init__()
        self.pyramid = pyramid
        self.borders = nn.Sequential(nn.Conv2d(channels, narrow, 1, bias=False), nn.BatchNorm2d(narrow), nn.ReLU())
        self.last = convolution(width + narrow, width)

    def forward(self, maps: Maps) -> Tensor:
        borders = self.borders(maps[0])
        context = self.pyramid(maps[-1])
        if context.shape[-2:] != borders.shape[-2:]:
            context = functional.interpolate(context, borders.shape[-2:], mode="bilinear", align_corners=False)
        return self.last(torch.cat([context, borders], 1))

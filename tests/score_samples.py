"""Outputs of a network that is right at most pixels, and what a method says about them; nothing is trained."""

from __future__ import annotations

import numpy as np
import torch

from hazards.labels import ANOMALY
from hazards.networks.models import Output
from hazards.scores.method import Method


def outputs(images: int, seed: int = 0, channels: int = 4) -> tuple[Output, torch.Tensor]:
    """Output and labels as of a network at stride 4 that is right at most pixels; the last image has an anomaly."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 5, (images, 6, 9), generator=generator).repeat_interleave(4, 1).repeat_interleave(4, 2)
    logits = torch.randn(images, 13, 24, 36, generator=generator) * 2
    logits.scatter_add_(1, labels[:, None], torch.full((images, 1, 24, 36), 6.0))
    features = torch.randn(images, channels, 6, 9, generator=generator) + labels[:, None, ::4, ::4]
    labels[-1, 4:8, 8:16] = ANOMALY
    pictures = torch.rand(images, 3, 24, 36, generator=generator)
    weight = torch.randn(13, channels, generator=generator)
    return Output(logits, None, features, pictures, last_layer(weight, torch.randn(13, generator=generator))), labels


def last_layer(weight: torch.Tensor, bias: torch.Tensor) -> torch.nn.Conv2d:
    """A 1×1 convolution with this weight (K, C) and bias (K,)."""
    layer = torch.nn.Conv2d(weight.shape[1], weight.shape[0], 1)
    layer.load_state_dict({"weight": weight[:, :, None, None], "bias": bias})
    return layer


def batches(output: Output, labels: torch.Tensor, size: int) -> list[tuple[Output, torch.Tensor]]:
    """The same in batches of so many images."""
    cut = []
    for first in range(0, len(labels), size):
        chosen = slice(first, first + size)
        images = None if output.images is None else output.images[chosen]
        part = output._replace(logits=output.logits[chosen], features=output.features[chosen], images=images)
        cut.append((part, labels[chosen]))
    return cut


def scores(method: Method, output: Output, labels: torch.Tensor, size: int = 2) -> torch.Tensor:
    """Scores of images that the method was also fitted on, in batches."""
    score = method.scorer(method.fit(batches(output, labels, size)))
    return torch.cat([score(part) for part, _ in batches(output, labels, size)])


def known_features(output: Output, labels: torch.Tensor) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All features (N, C), the labels below them (N,), and which of them are known."""
    features = output.features.movedim(1, -1).reshape(-1, output.features.shape[1]).double().numpy()
    small = labels[:, 2::4, 2::4].reshape(-1).numpy()
    return features, small, small != ANOMALY


def at_input_size(values: np.ndarray) -> np.ndarray:
    """Values (B·6·9,) at stride 4 as (B, 24, 36), bilinearly."""
    grid = torch.from_numpy(values).reshape(-1, 1, 6, 9)
    return torch.nn.functional.interpolate(grid, scale_factor=4, mode="bilinear", align_corners=False)[:, 0].numpy()

"""Scores and masks as metrics take them in: checked, one image at a time, without the pixels that do not count."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch
from torch import Tensor

Array = np.ndarray | Tensor


class Pixels:
    """The pixels of an image that count; sorted once, whatever asks for their order.

    Args:
        scores: finite, float32 (N,).
        anomaly: boolean (N,), on the same device.
    """

    def __init__(self, scores: Tensor, anomaly: Tensor):
        self.scores, self.anomaly = scores, anomaly

    @cached_property
    def by_kind(self) -> tuple[np.ndarray, np.ndarray]:
        """Scores of the normal and of the anomalous pixels, in the order of the image."""
        scores, anomaly = self.scores.cpu().numpy(), self.anomaly.cpu().numpy()
        return scores[~anomaly], scores[anomaly]

    @cached_property
    def rising(self) -> tuple[np.ndarray, np.ndarray]:
        """Scores of the normal and of the anomalous pixels, each in rising order."""
        normal, anomalous = self.by_kind
        return np.sort(normal), np.sort(anomalous)


def pixels_of(scores: Array, anomaly: Array, valid: Array | None = None) -> list[Pixels]:
    """The valid pixels of each image given.

    Args:
        scores: float32, float16 or bfloat16, of one image, (H, W) or flat (N,), or of a batch, (B, H, W).
        anomaly: boolean, same shape; True where a pixel is anomalous.
        valid: boolean, same shape; pixels where it is False are left out and may have any score.

    Raises:
        ValueError: where shapes or types do not fit or a score is not finite.
    """
    values, mask = _tensor(scores), _tensor(anomaly)
    if values.dtype not in (torch.float32, torch.float16, torch.bfloat16):
        raise ValueError(f"scores are {values.dtype}; float32 or shorter is needed, as rounding could tie scores")
    _require_mask("anomaly", mask, values)
    if values.ndim not in (1, 2, 3):
        raise ValueError(f"scores {tuple(values.shape)} are neither an image (H, W) nor a batch (B, H, W)")
    count = len(values) if values.ndim == 3 else 1
    images = list(values.float().reshape(count, -1))
    masks = list(mask.to(values.device).reshape(count, -1))
    if valid is not None:
        counted = _tensor(valid)
        _require_mask("valid", counted, values)
        kept = list(counted.to(values.device).reshape(count, -1))
        images = [image[pixels] for image, pixels in zip(images, kept, strict=True)]
        masks = [mask[pixels] for mask, pixels in zip(masks, kept, strict=True)]
    for image in images:
        if not _finite(image):
            raise ValueError(f"{int((~image.isfinite()).sum())} of {len(image)} scores are not finite")
    return [Pixels(image, mask) for image, mask in zip(images, masks, strict=True)]


def _require_mask(name: str, mask: Tensor, scores: Tensor) -> None:
    if mask.dtype != torch.bool:
        raise ValueError(f"{name} is {mask.dtype}, not boolean")
    if mask.shape != scores.shape:
        raise ValueError(f"scores {tuple(scores.shape)} and {name} {tuple(mask.shape)} differ in shape")


def _finite(scores: Tensor) -> bool:
    """Whether all are; the extremes tell, as NaN is one of them where it occurs, and take no memory."""
    return not len(scores) or bool(torch.stack(torch.aminmax(scores)).isfinite().all())


def _tensor(array: Array) -> Tensor:
    if isinstance(array, Tensor):
        return array.detach()
    return torch.from_numpy(np.require(array, requirements=("C", "W")))


def not_labelled(labels: Array, ignore: tuple[int, ...]) -> Array:
    """The `valid` mask that leaves out pixels with a label of `ignore`: boolean, as large as `labels`."""
    if isinstance(labels, Tensor):
        return ~torch.isin(labels, torch.tensor(ignore, device=labels.device))
    return ~np.isin(labels, ignore)

"""Pass a picture through a network: its labels, how sure the network is of them, and what fits none of them.

The network sees the picture at the size that it was trained at, as in every evaluation, and a score is computed there,
so a threshold means what it means in the report. Maps are enlarged to the picture's own size afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from scipy import ndimage
from torch import Tensor, nn
from torch.nn import functional

from hazards.errors import HazardsError
from hazards.labels import LabelSet
from hazards.networks.models import Output
from hazards.scores.logit_cache import shared

MOST_REGIONS = 20
"""Regions listed of a picture, the largest ones."""

SMALLEST_REGION = 500 / (720 * 1280)
"""Share of the picture's pixels under which a region is not listed: SegmentMeIfYouCan's smallest components."""


class PredictionError(HazardsError):
    """A prediction makes no sense, or pictures could not be predicted; the message says which and why."""


class Look(NamedTuple):
    """What a network says about a picture, at the size h×w at which it sees it, on the CPU.

    Args:
        logits: float32 (1, K, h, w), of K known labels.
        confidence: the largest softmax probability, float32 (1, 1, h, w), 0–1.
        score: the anomaly score, higher is more anomalous, float32 (1, 1, h, w).
    """

    logits: Tensor
    confidence: Tensor
    score: Tensor


class Maps(NamedTuple):
    """What a network says about a picture, at the picture's size H×W.

    Args:
        labels: of the largest logit, uint8 (H, W), 0 … K - 1.
        confidence, score: float32 (H, W).
    """

    labels: np.ndarray
    confidence: np.ndarray
    score: np.ndarray


def as_input(picture: Image.Image, size: tuple[int, int]) -> Tensor:
    """Make an RGB picture an input of networks, float (1, 3, h, w) in 0–1, resized as the data set's images are."""
    from torchvision.transforms import v2

    pixels = v2.functional.resize(v2.functional.pil_to_tensor(picture), list(size))
    return pixels[None].float().div(255)


@torch.inference_mode()
def look(network: nn.Module, score: Callable[[Output], Tensor], image: Tensor) -> Look:
    """Let a network see an image (1, 3, h, w), 0–1.

    Raises:
        PredictionError: where a score is not a finite number.
    """
    device = next(network.parameters()).device
    output = network(image.to(device, memory_format=torch.channels_last))
    logits = output.logits.float().contiguous()
    with shared():
        values = score(Output(logits, None, output.features, image)).float()
    if not values.isfinite().all():
        raise PredictionError("its scores are not finite: the network's weights are no result of a training")
    return Look(logits.cpu(), logits.softmax(1).amax(1, keepdim=True).cpu(), values[:, None].cpu())


@torch.inference_mode()
def enlarge(seen: Look, size: tuple[int, int]) -> Maps:
    """Maps at another size (H, W), bilinear; labels are those of the largest of the enlarged logits."""
    best, labels = _resized(seen.logits[:, :1], size), torch.zeros(size, dtype=torch.uint8)
    for label in range(1, seen.logits.shape[1]):  # one at a time: all at once take many times the memory
        logit = _resized(seen.logits[:, label : label + 1], size)
        labels[logit > best] = label
        best = torch.maximum(best, logit)
    return Maps(labels.numpy(), _resized(seen.confidence, size).numpy(), _resized(seen.score, size).numpy())


def _resized(values: Tensor, size: tuple[int, int]) -> Tensor:
    return functional.interpolate(values, size, mode="bilinear", align_corners=False)[0, 0]


def summary(maps: Maps, labels: LabelSet, threshold: float | None) -> dict[str, Any]:
    """Summarise maps as JSON: see README.md for the names.

    Shares and confidence are 0–1, rounded to six decimals. Without a threshold there are no regions.
    """
    shares = np.bincount(maps.labels.ravel(), minlength=labels.known) / maps.labels.size
    facts: dict[str, Any] = {
        "labels": {name: round(float(share), 6) for name, share in zip(labels.names[:-1], shares, strict=True)},
        "confidence": round(float(maps.confidence.mean(dtype=np.float64)), 6),
        "score": {"mean": _rounded(maps.score.mean(dtype=np.float64)), "max": _rounded(maps.score.max())},
    }
    if threshold is not None:
        anomalous = maps.score >= threshold
        facts |= {"anomalous": round(float(anomalous.mean()), 6), "regions": regions(maps.score, anomalous)}
    return facts


def regions(score: np.ndarray, anomalous: np.ndarray) -> list[dict[str, Any]]:
    """The largest connected regions of a mask (H, W), pixels that touch at a corner included, largest first.

    Returns:
        At most `MOST_REGIONS`, each with box (x and y of its first column and row, width, height), area, all in
        pixels, and mean and max of the score in it. Regions under `SMALLEST_REGION` are left out.
    """
    numbers, _ = ndimage.label(anomalous, np.ones((3, 3)))
    areas = np.bincount(numbers.ravel())[1:]
    boxes = ndimage.find_objects(numbers)
    listed = []
    for index in np.argsort(-areas, kind="stable")[:MOST_REGIONS]:
        if areas[index] < SMALLEST_REGION * score.size:
            break
        rows, columns = boxes[index]
        inside = score[rows, columns][numbers[rows, columns] == index + 1]
        width, height = columns.stop - columns.start, rows.stop - rows.start
        box = {"x": columns.start, "y": rows.start, "width": width, "height": height}
        scores = {"mean": _rounded(inside.mean(dtype=np.float64)), "max": _rounded(inside.max())}
        listed.append({"box": box, "area": int(areas[index]), **scores})
    return listed


def _rounded(score: np.floating[Any]) -> float:
    """Six significant digits: more than a score's unit has meaning for, and the same on every machine."""
    return float(f"{score:.6g}")

"""One pass over a split: network → every score → every metric, and the predictors without a network to beat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from hazards.anomaly_metrics import AnomalyMetrics
from hazards.data.layout import DataSet
from hazards.data.transforms import Segmentation
from hazards.devices import best_device, one_thread_on_cpu
from hazards.labels import ANOMALY, KNOWN
from hazards.metrics import confusion_matrix, mean_iou
from hazards.progress import bar
from hazards.scores import Score
from hazards.store import Entry, step

CONVENTIONS = {
    "pooled": "all pixels of the split together, false positive rate at the first recall of at least 95 %",
    "per-image": "mean over images with both kinds of pixel, false positive rate at the recall nearest to 95 %",
}
"""The two conventions of the anomaly tables; neither leaves out any pixel."""

_BATCH = 8


@step
def evaluate(
    model: Callable[[], nn.Module],
    trained: Entry,
    data: DataSet,
    split: str,
    size: tuple[int, int],
    scores: tuple[Score, ...],
    device: str | None = None,
) -> dict[str, Any]:
    """Evaluate a trained network on every pixel of a split, at `size`.

    Returns:
        ``images``: a data frame with image, miou (over the labels that occur in it), anomaly (share of pixels) and,
        where there is an anomaly, each score's AUROC as ``auroc <score>``;
        ``confusion``: int64 (13, 13), pooled over the split;
        ``anomaly``: a data frame with score, convention (`CONVENTIONS`), auroc, aupr, fpr95. Hazards are looked for in
        the test split alone; for the others it is empty.
    """
    network = load(model, trained, device)
    looked_for = scores if split == "test" else ()
    pooled = {score.__name__: AnomalyMetrics() for score in looked_for}
    per_image = {score.__name__: AnomalyMetrics("per-image", fpr_rule="nearest") for score in looked_for}
    rows = []
    confusion = np.zeros((KNOWN, KNOWN), np.int64)
    for name, logits, labels in _predictions(network, data, split, size):
        counts = confusion_matrix(logits.argmax(0), labels).cpu().numpy()
        confusion += counts
        anomaly = labels == ANOMALY
        rows.append({"image": name, "miou": mean_iou(counts), "anomaly": float(anomaly.float().mean())})
        for score in looked_for:
            values = score(logits[None])[0]
            for metrics in (pooled, per_image):
                metrics[score.__name__].update(values, anomaly)
    images = pd.DataFrame(rows)
    for score_name, metric in per_image.items():
        images[f"auroc {score_name}"] = metric.per_image[:, 0]
    return {"images": images, "confusion": confusion, "anomaly": _anomaly_table([pooled, per_image])}


def _anomaly_table(conventions: list[dict[str, AnomalyMetrics]]) -> pd.DataFrame:
    """One row a convention and score that has figures."""
    rows = [
        {"score": name, "convention": metrics.aggregate, **metrics.compute().figures.row()}
        for each in conventions
        for name, metrics in each.items()
        if metrics.defined
    ]
    return pd.DataFrame(rows, columns=["score", "convention", "auroc", "aupr", "fpr95"])


def load(model: Callable[[], nn.Module], trained: Entry, device: str | None = None) -> nn.Module:
    """The trained network in evaluation mode, on `device` or the best one there is."""
    network = model()
    network.load_state_dict(trained.value["weights"])
    network.eval()
    return network.to(device or best_device())


def _predictions(
    network: nn.Module, data: DataSet, split: str, size: tuple[int, int]
) -> Iterator[tuple[str, Tensor, Tensor]]:
    """Name, logits (13, H, W) and labels (H, W) of each image of the split, in order."""
    images = Segmentation(data.split(split), size, cache_bytes=0)
    device = next(network.parameters()).device
    names = iter(images.samples)
    with (
        torch.inference_mode(),
        bar(len(images), f"evaluate on {split}", "image") as progress,
        one_thread_on_cpu(device),
    ):
        for batch, labels in DataLoader(images, batch_size=_BATCH):
            logits = network(batch.to(device, memory_format=torch.channels_last)).logits
            for one_logits, one_labels in zip(logits, labels.to(device), strict=True):
                yield next(names).image.stem, one_logits, one_labels
            progress.update(len(batch))


@step
def maps(
    model: Callable[[], nn.Module],
    trained: Entry,
    data: DataSet,
    split: str,
    size: tuple[int, int],
    images: tuple[str, ...],
    score: Score,
    device: str | None = None,
) -> dict[str, np.ndarray]:
    """What a panel shows of some images of a split, named by their files' stems.

    Returns:
        ``image`` uint8 (N, H, W, 3), ``labels`` and ``predicted`` uint8 (N, H, W), ``confidence`` float32 (N, H, W)
        in 0–1 (the largest softmax probability), ``score`` float32 (N, H, W).
    """
    network = load(model, trained, device)
    where = next(network.parameters()).device
    by_name = {sample.image.stem: sample for sample in data.split(split)}
    pictures = Segmentation([by_name[name] for name in images], size)
    panel: dict[str, list[np.ndarray]] = {key: [] for key in ("image", "labels", "predicted", "confidence", "score")}
    with torch.inference_mode(), one_thread_on_cpu(where):
        for image, labels in (pictures[index] for index in range(len(pictures))):
            logits = network(image[None].to(where)).logits
            panel["image"].append((image * 255).round().byte().permute(1, 2, 0).numpy())
            panel["labels"].append(labels.byte().numpy())
            panel["predicted"].append(logits.argmax(1)[0].byte().cpu().numpy())
            panel["confidence"].append(logits.softmax(1).amax(1)[0].cpu().numpy())
            panel["score"].append(score(logits)[0].cpu().numpy())
    return {key: np.stack(arrays) for key, arrays in panel.items()}


@step(name="predictors")
def simple_predictors(data: DataSet, size: tuple[int, int]) -> pd.DataFrame:
    """What segmentation is worth without looking at the image: predictors learned from train labels alone.

    Returns:
        A data frame with predictor (`constant`: the most frequent label everywhere; `position`: the most frequent
        label of each pixel's position), split and miou over the labels that occur in the split.
    """
    counts = np.zeros((KNOWN, *size), np.int32)
    rows, columns = np.indices(size)
    for labels in _label_maps(data, "train", size):
        counts[labels.numpy().clip(max=KNOWN - 1), rows, columns] += 1
    predictors = {"constant": np.full(size, counts.sum((1, 2)).argmax()), "position": counts.argmax(0)}
    found = []
    for split in ("val", "test"):
        confusions = dict.fromkeys(predictors, np.zeros((KNOWN, KNOWN), np.int64))
        for labels in _label_maps(data, split, size):
            for name, predicted in predictors.items():
                confusions[name] = confusions[name] + confusion_matrix(torch.from_numpy(predicted), labels).numpy()
        found += [{"predictor": name, "split": split, "miou": mean_iou(c)} for name, c in confusions.items()]
    return pd.DataFrame(found)


def _label_maps(data: DataSet, split: str, size: tuple[int, int]) -> Iterator[Tensor]:
    images = Segmentation(data.split(split), size, cache_bytes=0)
    return (images[index][1] for index in range(len(images)))

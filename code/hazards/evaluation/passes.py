"""One pass over a split: network → every score → every metric, on every pixel at the network's input size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader

from hazards.data.layout import DataSet, Sample
from hazards.data.transforms import Segmentation, read_labels_resized, read_resized
from hazards.determinism import one_thread_on_cpu
from hazards.devices import best_device
from hazards.messages import bar
from hazards.metrics.anomaly import AnomalyMetrics, AnomalyResult, Array, not_labelled
from hazards.metrics.segmentation import confusion_matrix, mean_iou
from hazards.networks.models import Output, built
from hazards.networks.weights import load_weights
from hazards.scores.logit_cache import largest, shared
from hazards.scores.method import Method, Score, State, as_method
from hazards.store import Entry, step

FIGURES = ("auroc", "aupr", "fpr95")

_BATCH = 8


@step
def evaluate(
    model: Callable[[], nn.Module],
    trained: Entry,
    data: DataSet,
    split: str,
    size: tuple[int, int],
    scores: tuple[Score | Method, ...],
    statistics: Mapping[str, Entry] | None = None,
    judged: tuple[int, int] | None = None,
    ignore: tuple[int, ...] = (),
    flip: bool = False,
) -> dict[str, Any]:
    """Evaluate a trained network on every pixel of a split, at `size`; each image passes through it once.

    Args:
        statistics: results of `fit` by the names of the methods that need them.
        judged: height and width at which logits, enlarged or reduced to it, meet the labels; `size` by default.
        ignore: labels whose pixels count in no anomaly figure; the confusion matrix has them all the same.
        flip: whether logits are averaged with those of the mirrored image, see `outputs`.

    Returns:
        ``images``: a data frame with image, miou (over the labels that occur in it), anomaly (share of pixels) and
        each score's figures, as in ``auroc msp``, NaN for an image without both kinds of pixel;
        ``confusion``: int64 (K, K), pooled over the split;
        ``anomaly``: a data frame with score, convention, auroc, aupr, fpr95, and for each its bootstrap interval of
        95 % over images, as in ``auroc low`` and ``auroc high``, and ``auroc bound``, how far the exact figure can be
        away. Convention ``pooled`` ranks all pixels together and takes FPR95 at the first recall of at least 95 %; it
        has also ``f1``, the highest F1 of any threshold, and ``f1 threshold``;
        ``per-image`` is the mean over images with both kinds of pixel, FPR95 at the recall nearest to 95 %;
        ``curves``: a data frame with score, threshold, recall, fpr, precision, pooled, by falling threshold.
        Hazards are looked for in the test split alone: for the others there are no scores.
    """
    network = load(model, trained, data)
    known, anomalous = data.labels.known, data.labels.anomaly
    gauges = [_Gauge(as_method(score), statistics or {}) for score in scores] if split == "test" else []
    confusion = np.zeros((known, known), np.int64)
    rows = []
    for name, output, labels in outputs(network, data.split(split), size, f"evaluate on {split}", judged, flip):
        anomaly = labels == anomalous
        valid = not_labelled(labels, ignore) if ignore else None
        for gauge in gauges:
            gauge.update(output, anomaly, valid)
        counts = confusion_matrix(largest(output.logits)[1], labels, known).cpu().numpy()
        confusion += counts
        rows.append({"image": name, "miou": mean_iou(counts), "anomaly": anomaly.float().mean().item()})
    found = [gauge for gauge in gauges if gauge.pooled.defined]
    return {
        "images": pd.concat([pd.DataFrame(rows), *(gauge.images() for gauge in gauges)], axis=1),
        "confusion": confusion,
        "anomaly": pd.DataFrame([row for gauge in found for row in gauge.rows()]),
        "curves": pd.concat([gauge.curve() for gauge in found]) if found else pd.DataFrame(),
    }


class _Gauge:
    """One method with its metrics by both conventions."""

    def __init__(self, method: Method, statistics: Mapping[str, Entry]):
        self.name = method.name
        self.score = scorer(method, statistics)
        self.pooled = AnomalyMetrics("pooled", "first", intervals=True)
        self.per_image = AnomalyMetrics("per-image", "nearest")

    def update(self, output: Output, anomaly: Tensor, valid: Array | None = None) -> None:
        """Take in an image: the network's output, where it is anomalous and where it counts, both (1, H, W)."""
        values = self.score(output)
        self.pooled.update(values, anomaly, valid)
        self.per_image.update(values, anomaly, valid)

    def images(self) -> pd.DataFrame:
        """The figures of each image, in order."""
        return pd.DataFrame(self.per_image.per_image, columns=[f"{figure} {self.name}" for figure in FIGURES])

    def rows(self) -> Iterator[dict[str, Any]]:
        """The figures of all images by each convention, with their intervals and bounds."""
        for metrics in (self.pooled, self.per_image):
            result, intervals = self.results[metrics.aggregate], metrics.intervals()
            row: dict[str, Any] = {"score": self.name, "convention": metrics.aggregate} | result.figures.row()
            for suffix, values in (("low", intervals.low), ("high", intervals.high), ("bound", result.bounds)):
                row |= {f"{figure} {suffix}": value for figure, value in values.row().items()}
            if result.f1:
                row["f1"], row["f1 threshold"] = result.f1
            yield row

    @cached_property
    def results(self) -> dict[str, AnomalyResult]:
        """What was found by each convention; ask when all images are in."""
        return {metrics.aggregate: metrics.compute() for metrics in (self.pooled, self.per_image)}

    def curve(self) -> pd.DataFrame:
        """Points of the pooled ROC and precision-recall curves."""
        curve = self.results["pooled"].curve
        assert curve is not None  # pooled metrics always have one
        points = {name: getattr(curve, name) for name in ("threshold", "recall", "fpr", "precision")}
        return pd.DataFrame({"score": self.name} | points)


@step
def fit(
    model: Callable[[], nn.Module],
    trained: Entry,
    data: DataSet,
    size: tuple[int, int],
    method: Method,
) -> State:
    """The statistics that a method takes from a split, `method.fit_on`, of what a trained network says about it."""
    network = load(model, trained, data)
    assert method.fit_on, f"{method.name} has no statistics"
    passes = outputs(network, data.split(method.fit_on), size, f"{method.name}: statistics of {method.fit_on}")
    return method.fit((output, labels) for _, output, labels in passes)


def scorer(method: Method, statistics: Mapping[str, Entry]) -> Callable[[Output], Tensor]:
    """A method's scorer for one pass, with its statistics.

    Raises:
        ValueError: for a method whose statistics are not given.
    """
    if method.fit_on is None:
        return method.scorer({})
    if method.name not in statistics:
        raise ValueError(f"{method.name} needs statistics of {method.fit_on}: statistics={{name: fit(...)}}")
    return method.scorer(statistics[method.name].value)


def scorers(
    scores: tuple[Score | Method, ...], statistics: Mapping[str, Entry]
) -> dict[str, Callable[[Output], Tensor]]:
    """A scorer for one pass of each score, by its name; raises as `scorer` does."""
    return {method.name: scorer(method, statistics) for method in map(as_method, scores)}


def load(model: Callable[[], nn.Module], trained: Entry, data: DataSet) -> nn.Module:
    """The trained network in evaluation mode, for the labels of `data`, on the device of devices.py.

    Raises:
        WeightsMismatchError: where the network that was trained is another one, or for another number of labels.
    """
    network = built(model, data.labels.known)
    trained_as = trained.config["recipe"]["model"].get("@function", "a network").rpartition(".")[2]
    load_weights(network, model.__name__, trained.value["weights"], f"{trained_as} in {trained.result_id}")
    network.eval()
    return network.to(best_device())


def outputs(
    network: nn.Module,
    samples: list[Sample],
    size: tuple[int, int],
    what: str,
    judged: tuple[int, int] | None = None,
    flip: bool = False,
) -> Iterator[tuple[str, Output, Tensor]]:
    """Name, the network's output and labels (1, H, W) of each sample in order; `what` names the progress bar.

    Logits and labels are at size `judged`, by default the one at which the network sees the images. With `flip` the
    network also sees each image mirrored, and logits are the mean of both; features are those of the image as it is.
    The network sees batches; scores get an image at a time, its logits contiguous in memory and what several need of
    them computed once: together several times faster.
    """
    images = Segmentation(samples, size)
    device = next(network.parameters()).device
    names = iter(samples)
    with torch.inference_mode(), bar(len(images), what, "image") as progress, one_thread_on_cpu(device):
        for batch, labels in DataLoader(images, batch_size=_BATCH):
            output = network(batch.to(device, memory_format=torch.channels_last))
            output.require(samples[0].label_set.known)
            logits = output.logits
            if flip:
                mirrored = network(batch.flip(-1).to(device, memory_format=torch.channels_last)).logits
                logits = (logits + mirrored.flip(-1)) / 2
            parts = (logits.split(1), output.features.split(1), labels.to(device).split(1))
            for logits, features, truth in zip(*parts, strict=True):
                sample = next(names)
                if judged not in (None, size):
                    logits = functional.interpolate(logits, judged, mode="bilinear", align_corners=False)
                    truth = read_labels_resized(sample, judged)[None].to(device, torch.int64)
                with shared():
                    yield sample.image.stem, Output(logits.float().contiguous(), None, features), truth
            progress.update(len(batch))


@step
def maps(
    model: Callable[[], nn.Module],
    trained: Entry,
    data: DataSet,
    split: str,
    size: tuple[int, int],
    images: tuple[str, ...] | Entry,
    scores: tuple[Score | Method, ...],
    statistics: Mapping[str, Entry] | None = None,
) -> dict[str, Any]:
    """What a panel shows of some images of a split.

    A method with a memory of the stream sees these images alone.

    Args:
        images: stems of their files, or the result of a step that names them.

    Returns:
        ``image`` uint8 (N, H, W, 3), ``labels`` and ``predicted`` uint8 (N, H, W), ``confidence`` float32 (N, H, W)
        in 0–1 (the largest softmax probability), and ``scores``: float32 (N, H, W) by the score's name.
    """
    network = load(model, trained, data)
    by_name = {sample.image.stem: sample for sample in data.split(split)}
    samples = [by_name[name] for name in (images.value if isinstance(images, Entry) else images)]
    by_score = scorers(scores, statistics or {})
    panel: dict[str, list[np.ndarray]] = {key: [] for key in ("labels", "predicted", "confidence", *by_score)}
    for _, output, labels in outputs(network, samples, size, f"maps of {split}"):
        parts = {"labels": labels.byte(), "predicted": largest(output.logits)[1].byte()}
        parts |= {"confidence": output.logits.softmax(1).amax(1)}
        parts |= {name: score(output).float() for name, score in by_score.items()}
        for key, batch in parts.items():
            panel[key].append(batch.cpu().numpy())
    stacked = {key: np.concatenate(batches) for key, batches in panel.items()}
    pictures = np.stack([np.asarray(read_resized(sample, size)[0]).transpose(1, 2, 0) for sample in samples])
    return {"image": pictures, "scores": {name: stacked.pop(name) for name in by_score}} | stacked

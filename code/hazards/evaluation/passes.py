"""One pass of a trained network over a split, image by image; what is measured takes the images in one at a time.

value = measured(SplitFigures(...), inference, inference.data.split("test"))
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader

from hazards.data.layout import DataSet, Sample
from hazards.data.transforms import Segmentation, read_labels_resized
from hazards.determinism import one_thread_on_cpu
from hazards.devices import best_device
from hazards.messages import tracked
from hazards.networks.models import Output, built, last_layer
from hazards.networks.weights import load_weights
from hazards.scores.logit_cache import shared
from hazards.store import Call, Entry

_BATCH = 8

Result = TypeVar("Result", covariant=True)


class Seen(NamedTuple):
    """An image that a network has seen.

    Args:
        sample: where the image comes from.
        output: logits float32 (1, K, H, W), contiguous in memory, features (1, C, h, w), and the image on the CPU,
            (1, 3, H', W') at the size at which the network saw it.
        labels: int64 (1, H, W).
    """

    sample: Sample
    output: Output
    labels: Tensor

    @property
    def town(self) -> str:
        """The folder of the image."""
        return self.sample.image.parent.name


class Measure(Protocol[Result]):
    """What is measured in a pass: it takes in one image after another, then says its result."""

    def update(self, seen: Seen) -> None:
        """Take in an image."""

    def result(self) -> Result:
        """The result over all images taken in."""


def measured(measure: Measure[Result], inference: Inference, samples: list[Sample]) -> Result:
    """The result of a measure that has taken in what a network says about these samples, in order."""
    words = re.sub("(?<!^)(?=[A-Z])", " ", type(measure).__name__).lower()
    for seen in tracked(inference.over(samples), len(samples), f"measuring {words}"):
        measure.update(seen)
    return measure.result()


@dataclass(frozen=True)
class Inference:
    """A trained network, and how it sees the images of a data set.

    Args:
        model: constructor of the network.
        trained: result of `training.train`; the call that stands for it will do for an argument of a step.
        data: whose images it sees, and whose labels it predicts.
        size: height and width at which it sees images.
        judged: height and width at which logits, enlarged or reduced to it, meet the labels; None for `size`.
        flip: whether it also sees each image mirrored. Logits are then the mean of both; features are those of the
            image as it is.
    """

    model: Callable[[], nn.Module]
    trained: Entry | Call
    data: DataSet
    size: tuple[int, int]
    judged: tuple[int, int] | None = None
    flip: bool = False

    def load(self) -> nn.Module:
        """The network with its weights, in evaluation mode, for the labels of `data`, on the device of devices.py.

        Raises:
            WeightsMismatchError: where the network that was trained is another one, or for another number of labels.
        """
        assert isinstance(self.trained, Entry), "a step gets the results of calls"
        network = built(self.model, self.data.labels.known)
        constructor = self.trained.config["recipe"]["model"].get("@function", "a network").rpartition(".")[2]
        origin = f"{constructor} in {self.trained.result_id}"
        load_weights(network, self.model.__name__, self.trained.value["weights"], origin)
        network.eval()
        return network.to(best_device())

    def over(self, samples: list[Sample]) -> Iterator[Seen]:
        """Let the network see these samples, in order.

        The network sees batches; measures get an image at a time, its logits contiguous in memory and what several
        scores need of them computed once: together several times faster.

        Raises:
            WeightsMismatchError: see `load`.
            LabelsMismatchError: where the network predicts another number of labels than the data set has.
        """
        for (seen,) in side_by_side((self,), samples):
            yield seen

    def looks(self, network: nn.Module, images: Tensor, labels: Tensor, samples: list[Sample]) -> Iterator[Seen]:
        """What the loaded network says about a batch of images (B, 3, H, W), one after another.

        Args:
            labels: int64 (B, H, W).
            samples: of the images.
        """
        logits, features = self._look(network, images)
        parts = zip(logits.split(1), features.split(1), images.split(1), labels.split(1), samples, strict=True)
        for image_logits, image_features, image, truth, sample in parts:
            judged_logits, judged_truth = self._judged(image_logits, truth.to(image_logits.device), sample)
            output = Output(judged_logits.float().contiguous(), None, image_features, image, last_layer(network))
            yield Seen(sample, output, judged_truth)

    def _look(self, network: nn.Module, images: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, K, H, W) and features (B, C, h, w) of a batch of images (B, 3, H, W)."""
        device = next(network.parameters()).device
        output = network(images.to(device, memory_format=torch.channels_last))
        output.require(self.data.labels.known)
        if not self.flip:
            return output.logits, output.features
        mirrored = network(images.flip(-1).to(device, memory_format=torch.channels_last)).logits
        return (output.logits + mirrored.flip(-1)) / 2, output.features

    def _judged(self, logits: Tensor, labels: Tensor, sample: Sample) -> tuple[Tensor, Tensor]:
        """Logits and labels of an image at the size at which they meet."""
        if self.judged in (None, self.size):
            return logits, labels
        logits = functional.interpolate(logits, self.judged, mode="bilinear", align_corners=False)
        return logits, read_labels_resized(sample, self.judged)[None].to(labels.device, torch.int64)


def side_by_side(inferences: tuple[Inference, ...], samples: list[Sample]) -> Iterator[tuple[Seen, ...]]:
    """Let several networks see the same samples, in order: what each of them says about an image, in their order.

    Each image is read once, at the size of the first one's inference; raises as `Inference.over` does.
    """
    networks = [inference.load() for inference in inferences]
    device = next(networks[0].parameters()).device
    waiting = iter(samples)
    with torch.inference_mode(), one_thread_on_cpu(device):
        for images, labels in DataLoader(Segmentation(samples, inferences[0].size), batch_size=_BATCH):
            batch = list(itertools.islice(waiting, len(images)))
            views = [
                inference.looks(network, images, labels, batch)
                for inference, network in zip(inferences, networks, strict=True)
            ]
            for seen in zip(*views, strict=True):
                with shared():
                    yield seen

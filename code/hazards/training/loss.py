"""The loss of a batch, and how the losses of its parts add up to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from hazards.networks.models import Output

if TYPE_CHECKING:
    from lightning_fabric import Fabric

Size = tuple[int, int]
Share = Callable[[Size], Tensor | float]
"""What the mean loss over a part's pixels counts in that of all parts, given the height and width of the logits."""


def _whole(size: Size) -> float:
    return 1.0


def segmentation_loss(
    output: Output, labels: Tensor, auxiliary_weight: float, weights: Tensor | None = None, share: Share = _whole
) -> Tensor:
    """Cross-entropy of the logits plus `auxiliary_weight` times that of the auxiliary head; known labels alone teach.

    The auxiliary head is judged at its own, coarser resolution, against the label at the centre of each of its cells:
    on a CPU, enlarging its logits would cost as much as a fifth of the step.

    Args:
        output: of the network in training mode, logits (B, K, H, W).
        labels: int64 (B, H, W); those from K on never teach.
        auxiliary_weight: 0 leaves the auxiliary head out.
        weights: of the labels, (K,); all alike by default.
        share: of these images in the loss, where they are part of a larger batch; see `Shares`.
    """
    loss = _mean(output.logits, labels, weights, share)
    if auxiliary_weight and output.auxiliary is not None:
        loss = loss + auxiliary_weight * _mean(output.auxiliary, labels, weights, share)
    return loss


def _mean(logits: Tensor, labels: Tensor, weights: Tensor | None, share: Share) -> Tensor:
    size = (logits.shape[-2], logits.shape[-1])
    if weights is None:
        weights = logits.new_ones(logits.shape[1], dtype=torch.float32)
    mean = _CrossEntropy.apply(logits.float(), _cells(labels, size), weights)
    return cast(Tensor, mean) * share(size)


class _CrossEntropy(torch.autograd.Function):
    """The weighted mean of -log softmax at the labels, (B, K, H, W) and (B, H, W), over the pixels of known labels.

    As `functional.cross_entropy` has it, in a third of its time on a CPU: the gradient, weight * (softmax - one-hot),
    is made of the exponentials while these are at hand, and not of logarithms once more.
    """

    @staticmethod
    def forward(context: Any, logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
        known = logits.shape[1]
        label = labels.clamp(max=known - 1)[:, None]
        weight = weights[label] * (labels < known)[:, None]
        weight = weight / weight.sum()
        largest = logits.amax(1, keepdim=True)
        exponentials = torch.exp_(logits - largest)
        total = exponentials.sum(1, keepdim=True)
        surprise = total.log() + largest - logits.gather(1, label)
        gradient = exponentials.mul_(weight / total)
        at_label = gradient.gather(1, label) - weight
        context.save_for_backward(gradient.scatter_(1, label, at_label))
        return (weight * surprise).sum()

    @staticmethod
    def backward(context: Any, factor: Tensor) -> tuple[Tensor, None, None]:
        (gradient,) = context.saved_tensors
        return factor * gradient, None, None


def _cells(labels: Tensor, size: Size) -> Tensor:
    """The labels (B, H, W) at the centres of a grid of `size`."""
    if labels.shape[-2:] == size:
        return labels
    return functional.interpolate(labels[:, None].float(), size=size, mode="nearest-exact")[:, 0].long()


class Shares:
    """Shares of the parts of a batch: the micro-batches of all processes.

    A mean over pixels is that of a part alone; weighed by what the part's pixels weigh, the parts' means add up to the
    mean over all. Gradients are averaged over processes and added over micro-batches, which the shares allow for.

    Args:
        labels: of this process's images, int64 (B, H, W).
        parts: number of micro-batches.
        weights: of the labels, (K,); all alike by default.
        fabric: knows the other processes, which ask for the same sizes in the same order.
        known: K, the number of known labels.
    """

    def __init__(self, labels: Tensor, parts: int, weights: Tensor | None, fabric: Fabric, known: int):
        self._labels, self._parts, self._weights, self._fabric = labels, parts, weights, fabric
        self._known = known
        self._shares: dict[Size, Tensor] = {}

    def of(self, part: int) -> Share:
        """The share of micro-batch `part` of this process."""
        if self._parts * self._fabric.world_size == 1:
            return _whole
        return lambda size: self._at(size)[part]

    def _at(self, size: Size) -> Tensor:
        if size not in self._shares:
            cells = _cells(self._labels, size).chunk(self._parts)
            weights = torch.stack([self._weight(part) for part in cells])
            everywhere = cast(Tensor, self._fabric.all_reduce(weights.sum(), reduce_op="sum"))
            self._shares[size] = weights * (self._fabric.world_size / everywhere)
        return self._shares[size]

    def _weight(self, labels: Tensor) -> Tensor:
        known = labels[labels < self._known]
        if self._weights is None:
            return labels.new_tensor(known.numel()).float()
        return self._weights[known].sum().float()


class Objective(nn.Module):
    """A network with its loss: what is differentiated, on each process.

    The loss belongs to it so that the processes' exchange of gradients knows which parameters have a part in the loss;
    those of an auxiliary head that is left out have none.

    Args:
        network: returns an `Output`.
        auxiliary_weight: see `segmentation_loss`.
        weights: of the labels, (K,), or None.
        known: K, the number of known labels.
    """

    weights: Tensor | None

    def __init__(self, network: nn.Module, auxiliary_weight: float, weights: Tensor | None, known: int):
        super().__init__()
        self.network, self.auxiliary_weight, self.known = network, auxiliary_weight, known
        self.register_buffer("weights", weights, persistent=False)

    def forward(self, images: Tensor, labels: Tensor, share: Share) -> Tensor:
        """The loss, a scalar, of images (B, 3, H, W) in 0–1 with labels (B, H, W).

        Raises:
            LabelsMismatchError: for a network that predicts another number of labels.
        """
        output = self.network(images)
        output.require(self.known)
        return segmentation_loss(output, labels, self.auxiliary_weight, self.weights, share)

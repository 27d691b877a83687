"""The loss of a batch, also where micro-batches and processes have a part of it each."""

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
Total = Callable[[Size], Tensor]
"""What the pixels of a whole batch weigh together, given the height and width of the logits; see `Totals`."""


def segmentation_loss(
    output: Output, labels: Tensor, auxiliary_weight: float, weights: Tensor | None = None, total: Total | None = None
) -> Tensor:
    """Cross-entropy of the logits plus `auxiliary_weight` times that of the auxiliary head; known labels alone teach.

    The auxiliary head is judged at its own, coarser resolution, against the label at the centre of each of its cells:
    on a CPU, enlarging its logits would cost as much as a fifth of the step. Images without a known label there have
    the loss 0, and so no gradient.

    Args:
        output: of the network in training mode, logits (B, K, H, W).
        labels: int64 (B, H, W); those from K on never teach.
        auxiliary_weight: 0 leaves the auxiliary head out.
        weights: of the labels, (K,); all alike by default.
        total: by which the sum over pixels is divided, where the images are a part of a batch; by default by what their
            own pixels weigh.
    """
    loss = _mean(output.logits, labels, weights, total)
    if auxiliary_weight and output.auxiliary is not None:
        loss = loss + auxiliary_weight * _mean(output.auxiliary, labels, weights, total)
    return loss


def _mean(logits: Tensor, labels: Tensor, weights: Tensor | None, total: Total | None) -> Tensor:
    size = (logits.shape[-2], logits.shape[-1])
    cells = _cells(labels, size)
    weight = _pixel_weights(cells, weights, logits.shape[1])
    whole = total(size) if total else weight.sum()
    divisor = whole.clamp(min=torch.finfo(whole.dtype).tiny)  # where nothing weighs anything, 0 / 0 would be NaN
    return cast(Tensor, _CrossEntropy.apply(logits.float(), cells, weight / divisor))


def _cells(labels: Tensor, size: Size) -> Tensor:
    """The labels (B, H, W) at the centres of a grid of `size`."""
    if labels.shape[-2:] == size:
        return labels
    return functional.interpolate(labels[:, None].float(), size=size, mode="nearest-exact")[:, 0].long()


def _pixel_weights(labels: Tensor, weights: Tensor | None, known: int) -> Tensor:
    """What each pixel weighs, (B, H, W): as its label, nothing for those from K on."""
    if weights is None:
        return (labels < known).float()
    return functional.pad(weights, (0, 1))[labels.clamp(max=known)]


class _CrossEntropy(torch.autograd.Function):
    """The sum over pixels of weight * -log softmax at the label, of logits (B, K, H, W), labels and weights (B, H, W).

    As `functional.cross_entropy` has it, in a third of its time on a CPU: the gradient, weight * (softmax - one-hot),
    is made of the exponentials while these are at hand, and not of logarithms once more.
    """

    @staticmethod
    def forward(context: Any, logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
        label = labels.clamp(max=logits.shape[1] - 1)[:, None]
        weight = weights[:, None]
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


class Totals:
    """What the pixels of a batch weigh, over all micro-batches and processes, at a size of the logits: a `Total`.

    The sums over the parts, divided by it, add up to the mean over the batch. Gradients are added over micro-batches
    and averaged over processes, so it is divided by the number of these.

    Args:
        labels: of this process's images, int64 (B, H, W).
        weights: of the labels, (K,); all alike by default.
        fabric: knows the other processes, which ask for the same sizes in the same order.
        known: K, the number of known labels.
    """

    def __init__(self, labels: Tensor, weights: Tensor | None, fabric: Fabric, known: int):
        self._labels, self._weights, self._fabric, self._known = labels, weights, fabric, known
        self._totals: dict[Size, Tensor] = {}

    def __call__(self, size: Size) -> Tensor:
        if size not in self._totals:
            here = _pixel_weights(_cells(self._labels, size), self._weights, self._known).sum()
            everywhere = cast(Tensor, self._fabric.all_reduce(here, reduce_op="sum"))
            self._totals[size] = everywhere / self._fabric.world_size
        return self._totals[size]


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

    def forward(self, images: Tensor, labels: Tensor, total: Total) -> Tensor:
        """The loss, a scalar, of images (B, 3, H, W) in 0–1 with labels (B, H, W).

        Raises:
            LabelsMismatchError: for a network that predicts another number of labels.
        """
        output = self.network(images)
        output.require(self.known)
        return segmentation_loss(output, labels, self.auxiliary_weight, self.weights, total)

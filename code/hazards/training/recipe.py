"""What can be set about a training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hazards.data.augmentation import Augmentation
from hazards.data.transforms import Transform
from hazards.errors import HazardsError
from hazards.networks.models import Network
from hazards.networks.starts import Start, from_scratch

OPTIMISERS = ("adamw", "sgd")
PRECISIONS = ("32-true", "bf16-mixed", "16-mixed")


class RecipeError(HazardsError, ValueError):
    """A recipe asks for something that does not exist; the message lists what does."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a network is trained, apart from data and seed.

    Where it runs is no part of it, see devices.py.

    Args:
        model: constructor of the network.
        size: height and width of the images in pixels.
        epochs: passes over the training split, or the share of it.
        batch_size: images a step, of all processes and micro-batches together.
        learning_rate: the largest; it falls to 0 as (1 - t) ** 0.9, t being the share of steps since the warm-up.
        start: gives a new network its first weights, see starts.py.
        transform: from the size to the augmentation of train images: an `Augmentation`, or a function of one's own.
        source: height and width of train images before their augmentation, which a crop may look closer at; `size`
            by default.
        warmup: share of all steps in which the learning rate first rises from 0 to its full value.
        auxiliary_weight: weight of the auxiliary head's loss beside the main one; 0 leaves the head out.
        weight_decay: of the optimiser.
        balance: labels weigh in the loss as their share of train pixels to the power of -balance; 0: all alike.
        share: of the train images that are seen, 0–1; they are spread evenly over all, in the order of their names. The
            labels' balance stays that of all.
        validations: how often val mIoU is measured on the way, evenly spaced, the last time at the end.
        optimiser: ``adamw`` or ``sgd``.
        momentum: of SGD.
        precision: ``32-true``, ``bf16-mixed`` or ``16-mixed``, the last on a GPU only.
        accumulation: micro-batches a step: more of them need less memory. Batch norm sees one at a time.
        clipping: largest norm of the gradient of all parameters together, 0 for any.
        patience: validations in a row without a new best val mIoU after which training ends; 0: never.
        keep_best: whether the result has the state with the best val mIoU, too.

    Raises:
        RecipeError: for an optimiser or a precision that there is not, and for numbers that make no training.
    """

    model: Callable[[], Network]
    size: tuple[int, int]
    epochs: int
    batch_size: int
    learning_rate: float
    start: Start = from_scratch
    transform: Callable[[tuple[int, int]], Transform] = Augmentation()
    source: tuple[int, int] | None = None
    warmup: float = 0.0
    auxiliary_weight: float = 0.4
    weight_decay: float = 1e-4
    balance: float = 0.0
    share: float = 1.0
    validations: int = 8
    optimiser: str = "adamw"
    momentum: float = 0.9
    precision: str = "32-true"
    accumulation: int = 1
    clipping: float = 0.0
    patience: int = 0
    keep_best: bool = False

    def __post_init__(self) -> None:
        for name, value, known in (
            ("optimiser", self.optimiser, OPTIMISERS),
            ("precision", self.precision, PRECISIONS),
        ):
            if value not in known:
                raise RecipeError(f"unknown {name} {value!r}: choose one of {', '.join(known)}")
        if not 0 <= self.warmup < 1:
            raise RecipeError(f"warmup is {self.warmup}: it is a share of all steps, from 0 to under 1")
        counts = {"epochs": self.epochs, "batch_size": self.batch_size, "accumulation": self.accumulation}
        for name, count in counts.items():
            if count < 1:
                raise RecipeError(f"{name} is {count}: a training needs at least 1")
        if not 0 < self.share <= 1:
            raise RecipeError(f"share is {self.share}: a training needs a share of the images over 0 and up to 1")

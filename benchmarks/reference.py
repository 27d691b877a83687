"""A profile's recipe and parts of torchvision's references/segmentation, which benchmarks share; measures nothing."""

from __future__ import annotations

from collections.abc import Callable

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from hazards.data import Sample
from hazards.labels import NO_LABEL, STREETHAZARDS
from hazards.networks import models
from hazards.networks.heads import WholeMap
from hazards.profiles import Profile
from hazards.training import Recipe


def profile_recipe(model: str, profile: Profile) -> Recipe:
    """The recipe of a profile's baseline, with the network that a constructor in models.py makes."""
    return Recipe(
        model=getattr(models, model),
        size=profile.size,
        epochs=profile.epochs,
        batch_size=profile.batch_size,
        learning_rate=profile.learning_rate,
        warmup=profile.warmup,
        balance=profile.balance,
    )


def with_library_parts(model: Callable[[], models.Network]) -> models.Network:
    """A new network that enlarges its maps in training as torchvision's do, by interpolation."""
    from torchvision.models.segmentation.deeplabv3 import ASPPPooling

    network = model()
    network._enlarged = enlarged  # type: ignore[method-assign]
    for module in network.modules():
        if isinstance(module, WholeMap):
            module.__class__ = ASPPPooling  # type: ignore[assignment]
    return network


def enlarged(coarse: Tensor, size: torch.Size) -> Tensor:
    return functional.interpolate(coarse, size=size, mode="bilinear", align_corners=False)


def criterion(output: models.Output, labels: Tensor, auxiliary_weight: float) -> Tensor:
    """Cross-entropy of both heads at full size, all labels alike."""
    assert output.auxiliary is not None
    auxiliary = enlarged(output.auxiliary, labels.shape[-2:])
    main_loss = functional.cross_entropy(output.logits, labels, ignore_index=NO_LABEL)
    return main_loss + auxiliary_weight * functional.cross_entropy(auxiliary, labels, ignore_index=NO_LABEL)


class Images(torch.utils.data.Dataset[tuple[Tensor, Tensor]]):
    """Images float (3, H, W) in 0–1 and labels int64 (H, W), decoded by Pillow; `NO_LABEL` teaches nothing.

    Args:
        joint: transform of torchvision of an image and its label map, both uint8.
    """

    def __init__(self, samples: list[Sample], joint: nn.Module):
        from torchvision import tv_tensors
        from torchvision.transforms import v2

        self.samples = samples
        dtypes = {tv_tensors.Image: torch.float32, tv_tensors.Mask: torch.int64}
        self.joint = v2.Compose([joint, v2.ToDtype(dtypes, scale=True)])

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        from torchvision import tv_tensors
        from torchvision.transforms.v2.functional import pil_to_tensor

        sample = self.samples[index]
        image = pil_to_tensor(Image.open(sample.image).convert("RGB"))
        labels = pil_to_tensor(Image.open(sample.labels)) - 1
        labels[labels >= STREETHAZARDS.known] = NO_LABEL
        image, labels = self.joint(tv_tensors.Image(image), tv_tensors.Mask(labels))
        return image, labels[0]

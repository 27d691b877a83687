"""What a training says when it cannot go on, and what it keeps of the step at which it failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from hazards.errors import HazardsError
from hazards.training.recipe import Recipe

if TYPE_CHECKING:
    from hazards.training.feed import Batch


class TrainingError(HazardsError):
    """Training cannot go on; the message says at which step, on which images or with which setting."""


def require_finite(losses: Tensor, step: int, batch: Batch, rank: int, folder: Path) -> None:
    """Stop if a process's loss is not a finite number; each such process keeps its batch in a file of `folder`.

    Args:
        losses: of all processes, (N,).
        step: number of the step, from 0.
        batch: this process's.
        rank: of this process.
        folder: for files ``not-finite-<rank>.safetensors``: images (B, 3, H, W) as the network got them, and labels.

    Raises:
        TrainingError: on all processes, with the names of a process's own images where its loss is the reason.
    """
    from safetensors.torch import save_file

    wrong = (~losses.isfinite()).nonzero().flatten().tolist()
    if not wrong:
        return
    paths = {process: folder / f"not-finite-{process}.safetensors" for process in wrong}
    what = "on other processes"
    if rank in paths:
        tensors = {"images": batch.images.cpu().contiguous(), "labels": batch.labels.cpu().contiguous()}
        save_file(tensors, paths[rank])
        what = f"on images {', '.join(batch.names)}"
    kept = ", ".join(map(str, paths.values()))
    raise TrainingError(f"loss is {losses[wrong[0]].item()} at step {step}, {what}; kept in {kept}")


@contextmanager
def out_of_memory_says(recipe: Recipe, images: int) -> Iterator[None]:
    """Turn an error for want of memory, with `images` at once, into one line with the setting to try next."""
    try:
        yield
    except RuntimeError as error:  # torch.OutOfMemoryError is one
        if not isinstance(error, torch.OutOfMemoryError) and "DefaultCPUAllocator" not in str(error):
            raise
        height, width = recipe.size
        raise TrainingError(
            f"out of memory with {images} images of {width}×{height} pixels at once in {recipe.precision}: "
            f"try {_next_setting(recipe, images)}"
        ) from error


def _next_setting(recipe: Recipe, images: int) -> str:
    """What takes less memory; never one image at a time, on which many a batch norm cannot be trained."""
    if images % 2 == 0 and images > 2:
        return f"accumulation={2 * recipe.accumulation} in the recipe"
    if recipe.precision == "32-true":
        return "precision='bf16-mixed' in the recipe"
    return f"size={tuple(side // 2 for side in recipe.size)} in the recipe"

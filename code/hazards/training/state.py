"""What a killed training resumes from: one file, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch


def save(path: Path, state: dict[str, Any]) -> None:
    """Keep a state of tensors, numbers, lists and dicts in place of an earlier one."""
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def load(path: Path, device: torch.device) -> dict[str, Any] | None:
    """The state kept last, its tensors on `device`; None where there is none yet. Executes no code."""
    if not path.exists():
        return None
    return torch.load(path, map_location=device, weights_only=True)

"""What a killed training resumes from: one file, written whole or not at all, now and then.

Nothing here decides a result: which state is kept, and what becomes of it, stands in loop.py.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import torch

_SAVE_INTERVAL = 10.0
"""Seconds between two saved states; longer where saving itself takes long."""
_SHARE = 30
"""A training goes on at least so many times as long as its last state took to save."""


class Checkpoint:
    """The file with the state of a training, and when to write the next one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._saved = time.monotonic()
        self._seconds = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it is time to save."""
        pause = max(_SAVE_INTERVAL, _SHARE * self._seconds)
        return time.monotonic() > self._saved + pause

    def save(self, state: dict[str, Any]) -> None:
        """Keep a state of tensors, numbers, lists and dicts in place of an earlier one."""
        begun = time.monotonic()
        partial = self.path.with_suffix(".partial")
        with partial.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.path)
        self._saved = time.monotonic()
        self._seconds = self._saved - begun

    def load(self, device: torch.device) -> dict[str, Any] | None:
        """The state kept last, its tensors on `device`; None where there is none yet. Executes no code."""
        if not self.path.exists():
            return None
        return torch.load(self.path, map_location=device, weights_only=True)

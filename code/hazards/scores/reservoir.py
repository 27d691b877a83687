"""A random sample of a stream of vectors, in memory that does not grow with the stream."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


class Reservoir:
    """A uniform sample of a stream: each vector draws a number, and those with the largest numbers are kept."""

    def __init__(self, size: int, seed: int) -> None:
        self.size, self.random = size, np.random.default_rng(seed)
        self.vectors, self.numbers = torch.empty(0), torch.empty(0, dtype=torch.float64)

    def add(self, vectors: Tensor) -> None:
        """Take in vectors (N, C); which ones are kept does not depend on how the stream is cut."""
        numbers = torch.cat([self.numbers, torch.from_numpy(self.random.random(len(vectors)))])
        together = torch.cat([self.vectors.reshape(-1, vectors.shape[1]), vectors.cpu()])
        self.numbers, kept = numbers.topk(min(self.size, len(numbers)))
        self.vectors = together[kept]

r"""Count, mean and scatter matrix of vectors by group, over a stream, in memory that does not grow with it.

Batches are merged by the pairwise update of Chan, Golub and LeVeque (Algorithms for computing the sample variance,
1983) in float64, as differences of raw sums of squares would lose the digits that matter:

$$n = n_a + n_b,\quad \delta = \mu_b - \mu_a,\quad \mu = \mu_a + \tfrac{n_b}{n}\delta,\quad
S = S_a + S_b + \tfrac{n_a n_b}{n}\,\delta\delta^\top$$
"""

from __future__ import annotations

import torch
from torch import Tensor


class Moments:
    """Moments of K groups of vectors of C numbers.

    Attributes:
        count: vectors seen, (K,).
        mean: (K, C), 0 for a group that has not been seen.
        scatter: sum of the outer products of the deviations from the mean, (K, C, C).
    """

    def __init__(self, groups: int, channels: int, device: torch.device) -> None:
        self.count = torch.zeros(groups, dtype=torch.float64, device=device)
        self.mean = torch.zeros(groups, channels, dtype=torch.float64, device=device)
        self.scatter = torch.zeros(groups, channels, channels, dtype=torch.float64, device=device)

    def add(self, vectors: Tensor, groups: Tensor) -> None:
        """Add vectors (N, C) that belong to groups (N,)."""
        for group in groups.unique().tolist():
            members = vectors[groups == group].double()
            mean = members.mean(0)
            deviations = members - mean
            count = torch.tensor(len(members), dtype=torch.float64, device=members.device)
            self._merge(group, count, mean, deviations.T @ deviations)

    def _merge(self, group: int, count: Tensor, mean: Tensor, scatter: Tensor) -> None:
        before = self.count[group].clone()
        total = before + count
        shift = mean - self.mean[group]
        self.count[group] = total
        self.mean[group] += shift * count / total
        self.scatter[group] += scatter + torch.outer(shift, shift) * before * count / total

    def together(self) -> tuple[Tensor, Tensor, Tensor]:
        """Count (), mean (C,) and scatter (C, C) of all groups as one."""
        count = self.count.sum()
        mean = (self.count[:, None] * self.mean).sum(0) / count
        shifts = self.mean - mean
        return count, mean, self.scatter.sum(0) + (shifts * self.count[:, None]).T @ shifts

"""Distance of a pixel's features from their nearest neighbours among those of known pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from hazards.networks.models import Output
from hazards.scores.features import known_pixels, to_input_size, vectors_of
from hazards.scores.logit_cache import once
from hazards.scores.logits import energy
from hazards.scores.method import Fitting, Method, Needs, Score, Scorer, State
from hazards.scores.reservoir import Reservoir

_COLUMNS = 200
"""Of the table in which `_largest` lays out the values of a pixel: as fast as any for a bank of 2,000."""
_CHUNK = 256
"""Pixels whose distances to the whole bank are held at once: as fast as any on one core, 2 MB for a bank of 2,000."""


@dataclass(frozen=True)
class DenseNeighbors(Method):
    r"""Mean distance to the k nearest features of known pixels, together with a score of the logits:

    $$s = \frac{s_0 - \min s_0}{\max s_0 - \min s_0} + \frac{d}{\max d}, \qquad
    d = \frac1k \sum_{i=1}^{k} \lVert f - f_{(i)} \rVert_2$$

    with $f_{(i)}$ the i-th nearest in a bank of features, drawn at random from all known pixels of a split; the
    extremes of $s_0$ are taken over the known pixels of that split, that of $d$ over the bank, each feature left out of
    its own neighbours. Without unit; known pixels lie mostly between 0 and 2. Depends on no other image.

    This is cDNP of Galesso et al., Far away in the deep space: dense nearest-neighbor-based out-of-distribution
    detection, 2023, with its k, energy as $s_0$ and scales; their bank holds 100,000 features of a transformer. With
    ``base=None`` it is their DNP, $s = d$.

    Args:
        base: plain score of the logits; None for the distance alone.
        k: number of neighbours.
        bank: number of features kept; the cost grows with it. On the embedded world 10,000 found no more than 2,000.
        fit_on: split of the features.
        seed: of the draw.

    Raises:
        ValueError: for a k below 1, or a bank too small for k neighbours of each of its features.
    """

    label: ClassVar[str] = "cDNP"
    needs: ClassVar[Needs] = "a bank"
    base: Score | None = energy
    k: int = 3
    bank: int = 2_000
    fit_on: str = "train"
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.k < self.bank:
            raise ValueError(f"{self.k} neighbours in a bank of {self.bank}: at least one, and fewer than the bank")

    def fitting(self) -> Fitting:
        """For ``bank`` (n, C), ``largest_distance`` () and, with a base, its ``lowest`` and ``highest`` value ()."""
        return _Bank(self)

    def scorer(self, state: State) -> Scorer:
        """Distances, upsampled, and added to the base score if there is one."""

        searched = _Searched(state["bank"])

        def score(output: Output) -> Tensor:
            here = {name: value.to(output.features.device) for name, value in state.items() if name != "bank"}
            distances = to_input_size(_distances(output.features, searched, self.k), output)
            if not self.base:
                return distances
            values = (self.base(output.logits) - here["lowest"]) / (here["highest"] - here["lowest"])
            return values + distances / here["largest_distance"]

        return score


class _Bank:
    """The fitting of `DenseNeighbors`."""

    def __init__(self, method: DenseNeighbors) -> None:
        self._method = method
        self._reservoir = Reservoir(method.bank, method.seed)
        self._extremes = torch.empty(0)  # lowest and highest base score so far

    def add(self, output: Output, labels: Tensor) -> None:
        """Take in the known pixels of images."""
        self._reservoir.add(known_pixels(output, labels)[0])
        if self._method.base:
            values = self._method.base(output.logits)[labels < output.known]
            self._extremes = torch.stack(torch.aminmax(torch.cat([self._extremes, values.cpu()])))

    def state(self) -> State:
        """The bank and the scales.

        Raises:
            ValueError: where the split has no more than k known pixels, or features or base scores do not vary.
        """
        k, fit_on, base = self._method.k, self._method.fit_on, self._method.base
        bank = self._reservoir.vectors
        if len(bank) <= k:
            raise ValueError(f"{len(bank)} known pixels in the split {fit_on!r} for {k} neighbours")
        state = {"bank": bank, "largest_distance": _mean_distance(bank, bank, k + 1, skip=1).max()}
        if base:
            state |= {"lowest": self._extremes[0], "highest": self._extremes[1]}
        if not state["largest_distance"] > 0 or (base and not self._extremes[1] > self._extremes[0]):
            raise ValueError(f"features or scores of the split {fit_on!r} do not vary")
        return state


class _Searched:
    """A bank that scorers search; two with the same features are equal, so that an image is searched once for both."""

    def __init__(self, bank: Tensor) -> None:
        self.bank = bank
        self._content = bank.cpu().numpy().tobytes()

    def __hash__(self) -> int:
        return hash(self._content)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Searched) and self._content == other._content


@once
def _distances(features: Tensor, searched: _Searched, k: int) -> Tensor:
    """Mean distance of features (B, C, h, w) to their k nearest in a bank, (B·h·w,)."""
    return _mean_distance(vectors_of(features), searched.bank.to(features.device), k)


def _mean_distance(vectors: Tensor, bank: Tensor, k: int, skip: int = 0) -> Tensor:
    """Mean Euclidean distance of vectors (N, C) to their k nearest in the bank but for the `skip` nearest, (N,).

    Plain products: at these sizes faster than faiss's exact index on one core.
    """
    center = bank.mean(0)  # an offset common to all would cost digits, too
    bank, vectors = bank - center, vectors - center
    half_squares = bank.square().sum(1) / 2
    means = []
    for chunk in vectors.split(_CHUNK):
        nearest = _largest(torch.addmm(-half_squares, chunk, bank.T), k)
        # small differences of large products have few digits: take the distances themselves from the vectors
        distances = torch.linalg.vector_norm(chunk[:, None] - bank[nearest], dim=-1)
        means.append(distances.sort(dim=1).values[:, skip:].mean(1))
    return torch.cat(means)


def _largest(values: Tensor, k: int) -> Tensor:
    """Indices of the k largest of each row of values (N, M), as of ``topk``, in no order: (N, k).

    Each row is laid out as a table, in which the k largest values lie in the k columns with the largest maxima. To
    find these and look through them alone is 3.5 times faster than ``topk``.
    """
    rows = values.shape[1] // _COLUMNS
    if k > _COLUMNS or rows * _COLUMNS != values.shape[1]:
        return values.topk(k, dim=1).indices
    table = values.view(len(values), rows, _COLUMNS)
    columns = table.amax(1).topk(k, dim=1).indices
    candidates = table.gather(2, columns[:, None].expand(-1, rows, -1)).flatten(1)
    places = candidates.topk(k, dim=1).indices
    return places // k * _COLUMNS + columns.gather(1, places % k)

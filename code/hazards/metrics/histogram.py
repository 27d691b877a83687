"""Count scores in bounded memory: a histogram over the bits of float32, as fine as the range of the scores allows.

The bits of a float rise with its magnitude, so a prefix of them is an order-preserving bin whose width follows the
score: a relative one, alike for logits around -10 and entropies around 1e-6. The bits are cut into 4,096 pages of
2^20 numbers, eight to a power of two. A page takes memory once a score falls into it; when the pages in use would need
more than the bins allowed, neighbouring bins are added up in all of them. Which pages are in use and how often bins
were added up depends on the scores alone, not on their order: histograms merged in any order count the same.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from hazards.metrics.ranking import Ranking, rank_cells

_PAGE_BITS = 20
_PAGES = 1 << 12
_IN_PAGE = (1 << _PAGE_BITS) - 1
_CHUNK = {"cpu": 1 << 16, "cuda": 1 << 24}
"""Scores counted at once. On the CPU they stay in its cache."""


class ScoreHistogram:
    """How many normal and anomalous pixels have a score in each bin.

    Args:
        bins: at most as many are kept, at least 4,096; each takes 8 bytes, 16 beyond 2^31 pixels.
        device: where the counts lie; scores are taken there.
    """

    def __init__(self, bins: int, device: torch.device):
        if bins < _PAGES:
            raise ValueError(f"bins is {bins}, but a histogram over all of float32 has at least {_PAGES}")
        self.bins = bins
        self.shift = 0
        """Lowest bits of a score that its bin does not tell apart."""
        self.pages = torch.empty(0, dtype=torch.int64)  # in the order of their rows of counts
        self.zeros = torch.zeros(2, dtype=torch.int64)  # normal and anomalous pixels with a score of exactly 0
        self.range = (np.inf, -np.inf)
        self._counts = torch.zeros(2 * bins, dtype=torch.int32, device=device)
        self._room = torch.iinfo(torch.int32).max  # pixels that no count of 32 bits can overflow by
        self._offsets = torch.full((_PAGES,), -1 << _PAGE_BITS + 1, dtype=torch.int32, device=device)

    @property
    def device(self) -> torch.device:
        return self._counts.device

    @property
    def counts(self) -> Tensor:
        """The rows in use: integers (pages, 2, bins of a page), normal pixels before anomalous ones."""
        width = 1 << _PAGE_BITS - self.shift
        return self._counts[: 2 * width * len(self.pages)].view(-1, 2, width)

    def add(self, scores: Tensor, anomaly: Tensor) -> None:
        """Count finite float32 scores (N,) of pixels that are anomalous where `anomaly`, boolean (N,), says so."""
        if not len(scores):
            return
        low, high = torch.stack(torch.aminmax(scores)).tolist()
        self.range = (min(self.range[0], low), max(self.range[1], high))
        if low <= 0 <= high:
            zero = scores == 0
            anomalous = int((zero & anomaly).count_nonzero())
            self.zeros += torch.tensor([int(zero.count_nonzero()) - anomalous, anomalous])
        self._reserve(len(scores))
        chunk = _CHUNK[self.device.type]
        ones = self._counts.new_ones(min(chunk, len(scores)))
        for part, mask in zip(scores.split(chunk), anomaly.split(chunk), strict=True):
            places = self._places(part.to(self.device), mask.to(self.device))
            self._counts.index_add_(0, places, ones[: len(part)])

    def _reserve(self, pixels: int) -> None:
        """Count in 64 bits once 32 could overflow."""
        self._room -= pixels
        if self._room < 0:
            self._counts = self._counts.long()

    def _places(self, scores: Tensor, anomaly: Tensor) -> Tensor:
        """Where in the counts each pixel is to be counted, int32 (N,)."""
        bits = (scores + 0.0).view(torch.int32)  # -0.0 becomes 0.0
        page = (bits >> _PAGE_BITS).bitwise_and_(_PAGES - 1)
        offset = self._offsets.index_select(0, page)
        if offset.amin() < 0:
            self._open(torch.bincount(page, minlength=_PAGES).nonzero()[:, 0].cpu())
            offset = self._offsets.index_select(0, page)
        place = bits.bitwise_and_(_IN_PAGE).bitwise_right_shift_(self.shift).add_(offset)
        return place.add_(anomaly, alpha=1 << _PAGE_BITS - self.shift)

    def _open(self, pages: Tensor) -> None:
        """Make room for pages, some of which may be in use already."""
        new = pages[~torch.isin(pages, self.pages)]
        shift = self.shift
        while len(self.pages) + len(new) << _PAGE_BITS - shift > self.bins:
            shift += 1
        self._coarsen(shift)
        self.pages = torch.cat([self.pages, new])
        offsets = torch.arange(len(self.pages), dtype=torch.int32) * (2 << _PAGE_BITS - shift)
        self._offsets[self.pages.to(self._offsets.device)] = offsets.to(self._offsets.device)

    def _coarsen(self, shift: int) -> None:
        """Add up neighbouring bins until a bin is 2^shift floats wide."""
        if shift > self.shift:
            counts = _widen(self.counts, shift - self.shift)
            self._counts[: self.counts.numel()] = 0
            self.shift = shift
            self.counts[:] = counts

    def merge(self, other: ScoreHistogram) -> None:
        """Count what another histogram of as many bins counted."""
        if other.bins != self.bins:
            raise ValueError(f"histograms of {self.bins} and of {other.bins} bins cannot be merged")
        self._coarsen(max(self.shift, other.shift))
        self._open(other.pages)
        self._reserve(torch.iinfo(torch.int32).max - other._room)
        rows = (other.pages[:, None] == self.pages).nonzero()[:, 1]
        theirs = _widen(other.counts, self.shift - other.shift)
        self.counts.index_add_(0, rows.to(self.device), theirs.to(self.device, self._counts.dtype))
        self.zeros += other.zeros
        self.range = (min(self.range[0], other.range[0]), max(self.range[1], other.range[1]))

    def filled(self) -> tuple[np.ndarray, np.ndarray]:
        """Bins that are not empty: the lowest of their bits as unsigned numbers, rising, (N,), and counts (N, 2)."""
        order = self.pages.argsort().numpy()
        counts = self.counts.cpu().numpy()[order]
        width = counts.shape[2]
        normal, anomalous = counts[:, 0].ravel(), counts[:, 1].ravel()
        filled = np.flatnonzero(normal | anomalous)
        row, place = np.divmod(filled, width)
        first = (self.pages.numpy()[order][row] << _PAGE_BITS) + (place << self.shift)
        return first, np.stack([normal[filled], anomalous[filled]], 1).astype(np.int64)

    def state(self) -> dict[str, np.ndarray]:
        """What was counted, as small arrays: the bins that are not empty."""
        first, counts = self.filled()
        return {
            "shift": np.array(self.shift),
            "bins": np.array(self.bins),
            "range": np.array(self.range),
            "pages": np.sort(self.pages.numpy()),
            "zeros": self.zeros.numpy(),
            "first": first,
            "counts": counts,
        }

    @classmethod
    def from_state(cls, state: dict[str, np.ndarray], device: torch.device) -> ScoreHistogram:
        """The histogram that had this state."""
        histogram = cls(int(state["bins"]), device)
        histogram._coarsen(int(state["shift"]))
        histogram._open(torch.as_tensor(state["pages"]))
        row = np.searchsorted(state["pages"], state["first"] >> _PAGE_BITS)
        place = (state["first"] & _IN_PAGE) >> histogram.shift
        histogram._reserve(int(state["counts"].sum()))
        counts = torch.as_tensor(state["counts"], device=device)
        histogram.counts[row, :, place] = counts.to(histogram._counts.dtype)
        histogram.zeros = torch.as_tensor(state["zeros"]).clone()
        histogram.range = (float(state["range"][0]), float(state["range"][1]))
        return histogram

    def ranking(self) -> Ranking:
        """The bins with an anomalous pixel as cells; 0 is a cell of its own, since many scores end there."""
        first, counts = self.filled()
        last = first + (1 << self.shift) - 1
        zeros = self.zeros.numpy()
        counts[first == 0] -= zeros
        sign = int(np.searchsorted(first, 1 << 31))  # bits of negative scores follow, and rise as the scores fall
        low = _floats(np.r_[last[sign:][::-1], 0, first[:sign]]).clip(*self.range)
        high = _floats(np.r_[first[sign:][::-1], 0, last[:sign]]).clip(*self.range)
        normal, anomalous = np.r_[counts[sign:][::-1], zeros[None], counts[:sign]].T
        return rank_cells(low, high, normal, anomalous, low == high)


def _floats(bits: np.ndarray) -> np.ndarray:
    return bits.astype(np.uint32).view(np.float32)


def _widen(counts: Tensor, halvings: int) -> Tensor:
    """Add up neighbouring pairs on the last axis as often as said."""
    for _ in range(halvings):
        counts = counts[..., ::2] + counts[..., 1::2]
    return counts

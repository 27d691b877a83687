"""Count scores in bounded memory: a histogram over the bits of float32, as fine as the range of the scores allows.

The bits of a float rise with its magnitude, so a prefix of them is an order-preserving bin whose width follows the
score: a relative one, alike for logits around -10 and entropies around 1e-6. The bits are cut into 4,096 pages of
2^20 numbers, eight to a power of two. A page takes memory once a score falls into it; when the pages in use would need
more than the bins allowed, neighbouring bins are added up in all of them. Which pages are in use and how often bins
were added up depends on the scores alone, not on their order: histograms merged in any order count the same.

Ties stay exact where they are many: pixels with a score of 0, the lowest and the highest score, at which scores pile up
that saturate or are clipped, are counted apart; and of scores with few bits, as those of half precision, a bin that
holds but one of them is known to do so.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from hazards.metrics.ranking import Ranking, next_over, rank_cells

_PAGE_BITS = 20
_PAGES = 1 << 12
_IN_PAGE = (1 << _PAGE_BITS) - 1
_FEW = 256
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
        self.ends = torch.zeros(2, 2, dtype=torch.int64)  # the same with the lowest score, and with the highest
        self.grain = _PAGE_BITS
        """Lowest bits that are 0 in all scores."""
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
        if low <= 0 <= high:
            self.zeros += _tied(0, scores, anomaly)
        self._count_ends((low, high), lambda end: _tied((low, high)[end], scores, anomaly))
        self._refine(scores)
        self._reserve(len(scores))
        chunk = _CHUNK[self.device.type]
        ones = self._counts.new_ones(min(chunk, len(scores)))
        for part, mask in zip(scores.split(chunk), anomaly.split(chunk), strict=True):
            places = self._places(part.to(self.device), mask.to(self.device))
            self._counts.index_add_(0, places, ones[: len(part)])

    def _count_ends(self, extremes: tuple[float, float], tied: Callable[[int], Tensor]) -> None:
        """Count pixels with the lowest (0) and the highest (1) score, where what is added has these extremes."""
        beyond = (extremes[0] < self.range[0], extremes[1] > self.range[1])
        self.range = (min(self.range[0], extremes[0]), max(self.range[1], extremes[1]))
        for end, extreme in enumerate(extremes):
            if beyond[end]:
                self.ends[end] = 0
            if extreme == self.range[end]:
                self.ends[end] += tied(end)

    def _refine(self, scores: Tensor) -> None:
        """Take fewer lowest bits to be 0, if some score says so."""
        for part in (scores[:_FEW], scores):  # a few of full precision tell as much as all
            if self.grain:
                bits = (part + 0.0).view(torch.int32)
                while self.grain and bits.bitwise_and((1 << self.grain) - 1).any():
                    self.grain -= 1

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
        self._count_ends(other.range, lambda end: other.ends[end])
        self.grain = min(self.grain, other.grain)

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
            "ends": self.ends.numpy(),
            "grain": np.array(self.grain),
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
        histogram.ends = torch.as_tensor(state["ends"]).clone()
        histogram.range = (float(state["range"][0]), float(state["range"][1]))
        histogram.grain = int(state["grain"])
        return histogram

    def ranking(self) -> Ranking:
        """The bins with an anomalous pixel as cells; 0, the lowest and the highest score are cells of their own."""
        low, high, normal, anomalous = self._cells()
        return rank_cells(low, high, normal, anomalous, low == high)

    def threshold(self, normal_over: int) -> float:
        """The lowest score that at most so many normal pixels surely have or exceed, up to the width of a bin."""
        _, high, normal, _ = self._cells()
        over = np.flip(np.flip(normal).cumsum())
        return float(next_over(high[over > normal_over][-1]))

    def _cells(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Lowest and highest score of rising cells, and how many normal and anomalous pixels each holds, (cells,)."""
        first, counts = self.filled()
        last = first + (1 << self.shift) - (1 << min(self.grain, self.shift))
        sign = int(np.searchsorted(first, 1 << 31))  # bits of negative scores follow, and rise as the scores fall
        zeros, (lowest, highest) = self.zeros.numpy(), self._distinct_ends()
        counts[first == 0] -= zeros
        counts[-1 if self.range[0] < 0 else 0] -= lowest
        counts[sign - 1 if self.range[1] >= 0 else sign] -= highest
        ends = np.array(self.range, np.float32)
        low = _floats(np.r_[last[sign:][::-1], 0, first[:sign]]).clip(*ends)
        high = _floats(np.r_[first[sign:][::-1], 0, last[:sign]]).clip(*ends)
        low = np.r_[ends[:1], low, ends[1:]]
        high = np.r_[ends[:1], high, ends[1:]]
        normal, anomalous = np.r_[lowest[None], counts[sign:][::-1], zeros[None], counts[:sign], highest[None]].T
        return low, high, normal, anomalous

    def _distinct_ends(self) -> np.ndarray:
        """`ends`, (2, 2), where a score that is 0, or the only one, counts but once."""
        lowest, highest = self.range
        apart = np.array([lowest != 0, highest not in (0, lowest)])
        return self.ends.numpy() * apart[:, None]


def _tied(score: float, scores: Tensor, anomaly: Tensor) -> Tensor:
    """How many normal and anomalous pixels have this score, int64 (2,)."""
    tied = scores == score
    anomalous = int((tied & anomaly).count_nonzero())
    return torch.tensor([int(tied.count_nonzero()) - anomalous, anomalous])


def _floats(bits: np.ndarray) -> np.ndarray:
    return bits.astype(np.uint32).view(np.float32)


def _widen(counts: Tensor, halvings: int) -> Tensor:
    """Add up neighbouring pairs on the last axis as often as said."""
    for _ in range(halvings):
        counts = counts[..., ::2] + counts[..., 1::2]
    return counts

"""The order of Hiera's tokens: window by window in its blocks, row by row in the maps that it gives.

As timm's `Unroll` and `Reroll`, which reorder in steps, each of which divides the size once more; here one reshape says
it from the number of windows, so that a graph for images of any size stays short enough to be exported.
"""

from __future__ import annotations

from torch import Tensor, nn

_HALVINGS = 3
"""Times that a window of 8×8 tokens is halved, by the pooling between stages: to one token."""


class _Ordering(nn.Module):
    """A reordering of tokens; `windows`, the number of their rows and columns, is set for each size of images."""

    windows: tuple[int, int]


class ByWindows(_Ordering):
    """Tokens (B, N, C), row by row, in the order of windows.

    What is pooled first, the place in the finest 2×2, changes slowest, and the window itself fastest.
    """

    def forward(self, tokens: Tensor) -> Tensor:
        batch, _, channels = tokens.shape
        rows, columns = self.windows
        tiles = tokens.view(batch, rows, 2, 2, 2, columns, 2, 2, 2, channels)
        unrolled = tiles.permute(0, 4, 8, 3, 7, 2, 6, 1, 5, 9)
        return unrolled.reshape(batch, rows * columns * 4**_HALVINGS, channels)


class ByRows(_Ordering):
    """Tokens (B, N, C), in the order of windows, as a map (B, H, W, C).

    Args:
        pooled_after: the blocks after which tokens are pooled.
    """

    def __init__(self, pooled_after: list[int]) -> None:
        super().__init__()
        self.pooled_after = pooled_after

    def forward(self, tokens: Tensor, block: int, mask: None = None) -> Tensor:
        """The map after a block, by its number; no token is masked, as timm's blocks could be."""
        batch, _, channels = tokens.shape
        rows, columns = self.windows
        halvings = sum(block <= last for last in self.pooled_after)
        coarse_to_fine = range(halvings, 0, -1)
        down = [2 * level - 1 for level in coarse_to_fine]
        across = [2 * level for level in coarse_to_fine]
        tiles = tokens.view(batch, *[2] * 2 * halvings, rows, columns, channels)
        row, column = 2 * halvings + 1, 2 * halvings + 2
        by_rows = tiles.permute(0, row, *down, column, *across, column + 1)
        return by_rows.reshape(batch, rows * 2**halvings, columns * 2**halvings, channels)

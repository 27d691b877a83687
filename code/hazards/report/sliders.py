"""Pairs of pictures in one place each, parted by a line that the reader moves.

`sliders` is raw HTML in Markdown, which the PDF leaves out; `side_by_side` is the figure in its place there. How the
line moves and looks is in `code/book/look`, which every page of the book has.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
from IPython.display import Markdown
from matplotlib.figure import Figure

from hazards.report.embedding import block, picture_url
from hazards.report.style import WIDTH, gallery

Pair = tuple[str, np.ndarray, np.ndarray]
"""Name, and two pictures of one size, uint8 (H, W, 3)."""

_SIDE = '<span class="compare-side"><img src="{url}" alt="{alt}"><span class="compare-name">{name}</span></span>'


def sliders(pairs: Sequence[Pair], names: tuple[str, str]) -> Markdown:
    """Each pair in one place; `names` are what is left and what is right of the line."""
    blocks = []
    for title, *sides in pairs:
        shown = ""
        for name, pixels in zip(names, sides, strict=True):
            alt = html.escape(f"{title}, {name}")
            shown += _SIDE.format(url=picture_url(pixels), alt=alt, name=html.escape(name))
        blocks.append(f'<div class="compare" role="group" aria-label="{html.escape(title)}">{shown}</div>')
    body = "\n".join(blocks)
    return block(f'<div class="compares"><div>\n{body}\n</div></div>')


def side_by_side(pairs: Sequence[Pair], names: tuple[str, str], note: str) -> Figure:
    """The same pairs as a figure: a column a pair."""
    titles = [title for title, _, _ in pairs]
    above = [pixels for _, pixels, _ in pairs]
    below = [pixels for _, _, pixels in pairs]
    height, width = above[0].shape[:2]
    inches = (WIDTH - 0.4) / len(pairs) * height / width
    return gallery(2 * (inches + 0.1) + 0.6, note, [(names[0], above), (names[1], below)], titles)

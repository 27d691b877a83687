"""Pairs of pictures in one place each, parted by a line that the reader moves.

`sliders` is raw HTML in Markdown, which the PDF leaves out; `side_by_side` is the figure in its place there. How the
line moves and looks is in `code/book/look`, which every page of the book has.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from IPython.display import Markdown
from matplotlib.figure import Figure
from PIL import Image

from hazards.report.style import WIDTH, page, picture

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
            shown += _SIDE.format(url=data_url(pixels), alt=alt, name=html.escape(name))
        blocks.append(f'<div class="compare" role="group" aria-label="{html.escape(title)}">{shown}</div>')
    body = "\n".join(blocks)
    return Markdown(f'``````{{=html}}\n<div class="compares"><div>\n{body}\n</div></div>\n``````')


def data_url(pixels: np.ndarray) -> str:
    """A picture as an address that holds it whole: exact where it has few colours, else as light as a photograph."""
    image = Image.fromarray(pixels)
    if image.getcolors(256):
        return _url(image.convert("P", palette=Image.Palette.ADAPTIVE), "png", optimize=True)
    return _url(image, "webp", quality=92)


def png_url(pixels: np.ndarray) -> str:
    """A picture as an address that holds it whole, exactly as it is."""
    return _url(Image.fromarray(pixels), "png", optimize=True)


def _url(image: Image.Image, kind: str, **options: Any) -> str:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}"


def side_by_side(pairs: Sequence[Pair], names: tuple[str, str], note: str) -> Figure:
    """The same pairs as a figure: a column a pair."""
    _, first, _ = pairs[0]
    height, width = first.shape[:2]
    inches = (WIDTH - 0.4) / len(pairs) * height / width
    figure, axes = page(2 * (inches + 0.1) + 0.6, note, 2, len(pairs))
    for column, (title, above, below) in enumerate(pairs):
        picture(axes[0, column], above, title)
        picture(axes[1, column], below)
    for row, name in enumerate(names):
        axes[row, 0].set_ylabel(name)
    return figure

"""Pairs of pictures in one place each, parted by a line that the reader moves.

`sliders` is raw HTML in Markdown, which the PDF leaves out; `side_by_side` is the figure in its place there. How the
line moves and looks is in `code/book/look`, which every page of the book has.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
from IPython.display import Markdown
from matplotlib.figure import Figure
from PIL import Image

from hazards.report.figures import WIDTH, page, picture

Pair = tuple[str, np.ndarray, np.ndarray]
"""Name, and two pictures of one size, uint8 (H, W, 3)."""

_SIDE = '<span class="compare-side"><img src="{url}" alt="{alt}"><span class="compare-name">{name}</span></span>'


def sliders(pairs: Sequence[Pair], names: tuple[str, str]) -> Markdown:
    """Each pair in one place; `names` are what is left and what is right of the line."""
    blocks = []
    for title, *sides in pairs:
        shown = [
            _SIDE.format(url=data_url(pixels), alt=html.escape(f"{title}, {name}"), name=html.escape(name))
            for name, pixels in zip(names, sides, strict=True)
        ]
        blocks.append(f'<div class="compare" role="group" aria-label="{html.escape(title)}">{"".join(shown)}</div>')
    body = "\n".join(blocks)
    return Markdown(f'``````{{=html}}\n<div class="compares"><div>\n{body}\n</div></div>\n``````')


def data_url(pixels: np.ndarray) -> str:
    """A picture as an address that holds it whole: exact where it has few colours, else as light as a photograph."""
    image, file = Image.fromarray(pixels), io.BytesIO()
    kind = "png" if image.getcolors(256) else "webp"
    if kind == "png":
        image.convert("P", palette=Image.Palette.ADAPTIVE).save(file, "PNG", optimize=True)
    else:
        image.save(file, "WEBP", quality=92)
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}"


def side_by_side(pairs: Sequence[Pair], names: tuple[str, str], note: str) -> Figure:
    """The same pairs as a figure: a column a pair."""
    height, width = pairs[0][1].shape[:2]
    figure, axes = page(2 * ((WIDTH - 0.4) / len(pairs) * height / width + 0.1) + 0.6, note, 2, len(pairs))
    for column, (title, *sides) in enumerate(pairs):
        picture(axes[0, column], sides[0], title)
        picture(axes[1, column], sides[1])
    for row, name in enumerate(names):
        axes[row, 0].set_ylabel(name)
    return figure

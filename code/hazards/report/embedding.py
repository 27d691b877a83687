"""Raw HTML in a chapter, which the PDF leaves out, with the pictures and data in it: a page asks no host for any."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
from IPython.display import Markdown
from PIL import Image


def block(html: str) -> Markdown:
    """A block of raw HTML, as a cell shows it."""
    return Markdown(f"``````{{=html}}\n{html}\n``````")


def data(value: Any) -> str:
    """A value as JSON for a script element, which it cannot end early."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def picture_url(pixels: np.ndarray) -> str:
    """A picture as an address that holds it whole: exact where it has few colours, else as light as a photograph."""
    image = Image.fromarray(pixels)
    if image.getcolors(256):
        return _url(image.convert("P", palette=Image.Palette.ADAPTIVE), "png", optimize=True)
    return _url(image, "webp", quality=92)


def exact_url(pixels: np.ndarray) -> str:
    """A picture as an address that holds it whole, exactly as it is."""
    return _url(Image.fromarray(pixels), "png", optimize=True)


def _url(image: Image.Image, kind: str, **options: Any) -> str:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}"

"""The explorer of thresholds in the HTML book: an image, a threshold, the mask it makes, the point on the curve.

`explorer` fills explorer.html and its script and style into one block that asks no host for anything. It is raw
HTML in Markdown, which the PDF leaves out; `anomaly_figures.thresholds` is the figure in its place there.
"""

from __future__ import annotations

import base64
import html
import io
import json
import math
import zlib
from collections.abc import Sequence
from importlib.resources import files
from string import Template

import matplotlib as mpl
import numpy as np
import pandas as pd
from IPython.display import Markdown
from PIL import Image

from hazards.metrics import masks
from hazards.report import mask_painting
from hazards.report.sliders import data_url

Picture = tuple[str, np.ndarray, np.ndarray, np.ndarray]
"""Name, image uint8 (H, W, 3), score float (H, W), anomaly bool (H, W)."""

STEPS = 255
"""Thresholds of the slider: a pixel's level, from none to all of them reached, then fits a byte."""
_AREA = (264, 240)
"""Width and height of the plot in explorer.html."""
_TOPS = (0.05, 0.1, 0.25, 0.5, 1.0)
"""Precisions at which the plot may end."""


def explorer(pictures: Sequence[Picture], curve: pd.DataFrame, score: str, note: str = "") -> Markdown:
    """An interactive figure: choose an image, move the threshold, see the mask, its rates and its point on the curve.

    Every number is exact: the image's are counts over the pixels given, the split's are rows of the curve.

    Args:
        pictures: images of one size, at best small (256×144): about 0.15 MB each in the page.
        curve: threshold, recall, precision and fpr (0–1) of the whole test split, all pixels pooled, a pixel marked
            where its score is at least the threshold; rows in any order.
        score: what the score is called.
        note: which data and profile, shown below.

    Raises:
        ValueError: for no picture, pictures that differ in size, or a score that is not a number.
    """
    if len({part.shape[:2] for _, *parts in pictures for part in parts}) != 1:
        raise ValueError("the explorer needs pictures, and images, scores and anomalies of one size")
    rows = masks.walk(curve, STEPS)
    thresholds = rows["threshold"].to_numpy()
    start = int(masks.f1(rows["recall"], rows["precision"]).argmax())
    name, image, values, anomaly = pictures[0]
    marked = values >= thresholds[start]
    mask = mask_painting.paint(marked, anomaly)
    shown = _numbers(thresholds)
    top = next(top for top in _TOPS if rows["precision"].max() <= top)
    x, y = _place(rows, top)
    fields = {
        **dict(zip(("hit", "false_alarm", "miss"), mask_painting.COLORS, strict=True)),
        **{part: _asset(part) for part in ("css", "js")},
        "score": html.escape(score),
        "note": html.escape(note),
        "name": html.escape(name),
        "choice": "\n".join(_choice(i, *picture[:2]) for i, picture in enumerate(pictures)),
        "picture": data_url(image),
        "mask": _png(mask),
        "width": image.shape[1],
        "height": image.shape[0],
        "mask_width": mask.shape[1],
        "mask_height": mask.shape[0],
        "random": _random_line(masks.prevalence(rows), top),
        "top": f"{top * 100:g}",
        "half": f"{top * 50:g}",
        "path": "M" + "L".join(f"{a:.2f} {b:.2f}" for a, b in zip(x, y, strict=True)),
        "x": f"{x[start]:.2f}",
        "y": f"{y[start]:.2f}",
        "threshold": shown[start],
        "level": start,
        "last": len(rows) - 1,
        "split_rates": _cells(masks.Rates(*rows.loc[start, list(masks.Rates._fields)])),
        "image_rates": _cells(masks.rates(marked, anomaly)),
        "data": _data(pictures, rows, shown, top),
    }
    page = Template(_asset("html")).substitute(fields)
    return Markdown(f"``````{{=html}}\n{page}\n``````")


def _asset(suffix: str) -> str:
    return files("hazards.report").joinpath(f"explorer.{suffix}").read_text(encoding="utf-8").rstrip("\n")


def _data(pictures: Sequence[Picture], rows: pd.DataFrame, shown: list[str], top: float) -> str:
    """What the script reads, as JSON that cannot end its element early."""
    height, width = pictures[0][3].shape
    data = {
        "width": width,
        "height": height,
        "fineness": mask_painting.FINENESS,
        "top": top,
        "paints": [
            [[*bytes.fromhex(color[1:]), a] for a in (mask_painting.LIGHT, mask_painting.STRONG)]
            for color in mask_painting.COLORS
        ],
        "shades": _pack(mpl.colormaps["inferno"](np.arange(STEPS + 1), bytes=True)),
        "curve": {"threshold": shown} | {name: rows[name].round(9).tolist() for name in masks.Rates._fields},
        "pictures": [
            {"name": name, "pixels": _pack(masks.levels(values, rows["threshold"].to_numpy()), anomaly)}
            for name, _, values, anomaly in pictures
        ],
    }
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def _pack(*arrays: np.ndarray) -> str:
    """Arrays as bytes, one after the other, deflated and in base64."""
    together = b"".join(array.astype(np.uint8).tobytes() for array in arrays)
    return base64.b64encode(zlib.compress(together, 9)).decode()


def _png(pixels: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _choice(index: int, name: str, image: np.ndarray) -> str:
    """A thumbnail to choose; the first one's picture stands in the page already, and the script takes it from there."""
    source, checked = (f' src="{data_url(image)}"', "") if index else ("", " checked")
    label = html.escape(name)
    return f'<label title="{label}"><input type="radio" name="picture"{checked}><img{source} alt="{label}"></label>'


def _random_line(prevalence: float, top: float) -> str:
    """The precision of a random score; none where the curve does not tell it."""
    if math.isnan(prevalence) or prevalence > top:
        return ""
    y = (1 - prevalence / top) * _AREA[1]
    place = f'text-anchor="end" x="{_AREA[0] - 4}" y="{y - 32:.2f}"'
    text = f'<text class="explorer-soft" {place}>random: {_percent(prevalence, 2)}</text>'
    return f'<path class="explorer-random" d="M0 {y:.2f}H{_AREA[0]}"/>{text}'


def _place(rows: pd.DataFrame, top: float) -> tuple[np.ndarray, np.ndarray]:
    """Where the points of the curve lie in the plot's area, which ends at the precision `top`."""
    return rows["recall"].to_numpy() * _AREA[0], (1 - rows["precision"].to_numpy() / top) * _AREA[1]


def _numbers(values: np.ndarray) -> list[str]:
    """Numbers with as many decimals as tell about a thousand values in their range apart."""
    span = float(np.ptp(values)) or 1.0
    digits = max(0, 3 - math.floor(math.log10(span)))
    return [f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}") for value in values]


def _percent(share: float, digits: int) -> str:
    return "–" if math.isnan(share) else f"{share * 100:.{digits}f}\N{NO-BREAK SPACE}%"


def _cells(rates: masks.Rates) -> str:
    texts = (_percent(share, digits) for share, digits in zip(rates, (1, 1, 2), strict=True))
    return "".join(f'<span role="cell">{text}</span>' for text in texts)

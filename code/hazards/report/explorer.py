"""The explorer of thresholds in the HTML book: an image, a threshold, the mask it makes, the point on the curve.

`explorer` fills explorer.html and its script and style into one block that asks no host for anything. It is raw
HTML in Markdown, which the PDF leaves out; `anomaly_figures.thresholds` is the figure in its place there.
"""

from __future__ import annotations

import base64
import html
import math
import zlib
from collections.abc import Sequence
from importlib.resources import files
from string import Template
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from IPython.display import Markdown

from hazards.metrics import masks
from hazards.report import embedding, mask_painting
from hazards.report.style import SCORE_COLORS

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
    shapes = {part.shape[:2] for _, *parts in pictures for part in parts}
    if len(shapes) != 1:
        raise ValueError("the explorer needs pictures, and images, scores and anomalies of one size")
    rows = masks.walk(curve, STEPS)
    thresholds = rows["threshold"].to_numpy()
    texts = _numbers(thresholds)
    top = next(top for top in _TOPS if rows["precision"].max() <= top)
    level = int(masks.f1(rows["recall"], rows["precision"]).argmax())
    fields = {
        "css": _asset("css"),
        "js": _asset("js"),
        "hit": mask_painting.HIT,
        "false_alarm": mask_painting.FALSE_ALARM,
        "miss": mask_painting.MISS,
        "score": html.escape(score),
        "note": html.escape(note),
        "threshold": texts[level],
        "level": level,
        "last": len(rows) - 1,
        "split_rates": _cells(masks.Rates(*rows.loc[level, list(masks.Rates._fields)])),
        "data": _data(pictures, rows, texts, top),
    }
    fields |= _picture_fields(pictures, thresholds[level]) | _plot_fields(rows, top, level)
    page = Template(_asset("html")).substitute(fields)
    return embedding.block(page)


def _asset(suffix: str) -> str:
    return files("hazards.report").joinpath(f"explorer.{suffix}").read_text(encoding="utf-8").rstrip("\n")


def _picture_fields(pictures: Sequence[Picture], threshold: float) -> dict[str, object]:
    """What the page says of pictures: thumbnails of all, and the first one with its mask and rates."""
    name, image, scores, anomaly = pictures[0]
    marked = scores >= threshold
    mask = mask_painting.paint(marked, anomaly)
    choices = [_choice(index, picture[0], picture[1]) for index, picture in enumerate(pictures)]
    return {
        "choice": "\n".join(choices),
        "name": html.escape(name),
        "picture": embedding.picture_url(image),
        "width": image.shape[1],
        "height": image.shape[0],
        "mask": embedding.exact_url(mask),
        "mask_width": mask.shape[1],
        "mask_height": mask.shape[0],
        "image_rates": _cells(masks.rates(marked, anomaly)),
    }


def _plot_fields(rows: pd.DataFrame, top: float, level: int) -> dict[str, object]:
    """The curve in the plot's area, which ends at the precision `top`, and its point at a level."""
    width, height = _AREA
    x = rows["recall"].to_numpy() * width
    y = (1 - rows["precision"].to_numpy() / top) * height
    points = [f"{across:.2f} {down:.2f}" for across, down in zip(x, y, strict=True)]
    return {
        "top": f"{top * 100:g}",
        "half": f"{top * 50:g}",
        "path": "M" + "L".join(points),
        "x": f"{x[level]:.2f}",
        "y": f"{y[level]:.2f}",
        "random": _random_line(masks.prevalence(rows), top),
    }


def _data(pictures: Sequence[Picture], rows: pd.DataFrame, texts: list[str], top: float) -> str:
    """What the script reads, as JSON that cannot end its element early; `texts` are the thresholds in words."""
    thresholds = rows["threshold"].to_numpy()
    curve: dict[str, list[Any]] = {"threshold": texts}
    for name in masks.Rates._fields:
        curve[name] = rows[name].round(9).tolist()
    values = {
        "width": pictures[0][1].shape[1],
        "height": pictures[0][1].shape[0],
        "fineness": mask_painting.FINENESS,
        "top": top,
        "paints": [_paints(color) for color in mask_painting.COLORS],
        "shades": _pack(mpl.colormaps[SCORE_COLORS](np.arange(STEPS + 1), bytes=True)),
        "curve": curve,
        "pictures": [
            {"name": name, "pixels": _pack(masks.levels(scores, thresholds), anomaly)}
            for name, _, scores, anomaly in pictures
        ],
    }
    return embedding.data(values)


def _paints(color: str) -> list[list[int]]:
    """A colour between and on stripes and dots: red, green, blue and opacity of each, 0–255."""
    channels = list(bytes.fromhex(color[1:]))
    return [[*channels, mask_painting.LIGHT], [*channels, mask_painting.STRONG]]


def _pack(*arrays: np.ndarray) -> str:
    """Arrays as bytes, one after the other, deflated and in base64."""
    together = b"".join(array.astype(np.uint8).tobytes() for array in arrays)
    return base64.b64encode(zlib.compress(together, 9)).decode()


def _choice(index: int, name: str, image: np.ndarray) -> str:
    """A thumbnail to choose; the first one's picture stands in the page already, and the script takes it from there."""
    checked = "" if index else " checked"
    source = f' src="{embedding.picture_url(image)}"' if index else ""
    label = html.escape(name)
    return f'<label title="{label}"><input type="radio" name="picture"{checked}><img{source} alt="{label}"></label>'


def _random_line(prevalence: float, top: float) -> str:
    """The precision of a random score; none where the curve does not tell it."""
    if math.isnan(prevalence) or prevalence > top:
        return ""
    width, height = _AREA
    y = (1 - prevalence / top) * height
    line = f'<path class="explorer-random" d="M0 {y:.2f}H{width}"/>'
    place = f'text-anchor="end" x="{width - 4}" y="{y - 32:.2f}"'
    return f'{line}<text class="explorer-soft" {place}>random: {_percent(prevalence, 2)}</text>'


def _numbers(values: np.ndarray) -> list[str]:
    """Numbers with as many decimals as tell about a thousand values in their range apart."""
    span = float(np.ptp(values)) or 1.0
    digits = max(0, 3 - math.floor(math.log10(span)))
    return [f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}") for value in values]


def _percent(share: float, digits: int) -> str:
    return "–" if math.isnan(share) else f"{share * 100:.{digits}f}\N{NO-BREAK SPACE}%"


def _cells(rates: masks.Rates) -> str:
    texts = (_percent(rates.recall, 1), _percent(rates.precision, 1), _percent(rates.fpr, 2))
    return "".join(f'<span role="cell">{text}</span>' for text in texts)

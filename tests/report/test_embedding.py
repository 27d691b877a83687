"""What stands in a page whole: pictures as addresses, data as JSON."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from hazards.report import embedding


def decoded(url: str) -> np.ndarray:
    """The pixels (H, W, 3) or (H, W, 4) of a picture's address."""
    content = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
    return np.asarray(content.convert("RGBA" if "A" in content.getbands() else "RGB"))


@pytest.mark.parametrize("channels", [3, 4])
def test_an_exact_address_keeps_every_pixel(channels):
    pixels = np.random.default_rng(0).integers(0, 256, (30, 40, channels), np.uint8)
    url = embedding.exact_url(pixels)
    assert url.startswith("data:image/png;base64,")
    assert np.array_equal(decoded(url), pixels)


def test_a_picture_of_few_colours_is_exact_and_a_photograph_light():
    rng = np.random.default_rng(0)
    colors = rng.integers(0, 256, (14, 3), np.uint8)
    labels = colors[rng.integers(0, 14, (144, 256))]
    assert np.array_equal(decoded(embedding.picture_url(labels)), labels)
    ramp = np.linspace(0, 200, 256)[:, None] + rng.integers(0, 12, (144, 256, 3))
    photograph = ramp.astype(np.uint8)
    url = embedding.picture_url(photograph)
    assert url.startswith("data:image/webp;base64,")
    assert len(url) < len(embedding.exact_url(photograph)) / 2
    assert np.abs(decoded(url).astype(int) - photograph).mean() < 8


def test_data_cannot_end_their_element_and_block_is_left_out_of_the_pdf():
    value = [{"name": "</script><b>ü", "at": 0.5}]
    text = embedding.data(value)
    assert "<" not in text
    assert "ü" in text
    assert json.loads(text) == value
    assert embedding.block("<p>a</p>").data == "``````{=html}\n<p>a</p>\n``````"

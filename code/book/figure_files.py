"""What cells show, as it is kept: pictures in figures/, for the pages and for whoever wants one by itself."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

_SVG_LIMIT = 100_000
"""Bytes up to which a page shows a figure as vectors; above, its PNG at twice the screen's resolution is smaller."""


class Output(NamedTuple):
    """One thing that a cell showed.

    Args:
        kind: `picture`, `stdout`, or a MIME type.
        content: text; of a picture its path, from the project's folder on.
        width: of a picture that does not say it by itself, inches.
    """

    kind: str
    content: str
    width: str = ""


def keep(shown: list[Any], value: Any, folder: Path, name: str, labelled: bool) -> tuple[list[Output], set[str]]:
    """Write what a cell showed to files as far as it is pictures or a table; gives all of it, and the files' paths.

    Args:
        shown: as `sessions.Shown`, in order.
        value: of the cell.
        folder: to write to, two below the project's own.
        name: with which the files' names begin.
        labelled: whether to write figures and tables to be used elsewhere, too: PNG and PDF, CSV and JSON.
    """
    from hazards.report.tables import Table  # with pandas behind it

    total = sum("image/png" in forms for forms, _ in shown)
    outputs: list[Output] = []
    files: set[str] = set()
    for forms, is_value in shown:
        if "image/png" in forms:
            number = sum(output.kind == "picture" for output in outputs) + 1
            stem = folder / (f"{name}-{number}" if total > 1 else name)
            outputs.append(_picture(forms, stem, labelled, files))
        elif not (total and is_value) or "text/markdown" in forms:
            outputs.append(_text(forms))  # all but the repr of a picture's axes
    if labelled and isinstance(value, Table):
        files.update(value.export(folder / name))
    return outputs, files


def _picture(forms: dict[str, str], stem: Path, labelled: bool, files: set[str]) -> Output:
    """Write a picture; gives the one for the pages, as vectors where they are small."""
    vectors = forms.get("image/svg+xml", "").encode()
    pixels = base64.b64decode(forms["image/png"])
    is_light = 0 < len(vectors) <= _SVG_LIMIT
    contents = {".svg": vectors if is_light else b"", ".png": b"" if is_light else pixels}
    if labelled:
        contents |= {".png": pixels, ".pdf": base64.b64decode(forms.get("application/pdf", ""))}
    stem.parent.mkdir(parents=True, exist_ok=True)
    for ending, content in contents.items():
        if content:
            stem.with_name(stem.name + ending).write_bytes(content)
            files.add(str(stem.with_name(stem.name + ending)))
    ending = ".svg" if is_light else ".png"
    address = f"/{stem.relative_to(stem.parents[2]).as_posix()}{ending}"
    return Output("picture", address, "" if is_light else _width(pixels))


def _width(png: bytes) -> str:
    """Width of a PNG in inches, as `6.20in`."""
    with Image.open(io.BytesIO(png)) as image:
        return f"{image.width / image.info.get('dpi', (96, 96))[0]:.2f}in"


def _text(forms: dict[str, str]) -> Output:
    """What a cell prints or gives, as markdown where it is meant so."""
    if "stdout" in forms:
        return Output("stdout", forms["stdout"])
    if "text/markdown" in forms:
        return Output("text/markdown", forms["text/markdown"])
    others = sorted(set(forms) - {"text/plain"})
    return Output(", ".join(others) or "text/plain", forms.get("text/plain", ""))

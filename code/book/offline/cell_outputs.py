"""What cells show, as markdown.

A labelled output becomes a fenced div whose last paragraph is the caption, which is also how an author writes a
figure by hand in Quarto.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from book.offline.parsing import BookError

SVG_LIMIT = 300_000
"""Bytes up to which a figure is kept as vectors; above, its picture at twice the screen's resolution is smaller."""


def code_markdown(code: str, views: dict[str, dict[str, Any]]) -> list[str]:
    """The code of a cell, hidden in the formats that do not echo it; `views` are the cell's options by format."""
    options = views["html"]
    block = fenced(".python .cell-code", code)
    if options["code-fold"]:
        summary = f"<summary>{html.escape(options['code-summary'])}</summary>"
        opened = fenced("=html", f'<details class="code-fold">{summary}')
        block = [*opened, *block, *fenced("=html", "</details>")]
    for name, view in views.items():
        if not view["echo"]:
            block = [f'::::: {{.content-hidden when-format="{name}"}}', *block, ":::::", ""]
    return block


def output_markdown(outputs: list[Any], options: dict[str, Any], target: Path, place: str) -> list[str]:
    """What a cell showed; pictures are written to files whose names begin with `target`.

    Raises:
        BookError: for a labelled cell that shows nothing to label, or texts that do not match the pictures in number.
    """
    label = options.get("label", "")
    attributes = div_attributes(options)
    parts = shown_parts(outputs, options, target, place)
    if not attributes:
        return parts
    has_markdown = any("text/markdown" in output.get("data", {}) for output in outputs)
    if not (has_markdown or options["output"] == "asis" or any(map(is_picture, outputs))):
        raise BookError(f"{place}: the cell `{label}` shows neither a picture nor markdown")
    kind = label.split("-")[0]
    caption = options.get(f"{kind}-cap", "").strip()
    return [f"::::: {{{' '.join(attributes)}}}", *parts, *caption.splitlines(), ":::::", ""]


def is_picture(output: Any) -> bool:
    """Whether an output of a cell is a picture."""
    return "image/png" in output.get("data", {})


def div_attributes(options: dict[str, Any]) -> list[str]:
    """The attributes of the div around what a cell shows; none where there is no such div."""
    attributes = []
    label = options.get("label", "")
    if label.startswith(("fig-", "tbl-")):
        attributes.append(f"#{label}")
    if "layout-ncol" in options:
        attributes.append(f'layout-ncol="{options["layout-ncol"]}"')
    if "column" in options:
        attributes.append(f".column-{options['column']}")
    return attributes


def shown_parts(outputs: list[Any], options: dict[str, Any], target: Path, place: str) -> list[str]:
    """Pictures, with captions of their own where they have some, and text, in the order in which a cell showed them."""
    total = sum(map(is_picture, outputs))
    alts = picture_texts("fig-alt", options, total, place)
    captions = picture_texts("fig-subcap", options, total, place)
    parts: list[str] = []
    count = 0
    for output in outputs:
        if is_picture(output):
            count += 1
            name = f"{target.name}-{count}" if total > 1 else target.name
            image = [picture(output.data, target.with_name(name), next(alts, "")), ""]
            caption = next(captions, None)
            if caption is not None:
                image = [f"::: {{#{options.get('label', '')}-{count}}}", *image, caption, ":::", ""]
            parts += image
        elif not total or output.output_type != "execute_result" or "text/markdown" in output.data:
            parts += text_markdown(output, options, place)  # all but the repr of a picture's axes
    return parts


def picture_texts(name: str, options: dict[str, Any], total: int, place: str) -> Iterator[str]:
    """What the option `name` says of each picture; one text is that of all."""
    texts = options.get(name, [])
    if isinstance(texts, str):
        texts = [texts] * total
    elif name in options and total and len(texts) != total:
        raise BookError(f"{place}: {len(texts)} entries in `{name}` for {total} pictures")
    return iter(texts)


def picture(data: dict[str, Any], target: Path, alt: str) -> str:
    """Write a picture beside `target`, as vectors where they are small, and give the markdown that shows it."""
    content = data.get("image/svg+xml", "").encode()
    ending = ".svg"
    width = ""
    if not 0 < len(content) <= SVG_LIMIT:
        content = base64.b64decode(data["image/png"])
        ending = ".png"
        with Image.open(io.BytesIO(content)) as image:
            dots_an_inch = image.info.get("dpi", (96, 96))[0]
            width = f' width="{image.width / dots_an_inch:.2f}in"'
    name = target.name + ending
    target.parent.mkdir(parents=True, exist_ok=True)
    (target.parent / name).write_bytes(content)
    return f"![](/{target.parent.name}/{name}){{fig-alt={quoted(alt)}{width}}}"


def text_markdown(output: Any, options: dict[str, Any], place: str) -> list[str]:
    """Printed text or a value, as markdown where it is meant so."""
    if output.output_type == "stream":
        if output.name == "stderr" and not options["warning"]:
            return []
        is_markdown = options["output"] == "asis" and output.name == "stdout"
        text = output.text
    else:
        is_markdown = "text/markdown" in output.data
        others = sorted(set(output.data) - {"text/plain"})
        if others and not is_markdown:
            kinds = ", ".join(others)
            raise BookError(f"{place}: the cell shows {kinds}, which fits no PDF; let it show a picture or markdown")
        text = output.data["text/markdown" if is_markdown else "text/plain"]
    return ["", *text.splitlines(), ""] if is_markdown else fenced(".output", text)


def fenced(attributes: str, text: str) -> list[str]:
    """A code block; its fence is longer than any that a cell prints."""
    return [f"``````{{{attributes}}}", *text.strip("\n").splitlines(), "``````", ""]


def quoted(text: str) -> str:
    """Text as the value of an attribute in markdown."""
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

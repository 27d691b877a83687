"""Markdown of what a cell showed.

A labelled output becomes a fenced div whose last paragraph is the caption, which is also how an author writes a
figure by hand in Quarto.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

from PIL import Image

from preview.source import BookError

SVG_LIMIT = 300_000
"""Bytes up to which a figure is kept as vectors; above, its picture at twice the screen's resolution is smaller."""


def quoted(text: str) -> str:
    return '"' + " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"') + '"'


def fenced(attributes: str, text: str) -> list[str]:
    """A code block; its fence is longer than any that a cell prints."""
    return [f"``````{{{attributes}}}", *text.strip("\n").splitlines(), "``````", ""]


def code_markdown(code: str, options: dict[str, Any], shown: list[str]) -> list[str]:
    """The code of a cell; book.lua leaves it out of formats that are not `shown`."""
    fold = f" fold={quoted(options['code-summary'])}" if options["code-fold"] else ""
    return fenced(f'.python .cell-code shown="{" ".join(shown)}"{fold}', code)


def output_markdown(outputs: list[Any], options: dict[str, Any], target: Path, place: str) -> list[str]:
    """What a cell showed; pictures are written to files whose names begin with `target`."""
    total = sum("image/png" in out.get("data", {}) for out in outputs)
    alts = options.get("fig-alt", "")
    alts = alts if isinstance(alts, list) else [alts] * total
    captions = options.get("fig-subcap", [])
    label = options.get("label", "")
    drawn = total or options["output"] == "asis"
    parts: list[str] = []
    seen = 0
    for out in outputs:
        data = out.get("data", {})
        if "image/png" in data:
            name = f"{target}-{seen + 1}" if total > 1 else str(target)
            image = [picture(data, Path(name), alts[seen] if seen < len(alts) else ""), ""]
            sub = seen < len(captions)
            parts += [f"::: {{#{label}-{seen + 1}}}", *image, captions[seen], ":::", ""] if sub else image
            seen += 1
        elif "text/markdown" in data:
            parts += ["", *data["text/markdown"].splitlines(), ""]
            drawn = True
        elif not (out.output_type == "execute_result" and total):  # the repr of an axes object is not for readers
            parts += text_markdown(out, options, place)
    attributes = [f"#{label}"] if label.startswith(("fig-", "tbl-")) else []
    attributes += [f'layout-ncol="{options["layout-ncol"]}"'] if "layout-ncol" in options else []
    attributes += [f".column-{options['column']}"] if "column" in options else []
    if not attributes:
        return parts
    if not drawn:
        raise BookError(f"{place}: the cell `{label}` shows neither a picture nor markdown")
    caption = options.get(f"{label.split('-')[0]}-cap", "").strip().splitlines()
    return [f"::::: {{{' '.join(attributes)}}}", *parts, *caption, ":::::", ""]


def picture(data: dict[str, Any], target: Path, alt: str) -> str:
    """Write a picture beside `target`, as vectors where they are small, and give the markdown that shows it."""
    svg, png = data.get("image/svg+xml", ""), base64.b64decode(data["image/png"])
    target.parent.mkdir(parents=True, exist_ok=True)
    if svg and len(svg) <= SVG_LIMIT:
        name, content, width = f"{target.name}.svg", svg.encode(), ""
    else:
        with Image.open(io.BytesIO(png)) as image:
            inches = image.width / image.info.get("dpi", (96, 96))[0]
        name, content, width = f"{target.name}.png", png, f' width="{inches:.2f}in"'
    (target.parent / name).write_bytes(content)
    return f"![](/{target.parent.name}/{name}){{fig-alt={quoted(alt)}{width}}}"


def text_markdown(out: Any, options: dict[str, Any], place: str) -> list[str]:
    if out.output_type == "stream":
        if out.name == "stderr" and not options["warning"]:
            return []
        asis = options["output"] == "asis" and out.name == "stdout"
        return ["", *out.text.splitlines(), ""] if asis else fenced(".output", out.text)
    if set(out.data) == {"text/plain"}:
        return fenced(".output", out.data["text/plain"])
    kinds = ", ".join(sorted(set(out.data) - {"text/plain"}))
    raise BookError(f"{place}: the cell shows {kinds}, which fits no PDF; let it show a picture or markdown")

"""Runs the Python cells of chapters, once for all formats; what they show becomes markdown.

Most of a kernel's time goes into importing. So there is one a core, which takes chapters one after another and forgets
all names in between; only imported modules stay.

A labelled output becomes a fenced div whose last paragraph is the caption, which is also how an author writes a
figure by hand in Quarto.
"""

from __future__ import annotations

import base64
import html
import io
import os
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from PIL import Image

from book.offline.source import DEFAULTS, BookError, Cell, Chapter, Line

INLINE = re.compile(r"(?<!`)`\{python\}[ \t]+([^`]+)`")
SHOW = "__inline = ({})\n__inline if hasattr(__inline, '_repr_markdown_') else print(__inline)"
SETUP = """
get_ipython().run_line_magic("reset", "-f")
__import__("os").chdir({place!r})
get_ipython().config.InlineBackend.figure_formats = ["svg", "png"]
get_ipython().config.InlineBackend.print_figure_kwargs = {{"bbox_inches": "tight", "dpi": 192}}
get_ipython().config.InlineBackend.rc = {{"figure.figsize": ({fig-width}, {fig-height})}}
get_ipython().run_line_magic("matplotlib", "inline")
"""
SVG_LIMIT = 300_000
"""Bytes up to which a figure is kept as vectors; above, its picture at twice the screen's resolution is smaller."""


def run_chapters(root: Path, chapters: list[Chapter], config: dict[str, Any], media: Path) -> list[list[Line]]:
    """Execute chapters and return the markdown of each.

    `config` is the whole of `_quarto.yml`; pictures go to `media`.
    """
    lines = {c.file: [piece for piece in c.pieces if isinstance(piece, Line)] for c in chapters}
    waiting = [c for c in chapters if has_code(c)]
    todo = iter(list(waiting))  # of a list, so that threads may share it

    def work() -> None:
        with kernel(root) as client:
            for chapter in todo:
                try:
                    lines[chapter.file] = run_chapter(client, root, chapter, config, media)
                except BaseException:
                    list(todo)  # the others end with what they have begun
                    raise

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for worker in [pool.submit(work) for _ in range(min(os.cpu_count() or 1, len(waiting)))]:
            worker.result()
    return [lines[c.file] for c in chapters]


def has_code(chapter: Chapter) -> bool:
    """Whether there is anything in a chapter to execute."""
    return any(isinstance(piece, Cell) or INLINE.search(piece.text) for piece in chapter.pieces)


@contextmanager
def kernel(root: Path) -> Iterator[NotebookClient]:
    """A running kernel."""
    # It would warn at each start that its local socket is not encrypted.
    quiet = ["--log-level=ERROR"]
    resources = {"metadata": {"path": str(root)}}
    notebook = nbformat.v4.new_notebook()
    client = NotebookClient(
        notebook, resources=resources, coalesce_streams=True, startup_timeout=600, extra_arguments=quiet
    )
    with client.setup_kernel():
        yield client


def run_chapter(
    client: NotebookClient, root: Path, chapter: Chapter, config: dict[str, Any], media: Path
) -> list[Line]:
    """Execute a chapter in a kernel and return its markdown."""
    cells = [piece for piece in chapter.pieces if isinstance(piece, Cell)]
    formats = {}
    for name in ("html", "typst"):
        own = config.get("format", {}).get(name) or {}
        levels = (DEFAULTS, config.get("execute"), own, own.get("execute"), chapter.options.get("execute"))
        formats[name] = {k: v for level in levels for k, v in (level or {}).items() if k in DEFAULTS}
    in_root = config.get("project", {}).get("execute-dir") == "project"
    place = root if in_root else (root / chapter.file).parent
    stem = chapter.file.removesuffix(".qmd").replace("/", "-")
    lines: list[Line] = []
    done = 0
    client.nb.cells.clear()
    run(client, SETUP.format(place=str(place), **formats["html"]), [f"{chapter.file}:1"])
    for piece in chapter.pieces:
        if isinstance(piece, Line):
            lines.append(run_inline(client, piece))
            continue
        start, done = time.monotonic(), done + 1
        name = piece.options.get("label", f"cell-{done}")
        views = {form: {**base, **piece.options} for form, base in formats.items()}
        lines += [Line(piece.place, text) for text in run_cell(client, piece, views, media / f"{stem}-{name}")]
        took = f"{time.monotonic() - start:.1f} s"
        print(f"{chapter.file}: cell {done} of {len(cells)}, {name}, {took}", file=sys.stderr, flush=True)
    return lines


def run(client: NotebookClient, code: str, places: list[str]) -> list[Any]:
    """Run code, whose lines come from `places`, and return its outputs."""
    cell = nbformat.v4.new_code_cell(code)
    client.nb.cells.append(cell)
    try:
        client.execute_cell(cell, len(client.nb.cells) - 1)
    except CellExecutionError as error:
        trace = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback)
        print(f"\n{trace}", file=sys.stderr)
        hit = re.search(r"(?:Cell In\[\d+\], line|<ipython-input[^>]*>, line) (\d+)", trace)
        place = places[min(int(hit[1]) if hit else 1, len(places)) - 1]
        raise BookError(f"{place}: {error.ename}: {error.evalue}") from error
    except DeadKernelError as error:
        raise BookError(f"{places[0]}: the Python process ended in this cell (out of memory?)") from error
    return cell.outputs


def run_inline(client: NotebookClient, line: Line) -> Line:
    """Replace each `{python} expression` of a line by its value."""

    def value(match: re.Match[str]) -> str:
        outputs = run(client, SHOW.format(match[1]), [line.place])
        output: dict[str, Any] = next((out for out in reversed(outputs) if out.get("name") != "stderr"), {})
        text = output.get("data", {}).get("text/markdown", output.get("text"))
        if text is None:
            raise BookError(f"{line.place}: `{match[1]}` gives neither text nor markdown")
        return text.rstrip("\n")

    return Line(line.place, INLINE.sub(value, line.text))


def run_cell(client: NotebookClient, cell: Cell, views: dict[str, dict[str, Any]], target: Path) -> list[str]:
    """Run a cell; give its code, hidden in the formats that do not echo it, and what it showed."""
    options = views["html"]
    code = "\n".join(line.text for line in cell.lines)
    outputs = run(client, code, [line.place for line in cell.lines] or [cell.place]) if options["eval"] else []
    if not options["include"]:
        return []
    block = fenced(".python .cell-code", code)
    if options["code-fold"]:
        summary = f"<summary>{html.escape(options['code-summary'])}</summary>"
        block = [*fenced("=html", f'<details class="code-fold">{summary}'), *block, *fenced("=html", "</details>")]
    for name in (name for name, view in views.items() if not view["echo"]):
        block = [f'::::: {{.content-hidden when-format="{name}"}}', *block, ":::::", ""]
    return ["", *block, *(output_markdown(outputs, options, target, cell.place) if options["output"] else [])]


def output_markdown(outputs: list[Any], options: dict[str, Any], target: Path, place: str) -> list[str]:
    """What a cell showed; pictures are written to files whose names begin with `target`."""
    total = sum("image/png" in out.get("data", {}) for out in outputs)
    for name in ("fig-alt", "fig-subcap"):
        if total and isinstance(options.get(name), list) and len(options[name]) != total:
            raise BookError(f"{place}: {len(options[name])} entries in `{name}` for {total} pictures")
    alts = options.get("fig-alt", "")
    alts = iter(alts if isinstance(alts, list) else [alts] * total)
    captions = iter(options.get("fig-subcap", []))
    label = options.get("label", "")
    drawn = total or options["output"] == "asis" or any("text/markdown" in out.get("data", {}) for out in outputs)
    parts: list[str] = []
    seen = 0
    for out in outputs:
        if "image/png" in out.get("data", {}):
            seen += 1
            name = f"{target.name}-{seen}" if total > 1 else target.name
            image = [picture(out.data, target.with_name(name), next(alts, "")), ""]
            caption = next(captions, None)
            parts += image if caption is None else [f"::: {{#{label}-{seen}}}", *image, caption, ":::", ""]
        elif not total or out.output_type != "execute_result" or "text/markdown" in out.data:
            parts += text_markdown(out, options, place)  # all but the repr of a picture's axes
    attributes = [f"#{label}"] if label.startswith(("fig-", "tbl-")) else []
    attributes += [f'layout-ncol="{options["layout-ncol"]}"'] if "layout-ncol" in options else []
    attributes += [f".column-{options['column']}"] if "column" in options else []
    if not attributes:
        return parts
    if not drawn:
        raise BookError(f"{place}: the cell `{label}` shows neither a picture nor markdown")
    text = options.get(f"{label.split('-')[0]}-cap", "").strip()
    return [f"::::: {{{' '.join(attributes)}}}", *parts, *text.splitlines(), ":::::", ""]


def picture(data: dict[str, Any], target: Path, alt: str) -> str:
    """Write a picture beside `target`, as vectors where they are small, and give the markdown that shows it."""
    content, ending, width = data.get("image/svg+xml", "").encode(), ".svg", ""
    if not 0 < len(content) <= SVG_LIMIT:
        content, ending = base64.b64decode(data["image/png"]), ".png"
        with Image.open(io.BytesIO(content)) as image:
            width = f' width="{image.width / image.info.get("dpi", (96, 96))[0]:.2f}in"'
    target.parent.mkdir(parents=True, exist_ok=True)
    (target.parent / (target.name + ending)).write_bytes(content)
    return f"![](/{target.parent.name}/{target.name}{ending}){{fig-alt={quoted(alt)}{width}}}"


def text_markdown(out: Any, options: dict[str, Any], place: str) -> list[str]:
    """Printed text or a value, as markdown where it is meant so."""
    if out.output_type == "stream":
        if out.name == "stderr" and not options["warning"]:
            return []
        text, markdown = out.text, options["output"] == "asis" and out.name == "stdout"
    else:
        markdown = "text/markdown" in out.data
        if not markdown and set(out.data) != {"text/plain"}:
            kinds = ", ".join(sorted(set(out.data) - {"text/plain"}))
            raise BookError(f"{place}: the cell shows {kinds}, which fits no PDF; let it show a picture or markdown")
        text = out.data["text/markdown" if markdown else "text/plain"]
    return ["", *text.splitlines(), ""] if markdown else fenced(".output", text)


def fenced(attributes: str, text: str) -> list[str]:
    """A code block; its fence is longer than any that a cell prints."""
    return [f"``````{{{attributes}}}", *text.strip("\n").splitlines(), "``````", ""]


def quoted(text: str) -> str:
    """Text as the value of an attribute in markdown."""
    return '"' + " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"') + '"'

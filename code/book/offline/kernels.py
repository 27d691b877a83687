"""Runs the Python cells of chapters in Jupyter kernels, once for all formats, and gives each chapter's markdown.

Most of a kernel's time goes into importing. So there is one a core, which takes chapters one after another and forgets
all names in between; only imported modules stay.
"""

from __future__ import annotations

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

from book.offline.cell_outputs import code_markdown, output_markdown
from book.offline.parsing import DEFAULTS, BookError, Cell, Chapter, Line

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


def run_chapters(root: Path, chapters: list[Chapter], config: dict[str, Any], media: Path) -> list[list[Line]]:
    """Execute chapters and return the markdown of each.

    Args:
        root: the project's folder.
        config: the whole of `_quarto.yml`.
        media: folder to which pictures go.
    """
    markdown = {chapter.file: [piece for piece in chapter.pieces if isinstance(piece, Line)] for chapter in chapters}
    waiting = [chapter for chapter in chapters if has_code(chapter)]
    queue = iter(list(waiting))  # of a list, so that threads may share it

    def work() -> None:
        with kernel(root) as client:
            for chapter in queue:
                try:
                    markdown[chapter.file] = run_chapter(client, root, chapter, config, media)
                except BaseException:
                    list(queue)  # the others end with what they have begun
                    raise

    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool:
        workers = [pool.submit(work) for _ in range(min(cores, len(waiting)))]
        for worker in workers:
            worker.result()
    return [markdown[chapter.file] for chapter in chapters]


def has_code(chapter: Chapter) -> bool:
    """Whether there is anything in a chapter to execute."""
    return any(isinstance(piece, Cell) or INLINE.search(piece.text) for piece in chapter.pieces)


@contextmanager
def kernel(root: Path) -> Iterator[NotebookClient]:
    """A running kernel."""
    client = NotebookClient(
        nbformat.v4.new_notebook(),
        resources={"metadata": {"path": str(root)}},
        coalesce_streams=True,
        startup_timeout=600,
        extra_arguments=["--log-level=ERROR"],  # it would warn at each start that its local socket is not encrypted
    )
    with client.setup_kernel():
        yield client


def run_chapter(
    client: NotebookClient, root: Path, chapter: Chapter, config: dict[str, Any], media: Path
) -> list[Line]:
    """Execute a chapter in a kernel and return its markdown."""
    defaults = {name: default_options(name, config, chapter) for name in ("html", "typst")}
    in_root = config.get("project", {}).get("execute-dir") == "project"
    place = root if in_root else (root / chapter.file).parent
    stem = chapter.file.removesuffix(".qmd").replace("/", "-")
    total = sum(isinstance(piece, Cell) for piece in chapter.pieces)
    lines: list[Line] = []
    count = 0
    client.nb.cells.clear()
    run(client, SETUP.format(place=str(place), **defaults["html"]), [f"{chapter.file}:1"])
    for piece in chapter.pieces:
        if isinstance(piece, Line):
            lines.append(run_inline(client, piece))
            continue
        count += 1
        name = piece.options.get("label", f"cell-{count}")
        views = {form: {**options, **piece.options} for form, options in defaults.items()}
        start = time.monotonic()
        markdown = run_cell(client, piece, views, media / f"{stem}-{name}")
        seconds = time.monotonic() - start
        lines += [Line(piece.place, text) for text in markdown]
        print(f"{chapter.file}: cell {count} of {total}, {name}, {seconds:.1f} s", file=sys.stderr, flush=True)
    return lines


def default_options(name: str, config: dict[str, Any], chapter: Chapter) -> dict[str, Any]:
    """The options that a chapter's cells have in a format if they set none: the more special place decides."""
    form = config.get("format", {}).get(name) or {}
    options: dict[str, Any] = {}
    for level in (DEFAULTS, config.get("execute"), form, form.get("execute"), chapter.options.get("execute")):
        options |= {key: value for key, value in (level or {}).items() if key in DEFAULTS}
    return options


def run(client: NotebookClient, code: str, places: list[str]) -> list[Any]:
    """Run code, whose lines come from `places`, and return its outputs."""
    cell = nbformat.v4.new_code_cell(code)
    client.nb.cells.append(cell)
    try:
        client.execute_cell(cell, len(client.nb.cells) - 1)
    except CellExecutionError as error:
        trace = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback)
        print(f"\n{trace}", file=sys.stderr)
        match = re.search(r"(?:Cell In\[\d+\], line|<ipython-input[^>]*>, line) (\d+)", trace)
        line = int(match[1]) if match else 1
        place = places[min(line, len(places)) - 1]
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
    """Run a cell; give its code and what it showed as markdown.

    Args:
        views: the cell's options by format.
        target: beginning of the names of the files that its pictures go to.
    """
    options = views["html"]
    code = "\n".join(line.text for line in cell.lines)
    outputs = []
    if options["eval"]:
        outputs = run(client, code, [line.place for line in cell.lines] or [cell.place])
    if not options["include"]:
        return []
    shown = output_markdown(outputs, options, target, cell.place) if options["output"] else []
    return ["", *code_markdown(code, views), *shown]

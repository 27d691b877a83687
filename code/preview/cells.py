"""Runs the Python cells of a chapter in one Jupyter kernel, once for all formats."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from preview.outputs import code_markdown, output_markdown
from preview.source import DEFAULTS, BookError, Cell, Chapter, Line

INLINE = re.compile(r"(?<!`)`\{python\}[ \t]+([^`]+)`")
SHOW = "__inline = ({})\n__inline if hasattr(__inline, '_repr_markdown_') else print(__inline)"
SETUP = """
get_ipython().config.InlineBackend.figure_formats = ["svg", "png"]
get_ipython().config.InlineBackend.print_figure_kwargs = {{"bbox_inches": "tight", "dpi": 192}}
get_ipython().config.InlineBackend.rc = {{"figure.figsize": ({fig-width}, {fig-height})}}
get_ipython().run_line_magic("matplotlib", "inline")
"""


class Kernel:
    """A Jupyter kernel that names the place in the sources where code fails."""

    def __init__(self, cwd: Path) -> None:
        self.notebook = nbformat.v4.new_notebook()
        self.client = NotebookClient(
            self.notebook,
            timeout=None,
            kernel_name="python3",
            resources={"metadata": {"path": str(cwd)}},
            coalesce_streams=True,
            # The kernel would warn at each start that its local socket is not encrypted.
            extra_arguments=["--log-level=ERROR"],
        )

    def run(self, code: str, places: list[str]) -> list[Any]:
        """Run code, whose lines come from `places`, and return its outputs."""
        cell = nbformat.v4.new_code_cell(code)
        self.notebook.cells.append(cell)
        try:
            self.client.execute_cell(cell, len(self.notebook.cells) - 1)
        except CellExecutionError as error:
            trace = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback)
            print(f"\n{trace}", file=sys.stderr)
            hit = re.search(r"(?:Cell In\[\d+\], line|<ipython-input[^>]*>, line) (\d+)", trace)
            place = places[min(int(hit[1]) if hit else 1, len(places)) - 1]
            raise BookError(f"{place}: {error.ename}: {error.evalue}") from error
        except DeadKernelError as error:
            raise BookError(f"{places[0]}: the Python process ended in this cell (out of memory?)") from error
        return cell.outputs

    def inline(self, line: Line) -> Line:
        """Replace each `{python} expression` of a line by its value."""

        def value(match: re.Match[str]) -> str:
            output = self.run(SHOW.format(match[1]), [line.place])[0]
            return output["data"]["text/markdown"] if "data" in output else output["text"].rstrip("\n")

        return Line(line.place, INLINE.sub(value, line.text))


def run_chapter(root: Path, chapter: Chapter, config: dict[str, Any], media: Path) -> list[Line]:
    """Execute a chapter and return its markdown; pictures go to `media`. `config` is the whole of `_quarto.yml`."""
    lines = [piece for piece in chapter.pieces if isinstance(piece, Line)]
    cells = [piece for piece in chapter.pieces if isinstance(piece, Cell)]
    if not cells and not any(INLINE.search(line.text) for line in lines):
        return lines
    formats = {}
    for name in ("html", "typst"):
        own = config.get("format", {}).get(name) or {}
        levels = (DEFAULTS, config.get("execute"), own, own.get("execute"), chapter.options.get("execute"))
        formats[name] = {k: v for level in levels for k, v in (level or {}).items() if k in DEFAULTS}
    in_root = config.get("project", {}).get("execute-dir") == "project"
    kernel = Kernel(root if in_root else (root / chapter.file).parent)
    stem = chapter.file.removesuffix(".qmd").replace("/", "-")
    lines, done = [], 0
    with kernel.client.setup_kernel():
        kernel.run(SETUP.format(**formats["html"]), [f"{chapter.file}:1"])
        for piece in chapter.pieces:
            if isinstance(piece, Line):
                lines.append(kernel.inline(piece))
                continue
            start, done = time.monotonic(), done + 1
            name = piece.options.get("label", f"cell-{done}")
            views = {form: {**base, **piece.options} for form, base in formats.items()}
            lines += [Line(piece.place, text) for text in run_cell(kernel, piece, views, media / f"{stem}-{name}")]
            took = f"{time.monotonic() - start:.1f} s"
            print(f"{chapter.file}: cell {done} of {len(cells)}, {name}, {took}", file=sys.stderr, flush=True)
    return lines


def run_cell(kernel: Kernel, cell: Cell, views: dict[str, dict[str, Any]], picture: Path) -> list[str]:
    options = views["html"]
    code = "\n".join(line.text for line in cell.lines)
    outputs = kernel.run(code, [line.place for line in cell.lines] or [cell.place]) if options["eval"] else []
    if not options["include"]:
        return []
    shown = [name for name, view in views.items() if view["echo"]]
    markdown = ["", *code_markdown(code, options, shown)]
    return markdown + (output_markdown(outputs, options, picture, cell.place) if options["output"] else [])

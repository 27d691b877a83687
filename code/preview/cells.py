"""Runs the Python cells of a chapter in one Jupyter kernel, once for all formats."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from preview.outputs import code_markdown, output_markdown
from preview.source import DEFAULTS, INLINE, BookError, Cell, Line, Source

SETUP = """
get_ipython().config.InlineBackend.figure_formats = ["svg", "png"]
get_ipython().config.InlineBackend.print_figure_kwargs = {{"bbox_inches": "tight", "dpi": 192}}
get_ipython().config.InlineBackend.rc = {{"figure.figsize": ({}, {})}}
get_ipython().run_line_magic("matplotlib", "inline")
"""


class Runner:
    """A kernel that runs code and says where in the sources an error stands."""

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

    def execute(self, code: str, locate: Callable[[int], str]) -> list[Any]:
        """Run code and return its outputs; `locate` turns a line of the code (from 1) into a place."""
        cell = nbformat.v4.new_code_cell(code)
        self.notebook.cells.append(cell)
        try:
            self.client.execute_cell(cell, len(self.notebook.cells) - 1)
        except CellExecutionError as error:
            trace = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback)
            hits = re.findall(r"(?:Cell In\[\d+\], line|<ipython-input[^>]*>, line) (\d+)", trace)
            place = locate(int(hits[0]) if hits else 1)
            print(f"\n{trace}", file=sys.stderr)
            raise BookError(f"{place}: {error.ename}: {error.evalue}") from error
        except DeadKernelError as error:
            raise BookError(f"{locate(1)}: the Python process ended in this cell (out of memory?)") from error
        return cell.outputs

    def inline(self, line: Line) -> Line:
        """Replace each `{python} expression` of a line by its value."""

        def value(match: re.Match[str]) -> str:
            code = f"__inline = ({match[1]})\n__inline if hasattr(__inline, '_repr_markdown_') else print(__inline)"
            output = self.execute(code, lambda _: line.place)[0]
            return output["data"]["text/markdown"] if "data" in output else output["text"].rstrip("\n")

        return Line(line.place, INLINE.sub(value, line.text))


def run_chapter(root: Path, source: Source, config: dict[str, Any], media: Path) -> list[Line]:
    """Execute a chapter and return its markdown; pictures go to `media`. `config` is the whole of `_quarto.yml`."""
    formats = {}
    for name in ("html", "typst"):
        own = config.get("format", {}).get(name) or {}
        levels = (config.get("execute"), own, own.get("execute"), source.options.get("execute"))
        formats[name] = {k: v for level in levels for k, v in (level or {}).items() if k in DEFAULTS}
    cells = [piece for piece in source.pieces if isinstance(piece, Cell)]
    if not cells and not any(INLINE.search(piece.text) for piece in source.pieces if isinstance(piece, Line)):
        return [piece for piece in source.pieces if isinstance(piece, Line)]
    in_root = config.get("project", {}).get("execute-dir") == "project"
    runner = Runner(root if in_root else (root / source.file).parent)
    sizes = {**DEFAULTS, **formats["html"]}
    lines: list[Line] = []
    with runner.client.setup_kernel():
        runner.execute(SETUP.format(sizes["fig-width"], sizes["fig-height"]), lambda _: f"{source.file}:1")
        for piece in source.pieces:
            if isinstance(piece, Line):
                lines.append(runner.inline(piece))
                continue
            position = cells.index(piece) + 1
            name = piece.options.get("label", f"cell-{position}")
            start = time.monotonic()
            stem = f"{source.name.replace('/', '-')}-{name}"
            lines += [Line(piece.place, text) for text in run_cell(runner, piece, formats, media, stem)]
            seconds = time.monotonic() - start
            print(
                f"{source.file}: cell {position} of {len(cells)}, {name}, {seconds:.1f} s", file=sys.stderr, flush=True
            )
    return lines


def run_cell(runner: Runner, cell: Cell, formats: dict[str, dict], media: Path, stem: str) -> list[str]:
    views = {name: {**DEFAULTS, **base, **cell.options} for name, base in formats.items()}
    options = views["html"]
    places = [line.place for line in cell.lines] or [cell.place]
    code = "\n".join(line.text for line in cell.lines)
    outputs = runner.execute(code, lambda n: places[min(n, len(places)) - 1]) if options["eval"] else []
    if not options["include"]:
        return []
    shown = [name for name, view in views.items() if view["echo"]]
    markdown = ["", *code_markdown(code, options, shown, len(views))]
    return markdown + (output_markdown(outputs, options, media, stem, cell.place) if options["output"] else [])

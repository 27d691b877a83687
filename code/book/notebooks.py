"""Chapters as executed notebooks, made of what their pages are made of: nothing is executed for them."""

from __future__ import annotations

import base64
import sys
from itertools import zip_longest
from pathlib import Path

import nbformat
import yaml
from nbformat import v4

from book import chapters, markdown
from book.figure_files import Output
from book.parsing import BookError, Cell, Chapter
from hazards import profiles


def write(book: Path) -> None:
    """Write the notebook of each chapter with cells beside its page, in the folder `book`, where the page is newer.

    Of a chapter whose cells were edited after its page was made, the notebook stays as old as the page, and a line says
    so.
    """
    for path in chapters.chapter_paths():
        chapter = chapters.read(path)
        page = (book / chapter.file).with_suffix(".html")
        target = page.with_suffix(".ipynb")
        if not chapter.cells or not page.is_file() or _is_newer(target, page):
            continue
        try:
            nbformat.write(notebook(chapter), target)
        except BookError as error:
            print(f"no notebook: {error}", file=sys.stderr)


def _is_newer(target: Path, page: Path) -> bool:
    """Whether a file is there and was written after a page."""
    return target.exists() and target.stat().st_mtime_ns >= page.stat().st_mtime_ns


def notebook(chapter: Chapter) -> nbformat.NotebookNode:
    """A chapter's text with the values of its inline expressions, its cells, and what these showed.

    Raises:
        BookError: for a chapter that has changed since it was executed.
    """
    outcome = markdown.current(chapter)
    codes: list[nbformat.NotebookNode] = []
    texts = [chapter.heading]
    for piece in chapter.pieces:
        if isinstance(piece, Cell):
            codes.append(_code(piece, outcome.outputs[len(codes)], len(codes) + 1))
            texts.append([])
        else:
            texts[-1].append(markdown.inline(piece, outcome, len(codes)).text)
    cells = [v4.new_markdown_cell(_how_to_run(chapter))]
    for text, code in zip_longest(texts, codes):
        if prose := "\n".join(text).strip():
            cells.append(v4.new_markdown_cell(prose))
        if code:
            cells.append(code)
    for number, cell in enumerate(cells):
        cell["id"] = f"{chapter.name}-{number}"  # by chance otherwise, and another one each time
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def _how_to_run(chapter: Chapter) -> str:
    """What stands above a chapter's text."""
    profile = profiles.current()
    settings = f"QUARTO_PROFILE={profile.name} HAZARDS_SEEDS={profile.seeds}"
    if profile.own_data:
        settings += f" HAZARDS_DATA=<folder of {profile.own_data}>"
    return (
        f"`{chapter.file}` as it was executed with the profile `{profile.name}` and {profile.seeds} seeds. To run it "
        f"again, start Jupyter in the project's environment: `{settings} jupyter lab {chapter.name}.ipynb`"
    )


def _code(cell: Cell, outputs: list[Output], number: int) -> nbformat.NotebookNode:
    """A cell with its options, as comments that Quarto reads, and what it showed."""
    options = yaml.safe_dump(cell.options, allow_unicode=True, sort_keys=False, width=1000) if cell.options else ""
    source = "\n".join([*(f"#| {line}" for line in options.splitlines()), cell.code])
    result = v4.new_code_cell(source, execution_count=number, outputs=[_output(output) for output in outputs])
    if not cell.options.get("eval", True):
        result["metadata"]["tags"] = ["skip-execution"]
    return result


def _output(output: Output) -> nbformat.NotebookNode:
    """One thing that a cell showed, as Jupyter keeps it."""
    if output.kind == "stdout":
        return v4.new_output("stream", name="stdout", text=output.content)
    if output.kind != "picture":
        return v4.new_output("display_data", data={output.kind: output.content})
    picture = chapters.ROOT / output.content.removeprefix("/")
    if picture.suffix == ".svg":
        return v4.new_output("display_data", data={"image/svg+xml": picture.read_text("utf-8")})
    pixels = base64.b64encode(picture.read_bytes()).decode()
    return v4.new_output("display_data", data={"image/png": pixels})

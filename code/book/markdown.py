"""The markdown of a chapter: its text, and what its cells and inline expressions gave.

A labelled output becomes a fenced div whose last paragraph is the caption, which is also how an author writes a
figure by hand in Quarto.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import yaml

from book import chapters, outcomes
from book.figure_files import Output
from book.outcomes import Outcome
from book.parsing import INLINE, BookError, Cell, Chapter, Line
from hazards.store import entries


def lines(chapter: Chapter) -> list[Line]:
    """The lines of a chapter, each with the place it comes from.

    Raises:
        BookError: for what cannot be shown, and for a chapter that has changed since it was executed.
    """
    outcome = current(chapter)
    forms = {name: outcomes.options(name, chapter) for name in ("html", "typst")}
    result: list[Line] = []
    count = below_title = 0
    for piece in chapter.pieces:
        if isinstance(piece, Line):
            result.append(inline(piece, outcome, count))
            if not below_title and piece.text.startswith("# "):
                below_title = len(result)
            continue
        views = {name: options | piece.options for name, options in forms.items()}
        texts = cell_markdown(piece, views, outcome.outputs[count])
        result += [Line(piece.place, text) for text in texts]
        count += 1
    result[below_title:below_title] = [Line(f"{chapter.file}:1", text) for text in doors(chapter)]
    return result


def current(chapter: Chapter) -> Outcome:
    """The outcome of a chapter as it is written now.

    Raises:
        BookError: for a chapter that has changed since it was executed.
    """
    outcome = outcomes.load(chapter)
    if not outcome:
        raise BookError(f"{chapter.file} has changed since it was executed: render again")
    return outcome


def inline(line: Line, outcome: Outcome, count: int) -> Line:
    """A line of text below so many cells, with what its inline expressions gave."""
    text = INLINE.sub(lambda match: outcome.texts[outcomes.expression_key(count, match[1])], line.text)
    return Line(line.place, text)


def doors(chapter: Chapter) -> list[str]:
    """What leads from a page to other forms of it: the notebook, which `notebooks` writes, and the PDF."""
    up = "../" * chapter.file.count("/")
    links = [f'<a href="{up}{quote(chapters.pdf_name())}">PDF</a>']
    if chapter.cells:
        # Quarto would look for a page that is made of the notebook.
        links.insert(0, f'<a href="{quote(chapter.name)}.ipynb" download data-noresolveinput>Notebook</a>')
    version = chapters.config().get("version")
    if version:
        links.append(html.escape(f"version {version}"))
    text = " · ".join(links)
    return ["", *fenced("=html", f'<nav class="doors" aria-label="Other forms of this page">{text}</nav>')]


def hand_over() -> None:
    """Write the chapters that Quarto renders to where code/book/quarto/chapters.js reads them."""
    for path in chapters.to_run([]):
        chapter = chapters.read(path)
        head = ["---", yaml.safe_dump(chapter.options), "---"] if chapter.options else []
        text = "\n".join([*head, *(line.text for line in lines(chapter)), ""])
        entries.write_file(chapters.ROOT / ".chapters/quarto" / chapter.file, text.encode())


def cell_markdown(cell: Cell, views: dict[str, dict[str, Any]], outputs: list[Output]) -> list[str]:
    """A cell's code and what it showed; `views` are its options by format."""
    options = views["html"]
    if not options["include"]:
        return []
    shown = output_markdown(outputs, options, cell.place) if options["output"] else []
    return ["", *code_markdown(cell.code, views), *shown]


def code_markdown(code: str, views: dict[str, dict[str, Any]]) -> list[str]:
    """The code of a cell, hidden in the formats that do not echo it; `views` are the cell's options by format."""
    options = views["html"]
    block = fenced('.python .cell-code code-fold="false"', code)  # else Quarto folds it, too
    if options["code-fold"]:
        summary = f"<summary>{html.escape(options['code-summary'])}</summary>"
        opened = fenced("=html", f'<details class="code-fold">{summary}')
        block = [*opened, *block, *fenced("=html", "</details>")]
    for name, view in views.items():
        if not view["echo"]:
            block = [f'::::: {{.content-hidden when-format="{name}"}}', *block, ":::::", ""]
    return block


def output_markdown(outputs: list[Output], options: dict[str, Any], place: str) -> list[str]:
    """What a cell showed.

    Raises:
        BookError: for a labelled cell that shows nothing to label, or texts that do not match the pictures in number.
    """
    label = options.get("label", "")
    attributes = div_attributes(options)
    parts = shown_parts(outputs, options, place)
    if not attributes:
        return parts
    if options["output"] != "asis" and not any(output.kind in ("picture", "text/markdown") for output in outputs):
        raise BookError(f"{place}: the cell `{label}` shows neither a picture nor markdown")
    kind = label.split("-")[0]
    caption = options.get(f"{kind}-cap", "").strip()
    return [f"::::: {{{' '.join(attributes)}}}", *parts, *caption.splitlines(), ":::::", ""]


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


def shown_parts(outputs: list[Output], options: dict[str, Any], place: str) -> list[str]:
    """Pictures, with captions of their own where they have some, and text, in the order in which a cell showed them."""
    total = sum(output.kind == "picture" for output in outputs)
    alts = picture_texts("fig-alt", options, total, place)
    captions = picture_texts("fig-subcap", options, total, place)
    parts: list[str] = []
    count = 0
    for output in outputs:
        if output.kind != "picture":
            parts += text_markdown(output, options, place)
            continue
        count += 1
        width = f" width={quoted(output.width)}" if output.width else ""
        image = [f"![]({output.content}){{fig-alt={quoted(next(alts, ''))}{width}}}", ""]
        caption = next(captions, None)
        if caption is not None:
            image = [f"::: {{#{options.get('label', '')}-{count}}}", *image, caption, ":::", ""]
        parts += image
    return parts


def picture_texts(name: str, options: dict[str, Any], total: int, place: str) -> Iterator[str]:
    """What the option `name` says of each picture; one text is that of all."""
    texts = options.get(name, [])
    if isinstance(texts, str):
        texts = [texts] * total
    elif name in options and total and len(texts) != total:
        raise BookError(f"{place}: {len(texts)} entries in `{name}` for {total} pictures")
    return iter(texts)


def text_markdown(output: Output, options: dict[str, Any], place: str) -> list[str]:
    """Printed text or a value, as markdown where it is meant so."""
    if output.kind == "text/markdown" or (output.kind == "stdout" and options["output"] == "asis"):
        return ["", *output.content.splitlines(), ""]
    if output.kind not in ("stdout", "text/plain"):
        raise BookError(f"{place}: the cell shows {output.kind}, which fits no PDF; let it show a picture or markdown")
    return fenced(".output", output.content)


def fenced(attributes: str, text: str) -> list[str]:
    """A code block; its fence is longer than any that a cell prints."""
    return [f"``````{{{attributes}}}", *text.strip("\n").splitlines(), "``````", ""]


def quoted(text: str) -> str:
    """Text as the value of an attribute in markdown."""
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

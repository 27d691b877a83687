"""Turns executed chapters into the HTML pages and the PDF of `_book/`.

One run of pandoc (pandoc/book.lua) numbers and links all chapters and writes the pages and the PDF's Typst source.
`_book/` is replaced only by a whole new one.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pypandoc
import typst

from book import chapters, execution, markdown
from book.parsing import EXECUTE, BookError, Chapter, Line, parse_yaml, read
from book.stages import stage

OWN_COMMAND = "code/book/pre_render.py"
"""What Quarto runs to have the chapters executed."""
PREVIEW = ".book-preview"
"""The folder of a preview's pages."""
HERE = Path(__file__).parent
BOOKMAKING = HERE.parent
METADATA = ["bibliography", "csl", "lang", "link-citations", "reference-section-title", "version"]
BOOK_KEYS = [
    *["title", "subtitle", "author", "date", "description", "chapters", "output-file", "search", "favicon"],
    *["repo-url", "repo-branch", "repo-actions", "site-url"],
]
KEYS: dict[str, Any] = {
    **dict.fromkeys([*METADATA, "format"]),
    "execute": EXECUTE,
    **dict.fromkeys(["date-format", "engines", "quarto-required"]),
    "crossref": {"chapters": None},
    "project": dict.fromkeys(["type", "output-dir", "pre-render", "post-render", "resources"]),
    "book": dict.fromkeys(BOOK_KEYS),
}


def build(root: Path, is_preview: bool = False) -> list[Path]:
    """Build the book of the project directory `root`; return the first page and the PDF.

    The pages are made in a folder beside, which becomes `_book/` once all is there, or `PREVIEW`, without the PDF.

    Raises:
        BookError: for what is wrong, with file and line; the previous `_book/` then stays as it was.
    """
    config = read_config(root)
    book = config["book"]
    project = config.get("project", {})
    if project.get("pre-render") != OWN_COMMAND:
        run_commands(root, project, "pre-render")
    output = root / (PREVIEW if is_preview else project.get("output-dir", "_book"))
    with chapters.of(root):
        pdf = chapters.pdf_name()
    with tempfile.TemporaryDirectory(prefix=f"{PREVIEW}-" if is_preview else ".book-", dir=root) as name:
        made = Path(name) / "book"
        copy_assets(root, made, book)
        with stage("chapters"):
            parts = executed(root)
        with stage("pages"):
            write(root, made, config, parts, ["html"] if is_preview else ["html", "typst"])
        if not is_preview:
            with stage("PDF"):
                typeset(made, made / pdf)
        run_commands(root, project, "post-render", QUARTO_PROJECT_OUTPUT_DIR=str(made))
        replace(output, made)
    return [path for path in (output / "index.html", output / pdf) if path.exists()]


def replace(output: Path, made: Path) -> None:
    """Let a new folder take the place of an old one, which goes back where that fails."""
    old = made.with_name("old")
    if output.exists():
        output.rename(old)
    try:
        made.rename(output)
    except OSError:
        if old.exists():
            old.rename(output)
        raise


def executed(root: Path) -> list[dict[str, Any]]:
    """The chapters' files and lines; what is out of date is executed before."""
    with chapters.of(root):
        paths = chapters.chapter_paths()
        execution.run(paths)
        return [{"file": chapter.file, "lines": titled(chapter)} for chapter in map(chapters.read, paths)]


def titled(chapter: Chapter) -> list[Line]:
    """The lines of a chapter, below its title where that stands in its head."""
    return [*(Line(f"{chapter.file}:1", text) for text in chapter.heading), *markdown.lines(chapter)]


def copy_assets(root: Path, made: Path, book: dict[str, Any]) -> None:
    """Copy what the pages load into the directory `made`."""
    shutil.copytree(HERE / "assets", made / "assets")
    shutil.copytree(BOOKMAKING / "look", made / "code/book/look")
    if "favicon" in book:
        icon = made / book["favicon"]
        icon.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / book["favicon"], icon)


def typeset(made: Path, pdf: Path) -> None:
    """Make the PDF of `book.typ` in the directory `made`, and remove its source."""
    source = made / "book.typ"
    try:
        _, warnings = typst.compile_with_warnings(str(source), output=str(pdf), root=str(made))
    except typst.TypstError as error:
        kept = shutil.copy(source, tempfile.gettempdir())
        raise BookError(f"{kept}: Typst: {error}") from error
    for warning in warnings:
        print(f"Typst: {warning.message}", file=sys.stderr)
    source.unlink()


def run_commands(root: Path, project: dict[str, Any], when: str, **environment: str) -> None:
    """Run what `_quarto.yml` asks for before or after the rendering, Python scripts with this Python."""
    commands = project.get(when, [])
    if isinstance(commands, str):
        commands = [commands]
    for command in commands:
        is_script = command.split()[0].endswith(".py")
        line = f"{shlex.quote(sys.executable)} {command}" if is_script else command
        status = subprocess.run(line, shell=True, cwd=root, env={**os.environ, **environment}).returncode
        if status:
            raise BookError(f"_quarto.yml: the {when} command failed: {command}")


def read_config(root: Path) -> dict[str, Any]:
    """The values of `_quarto.yml`, of which every key is one that the builder knows."""
    if not (root / "_quarto.yml").is_file():
        raise BookError(f"{root / '_quarto.yml'} does not exist: this is not the directory of a book")
    config = parse_yaml(read(root, "_quarto.yml", ""), KEYS)
    book = config.get("book", {})
    files = book.get("chapters") or []
    if "title" not in book or "index.qmd" not in files or not all(str(file).endswith(".qmd") for file in files):
        raise BookError("_quarto.yml: a book has a `title`, and `chapters`, a list of .qmd files with index.qmd in it")
    if "favicon" in book and not (root / book["favicon"]).is_file():
        raise BookError(f"_quarto.yml: `favicon` {book['favicon']} does not exist")
    output = (root / config.get("project", {}).get("output-dir", "_book")).resolve()
    if any(path.is_relative_to(output) for path in [root, *(root / file for file in files)]):
        raise BookError(f"_quarto.yml: `output-dir` {output} holds the book's own files, and is replaced at each build")
    return config


def write(root: Path, made: Path, config: dict[str, Any], parts: list[dict[str, Any]], formats: list[str]) -> None:
    """Let pandoc write the pages, for the format `html`, and `book.typ`, for `typst`, into the directory `made`."""
    meta = {key: config[key] for key in METADATA if key in config}
    meta |= {key: value for key, value in config["book"].items() if key != "chapters"}
    places = {"made": made, "templates": BOOKMAKING / "templates", "filters": BOOKMAKING / "filters"}
    request = places | {"meta": meta, "chapters": parts, "formats": formats}
    command = [pypandoc.get_pandoc_path(), "lua", str(HERE / "pandoc/book.lua")]
    done = subprocess.run(command, input=json.dumps(request, default=str).encode(), stderr=subprocess.PIPE, cwd=root)
    if done.returncode:
        raise BookError(done.stderr.decode().strip())

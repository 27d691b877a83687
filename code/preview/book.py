"""Turns executed chapters into the HTML pages and the PDF of `_book/`.

The chapters are joined into one pandoc document, a Div each, so that book.lua numbers and links them in one go;
HTML is then written a page at a time and the PDF as a whole. `_book/` is replaced only by a whole new one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pypandoc
import typst

from preview.cells import run_chapter
from preview.source import BookError, Line, parse, parse_yaml

HERE = Path(__file__).parent
ASSETS = HERE / "pages"
READER = "markdown+table_attributes"
KEYS = {"project", "book", "format", "execute", "bibliography", "csl", "crossref", "lang", "citeproc"}
KEYS |= {"number-sections", "toc", "toc-depth", "link-citations", "reference-section-title"}
BOOK_KEYS = {"title", "subtitle", "author", "date", "description", "chapters", "output-file"}


class Chapter(NamedTuple):
    """A chapter after execution. `name` is its path in the project without the suffix, such as `chapters/data`."""

    file: str
    name: str
    lines: list[Line]


def build(root: Path) -> list[Path]:
    """Build the book of the project directory `root`; return the first page and the PDF.

    Raises BookError naming file and line; the previous `_book/` then stays as it was.
    """
    config = read_config(root)
    for command in as_list(config.get("project", {}).get("pre-render")):
        python = f"{sys.executable} " if command.split()[0].endswith(".py") else ""
        if subprocess.run(python + command, shell=True, cwd=root).returncode:
            raise BookError(f"_quarto.yml: the pre-render command failed: {command}")
    sources = [parse(root, file) for file in config["book"]["chapters"]]
    output = root / config.get("project", {}).get("output-dir", "_book")
    with tempfile.TemporaryDirectory(prefix=".book-", dir=root) as name:
        made = Path(name) / "book"
        made.mkdir()
        media = made / "media"
        # A chapter's kernel spends most of its time importing: side by side, the cores share that.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            lines = pool.map(lambda source: run_chapter(root, source, config, media), sources)
            chapters = [Chapter(s.file, s.name, each) for s, each in zip(sources, lines, strict=True)]
        blocks = [read_chapter(chapter) for chapter in chapters]
        write_pages(root, made, config, chapters, blocks)
        pdf = write_pdf(root, made, config, chapters, blocks)
        shutil.rmtree(output, ignore_errors=True)
        made.rename(output)
    return [output / "index.html", output / pdf]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def read_config(root: Path) -> dict[str, Any]:
    file = root / "_quarto.yml"
    if not file.is_file():
        raise BookError(f"{file} does not exist: this is not the directory of a book")
    config = parse_yaml(file.read_text(encoding="utf-8"), "_quarto.yml", KEYS)
    book = config.get("book") or {}
    for key in book:
        if key not in BOOK_KEYS:
            raise BookError(f"_quarto.yml: unknown key `book: {key}`; known are {', '.join(sorted(BOOK_KEYS))}")
    if not all(isinstance(file, str) for file in book.get("chapters") or [None]):
        raise BookError("_quarto.yml: `book: chapters` is a list of .qmd files")
    return config


def pandoc(root: Path, document: Any, *arguments: str) -> bytes:
    """Run pandoc in the project directory on text or on a document; a warning is an error."""
    data = document if isinstance(document, str) else json.dumps(document)
    command = [pypandoc.get_pandoc_path(), "--fail-if-warnings", *arguments]
    done = subprocess.run(command, input=data.encode(), capture_output=True, cwd=root)
    if done.returncode:
        raise BookError(" ".join(done.stderr.decode().replace("Failing because there were warnings.", "").split()))
    return done.stdout


def read_chapter(chapter: Chapter) -> dict[str, Any]:
    """A chapter's markdown as one pandoc Div."""
    text = "\n".join(line.text for line in chapter.lines)
    try:
        document = json.loads(pandoc(HERE, text, "--from", READER, "--to", "json"))
    except BookError as error:
        match = re.search(r"line (\d+)", str(error))
        place = chapter.lines[int(match[1]) - 1].place if match else chapter.file
        raise BookError(f"{place}: {error}") from error
    return {"t": "Div", "c": [["", [], [["file", chapter.file]]], document["blocks"]]}


def meta(value: Any) -> dict[str, Any]:
    """A plain value as pandoc metadata; what already is metadata stays."""
    if isinstance(value, dict):
        return value if "t" in value else {"t": "MetaMap", "c": {key: meta(v) for key, v in value.items()}}
    if isinstance(value, list):
        return {"t": "MetaList", "c": [meta(v) for v in value]}
    if isinstance(value, bool):
        return {"t": "MetaBool", "c": value}
    return {"t": "MetaString", "c": str(value)}


def number(
    root: Path, config: dict[str, Any], chapters: list[Chapter], blocks: list[Any], target: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Number and link the book for one format: the document, and of each chapter its file, title and pictures."""
    shared = {
        key: config[key]
        for key in ("bibliography", "csl", "lang", "link-citations", "reference-section-title")
        if key in config
    }
    values = {**shared, **{k: v for k, v in config["book"].items() if k != "chapters"}, "target": target}
    document = {"pandoc-api-version": [1, 23, 1], "meta": meta(values)["c"], "blocks": blocks}
    filtered = pandoc(root, document, "--from", "json", "--to", "json", "--lua-filter", str(HERE / "book.lua"))
    document = json.loads(filtered)
    about = [plain(entry) for entry in document["meta"].pop("chapters")["c"]]
    sources = {chapter.file: chapter for chapter in chapters}
    problems = [plain(entry) for entry in document["meta"].pop("problems", {"c": []})["c"]]
    report = [f"{find(sources[p['file']], p['before'], p['token'])}: {p['message']}" for p in problems]
    for chapter in about:
        for picture in chapter["files"]:
            if not (root / picture["path"]).is_file() and not picture["path"].startswith("media/"):
                place = find(sources[chapter["file"]], r"\(", picture["source"])
                report.append(f"{place}: there is no picture {picture['path']}")
    if report:
        raise BookError("\n".join(dict.fromkeys(report)))
    return document, about


def plain(value: Any) -> Any:
    """Pandoc metadata as plain values; inlines stay as they are, to be used as metadata again."""
    kind, content = value["t"], value.get("c")
    if kind == "MetaMap":
        return {key: plain(entry) for key, entry in content.items()}
    if kind == "MetaList":
        return [plain(entry) for entry in content]
    return content if kind == "MetaString" else value


def find(chapter: Chapter, before: str, token: str) -> str:
    """The place in the sources of the first line that has `token` after a match of `before`."""
    pattern = re.compile(before + re.escape(token))
    return next((line.place for line in chapter.lines if pattern.search(line.text)), chapter.file)


def copy_pictures(root: Path, made: Path, about: list[dict[str, Any]]) -> None:
    for path in {picture["path"] for chapter in about for picture in chapter["files"]}:
        if not (made / path).exists():
            (made / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / path, made / path)


def write_pages(root: Path, made: Path, config: dict[str, Any], chapters: list[Chapter], blocks: list[Any]) -> None:
    document, about = number(root, config, chapters, blocks, "html")
    copy_pictures(root, made, about)
    shutil.copytree(ASSETS, made / "assets", ignore=shutil.ignore_patterns("page.html", "*.typ"))
    for position, (chapter, block) in enumerate(zip(chapters, document["blocks"], strict=True)):
        up = "../" * chapter.file.count("/")
        entries = [
            {"href": f"{up}{other.name}.html", "title": entry["title"], "number": entry["number"]}
            | {"current": other is chapter}
            for other, entry in zip(chapters, about, strict=True)
        ]
        values = {"up": up, "nav": entries, "page-title": about[position]["title"]}
        values |= {"previous": entries[position - 1]} if position else {}
        values |= {"next": entries[position + 1]} if position + 1 < len(entries) else {}
        page = {**document, "meta": document["meta"] | meta(values)["c"], "blocks": block["c"][1]}
        target = made / f"{chapter.name}.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        options = ["--toc", "--toc-depth=3", "--section-divs", "--mathml", "--citeproc", "--wrap=none"]
        template = f"--template={ASSETS / 'page.html'}"
        target.write_bytes(pandoc(root, page, "--from=json", "--to=html5", "--standalone", template, *options))
        print(f"{chapter.file}: page written", file=sys.stderr)


def write_pdf(root: Path, made: Path, config: dict[str, Any], chapters: list[Chapter], blocks: list[Any]) -> str:
    document, about = number(root, config, chapters, blocks, "typst")
    copy_pictures(root, made, about)
    document["blocks"] = [block for chapter in document["blocks"] for block in chapter["c"][1]]
    options = ["--citeproc", "--wrap=none", "--syntax-highlighting=idiomatic", f"--template={ASSETS / 'book.typ'}"]
    source = made / "book.typ"
    source.write_bytes(pandoc(root, document, "--from=json", "--to=typst", "--standalone", *options))
    title = config["book"].get("output-file", config["book"]["title"])
    try:
        typst.compile(str(source), output=str(made / f"{title}.pdf"), root=str(made))
    except typst.TypstError as error:
        kept = Path(tempfile.gettempdir()) / "book.typ"
        shutil.copy(source, kept)
        raise BookError(f"{kept}: Typst: {error}") from error
    source.unlink()
    print("PDF written", file=sys.stderr)
    return f"{title}.pdf"

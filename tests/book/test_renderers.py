"""Quarto and the builder without it give the same book: chapters, numbers, captions, tables, references."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from book.offline.build import build
from pdfs import Pdf
from sample_books import CHAPTER_FILES, Page, copy_book

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("quarto") is None, reason="quarto is not on PATH"),
]
PAGES = ("index.html", *CHAPTER_FILES)
PDF_CAPTION = re.compile(r"(?:Figure|Table) \d[\d.]*: (?:[^.]|\.(?=\d))+\.")


def by_quarto(root: Path) -> None:
    """Render a book with Quarto."""
    environment = {**os.environ, "QUARTO_PYTHON": sys.executable}
    subprocess.run(["quarto", "render", str(root)], env=environment, check=True, capture_output=True)


RENDERERS = {"quarto": by_quarto, "preview": build}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The fixture book by Quarto and by the builder."""
    roots = [copy_book(tmp_path_factory.mktemp("renderers") / name) for name in RENDERERS]
    for root, render in zip(roots, RENDERERS.values(), strict=True):
        render(root)
    return roots[0] / "_book", roots[1] / "_book"


def test_same_files(books: tuple[Path, Path]) -> None:
    for book in books:
        assert sorted(str(f.relative_to(book)) for f in book.rglob("*.html")) == sorted(PAGES)
        assert [f.name for f in book.glob("*.pdf")] == ["fixture.pdf"]
        assert sorted(str(f.relative_to(book)) for f in book.rglob("*.ipynb")) == [
            *("chapters/first.ipynb", "chapters/second.ipynb", "index.ipynb")
        ]


def test_same_makers(books: tuple[Path, Path]) -> None:
    for book in books:
        start, chapter = Page(book / "index.html"), Page(book / CHAPTER_FILES[0])
        for text in ("Ann Author", "Bo & Co", "2026-01-31", "version 1.2.3"):
            assert text in start.text
            assert text in Pdf(book / "fixture.pdf").texts[0]
        assert "version 1.2.3" in chapter.text
        assert [meta["content"] for meta in start.all("meta", name="citation_title")] == ["A fixture of a book"]
        assert not chapter.all("meta", name="citation_title")
        for page, folder in ((start, book), (chapter, book / "chapters")):
            links = [link.get("href") or "" for link in page.all("a")]
            others = [link for link in links if link.endswith((".ipynb", ".pdf"))]
            assert len(others) == 2
            assert all((folder / link).is_file() for link in others)


def test_same_links_to_the_source(books: tuple[Path, Path], tmp_path: Path) -> None:
    for book in books:
        assert "View source" not in Page(book / "index.html").text
    address = "https://host.example/a/b"
    sources = f"{address}/blob/main/chapters/first.qmd"
    for name, render in RENDERERS.items():
        root = copy_book(tmp_path / name)
        config = root / "_quarto.yml"
        settings = f"book:\n  repo-url: {address}\n  repo-actions: [source]\n"
        config.write_text(config.read_text().replace("book:\n", settings, 1))
        render(root)
        assert sources in [link.get("href") for link in Page(root / "_book" / CHAPTER_FILES[0]).all("a")]


@pytest.mark.parametrize("file", PAGES)
def test_same_page(books: tuple[Path, Path], file: str) -> None:
    quarto, preview = (Page(book / file) for book in books)
    for tag in ("figcaption", "h1", "h2", "h3", "th", "td", "dt"):
        assert quarto.texts(tag) == preview.texts(tag), tag
    assert [i["alt"] for i in quarto.all("img")] == [i["alt"] for i in preview.all("img")]
    for entry in (re.compile("^ref-"), re.compile("^fn[0-9]+$"), re.compile("^(fig|tbl|eq|sec)-(?!.*-caption-)")):
        ids = [{a["id"] for _, a in p.elements if entry.match(a.get("id") or "")} for p in (quarto, preview)]
        assert ids[0] == ids[1]


@pytest.mark.parametrize("file", PAGES)
def test_same_words_for_references(books: tuple[Path, Path], file: str) -> None:
    pattern = re.compile(r"(?:Figure|Table|Section|Chapter|Equation|Fig\.) \d[\d.]*\d*(?: \([a-z]\))?")
    quarto, preview = (
        [found for text in Page(book / file).texts("p") for found in pattern.findall(text)] for book in books
    )
    if file == "index.html":
        # From a chapter without a number, Quarto's HTML (not its PDF) refers to a section by its title.
        preview = [found for found in preview if not found.startswith(("Section", "Chapter"))]
    assert quarto == preview


def test_same_pdf(books: tuple[Path, Path]) -> None:
    quarto, preview = (Pdf(book / "fixture.pdf") for book in books)
    assert len(set(PDF_CAPTION.findall(preview.text))) == 8
    # Wide figures do not float in Quarto's PDF, so others may overtake them.
    assert sorted(PDF_CAPTION.findall(quarto.text)) == sorted(PDF_CAPTION.findall(preview.text))
    # Quarto's PDF makes headings of a tabset's tabs, which moves what follows to other pages.
    headings = [[(level, title) for level, title, _ in pdf.bookmarks] for pdf in (quarto, preview)]
    assert [each for each in headings[0] if each[1] not in ("1.2 Alpha", "1.3 Beta")] == headings[1]
    assert quarto.labels == preview.labels
    for kind in ("Figure", "Formula"):
        assert [tag for tag in quarto.tags() if tag[0] == kind] == [tag for tag in preview.tags() if tag[0] == kind]

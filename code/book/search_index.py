"""The index of the search: title and text of every section of the finished pages.

It is a script rather than data, so that `look/search.js` can load it from a folder, too, where pages may not fetch.
"""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

_HEADINGS = ("h1", "h2", "h3")
_SILENT = ("script", "style", "nav", "annotation", "svg")
_VOID = ("img", "br", "hr", "input", "link", "meta", "col", "wbr")


def place(book: Path) -> Path:
    """Where the index of a book in this folder lies."""
    return book / "code/book/look/search-index.js"


def write(book: Path, pages: list[Path]) -> None:
    """Write the index of these pages of a book."""
    entries = []
    for page in pages:
        entries += sections(page.read_text("utf-8"), page.relative_to(book).as_posix())
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    place(book).write_text(f"const bookSections = {text};\n", encoding="utf-8")


def sections(html: str, page: str) -> list[dict[str, str]]:
    """Title, text, chapter and address of each section of a page; `page` is its path in the book."""
    parser = _Sections()
    parser.feed(html)
    return [
        {
            "title": _plain(section["title"]),
            "chapter": _plain(parser.sections[0]["title"]),
            "text": _plain(section["text"]),
            "href": f"{page}#{section['anchor']}".removesuffix("#"),
        }
        for section in parser.sections
    ]


def _plain(text: str) -> str:
    """Text with single spaces."""
    return " ".join(text.split())


class _Sections(HTMLParser):
    """The text of a page's `main`, cut at its headings of the first three levels."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: list[dict[str, str]] = []
        self._open: list[str] = []
        self._anchors: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Begin a section where the element is a heading."""
        if tag in _VOID or (tag != "main" and not self._open):
            return
        self._open.append(tag)
        if tag == "section":
            self._anchors.append(dict(attributes).get("id") or "")
        if tag in _HEADINGS and not self._is_silent():
            anchor = self._anchors[-1] if self._anchors and tag != "h1" else ""
            self.sections.append({"title": "", "text": "", "anchor": anchor})

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and those that were left open in it."""
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if tag == "section":
            self._anchors.pop()

    def handle_data(self, data: str) -> None:
        """Add text to the section at hand."""
        is_reading_time = data.endswith("\N{NO-BREAK SPACE}min read")
        if not self._open or not self.sections or is_reading_time or self._is_silent():
            return
        if any(heading in self._open for heading in _HEADINGS):
            self.sections[-1]["title"] += data
        else:
            self.sections[-1]["text"] += f"{data} "

    def _is_silent(self) -> bool:
        return any(tag in _SILENT for tag in self._open)

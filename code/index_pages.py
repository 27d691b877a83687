"""What both renderers run last: writes the index of all pages that `look/search.js` searches, beside it.

A script rather than data, so that the search works from a folder, where pages may not fetch.
"""

from __future__ import annotations

import json
import os
import sys
from html.parser import HTMLParser
from pathlib import Path

_BOUNDS = ("h1", "h2", "h3")
_SILENT = ("script", "style", "nav", "annotation", "svg")
_VOID = ("img", "br", "hr", "input", "link", "meta", "col", "wbr")
_INDEX = Path("code/look/search-index.js")


class _Sections(HTMLParser):
    """The text of a page's `main`, cut at its headings of the first three levels."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self._open: list[str] = []
        self._anchors: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in _VOID or (tag != "main" and not self._open):
            return
        self._open.append(tag)
        if tag == "section":
            self._anchors.append(dict(attributes).get("id") or "")
        if tag in _BOUNDS and not self._silent():
            anchor = self._anchors[-1] if self._anchors and tag != "h1" else ""
            self.found.append({"title": "", "text": "", "anchor": anchor})

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if tag == "section":
            self._anchors.pop()

    def handle_data(self, data: str) -> None:
        if not self._open or self._silent() or not self.found:
            return
        part = "title" if any(bound in self._open for bound in _BOUNDS) else "text"
        self.found[-1][part] += data if part == "title" else f"{data} "

    def _silent(self) -> bool:
        return any(tag in _SILENT for tag in self._open)


def sections(html: str, page: str) -> list[dict[str, str]]:
    """Title, text, chapter and address of each section of a page; `page` is its path in the book."""
    parser = _Sections()
    parser.feed(html)
    found = [{name: " ".join(value.split()) for name, value in each.items()} for each in parser.found]
    return [
        {
            "title": each["title"],
            "chapter": found[0]["title"],
            "text": each["text"],
            "href": page + (f"#{each['anchor']}" if each["anchor"] else ""),
        }
        for each in found
    ]


def main(book: Path) -> None:
    pages = sorted(path for path in book.rglob("*.html") if (book / _INDEX.parent).is_dir())
    found = [each for page in pages for each in sections(page.read_text("utf-8"), page.relative_to(book).as_posix())]
    if found:
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        (book / _INDEX).write_text(f"const bookSections = {text};\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(os.environ.get("QUARTO_PROJECT_OUTPUT_DIR") or sys.argv[1]))

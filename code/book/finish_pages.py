"""What both renderers run last, on the finished pages: makes pictures light and writes the index of the search.

Quarto writes every figure as PNG, in which a panel of photographs takes megabytes. The index is a script rather
than data, so that `look/search.js` can load it from a folder, too, where pages may not fetch.
"""

from __future__ import annotations

import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from PIL import Image

_LIGHT = 20_000
"""Bytes up to which a picture stays as it is."""
_HEAVY = 150_000
"""Bytes from which on a picture holds photographs, in which a loss is not seen."""
_BOUNDS = ("h1", "h2", "h3")
_SILENT = ("script", "style", "nav", "annotation", "svg")
_VOID = ("img", "br", "hr", "input", "link", "meta", "col", "wbr")
_INDEX = Path("code/book/look/search-index.js")


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
        if not self._open or self._silent() or not self.found or data.endswith("\N{NO-BREAK SPACE}min read"):
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


def lighten(page: Path) -> str:
    """Show the PNGs of a page as WebP where these are smaller, drawings without loss; returns the page's HTML."""
    html = page.read_text("utf-8")
    sources = sorted(set(re.findall(r'<img [^>]*?src="([^":]+\.png)"', html)))
    with ThreadPoolExecutor() as pool:
        smaller = pool.map(_to_webp, [page.parent / source for source in sources])
    shown = html
    for source in (source for source, is_smaller in zip(sources, smaller, strict=True) if is_smaller):
        shown = shown.replace(f'src="{source}"', f'src="{source.removesuffix(".png")}.webp"')
    if shown != html:
        page.write_text(shown, "utf-8")
    return shown


def _to_webp(picture: Path) -> bool:
    """Write a picture as WebP beside its PNG; says whether that is smaller."""
    if not picture.is_file() or picture.stat().st_size < _LIGHT:
        return False
    light = picture.with_suffix(".webp")
    how: dict[str, Any] = (
        {"quality": 88, "method": 6} if picture.stat().st_size > _HEAVY else {"lossless": True, "method": 2}
    )
    try:
        with Image.open(picture) as image:
            image.convert("RGBA" if image.has_transparency_data else "RGB").save(light, **how)
    except OSError as error:
        raise SystemExit(f"error: {picture} is no whole picture: {error}") from error
    return light.stat().st_size < picture.stat().st_size


def main(book: Path) -> None:
    """Finish the pages in the folder `book`, where there are any."""
    if not (book / _INDEX.parent).is_dir():
        return
    found = []
    for page in sorted(book.rglob("*.html")):
        found += sections(lighten(page), page.relative_to(book).as_posix())
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    (book / _INDEX).write_text(f"const bookSections = {text};\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(os.environ.get("QUARTO_PROJECT_OUTPUT_DIR") or sys.argv[1]))

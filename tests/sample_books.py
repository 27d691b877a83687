"""The sample book that tests render, and the elements of a page of it."""

from __future__ import annotations

import shutil
from html.parser import HTMLParser
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "tests/sample_book"
CHAPTER_FILES = ("chapters/first.html", "chapters/second.html")


def copy_book(target: Path) -> Path:
    """The fixture book with the formats of the real one, so that both renderers build it with the real look."""
    shutil.copytree(BOOK, target)
    config = yaml.safe_load((target / "_quarto.yml").read_text())
    own = yaml.safe_load((ROOT / "_quarto.yml").read_text())
    config |= {key: own[key] for key in ("format", "engines", "quarto-required", "date-format")}
    config["project"] |= {key: own["project"][key] for key in ("pre-render", "post-render", "resources")}
    (target / "_quarto.yml").write_text(yaml.safe_dump(config, sort_keys=False))
    for theme in (ROOT / "chapters").glob("*.scss"):
        shutil.copy(theme, target / "chapters")
    for part in ("look", "filters", "templates", "quarto"):
        shutil.copytree(ROOT / "code/book" / part, target / "code/book" / part)
    for script in ("pre_render.py", "post_render.py"):
        shutil.copy(ROOT / "code/book" / script, target / "code/book")
    return target


class Page(HTMLParser):
    """The elements of a page as (tag, attributes), its text, and the texts of elements inside `main`."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.starts: list[tuple[str, int]] = []
        self.parts: list[tuple[str, str]] = []
        self.feed(file.read_text(encoding="utf-8"))
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag, attrs):  # type: ignore[no-untyped-def]
        self.elements.append((tag, dict(attrs)))
        self.starts.append((tag, len(self.text)))

    def handle_endtag(self, tag):  # type: ignore[no-untyped-def]
        while self.starts:
            opened, start = self.starts.pop()
            if opened == tag:
                if any(outer == "main" for outer, _ in self.starts):
                    self.parts.append((tag, " ".join(self.text[start:].split())))
                return

    def handle_data(self, data):  # type: ignore[no-untyped-def]
        if self.cdata_elem is None:  # scripts and styles are no text
            self.text += data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.elements if t == tag and all(a.get(k) == v for k, v in wanted.items())]

    def texts(self, tag: str) -> list[str]:
        return [text for t, text in self.parts if t == tag]

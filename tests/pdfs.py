"""What the tests see of a PDF: pages, bookmarks, tags with their alternative texts, and where things stand."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw


class Pdf:
    """A PDF by its pages. Places are in points from the page's lower left corner."""

    def __init__(self, file: Path) -> None:
        self.document = pypdfium2.PdfDocument(file)
        self.title = self.document.get_metadata_dict()["Title"]
        self.labels = [self.document.get_page_label(i) for i in range(len(self.document))]
        self.texts = [_plain(page.get_textpage().get_text_range()) for page in self.document]
        self.text = " ".join(self.texts)
        self.bookmarks = [_bookmark(each) for each in self.document.get_toc()]

    def text_in(self, page: int, bottom: float, top: float) -> str:
        """The text of a page between two heights."""
        return _plain(self.document[page].get_textpage().get_text_bounded(bottom=bottom, top=top))

    def boxes(self, page: int) -> list[tuple[float, float, float, float]]:
        """Left, bottom, right and top of each text, picture and line of a page."""
        return [each.get_bounds() for each in self.document[page].get_objects(max_depth=1)]

    def linked(self, page: int) -> set[int]:
        """The pages that a page's links lead to."""
        found, link, place = set(), raw.FPDF_LINK(), ctypes.c_int(0)
        while raw.FPDFLink_Enumerate(self.document[page], place, link):
            found.add(raw.FPDFDest_GetDestPageIndex(self.document, raw.FPDFLink_GetDest(self.document, link)))
        return found

    def tags(self) -> list[tuple[str, str]]:
        """Kind and alternative text of every tag, in the order in which they are read."""
        found: list[tuple[str, str]] = []
        for page in self.document:
            tree = raw.FPDF_StructTree_GetForPage(page)
            for i in range(raw.FPDF_StructTree_CountChildren(tree)):
                found += _tags(raw.FPDF_StructTree_GetChildAtIndex(tree, i))
            raw.FPDF_StructTree_Close(tree)
        return found


def _plain(text: str) -> str:
    return " ".join(text.replace("\u2060", "").replace("\ufffe", "-").split())


def _bookmark(each: Any) -> tuple[int, str, int]:
    """Level, title and page."""
    return each.level, each.get_title(), each.get_dest().get_index()


def _tags(element: Any) -> Iterator[tuple[str, str]]:
    if element:
        yield _string(raw.FPDF_StructElement_GetType, element), _string(raw.FPDF_StructElement_GetAltText, element)
        for i in range(raw.FPDF_StructElement_CountChildren(element)):
            yield from _tags(raw.FPDF_StructElement_GetChildAtIndex(element, i))


def _string(read: Callable[..., int], element: Any) -> str:
    buffer = ctypes.create_string_buffer(read(element, None, 0))
    read(element, buffer, len(buffer))
    return buffer.raw.decode("utf-16-le").rstrip("\0")

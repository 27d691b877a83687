"""What both renderers run last, on the finished pages: makes pictures light and writes the index of the search."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from book import light_pictures, search_index


def main(book: Path) -> None:
    """Finish the pages in the folder `book`, where there are any."""
    if not search_index.place(book).parent.is_dir():
        return
    pages = sorted(book.rglob("*.html"))
    for page in pages:
        light_pictures.lighten(page)
    search_index.write(book, pages)


if __name__ == "__main__":
    main(Path(os.environ.get("QUARTO_PROJECT_OUTPUT_DIR") or sys.argv[1]))

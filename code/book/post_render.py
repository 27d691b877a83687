"""What both renderers run last, on the finished pages: light pictures, the index of the search, the notebooks.

Quarto writes every figure as PNG, in which a panel of photographs takes megabytes; pages show WebP where it is smaller.
"""

from __future__ import annotations

import glob
import hashlib
import itertools
import os
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from book import chapters, notebooks, search_index
from book.stages import stage

_LIGHT = 20_000
"""Bytes up to which a picture stays as it is."""
_HEAVY = 150_000
"""Bytes from which on a picture holds photographs, in which a loss is not seen."""
_PHOTOGRAPHS: dict[str, Any] = {"quality": 88, "method": 6}
_DRAWINGS: dict[str, Any] = {"lossless": True, "method": 2}
_SOURCE = re.compile(r'<img [^>]*?src="([^":]+\.png)"')


def main(project: Path, book: Path) -> None:
    """Finish the pages of a project in the folder `book`, where there are any."""
    if not search_index.place(book).parent.is_dir():
        return
    pages = sorted(book.rglob("*.html"))
    for page in pages:
        lighten(page, project / ".chapters/light")
    search_index.write(book, pages)


def lighten(page: Path, known: Path) -> None:
    """Show the PNGs of a page as WebP where these are smaller, drawings without loss.

    Args:
        page: HTML.
        known: folder that keeps them, so that none is made again as long as its PNG is the same.
    """
    known.mkdir(parents=True, exist_ok=True)
    html = page.read_text("utf-8")
    sources = sorted(set(_SOURCE.findall(html)))
    with ThreadPoolExecutor() as pool:
        smaller = list(pool.map(partial(_to_webp, known), [page.parent / source for source in sources]))
    for source in itertools.compress(sources, smaller):
        html = html.replace(f'src="{source}"', f'src="{source.removesuffix(".png")}.webp"')
    if any(smaller):  # else the page stays as old as it is
        page.write_text(html, "utf-8")


def _to_webp(known: Path, picture: Path) -> bool:
    """Write a picture as WebP beside its PNG; says whether that is smaller."""
    size = picture.stat().st_size if picture.is_file() else 0
    if size < _LIGHT:
        return False
    kept = known / f"{picture.stem}.{hashlib.blake2b(picture.read_bytes(), digest_size=16).hexdigest()}.webp"
    if not kept.exists():
        for outdated in known.glob(f"{glob.escape(picture.stem)}.*"):
            outdated.unlink()
        _convert(picture, kept, _PHOTOGRAPHS if size > _HEAVY else _DRAWINGS)
    shutil.copy(kept, picture.with_suffix(".webp"))
    return kept.stat().st_size < size


def _convert(picture: Path, target: Path, settings: dict[str, Any]) -> None:
    """Write a picture as WebP, whole or not at all."""
    draft = target.with_suffix(".draft")
    try:
        with Image.open(picture) as image:
            mode = "RGBA" if image.has_transparency_data else "RGB"
            image.convert(mode).save(draft, "WEBP", **settings)
    except OSError as error:
        raise SystemExit(f"error: {picture} is no whole picture: {error}") from error
    draft.replace(target)


if __name__ == "__main__":
    made = Path(os.environ.get("QUARTO_PROJECT_OUTPUT_DIR") or sys.argv[1])
    with stage("finish"), chapters.of(Path.cwd()):
        main(Path.cwd(), made)
        notebooks.write(made)

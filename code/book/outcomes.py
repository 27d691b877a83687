"""What cells and inline expressions gave when they last ran: ``.chapters/<edition>/<chapter>.json``.

It holds for whatever text stands around them, and for as long as nothing that it came from has changed.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from book import chapters, quoting
from book.figure_files import Output
from book.parsing import DEFAULTS, INLINE, Cell, Chapter
from hazards import profiles
from hazards.store import chapter_records, entries

CODE = Path(__file__).parents[1]


class Outcome(NamedTuple):
    """What a run of a chapter left.

    Args:
        cells: hash of the cells that ran.
        sources: hash of all else that the outcome came from.
        asked: names of the chapters whose variables were asked for.
        results: the results of the store that were used.
        outputs: for each cell what it showed, see `figure_files.Output`.
        texts: what each inline expression gave, by its `expression_key`.
    """

    cells: str
    sources: str
    asked: list[str]
    results: list[str]
    outputs: list[list[Output]]
    texts: dict[str, str]


class Expression(NamedTuple):
    """An inline expression: its text, its place in the file, and its `expression_key`."""

    text: str
    place: str
    key: str


def steps(chapter: Chapter) -> Iterator[Cell | Expression]:
    """What there is in a chapter to execute, in order."""
    count = 0
    for piece in chapter.pieces:
        if isinstance(piece, Cell):
            count += 1
            yield piece
            continue
        for text in INLINE.findall(piece.text):
            yield Expression(text, piece.place, expression_key(count, text))


def expression_key(count: int, text: str) -> str:
    """What an inline expression below so many cells is known by."""
    return f"{count} {text}"


def place(chapter: Chapter) -> Path:
    """The file of a chapter's outcome."""
    return chapters.ROOT / ".chapters" / profiles.current().edition / f"{chapter.name}.json"


def load(chapter: Chapter) -> Outcome | None:
    """The outcome of a chapter's last run, where that ran the cells and all expressions which it has now."""
    try:
        outcome = Outcome(**json.loads(place(chapter).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None if list(steps(chapter)) else Outcome(cells(chapter), "", [], [], [], {})
    outcome = outcome._replace(outputs=[[Output(*output) for output in outputs] for outputs in outcome.outputs])
    keys = {step.key for step in steps(chapter) if isinstance(step, Expression)}
    return outcome if outcome.cells == cells(chapter) and keys <= outcome.texts.keys() else None


def save(chapter: Chapter, outcome: Outcome) -> str:
    """Keep an outcome, whole or not at all; gives the path of its file."""
    path = place(chapter)
    draft = path.with_suffix(f".{os.getpid()}")
    entries.write_file(draft, json.dumps(outcome._asdict(), ensure_ascii=False).encode())
    draft.replace(path)
    return str(path)


def is_current(chapter: Chapter) -> bool:
    """Whether a run of the chapter would change nothing."""
    outcome = load(chapter)
    if not outcome:
        return False
    quoted = {name: quoting.source(name) for name in outcome.asked}
    now = sources(surroundings(chapter), quoted, outcome.results)
    return outcome.sources == now and chapter_records.is_current(chapter.name, now)


def sources(surroundings: str, quoted: Mapping[str, str], results: Iterable[str]) -> str:
    """Hash of all that an outcome comes from besides the chapter's cells.

    Args:
        surroundings: what the cells ran in, see `surroundings`.
        quoted: cells of other chapters that were asked for, by the chapters' names.
        results: of the store, those that were used.
    """
    made = [_made(name) for name in sorted(results)]
    return _hash([surroundings, *(quoted[name] for name in sorted(quoted)), *made])


def surroundings(chapter: Chapter) -> str:
    """Hash of what a chapter's cells see around them: code, packages, figure size, chapters, data."""
    lock = chapters.ROOT / "requirements.lock"
    packages = lock.read_text("utf-8") if lock.exists() else ""
    chapter_files = [str(path) for path in chapters.chapter_paths()]
    records = [_made(name) for name in _records()] if chapter.shows_records else []
    edition = profiles.current().edition
    return _hash([_code(), packages, edition, str(figure_size()), *chapter_files, _data(), *records])


def cells(chapter: Chapter) -> str:
    """Hash of a chapter's cells as they are executed: what is said about their figures is no part of it."""
    common = options("html", chapter)
    return _hash(f"{cell.label} {(common | cell.options)['eval']}\n{cell.code}" for cell in chapter.cells)


def figure_size() -> tuple[float, float]:
    """Width and height of a figure that sets none, inches."""
    form = options("html")
    return form["fig-width"], form["fig-height"]


def options(name: str, chapter: Chapter | None = None) -> dict[str, Any]:
    """The options that cells have in a format if they set none: the more special place decides."""
    config = chapters.config()
    form = config.get("format", {}).get(name) or {}
    head = chapter.options.get("execute") if chapter else {}
    result: dict[str, Any] = {}
    for level in (DEFAULTS, config.get("execute"), form, form.get("execute"), head):
        result |= {key: value for key, value in (level or {}).items() if key in DEFAULTS}
    return result


@functools.cache
def _code() -> str:
    """Hash of the code that this process runs: an edit of it while chapters run has no part in what they leave."""
    files = [path for path in sorted((CODE / "hazards").rglob("*.*")) if "__pycache__" not in path.parts]
    files += sorted((CODE / "book").glob("*.py"))
    return _hash(f"{path} {hashlib.blake2b(path.read_bytes()).hexdigest()}" for path in files)


def _data() -> str:
    """What the real data set holds; the embedded worlds are made by the code."""
    profile = profiles.current()
    if profile.world:
        return profile.name
    from hazards.data import current_data_set  # with numpy behind it

    return current_data_set(profile).fingerprint()


def _records() -> list[str]:
    """The chapters, and after each the results that it used when it last ran."""
    return [name for chapter, names in chapter_records.by_chapter().items() for name in [chapter, *names]]


def _made(result: str) -> str:
    """Which result that is and when it was made."""
    try:
        return f"{result} {(entries.root() / result / 'provenance.json').stat().st_mtime_ns}"
    except OSError:
        return result


def _hash(texts: Iterable[str]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for text in texts:
        digest.update(f"{len(text)} {text}".encode())
    return digest.hexdigest()

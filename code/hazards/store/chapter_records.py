"""What each chapter used when it last ran: ``.used/<edition>/<chapter>.json`` in the store, see `Profile.edition`."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hazards import profiles
from hazards.store import entries, formats
from hazards.store.entries import DamagedError, read_json, root


class Record(NamedTuple):
    """What a chapter was made from and what it left: results of the store, and files by their paths."""

    chapter: str
    sources: str
    results: set[str]
    files: set[str]


_recordings: list[Record] = []


def touch(result_id: str) -> None:
    """Note that a result was asked for."""
    for record in _recordings:
        record.results.add(result_id)


@contextlib.contextmanager
def recording(chapter: str, sources: str = "") -> Iterator[Record]:
    """Record what a chapter uses, in ``.used/<edition>/<chapter>.json``; nothing new if the chapter fails.

    It is not current before `complete` is called.

    Args:
        chapter: its name.
        sources: hash of the text and code that it is made from.
    """
    with contextlib.suppress(DamagedError):  # from now on its files are of two makings
        path = _record_path(chapter)
        _write(path, _read(path) | {"sources": ""})
    record = Record(chapter, sources, set(), set())
    _recordings.append(record)
    try:
        yield record
    finally:
        _recordings.remove(record)
    _save(record, "")


def complete(record: Record, sources: str) -> None:
    """Note that all files of a chapter are written; `sources` as in `recording`, where a change meanwhile shows."""
    _save(record, record.sources if sources == record.sources else "")


def is_current(chapter: str, sources: str) -> bool:
    """Whether a chapter made from these sources has left all its results and files, and they are still there."""
    try:
        record = _read(_record_path(chapter))
    except DamagedError:
        return False
    return (
        record["sources"] == sources
        and all(Path(file).exists() and Path(file).stat().st_size for file in record["files"])
        and all(entries.find(*result.split("/")) for result in record["results"])
    )


def by_chapter() -> dict[str, list[str]]:
    """The results that each chapter used when it last ran with the present profile, by its name."""
    paths = sorted(_record_path("").parent.glob("*.json"))
    return {path.stem: _read(path)["results"] for path in paths}


def used(step: str = "") -> list[str]:
    """Results that the chapters used when they last ran with the present profile; of a step, where one is named."""
    names = {name for results in by_chapter().values() for name in results}
    return sorted(name for name in names if name.startswith(f"{step}/" if step else ""))


def used_with_any_profile() -> set[str] | None:
    """Results that chapters used, and what these were computed from; None where no chapter has left a record."""
    paths = sorted((root() / ".used").rglob("*.json"))
    if not paths:
        return None
    return with_inputs(name for path in paths for name in _read(path)["results"])


def forget_all_but(chapters: Collection[str]) -> None:
    """Forget what other chapters used with the present profile: they were renamed, or left the book."""
    for path in _record_path("").parent.glob("*.json"):
        if path.stem not in chapters:
            path.unlink(missing_ok=True)


def _record_path(chapter: str) -> Path:
    return root() / ".used" / profiles.current().edition / f"{chapter}.json"


def _read(path: Path) -> dict[str, Any]:
    """A chapter's record. Raises DamagedError where there is none."""
    record = read_json(path)
    if not isinstance(record, dict) or record.keys() != {"sources", "results", "files"}:
        raise DamagedError(f"{path} is no record of a chapter: remove it and build the report again")
    return record


def _save(record: Record, sources: str) -> None:
    parts = {"sources": sources, "results": sorted(record.results), "files": sorted(record.files)}
    _write(_record_path(record.chapter), parts)


def _write(path: Path, record: dict[str, Any]) -> None:
    draft = path.with_suffix(f".{os.getpid()}")
    entries.write_file(draft, formats.to_json(record))
    draft.replace(path)


def with_inputs(results: Iterable[str]) -> set[str]:
    """These results and all that they were computed from."""
    todo = list(results)
    reached: set[str] = set()
    while todo:
        name = todo.pop()
        path = root() / name / "key.json"
        if name not in reached and path.exists():
            todo += read_json(path)["inputs"]
        reached.add(name)
    return reached

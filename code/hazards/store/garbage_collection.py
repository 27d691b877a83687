"""Remove the results that no chapter uses any more."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from hazards.store import chapter_records, locks
from hazards.store.entries import DamagedError, Entry, StoreError, root, size


class Garbage(NamedTuple):
    """What ``gc`` removes: paths inside the store, and their size in MiB."""

    paths: list[str]
    mib: float


def gc(delete: bool = False, leftovers: Iterable[Path] = ()) -> Garbage:
    """List, and with ``delete`` remove, the results that no chapter uses, and leftovers of finished work.

    Args:
        leftovers: files and folders in the store that others have left there, jobs for example.

    A result is used if a chapter's record names it or if a used one was computed from it. Raises StoreError where
    no chapter has recorded anything, and while results are being computed.
    """
    used = chapter_records.used_with_any_profile()
    if used is None:
        raise StoreError(f"no chapter has recorded what it uses in {root()}; build the report once, then collect")
    for path in (root() / ".work").glob("*/*.lock"):
        holder = locks.owner(path)
        if holder and not locks.is_dead(holder):
            raise StoreError(f"process {holder['pid']} is computing {path.parent.name}/{path.stem}; try again later")
    garbage = [*(root() / ".damaged").glob("*/*"), *_unused(used), *_finished_work(), *leftovers]
    mib = sum(map(size, garbage)) / 2**20
    if delete:
        for path in garbage:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return Garbage(sorted(str(path.relative_to(root())) for path in garbage), mib)


def _unused(used: set[str]) -> list[Path]:
    """Results that nothing uses, but for those that came with the project: once removed they would not come back."""
    results = [path for path in root().glob("[!.]*/*") if f"{path.parent.name}/{path.name}" not in used]
    return [path for path in results if not _came_with_project(path)]


def _came_with_project(path: Path) -> bool:
    with contextlib.suppress(DamagedError):
        return Entry(path.parent.name, path.name, path).withheld is not None
    return False


def _finished_work() -> list[Path]:
    """Working directories of results that are there, and files of locks that nobody holds."""
    return [
        path
        for path in (root() / ".work").glob("*/*")
        if ".lock" in path.name or (root() / path.parent.name / path.name).exists()
    ]

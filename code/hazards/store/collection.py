"""Remove the results that no chapter uses any more."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from hazards.store import entries, locks, records
from hazards.store.entries import DamagedError, StoreError, root


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
    ledgers = sorted((root() / ".used").rglob("*.json"))
    if not ledgers:
        raise StoreError(f"no chapter has recorded what it uses in {root()}; build the report once, then collect")
    for path in (root() / ".work").glob("*/*.lock"):
        holder = locks.owner(path)
        if holder and not locks.is_dead(holder):
            raise StoreError(f"process {holder['pid']} is computing {path.parent.name}/{path.stem}; try again later")
    used = records.with_inputs({name for ledger in ledgers for name in records.read_record(ledger)["results"]})
    garbage = list((root() / ".damaged").glob("*/*"))
    for step in root().iterdir():
        if step.is_dir() and not step.name.startswith("."):
            unused = [path for path in step.iterdir() if f"{step.name}/{path.name}" not in used]
            garbage += [path for path in unused if not _came_with_project(path)]
    for path in (root() / ".work").glob("*/*"):
        if ".lock" in path.name or (root() / path.parent.name / path.name).exists():
            garbage.append(path)
    garbage += leftovers
    size = sum(_size(path) for path in garbage)
    if delete:
        for path in garbage:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return Garbage(sorted(str(path.relative_to(root())) for path in garbage), size / 2**20)


def _came_with_project(path: Path) -> bool:
    """Whether a result came with the project: once removed it would not come back, see shipped.py."""
    with contextlib.suppress(DamagedError):
        return entries.Entry(path.parent.name, path.name, path).withheld is not None
    return False


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(item.lstat().st_size for item in files if not item.is_dir())

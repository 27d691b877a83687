"""SHA-256 of files' content, kept in the store: what has not changed is read once and not again by later processes.

What is known of the files of a folder is one file, ``.data/<hash of the folder's path>.json``. A file counts as
unchanged while its size, its times of change and its inode stay. All this saves time and decides no hash.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hazards.data.errors import errors_name
from hazards.messages import bar
from hazards.store import root as store_root
from hazards.whole_files import whole_file

_SETTLED = 2_000_000_000
"""Nanoseconds since its last change after which a file's times tell a new one: clocks of some disks are coarse."""
_MANY = 1000
"""Files that take long enough to read for a bar."""


class _Known(NamedTuple):
    """The hash of a file's content, and what the system said of the file before it was read."""

    size: int
    modified: int
    changed: int
    inode: int
    sha256: str = ""


def content_hashes(folder: Path, paths: Sequence[Path]) -> list[str]:
    """Hash the whole content of files: SHA-256 of each, in hexadecimal.

    Args:
        folder: that holds all of them, at whatever depth.

    Raises:
        DataSetError: for a file that is missing or cannot be read; the message names it.
    """
    place = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    record = store_root() / ".data" / f"{place}.json"
    begun = time.time_ns()
    before = _read(record)
    now = {str(path.relative_to(folder)): _look(path) for path in paths}
    for name, state in now.items():
        known = before.get(name)
        if known and known._replace(sha256="") == state:
            now[name] = known
    unknown = [name for name, state in now.items() if not state.sha256]
    with bar(len(unknown), f"reading all of {folder} once", "file", shown=len(unknown) > _MANY) as progress:
        for name in unknown:
            now[name] = now[name]._replace(sha256=_hash(folder / name))
            progress.update(1)
    settled = {name: known for name, known in now.items() if max(known.modified, known.changed) < begun - _SETTLED}
    if settled != before:
        _write(record, settled)
    return [now[str(path.relative_to(folder))].sha256 for path in paths]


def _look(path: Path) -> _Known:
    with errors_name(path):
        status = path.stat()
    return _Known(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _hash(path: Path) -> str:
    with errors_name(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(record: Path) -> dict[str, _Known]:
    """What a record says; nothing where it is missing or damaged."""
    try:
        written = json.loads(record.read_bytes())
        if written["checksum"] == _checksum(written["files"]):
            return {name: _Known(*known) for name, known in written["files"].items()}
    except (OSError, ValueError, TypeError, KeyError):
        pass
    return {}


def _write(record: Path, files: dict[str, _Known]) -> None:
    """Write a record, unless the store cannot be written to: then files are read again next time.

    Two processes that write it at once may spoil each other's; the checksum tells.
    """
    text = json.dumps({"checksum": _checksum(files), "files": files})
    with contextlib.suppress(OSError), whole_file(record) as draft:
        draft.write_text(text, encoding="utf-8")


def _checksum(files: Mapping[str, Sequence[int | str]]) -> str:
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()

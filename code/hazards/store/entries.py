"""One result on disk: ``checkpoints/<step>/<key>/``, written whole or not at all, checked whenever it is used."""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hazards.errors import HazardsError, MissingError
from hazards.messages import say
from hazards.store import formats, provenance

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOTHING = 64 * 1024
"""Bytes below which a disk counts as full."""


class StoreError(HazardsError):
    """The store cannot do what was asked; the message says what and where."""


class DamagedError(StoreError):
    """Files of an entry are missing, of the wrong size, or changed."""


class WithheldError(StoreError):
    """A file of a result that came with the project did not come with it, see shipped.py."""


def root() -> Path:
    """The store's directory: ``HAZARDS_STORE``, else ``checkpoints`` in the project."""
    return Path(os.environ.get("HAZARDS_STORE") or Path(__file__).resolve().parents[3] / "checkpoints")


def read_json(path: Path) -> Any:
    """JSON of a file of the store. Raises DamagedError, which names the file."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DamagedError(f"{path} cannot be read: {error}") from error


@contextlib.contextmanager
def full_disk_says(what: str, place: Path) -> Iterator[None]:
    """Turn the errors of a full disk, which libraries report in many ways, into one clear line."""
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        is_full = isinstance(error, OSError) and error.errno in _FULL
        if not is_full and free_bytes() > _NOTHING:
            raise
        raise StoreError(
            f"no space left for {getattr(error, 'filename', None) or place} while {what}; nothing half-written "
            "was kept and earlier results are intact: make room and run the same command again"
        ) from error


def free_bytes() -> int:
    """Room on the disk of the store, which may not exist yet."""
    place = next(folder for folder in (root(), *root().absolute().parents) if folder.exists())
    return shutil.disk_usage(place).free


def write_file(path: Path, data: bytes) -> None:
    """Write a file and its folders, and wait until it is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Entry:
    """A stored result. ``value`` is read on first use and kept; ``call`` computes it again, where that is known."""

    call: Any = None

    def __init__(self, step: str, key: str, path: Path) -> None:
        self.step, self.key, self.path = step, key, path

    def __repr__(self) -> str:
        return f"Entry({self.result_id})"

    @property
    def result_id(self) -> str:
        """``<step>/<key>``, by which other results refer to this one."""
        return f"{self.step}/{self.key}"

    @functools.cached_property
    def config(self) -> dict[str, Any]:
        """The whole configuration, defaults included, as JSON."""
        return read_json(self.path / "config.json")

    @functools.cached_property
    def provenance(self) -> dict[str, Any]:
        """Seconds, peak memory, device, versions: how the result came about."""
        return read_json(self.path / "provenance.json")

    @functools.cached_property
    def value(self) -> Any:
        """The result; the items of a dict are read when they are asked for.

        Raises DamagedError, now or then, if a file changed since it was written, WithheldError if it did not come
        with the project.
        """
        manifest = self._manifest()
        with contextlib.suppress(DamagedError):
            provenance.compare_versions(self.provenance, "withheld" in manifest)
        return formats.decode(manifest["layout"], self._read)

    @property
    def withheld(self) -> list[str] | None:
        """Names of the files that it lacks because it came with the project; None if it was computed here."""
        return self._manifest().get("withheld")

    def _manifest(self) -> Any:
        return read_json(self.path / "manifest.json")

    def _read(self, name: str) -> bytes:
        manifest = self._manifest()
        try:
            data = (self.path / name).read_bytes()
        except OSError as error:
            if name in manifest.get("withheld", ()):
                raise WithheldError(
                    f"{self.path / name} did not come with the project: `hazards run --cold` computes all that a "
                    "chapter uses here"
                ) from error
            raise DamagedError(f"{self.path / name} cannot be read: {error}") from error
        if hashlib.sha256(data).hexdigest() != manifest["files"][name][1]:
            raise DamagedError(f"{self.path / name} has changed since it was written")
        return data

    def __getstate__(self) -> dict[str, Any]:
        """Without the value: another process reads it from the disk."""
        return {name: item for name, item in self.__dict__.items() if name != "value"}

    def check(self) -> None:
        """Raise DamagedError unless every file is there and is what it was.

        A file of the old size that has not been written to since the entry's manifest was counts as unchanged; any
        other is read and compared. The value's own files are compared whenever they are read as well.
        """
        manifest = self._manifest()
        written = (self.path / "manifest.json").stat().st_mtime_ns
        stats = _stats(self.path)
        touched = []
        for name, (size, _) in manifest["files"].items():
            if name not in stats and name in manifest.get("withheld", ()):
                continue
            if name not in stats:
                raise DamagedError(f"{self.path / name} is missing")
            if stats[name].st_size != size:
                raise DamagedError(f"{self.path / name} has {stats[name].st_size} bytes instead of {size}")
            if stats[name].st_mtime_ns > written:
                touched.append(name)
        for name in touched:
            if _checksum(self.path / name) != manifest["files"][name][1]:
                raise DamagedError(f"{self.path / name} has changed since it was written")
        if touched:  # copied, say, and whole: not to be read again, unless it is written to after this look
            newest = max(stats[name].st_mtime_ns for name in touched)
            with contextlib.suppress(OSError):
                os.utime(self.path / "manifest.json", ns=(newest, newest))


class Missing(Entry):
    """A result that is not there: it has a name and a place, but nothing in it; its call computes it."""

    def __init__(self, call: Any) -> None:
        super().__init__(call.step, call.key, root() / call.result_id)
        self.call = call

    @property
    def value(self) -> Any:
        """Raises MissingError, as all that would be read does."""
        raise MissingError(f"{self.result_id} is not there yet")

    config = provenance = value


def _stats(directory: Path, prefix: str = "") -> dict[str, os.stat_result]:
    """What the system says of every file below a directory, by ``prefix`` and path; empty where it is missing."""
    stats: dict[str, os.stat_result] = {}
    if not directory.is_dir():
        return stats
    with os.scandir(directory) as items:
        for item in items:
            if item.is_dir():
                stats |= _stats(Path(item.path), f"{prefix}{item.name}/")
            else:
                stats[prefix + item.name] = item.stat()
    return stats


def size(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.lstat().st_size for file in files if not file.is_dir())


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def takes_shipped() -> bool:
    """Whether results that came with the project count, see shipped.py; not with ``HAZARDS_SHIPPED=no``."""
    return os.environ.get("HAZARDS_SHIPPED") != "no"


def find(step: str, key: str) -> Entry | None:
    """The stored result, or None; a damaged one is set aside with a line of warning."""
    entry = Entry(step, key, root() / step / key)
    if not entry.path.exists():
        return None
    try:
        entry.check()
        if not takes_shipped() and entry.withheld is not None:
            return None
    except (DamagedError, OSError) as error:
        set_aside(entry, error)
        return None
    return entry


def set_aside(entry: Entry, error: Exception) -> None:
    """Move a damaged entry to ``.damaged`` and say so."""
    goal = root() / ".damaged" / entry.step / f"{entry.key}-{time.strftime('%Y%m%dT%H%M%S')}-{uuid.uuid4().hex[:4]}"
    goal.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):  # another process was first
        entry.path.rename(goal)
    say(f"damaged result: {error}; set aside in {goal} and computed again")


def write(entry: Entry, value: Any, records: dict[str, Any], files: Path) -> None:
    """Write an entry whole: its value, the JSON records by name, and the directory ``files``, which is moved."""
    layout, contents = formats.encode(value, f"result of {entry.step}")
    contents |= {f"{name}.json": formats.to_json(record) for name, record in records.items()}
    listed = {name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in contents.items()}
    for name, stat in _stats(files, "files/").items():
        listed[name] = (stat.st_size, _checksum(files.parent / name))
    manifest = {"layout": layout, "files": listed}
    draft = entry.path.with_name(f".{entry.key}.{uuid.uuid4().hex[:8]}")
    old = draft.with_name(f"{draft.name}.old")
    try:
        for name, data in {**contents, "manifest.json": formats.to_json(manifest, None)}.items():
            write_file(draft / name, data)
        if files.is_dir():
            os.sync()  # thousands of files at once
            files.rename(draft / "files")
        for directory in {(draft / name).parent for name in contents} | {draft}:
            _sync(directory)
        if entry.path.exists():  # it came with the project, without some of its files
            entry.path.rename(old)
        draft.rename(entry.path)
        _sync(entry.path.parent)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        with contextlib.suppress(OSError):
            (draft / "files").rename(files)
        with contextlib.suppress(OSError):
            old.rename(entry.path)
        shutil.rmtree(draft, ignore_errors=True)
        raise


def recover(entry: Entry, files: Path) -> None:
    """Clean up after a process that was killed while it wrote this entry; what it had moved goes back."""
    for draft in entry.path.parent.glob(f".{entry.key}.*"):
        if (draft / "files").is_dir() and not files.exists():
            (draft / "files").rename(files)
        shutil.rmtree(draft, ignore_errors=True)

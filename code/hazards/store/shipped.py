"""Results that come with the project, so that a first report takes minutes: ``checkpoints/<profile>.tar.xz``.

They come without what is large and what only further computing needs: weights, and the pictures of the embedded world.
What is withheld is computed where it is asked for. ``HAZARDS_SHIPPED=no`` passes over all of them.
"""

from __future__ import annotations

import functools
import hashlib
import io
import lzma
import os
import shutil
import tarfile
from pathlib import Path

from hazards import profiles
from hazards.messages import say
from hazards.store import entries, formats, records
from hazards.store.entries import Entry, StoreError, root
from hazards.store.locks import lock

_FOLDER = Path(__file__).resolve().parents[3] / "checkpoints"
_LOCAL = {"cpu_speed"}
"""Steps whose results say something about one machine alone."""
_WEIGHTS = ".safetensors"


def archive() -> Path:
    """The archive of the present profile, which need not exist."""
    return _FOLDER / f"{profiles.current().name}.tar.xz"


def unpack() -> bool:
    """Put the results of the present profile that came with the project into the store; whether that was done now.

    Those that are there already stay. An archive is unpacked once into a store: what is removed later stays removed.
    """
    if not entries.takes_shipped() or not archive().exists():
        return False
    marker = root() / ".shipped" / _checksum(archive(), archive().stat().st_mtime_ns)
    if marker.exists():
        return False
    try:
        marker.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        say(f"{archive()} is not unpacked: {error}")
        return False
    if not os.access(marker.parent, os.W_OK):
        say(f"{archive()} is not unpacked: {marker.parent} cannot be written to")
        return False
    with entries.full_disk_says(f"unpacking {archive()}", marker), lock(marker.with_suffix(".lock"), archive().name):
        if not marker.exists():
            draft = marker.with_name(f"draft-{marker.name}")  # of this archive alone, as is the lock
            shutil.rmtree(draft, ignore_errors=True)  # by a process that was killed
            say(f"unpacking the results that come with the project, {archive().name}")
            try:
                _unpack_into(draft)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
            entries.write_file(marker, b"")
    return True


@functools.cache
def _checksum(path: Path, modified: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _unpack_into(draft: Path) -> None:
    try:
        with tarfile.open(archive()) as tar:
            tar.extractall(draft, filter="data")
    except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
        say(f"{archive()} is damaged: {error}; what it holds is computed instead")
    for folder in sorted(draft.glob("*/*")):
        goal = root() / folder.relative_to(draft)
        goal.parent.mkdir(parents=True, exist_ok=True)
        if (folder / "manifest.json").exists() and not goal.exists():
            folder.rename(goal)


def pack() -> Path:
    """Write what the chapters use with the present profile, and what that was computed from, to `archive`.

    The same results give the same bytes.

    Raises:
        StoreError: where a chapter has not left its record, or a result that it names is missing.
    """
    names = sorted(records.with_inputs({name for used in records.by_chapter().values() for name in used}))
    found = [entries.find(*name.split("/")) for name in names]
    missing = [name for name, entry in zip(names, found, strict=True) if not entry]
    if missing or not names:
        what = f"{missing[0]} is missing" if missing else "no chapter has recorded what it uses"
        raise StoreError(f"{what} in {root()}; `hazards run` computes it")
    draft = archive().with_suffix(f".{os.getpid()}")
    with tarfile.open(draft, "w:xz") as tar:
        for entry in found:
            if entry and entry.step not in _LOCAL and not (entry.path / "files").exists():
                _add(tar, entry)
    draft.replace(archive())
    return archive()


def _add(tar: tarfile.TarFile, entry: Entry) -> None:
    manifest = entries.read_json(entry.path / "manifest.json")
    withheld = sorted(name for name in manifest["files"] if name.endswith(_WEIGHTS))
    contents = {name: (entry.path / name).read_bytes() for name in manifest["files"] if name not in withheld}
    contents["manifest.json"] = formats.to_json(manifest | {"withheld": withheld}, None)
    for name, data in sorted(contents.items()):
        info = tarfile.TarInfo(f"{entry.result_id}/{name}")
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))

"""Results that come with the project, so that a first report takes minutes: ``checkpoints/<profile>.tar.xz``.

They come without what is large and what only further computing needs: weights, and the pictures of the embedded world.
What is withheld is computed where it is asked for. ``HAZARDS_SHIPPED=no`` passes over all of them.
"""

from __future__ import annotations

import functools
import hashlib
import io
import lzma
import shutil
import tarfile
from pathlib import Path

from hazards import profiles
from hazards.messages import say
from hazards.store import chapter_records, entries, formats
from hazards.store.entries import Entry, StoreError, root
from hazards.store.locks import lock
from hazards.whole_files import whole_file

_FOLDER = Path(__file__).resolve().parents[3] / "checkpoints"
LOCAL = {"cpu_speed", "score_cost"}
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
        with (
            entries.full_disk_says(f"unpacking {archive()}", marker),
            lock(marker.with_suffix(".lock"), archive().name),
        ):
            if not marker.exists():
                say(f"unpacking the results that come with the project, {archive().name}")
                _unpack_into(marker.with_name(f"draft-{marker.name}"))
                entries.write_file(marker, b"")
    except OSError as error:  # the store cannot be written to, say
        say(f"{archive()} is not unpacked: {error}")
        return False
    return True


@functools.cache
def _checksum(path: Path, modified: int) -> str:
    """The beginning of a file's hash, taken once as long as its time of modification stays."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _unpack_into(draft: Path) -> None:
    """Unpack the archive into a folder of the store and move what is whole to its place; the folder is removed.

    Args:
        draft: of this archive alone, as is the lock that is held.
    """
    shutil.rmtree(draft, ignore_errors=True)  # left by a process that was killed
    try:
        _extract(draft)
        for folder in sorted(draft.glob("*/*")):
            goal = root() / folder.relative_to(draft)
            goal.parent.mkdir(parents=True, exist_ok=True)
            if (folder / "manifest.json").exists() and not goal.exists():
                folder.rename(goal)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _extract(draft: Path) -> None:
    """Unpack the archive as far as it is whole."""
    try:
        with tarfile.open(archive()) as tar:
            tar.extractall(draft, filter="data")
    except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
        say(f"{archive()} is damaged: {error}; what it holds is computed instead")


def pack() -> Path:
    """Write what the chapters use with the present profile, and what that was computed from, to `archive`.

    The same results give the same bytes.

    Raises:
        StoreError: where a chapter has not left its record, or a result that it names is missing.
    """
    packed = []
    for name in sorted(chapter_records.with_inputs(chapter_records.used())):
        entry = entries.find(*name.split("/"))
        if not entry:
            raise StoreError(f"{name} is missing in {root()}; `hazards run` computes it")
        packed.append(entry)
    if not packed:
        raise StoreError(f"no chapter has recorded what it uses in {root()}; `hazards run` computes it")
    with whole_file(archive()) as draft, tarfile.open(draft, "w:xz") as tar:
        for entry in packed:
            if entry.step not in LOCAL and not (entry.path / "files").exists():
                _add(tar, entry)
    return archive()


def _add(tar: tarfile.TarFile, entry: Entry) -> None:
    """Add an entry without its weights, which its manifest then says are withheld."""
    manifest = entries.read_json(entry.path / "manifest.json")
    withheld = sorted(name for name in manifest["files"] if name.endswith(_WEIGHTS))
    contents = {name: (entry.path / name).read_bytes() for name in manifest["files"] if name not in withheld}
    contents["manifest.json"] = formats.to_json(manifest | {"withheld": withheld}, None)
    for name, data in sorted(contents.items()):
        info = tarfile.TarInfo(f"{entry.result_id}/{name}")
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))

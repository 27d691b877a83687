"""Results that come with the project, so that a first report takes minutes: ``checkpoints/<profile>.tar.xz``.

They come without what is large and what only further computing needs: weights, but for those of the network that
`hazards predict` takes, and the pictures of the embedded world.
What is withheld is computed where it is asked for. ``HAZARDS_SHIPPED=no`` passes over all of them.
"""

from __future__ import annotations

import functools
import hashlib
import io
import lzma
import shutil
import tarfile
from collections.abc import Iterable
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
LARGEST = 25
"""MiB of an archive that is still welcome in the repository."""


def archive() -> Path:
    """The archive of the present profile, and of the data set that takes the world's place; it need not exist."""
    profile = profiles.current()
    parts = [profile.name, profile.own_data] if profile.own_data else [profile.name]
    return _FOLDER / f"{'-'.join(parts)}.tar.xz"


def unpack() -> bool:
    """Put the results of the present profile that came with the project into the store; whether that was done now.

    Those that are there already stay. An archive is unpacked once into a store: what is removed later stays removed.
    """
    if not entries.takes_shipped() or not archive().exists():
        return False
    marker = _marker()
    if marker.exists():
        return False
    try:
        with (
            entries.full_disk_says(f"unpacking {archive()}", marker),
            lock(marker.with_suffix(".lock"), archive().name),
        ):
            if not marker.exists():
                say(f"unpacking the results that come with the project, {archive().name}")
                names = _unpack_into(marker.with_name(f"draft-{marker.name}"))
                entries.write_file(marker, "\n".join(names).encode())
    except OSError as error:  # the store cannot be written to, say
        say(f"{archive()} is not unpacked: {error}")
        return False
    return True


def _marker() -> Path:
    """The file that names the results of the present profile's archive, once this is unpacked."""
    return root() / ".shipped" / _checksum(archive(), archive().stat().st_mtime_ns)


@functools.cache
def _checksum(path: Path, modified: int) -> str:
    """The beginning of a file's hash, taken once as long as its time of modification stays."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _unpack_into(draft: Path) -> list[str]:
    """Unpack the archive into a folder of the store and move what is whole to its place; the folder is removed.

    Gives the names of the archive's results.

    Args:
        draft: of this archive alone, as is the lock that is held.
    """
    shutil.rmtree(draft, ignore_errors=True)  # left by a process that was killed
    try:
        extract(draft)
        folders = [folder for folder in sorted(draft.glob("*/*")) if (folder / "manifest.json").exists()]
        names = [folder.relative_to(draft).as_posix() for folder in folders]
        for folder, name in zip(folders, names, strict=True):
            goal = root() / name
            goal.parent.mkdir(parents=True, exist_ok=True)
            if not goal.exists():
                folder.rename(goal)
        return names
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def extract(folder: Path) -> None:
    """Unpack the archive into a folder as far as it is whole."""
    try:
        with tarfile.open(archive()) as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
        say(f"{archive()} is damaged: {error}; what it holds is computed instead")


def results() -> list[str]:
    """The results of the present profile that came with the project; none where these do not count."""
    if not entries.takes_shipped() or not archive().exists():
        return []
    unpack()
    try:
        return _marker().read_text("utf-8").split()
    except OSError:  # the store cannot be written to, say
        return []


def pack(names: Iterable[str], whole: str = "") -> Path:
    """Write results, and what they were computed from, to `archive`, as far as they are there.

    The same results give the same bytes. An archive over `LARGEST` MiB is written, and a line says so.

    Args:
        names: the results, see `Entry.result_id`.
        whole: that one of them whose weights come along.

    Raises:
        StoreError: where none is there.
    """
    there = [entries.find(*name.split("/")) for name in sorted(chapter_records.with_inputs(names))]
    packed = [entry for entry in there if entry and entry.step not in LOCAL and not (entry.path / "files").exists()]
    if not packed:
        raise StoreError(f"nothing that chapters ask for is in {root()}; `hazards run` computes it")
    with whole_file(archive()) as draft, tarfile.open(draft, "w:xz") as tar:
        for entry in packed:
            _add(tar, entry, entry.result_id == whole)
    mib = archive().stat().st_size / 2**20
    if mib > LARGEST:
        say(f"{archive()} has {mib:.1f} MiB, over {LARGEST}: too large for the repository")
    return archive()


def _add(tar: tarfile.TarFile, entry: Entry, is_whole: bool) -> None:
    """Add an entry, without its weights unless it is whole; its manifest says that they are withheld."""
    manifest = entries.read_json(entry.path / "manifest.json")
    weights = [] if is_whole else [name for name in manifest["files"] if name.endswith(_WEIGHTS)]
    withheld = sorted({*weights, *manifest.get("withheld", ())})
    contents = {name: (entry.path / name).read_bytes() for name in manifest["files"] if name not in withheld}
    contents["manifest.json"] = formats.to_json(manifest | {"withheld": withheld}, None)
    for name, data in sorted(contents.items()):
        info = tarfile.TarInfo(f"{entry.result_id}/{name}")
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))

"""Bring StreetHazards into a folder: fetch its two archives, check them, unpack them.

Each archive is fetched into ``<name>.part``, gets its name when its checksum is right, is unpacked in a folder of
its own, and only what is whole is moved into place. So a run may be broken off at any point; the next one goes on.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from hazards.data.archives import ArchiveError, md5, unpack
from hazards.data.errors import DataSetError
from hazards.data.layout import DataSet
from hazards.data.transfer import fetch, remote_size
from hazards.errors import HazardsError
from hazards.messages import say
from hazards.store.locks import lock

OFFICIAL = "https://people.eecs.berkeley.edu/~hendrycks"
"""Where the data set's authors keep its archives."""


class DownloadError(HazardsError):
    """The data set cannot be brought into its folder; the message says what stands in the way."""


@dataclass(frozen=True)
class Archive:
    """One of the data set's archives.

    Args:
        name: of its file.
        md5: checksum, in hexadecimal.
        folder: what it holds below the data set's root; its list ``<folder>.odgt`` lies directly in it.
        splits: of the data set that it holds.
    """

    name: str
    md5: str
    folder: str
    splits: tuple[str, ...]


ARCHIVES = (
    Archive("streethazards_train.tar", "cd2d1a8649848afb85b5059d227d2090", "train", ("train", "val")),
    Archive("streethazards_test.tar", "8c547c1346b00c21b2483887110bfea7", "test", ("test",)),
)


def download(root: Path, source: str = OFFICIAL, keep: bool = False) -> DataSet:
    """Bring StreetHazards into `root`, unless it is there; what is there is neither fetched nor unpacked again.

    Args:
        root: folder to hold ``train`` and ``test``, made where absent.
        source: where the archives lie: the URL of a folder, or a folder on disk.
        keep: whether archives that were fetched, or found in `root`, stay there; those in a `source` on disk do.

    Raises:
        HazardsError: where something else is in the way, the disk has too little room, an archive cannot be had or
            is not the official one, or the disk fails.
    """
    root = root.absolute()
    if all(_is_there(archive, root) for archive in ARCHIVES):
        say(f"{root} is complete: nothing to fetch or unpack")
        return DataSet(root)
    root.mkdir(parents=True, exist_ok=True)
    with lock(root / ".download.lock", f"download into {root}"):
        for archive in ARCHIVES:
            shutil.rmtree(_staging(archive, root), ignore_errors=True)  # left by a run that was killed
        wanted = [_locate(archive, root, source, keep) for archive in ARCHIVES if not _is_there(archive, root)]
        if wanted:  # another process may have brought everything while this one waited
            _make_sure_of_room(wanted, root)
        for item in wanted:
            _provide(item)
            _install(item, root)
    return DataSet(root)


def _is_there(archive: Archive, root: Path) -> bool:
    """Whether the splits of an archive can be read. Raises DownloadError where something else has their place."""
    try:
        for split in archive.splits:
            DataSet(root).split(split)
    except DataSetError as error:
        if (root / archive.folder).exists():
            raise DownloadError(
                f"{root / archive.folder} is there but is not StreetHazards' ({error}): move it away, or choose "
                "another folder"
            ) from None
        return False
    return True


@dataclass(frozen=True)
class _Wanted:
    """An archive that is missing in the root: its file, and the URL to fetch it from unless the file is there."""

    archive: Archive
    path: Path
    url: str | None
    size: int
    stays: bool

    @property
    def part(self) -> Path:
        """Where its bytes come in."""
        return self.path.with_name(f"{self.path.name}.part")

    @property
    def bytes_to_fetch(self) -> int:
        if not self.url:
            return 0
        return max(0, self.size - (self.part.stat().st_size if self.part.exists() else 0))


def _locate(archive: Archive, root: Path, source: str, keep: bool) -> _Wanted:
    if "://" not in source:
        path = Path(source) / archive.name
        if not path.is_file():
            raise DownloadError(f"{path} is missing: --from names a folder that holds the archives, or a URL")
        return _Wanted(archive, path, None, path.stat().st_size, stays=True)
    path, url = root / archive.name, f"{source.rstrip('/')}/{archive.name}"
    if path.is_file():
        return _Wanted(archive, path, None, path.stat().st_size, keep)
    return _Wanted(archive, path, url, remote_size(url), keep)


def _make_sure_of_room(wanted: list[_Wanted], root: Path) -> None:
    """Say how much is fetched and how much room that takes. Raises DownloadError where the disk has less."""
    taken = needed = 0
    for item in wanted:
        taken += item.bytes_to_fetch + item.size  # an archive of PNG files takes as much room unpacked
        needed = max(needed, taken)
        taken -= 0 if item.stays else item.size
    free = shutil.disk_usage(root).free
    fetched = tqdm.format_sizeof(sum(item.bytes_to_fetch for item in wanted), "B")
    names = " and ".join(item.archive.name for item in wanted)
    room = f"up to {tqdm.format_sizeof(needed, 'B')} needed in {root}, {tqdm.format_sizeof(free, 'B')} free"
    if needed > free:
        raise DownloadError(f"too little room for {names}: {room}; make room, or choose a folder on another disk")
    say(f"{names}: {fetched} to fetch, {room}")


def _provide(item: _Wanted) -> None:
    """Fetch an archive if it is not there. Raises DownloadError where its checksum is wrong."""
    if item.url:
        fetch(item.url, item.part, item.size)
    path = item.part if item.url else item.path
    checksum = md5(path)
    if checksum != item.archive.md5:
        advice = "it is damaged, or another file: remove it"
        if item.url:
            path.unlink()
            advice = "it is removed, and the same command fetches it anew"
        raise DownloadError(f"{item.url or path} has MD5 {checksum}, the official archive {item.archive.md5}: {advice}")
    if item.url:
        path.rename(item.path)


def _staging(archive: Archive, root: Path) -> Path:
    """Where an archive is unpacked: beside its place, so that moving it there is one step."""
    return root / f".{archive.folder}.unpacking"


def _install(item: _Wanted, root: Path) -> None:
    """Unpack an archive, and move what it holds into place when it is whole."""
    staging = _staging(item.archive, root)
    try:
        unpack(item.path, staging / "all")
        whole = _only_what_counts(item, staging)
        os.sync()  # thousands of files at once
        whole.rename(root / item.archive.folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    if not item.stays:
        item.path.unlink()


def _only_what_counts(item: _Wanted, staging: Path) -> Path:
    """The folder with the archive's lists, wherever it was packed; raises ArchiveError where they cannot be read."""
    folder = item.archive.folder
    lists = (staging / "all").rglob(f"{folder}.odgt")
    topmost = min(lists, key=lambda path: len(path.parts), default=None)
    if topmost is None:
        raise ArchiveError(f"{item.path} holds no {folder}.odgt: its layout is not StreetHazards'")
    whole = staging / "root" / folder
    whole.parent.mkdir()
    topmost.parent.rename(whole)
    try:
        for split in item.archive.splits:
            DataSet(whole.parent).split(split)
    except DataSetError as error:
        raise ArchiveError(f"{item.path}: {error}") from None
    return whole

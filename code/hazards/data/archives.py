"""Archives on disk: their checksum, and unpacking them without trust in what they hold."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from hazards.errors import HazardsError
from hazards.messages import bar

_BLOCK = 1 << 20


class ArchiveError(HazardsError):
    """An archive is damaged, or not what it should be, or cannot be unpacked; the message names it."""


def md5(path: Path) -> str:
    """MD5 of a file, in hexadecimal."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file, bar(path.stat().st_size, f"checking {path.name}", "B") as progress:
        while block := file.read(_BLOCK):
            digest.update(block)
            progress.update(len(block))
    return digest.hexdigest()


def unpack(archive: Path, folder: Path) -> None:
    """Write the files of a tar archive into `folder`, which is made; owners, modes and times are not taken over.

    Raises:
        ArchiveError: for an entry that is neither a file nor a folder, or whose path leads out of `folder`; for an
            archive that cannot be read; and where the disk fails, for instance because it is full.
    """
    try:
        with tarfile.open(archive) as tar, bar(archive.stat().st_size, f"unpacking {archive.name}", "B") as progress:
            for entry in tar:
                goal = folder / _path(entry, archive)
                if entry.isdir():
                    goal.mkdir(parents=True, exist_ok=True)
                else:
                    goal.parent.mkdir(parents=True, exist_ok=True)
                    with tar.extractfile(entry) as source, goal.open("wb") as file:  # type: ignore[union-attr] # a file
                        shutil.copyfileobj(source, file, _BLOCK)
                progress.update(entry.offset_data + entry.size - progress.n)
    except (tarfile.TarError, EOFError, zlib.error, ValueError) as error:
        raise ArchiveError(f"{archive} cannot be read: {error}") from None
    except OSError as error:
        reason = error.strerror or error
        raise ArchiveError(f"{archive} cannot be unpacked into {folder}: {reason}; it is kept as it was") from None


def _path(entry: tarfile.TarInfo, archive: Path) -> PurePosixPath:
    """Where an entry belongs, relative to the folder; as links are refused, its parts say all."""
    path = PurePosixPath(entry.name)
    if not (entry.isreg() or entry.isdir()):
        raise ArchiveError(f"{archive}: {entry.name!r} is a link or a device; only files and folders are unpacked")
    if path.is_absolute() or ".." in path.parts:
        raise ArchiveError(f"{archive}: {entry.name!r} leads out of the folder it is unpacked to")
    return path

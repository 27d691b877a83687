"""The base of all errors that a user can mend: their message says what and where, and a command shows nothing else."""

from __future__ import annotations

import errno


class HazardsError(Exception):
    """Something outside of the code is wrong: a setting, a file, a disk."""


class MissingError(HazardsError):
    """What is needed is not there yet."""


_NO_FOLDER = "a file stands where a folder is needed: name another folder, or move the file away"
_NOT_OURS = "it may not be written or read: name another place, or change its permissions"
_FULL = "no space is left: make room, and run the same command again"
_CURES = {
    errno.ENOENT: "there is no such file or folder: see how it is written",
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.EISDIR: "a folder stands where a file is needed: name another file",
    errno.EACCES: _NOT_OURS,
    errno.EPERM: _NOT_OURS,
    errno.EROFS: _NOT_OURS,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
}


def in_a_line(error: HazardsError | OSError) -> str:
    """What is wrong, where, and what to do about it."""
    if isinstance(error, OSError) and error.filename and error.errno in _CURES:
        return f"{error.filename}: {_CURES[error.errno]}"
    return str(error)

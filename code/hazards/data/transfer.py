"""Fetch a file over the network with libcurl, going on where an earlier attempt broke off.

libcurl asks for the missing rest with a Range header and takes an answer for it only where status and Content-Range
say that it is this rest; a body shorter than announced is an error.
"""

from __future__ import annotations

import ssl
import sys
import time
from pathlib import Path
from typing import BinaryIO

import certifi
import pycurl
from tqdm import tqdm

from hazards.errors import HazardsError
from hazards.messages import bar

_CONNECT = 30
"""Seconds to wait for a connection."""
_STALL = 60
"""Seconds without a byte after which a connection counts as broken."""
_TRIES = 5
"""Attempts in a row that bring nothing new before it is given up."""
_WAIT = 1.0
"""Seconds before the first new attempt; twice as many before each further one."""


class TransferError(HazardsError):
    """A file cannot be fetched or written; the message names it and says why."""


def remote_size(url: str) -> int:
    """Size in bytes of the file at `url`. Raises TransferError where it is not to be had or its size is not told."""
    request = _request(url)
    request.setopt(pycurl.NOBODY, True)
    try:
        request.perform()
    except pycurl.error as error:
        raise TransferError(f"{url}: {error.args[1]}") from None
    size = request.getinfo(pycurl.CONTENT_LENGTH_DOWNLOAD_T)
    if size < 0:
        raise TransferError(f"{url}: the server does not say how large this file is, so no room can be made sure of")
    return size


def fetch(url: str, path: Path, size: int) -> None:
    """Append to the file at `path`, absent at first, until it holds all of the `size` bytes at `url`.

    A connection that breaks is taken up again. Whatever ends the transfer, a full disk, a kill, what has come in
    stays in the file, for the next call to go on from.

    Raises:
        TransferError: where attempt after attempt brings nothing new, or the file cannot be written.
    """
    try:
        with path.open("ab") as file, bar(size, f"fetching {path.stem}", "B", file.tell()) as progress:
            _fetch(url, file, progress)
    except OSError as error:
        raise TransferError(
            f"{path} cannot be written: {error.strerror}; what has come in is kept: "
            "once that is mended, the same command goes on from there"
        ) from None


def _fetch(url: str, file: BinaryIO, progress: tqdm) -> None:
    farthest = file.tell()
    fruitless = 0
    while broken := _attempt(url, file, progress):
        code, reason = broken.args
        fruitless = 1 if file.tell() > farthest else fruitless + 1
        farthest = max(farthest, file.tell())
        if fruitless == _TRIES:
            raise TransferError(
                f"{url}: {reason}; gave up at byte {farthest}. What has come in is kept: the same command goes on "
                "from there"
            )
        if code == pycurl.E_RANGE_ERROR:
            _tell(progress, url, "the server does not go on midway: from the start again")
            file.seek(0)
            file.truncate()
        else:
            _tell(progress, url, f"{reason}; going on")
            time.sleep(_WAIT * 2 ** (fruitless - 1))


def _tell(progress: tqdm, url: str, text: str) -> None:
    progress.write(f"{url}: {text}", file=sys.stderr)


def _attempt(url: str, file: BinaryIO, progress: tqdm) -> pycurl.error | None:
    """Append what is missing; returns libcurl's error where that breaks off, raises OSError where the disk does."""
    failed: list[OSError] = []

    def show(*_: int) -> None:
        progress.update(file.tell() - progress.n)

    def write(data: bytes) -> int:
        try:
            return file.write(data)
        except OSError as error:
            failed.append(error)
            return 0  # fewer bytes than came in: libcurl stops

    request = _request(url)
    request.setopt(pycurl.RESUME_FROM_LARGE, file.tell())
    request.setopt(pycurl.WRITEFUNCTION, write)
    # libcurl calls it each second, also when nothing comes in: that lets Ctrl-C through.
    request.setopt(pycurl.XFERINFOFUNCTION, show)
    request.setopt(pycurl.NOPROGRESS, False)
    try:
        request.perform()
    except pycurl.error as error:
        if failed:
            raise failed[0] from None
        return error
    show()
    return None


def _request(url: str) -> pycurl.Curl:
    request = pycurl.Curl()
    request.setopt(pycurl.URL, url)
    request.setopt(pycurl.FOLLOWLOCATION, True)
    request.setopt(pycurl.FAILONERROR, True)
    request.setopt(pycurl.CONNECTTIMEOUT, _CONNECT)
    request.setopt(pycurl.LOW_SPEED_LIMIT, 1)
    request.setopt(pycurl.LOW_SPEED_TIME, _STALL)
    # The libcurl in pycurl's wheels knows no certificates; the system's come first, for those of a company's proxy.
    request.setopt(pycurl.CAINFO, ssl.get_default_verify_paths().cafile or certifi.where())
    return request

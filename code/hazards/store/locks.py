"""A lock between processes, also on other machines that share the directory: a file that names its owner.

The owner touches the file every few seconds. A lock whose owner is dead is taken over: at once if it ran on this
machine, otherwise after a minute without a touch.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hazards.messages import say

HEARTBEAT = 5.0
"""Seconds between two touches of a lock."""
STALE = 60.0
"""Seconds without a touch after which the owner on another machine counts as dead."""


def _machine() -> str:
    """Name of this machine and, on Linux, of the boot and the container, within which process ids are unique."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8])
        parts.append(os.readlink("/proc/self/ns/pid"))
    return " ".join(parts)


def _started(pid: int) -> str | None:
    """When a process started, in clock ticks since boot; None if it is gone; "" where only that it lives is known."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return None if fields[0] in "ZX" else fields[19]


def owner(path: Path) -> dict[str, Any] | None:
    """Who holds the lock: machine, pid, started, since; None if nobody does."""
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def is_dead(holder: dict[str, Any]) -> bool:
    """Whether the holder ran on this machine and is gone."""
    return holder["machine"] == _machine() and _started(holder["pid"]) != holder["started"]


def _create(path: Path) -> str | None:
    """Take the lock if it is free, and return its id; with its text from the first moment on, hence the link."""
    number, pid, since = uuid.uuid4().hex, os.getpid(), time.strftime("%H:%M:%S")
    draft = path.with_name(f"{path.name}.{number}")
    mine = {"machine": _machine(), "pid": pid, "started": _started(pid), "id": number, "since": since}
    try:
        draft.write_text(json.dumps(mine))
        os.link(draft, path)
    except FileExistsError:
        return None
    finally:
        draft.unlink(missing_ok=True)
    return number


def _touched(path: Path) -> float:
    """When a file was last touched, by the clock of its disk; infinity where it is missing."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def _is_stale(holder: dict[str, Any] | None, touched: float, silent: float) -> bool:
    """Whether a lock's owner is dead.

    Args:
        holder: see `owner`.
        touched: when the lock was touched, see `_touched`.
        silent: for how many seconds it was watched without a touch: clocks of two machines may differ.
    """
    if holder is None:  # released just now, or left without an owner's name when power was lost
        return touched < time.time() - STALE
    return is_dead(holder) or (holder["machine"] != _machine() and silent > STALE)


def _remove_stale(path: Path, holder: dict[str, Any] | None) -> None:
    """Remove a dead owner's lock, and not one that somebody else has taken in the meantime."""
    guard = path.with_name(f"{path.name}.removing")
    try:
        guard.mkdir()
    except FileExistsError:
        if _touched(guard) < time.time() - STALE:  # its maker was killed
            with contextlib.suppress(OSError):
                guard.rmdir()
        return
    try:
        if owner(path) == holder:
            path.unlink(missing_ok=True)
    finally:
        guard.rmdir()


@contextlib.contextmanager
def lock(path: Path, what: str) -> Iterator[None]:
    """Hold the lock at ``path``; says in one line on stderr for whom it waits, if it has to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    seen, seen_at, told = math.inf, time.monotonic(), False
    while (mine := _create(path)) is None:
        holder, touched = owner(path), _touched(path)
        if touched != seen:
            seen, seen_at = touched, time.monotonic()
        if _is_stale(holder, touched, time.monotonic() - seen_at):
            _remove_stale(path, holder)
            continue
        if holder and not told:
            host = holder["machine"].partition(" ")[0]
            say(f"{what}: waiting for process {holder['pid']} on {host}, since {holder['since']}")
            told = True
        time.sleep(0.1)
    done = threading.Event()
    threading.Thread(target=_touch, args=(path, done), daemon=True).start()
    try:
        yield
    finally:
        done.set()
        if (owner(path) or {}).get("id") == mine:
            path.unlink(missing_ok=True)


def _touch(path: Path, done: threading.Event) -> None:
    """Touch a lock every few seconds until it is released."""
    while not done.wait(HEARTBEAT):
        with contextlib.suppress(OSError):
            os.utime(path)

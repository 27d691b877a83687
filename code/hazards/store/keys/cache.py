"""What was found out about a source text, kept for other processes: ``.cache/`` in the store, a file for each text.

Its name is a hash of the text, of the code that takes texts apart, and of Python; its first line is one of the rest:
what is damaged, or of another version, is found out anew. A file is written whole or not at all.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from hazards.store.entries import root
from hazards.store.keys.text import digest

Known = TypeVar("Known")
_MAKERS = [Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("parsed.py", "scopes.py", "text.py")]
_VERSION = digest([sys.version, *_MAKERS])


def kept(text: str, find_out: Callable[[str], Known]) -> Known:
    """What is found out about a text, here or earlier; it is something that JSON can hold."""
    path = root() / ".cache" / f"{digest(_VERSION + text)}.json"
    with contextlib.suppress(OSError, ValueError):
        checksum, _, data = path.read_text(encoding="utf-8").partition("\n")
        if checksum == digest(path.name + data):
            return json.loads(data)
    known = find_out(text)
    data = json.dumps(known)
    with contextlib.suppress(OSError):
        if root().is_dir():
            path.parent.mkdir(exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            draft.write_text(f"{digest(path.name + data)}\n{data}", encoding="utf-8")
            draft.replace(path)
    return known

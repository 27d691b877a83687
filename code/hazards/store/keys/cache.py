"""What was found out about a source text, kept for other processes: ``.cache/`` in the store, a file for each text.

Its name is a hash of the text, of the code that takes texts apart, and of Python; its first line is one of the rest:
what is damaged, or of another version, is found out anew. A file is written whole or not at all.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from hazards.store.entries import root
from hazards.store.keys.text import digest

_MAKERS = [Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("parsed.py", "scopes.py", "text.py")]
_VERSION = digest([sys.version, *_MAKERS])


def known(text: str) -> Any:
    """What was kept for a text, as JSON; None where there is nothing or it is damaged."""
    path = _path(text)
    try:
        checksum, _, data = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, ValueError):
        return None
    return json.loads(data) if checksum == _checksum(path, data) else None


def keep(text: str, known: Any) -> None:
    """Keep what JSON can hold for a text, where there is a store to keep it in."""
    path, data = _path(text), json.dumps(known)
    draft = path.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        if root().is_dir():
            path.parent.mkdir(exist_ok=True)
            draft.write_text(f"{_checksum(path, data)}\n{data}", encoding="utf-8")
            draft.replace(path)


def _path(text: str) -> Path:
    return root() / ".cache" / f"{digest(_VERSION + text)}.json"


def _checksum(path: Path, data: str) -> str:
    return digest(path.name + data)

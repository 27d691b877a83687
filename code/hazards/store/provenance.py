"""How a result came about: time, memory, device and versions."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import os
import platform
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def reset_peak() -> None:
    """Forget the peak memory so far, where the system can (Linux)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_memory() -> float:
    """Peak memory of this process, MiB, since ``reset_peak`` or, where that cannot be had, since it began."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return round(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 2**10, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)


@functools.cache
def _versions() -> dict[str, str]:
    packages = {name: importlib.metadata.version(name) for name in ("torch", "torchvision", "numpy")}
    return {"python": platform.python_version(), **packages, "platform": platform.platform()}


def record(seconds: float, ignored: dict[str, str]) -> dict[str, Any]:
    """Everything worth knowing about a run that does not change its result.

    ``ignored``: the arguments that are not part of the configuration.
    """
    torch = sys.modules.get("torch")
    gpu = torch is not None and torch.cuda.is_initialized()
    return {
        "seconds": round(seconds, 3),
        "peak_memory_mib": _peak_memory(),
        "device": torch.cuda.get_device_name() if torch and gpu else "cpu",
        "ignored": ignored,
        **_versions(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "profile": os.environ.get("QUARTO_PROFILE", ""),
    }

"""How a result came about: time, memory, device, versions; and whether the versions here are still those."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib.metadata
import os
import platform
import resource
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hazards import processors
from hazards.labels import LabelSet
from hazards.messages import say

_COMPARED = ("torch", "torchvision", "timm", "segmentation-models-pytorch")
"""Packages that compute: another minor version of one may give other results, and no key sees it."""


def reset_peak() -> None:
    """Forget the peak memory so far, where the system can (Linux)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_memory() -> float:
    """Peak memory of this process, MiB, since ``reset_peak`` or, where that cannot be had, since it began."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        line = next(line for line in lines if line.startswith("VmHWM"))
        return round(int(line.split()[1]) / 2**10, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)


@functools.cache
def _versions() -> dict[str, str]:
    """Versions of Python and of packages, which are not imported for it."""
    packages = {name: importlib.metadata.version(name) for name in (*_COMPARED, "numpy")}
    return {"python": platform.python_version(), **packages}


def record(seconds: float, ignored: dict[str, str]) -> dict[str, Any]:
    """Everything worth knowing about a run that does not change its result.

    ``ignored``: the arguments that are not part of the configuration.
    """
    torch = sys.modules.get("torch")
    gpu = torch is not None and torch.cuda.is_initialized()
    native = torch.cuda.is_bf16_supported(including_emulation=False) if torch and gpu else processors.has_bfloat16()
    return {
        "seconds": round(seconds, 3),
        "peak_memory_mib": _peak_memory(),
        "device": torch.cuda.get_device_name() if torch and gpu else "cpu",
        "processor": processors.name(),
        "processor_family": processors.family(),
        "bfloat16": "native" if native else "emulated",
        "ignored": ignored,
        **_versions(),
        "platform": platform.platform(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "profile": os.environ.get("QUARTO_PROFILE", ""),
    }


def labels_of(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The label sets of arguments that have one, a data set say, as JSON by the argument's name.

    Keys have a hash of it alone, and not the colours: a network that is used without its data set takes it from here.
    """
    sets = {name: getattr(value, "labels", None) for name, value in arguments.items()}
    return {name: dataclasses.asdict(labels) for name, labels in sets.items() if isinstance(labels, LabelSet)}


def compare_versions(recorded: Mapping[str, Any], came_with_project: bool) -> None:
    """Say where a result was computed with another minor version of a package than the one that is installed here.

    In one line for all results that differ alike, once a process. A package that was not recorded is not compared.

    Args:
        recorded: the result's provenance, see `record`.
    """
    here = _versions()
    names = [name for name in _COMPARED if name in recorded and _minor(recorded[name]) != _minor(here[name])]
    if names:
        then = ", ".join(f"{name} {recorded[name]}" for name in names)
        now = ", ".join(f"{name} {here[name]}" for name in names)
        _say_versions(then, now, came_with_project)


def _minor(version: str) -> list[str]:
    """The first two numbers of a version."""
    return version.split(".")[:2]


@functools.cache
def _say_versions(then: str, now: str, came_with_project: bool) -> None:
    """Say it once: the same arguments again do nothing."""
    if came_with_project:
        say(
            f"results of the project were computed with {then}, here is {now}: `hazards run --cold` computes them again"
        )
    else:
        say(f"results were computed with {then}, here is {now}: remove them from the store to compute them again")

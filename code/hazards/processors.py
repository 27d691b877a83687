"""This machine's processor: its name, and the family within which the same computation gives the same bits."""

from __future__ import annotations

import functools
import platform
from pathlib import Path

_INSTRUCTIONS = ("amx_tile", "avx512f", "avx2")
"""Sets of instructions between which the libraries that compute choose, the widest first."""
_BFLOAT16 = {"amx_bf16", "avx512_bf16", "bf16"}


def name() -> str:
    """What the processor is called."""
    return _facts().get("model name") or platform.processor() or platform.machine()


def family() -> str:
    """Architecture, maker and widest instructions: ``x86_64 GenuineIntel avx512f``, or less where less is known.

    The libraries that compute choose their ways by these, and so the order in which sums are taken.
    """
    widest = [flag for flag in _INSTRUCTIONS if flag in _flags()]
    parts = [platform.machine(), _facts().get("vendor_id", ""), *widest[:1]]
    return " ".join(part for part in parts if part)


def has_bfloat16() -> bool:
    """Whether the processor computes in bfloat16, by the flags that Linux lists; False where none are listed."""
    return not _BFLOAT16.isdisjoint(_flags())


def _flags() -> list[str]:
    """What the processor can do, as Linux lists it."""
    return (_facts().get("flags") or _facts().get("Features") or "").split()


@functools.cache
def _facts() -> dict[str, str]:
    """What Linux says about the first processor, by its names for it; empty on other systems."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return {}
    lines = [line.partition(":") for line in text.partition("\n\n")[0].splitlines()]
    return {title.strip(): value.strip() for title, _, value in lines}

"""What is said about a processor, by what Linux lists of it."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from hazards import processors


@pytest.fixture
def listed(monkeypatch):
    """Let Linux list a text; None for a system that lists nothing."""
    original = Path.read_text

    def say(text: str | None) -> None:
        def read_text(path, *arguments):
            if path.name != "cpuinfo":
                return original(path, *arguments)
            if text is None:
                raise FileNotFoundError(path)
            return text

        monkeypatch.setattr(Path, "read_text", read_text)
        processors._facts.cache_clear()

    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    yield say
    processors._facts.cache_clear()


@pytest.mark.parametrize(
    ("flags", "native"),
    [("fma avx512f avx512_bf16", True), ("amx_bf16 amx_tile", True), ("fma avx2", False), (None, False)],
)
def test_whether_it_computes_in_bfloat16(flags, native, listed):
    listed(flags and f"flags : {flags}\n")
    assert processors.has_bfloat16() == native


@pytest.mark.parametrize(
    ("flags", "family"),
    [
        ("avx2 avx512f amx_tile", "x86_64 GenuineIntel amx_tile"),
        ("avx2 avx512f", "x86_64 GenuineIntel avx512f"),
        ("sse4_2 avx2", "x86_64 GenuineIntel avx2"),
        ("sse4_2", "x86_64 GenuineIntel"),
    ],
)
def test_a_family_is_maker_and_widest_instructions(flags, family, listed):
    listed(f"vendor_id\t: GenuineIntel\nmodel name\t: A: 1\nflags\t\t: {flags}\n\nvendor_id\t: Other\n")
    assert processors.family() == family
    assert processors.name() == "A: 1"


def test_a_system_that_lists_nothing_has_its_architecture(listed):
    listed(None)
    assert processors.family() == "x86_64"
    assert processors.name()

"""The built book that the tests of its pages look at, and all that depends on which renderer built it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

BOOK = Path(os.environ.get("BOOK", "_book")).resolve()
"""The folder of the built book; the environment's BOOK names another."""
INDEX = BOOK / "index.html"


@dataclass(frozen=True)
class Renderer:
    """How a reader finds the same things in the pages of one renderer, and what of its own templates is accepted.

    Args:
        theme: selector of the control that switches between light and dark.
        menu: selector of the control that opens the list of chapters on a phone.
        chapters: selector of that list.
        accepted: starts of findings of `page_checks` that lie in the renderer's templates, with the reason.
        file_messages: starts of messages on the console where pages are opened from a folder, with the reason.
    """

    theme: str
    menu: str
    chapters: str
    accepted: dict[str, str] = field(default_factory=dict)
    file_messages: dict[str, str] = field(default_factory=dict)

    def open(self, findings: list[str]) -> list[str]:
        """The findings that are not accepted."""
        return [finding for finding in findings if not finding.startswith(tuple(self.accepted))]


PREVIEW = Renderer(theme="#theme", menu="#menu", chapters="#sidebar")
QUARTO = Renderer(
    theme=".quarto-color-scheme-toggle",
    menu=".quarto-btn-toggle",
    chapters="#quarto-sidebar",
    file_messages={
        "Access to script at 'file:": "quarto.js is a module, which browsers load from servers alone",
        "Failed to load resource: net::ERR_FAILED": "the same script",
    },
)


def require_book() -> Renderer:
    """Which renderer built the book; skips the module that asks where there is none."""
    if not INDEX.is_file():
        pytest.skip(f"{BOOK} holds no book; `make report` builds one", allow_module_level=True)
    return QUARTO if 'name="generator" content="quarto' in INDEX.read_text(encoding="utf-8") else PREVIEW

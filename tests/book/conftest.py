"""What several files of tests look at: the sample book as the builder without Quarto makes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from book.offline.build import build
from sample_books import copy_book


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample book, which is built."""
    root = copy_book(tmp_path_factory.mktemp("sample") / "book")
    build(root)
    return root

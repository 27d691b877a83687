"""Fixtures of the tests of data."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def store_of_its_own(store: Path) -> None:
    """Keep what fingerprints note out of the project's store."""

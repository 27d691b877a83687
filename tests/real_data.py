"""A slice of the real StreetHazards beside the project, where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SLICE = Path(os.environ.get("HAZARDS_SLICE", Path(__file__).resolve().parents[2] / "shared/data/streethazards-slice"))
real_slice = pytest.mark.skipif(not SLICE.is_dir(), reason="the slice of real StreetHazards images is not here")

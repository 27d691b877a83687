"""What a chapter concludes from its studies: the form that all chapters share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hazards.studies.claims import Finding
from hazards.studies.verdicts import Interval


@dataclass(frozen=True)
class Conclusions:
    """What a chapter's function `conclude` returns; its docstring says which names there are.

    Args:
        gains: differences and other figures with their intervals, by name.
        values: tables, numbers and verdicts, by name.
        texts: sentences that depend on a verdict or on the profile, by what they are about.
        findings: by claim.
    """

    gains: Mapping[str, Interval] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, Finding] = field(default_factory=dict)

"""What a chapter concludes from its studies: the form that all chapters share, and the sentences, in sentences.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Literal

from hazards.prose import NOTHING
from hazards.studies.decisions import Joint
from hazards.studies.verdicts import Interval, Verdict


@dataclass(frozen=True)
class Finding:
    """What a chapter found about a claim, and the verdict computed from it by the claim's rule, see `claims.decide`.

    Args:
        measured: the figures with their intervals, as text.
        verdict: ``not testable`` where a gate is not met or the data are others, see `claims.ledger`.
        why: a sentence: which gate was not met, or what it would have taken to decide.
        joint: the claim's parts, as computed, also where a gate is not met; none where the verdict has no interval.
        by_measure: the verdict under other measures and conventions with its figure, as text, see `robustness`.
    """

    measured: str
    verdict: Verdict | Literal["not testable", "no claim"]
    why: str = NOTHING
    joint: Joint | None = None
    by_measure: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Conclusions:
    """What a chapter's function `conclude` returns; its docstring says which names there are.

    Args:
        gains: differences and other figures with their intervals, by name.
        values: tables, numbers and verdicts, by name.
        texts: sentences that depend on a verdict or on the profile, by what they are about, see `sentences`.
        findings: by claim.
    """

    gains: Mapping[str, Interval] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, Finding] = field(default_factory=dict)


def sentences(chapter: str, cases: Mapping[str, str], **words: object) -> dict[str, str]:
    """The sentences of a chapter, by what they are about.

    Args:
        cases: which of its sentences is right, such as a verdict, by what they are about.
        words: stand in the sentences in place of their names, as in ``{epochs}``.
    """
    file = resources.files("hazards.studies") / "sentences.toml"
    known = tomllib.loads(file.read_text(encoding="utf-8"))[chapter]
    texts = {about: known[about][case].format(**words) for about, case in cases.items()}
    return {about: text or NOTHING for about, text in texts.items()}

"""The ledger: every claim of the log beside what was measured, its verdict, and Holm's for all claims together.

The plain verdict decides each claim: the log states its claims one by one, and one is read by itself. Holm's verdict
stands beside it, for who reads the whole table: it says which decisions stand if none of them may be chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pandas as pd

from hazards.prose import number
from hazards.studies.claims.rules import MEASURES, claims
from hazards.studies.conclusions import Finding
from hazards.studies.decisions import Decision, holm
from hazards.studies.verdicts import Verdict, all_of


def ledger(findings: Mapping[str, Finding]) -> pd.DataFrame:
    """One row a claim, in the order of the log.

    Columns: id, claim, log, measured (or why it cannot be), verdict (`not testable` where it cannot, `no claim` for
    what the log left to be done), Holm (the verdict adjusted for all claims, empty where there is no interval), p (of
    the least clear part, as text), why (see `Finding`), rule, see (a reference to the figure or table that shows it,
    empty where there is none).

    Raises:
        ValueError: for a finding about no claim, and for a claim with neither a finding nor a reason for having none.
    """
    known = claims()
    unknown = sorted(findings.keys() - known.keys())
    if unknown:
        raise ValueError(f"findings about {', '.join(unknown)}, which claims.toml does not hold")
    missing = [name for name, claim in known.items() if name not in findings and not claim.untested]
    if missing:
        raise ValueError(f"{', '.join(missing)} of claims.toml: neither a finding nor a reason why there is none")
    family = adjusted(findings)
    rows = []
    for name, claim in known.items():
        kind: Literal["no claim", "not testable"] = "no claim" if name.startswith("R") else "not testable"
        finding = findings.get(name) or Finding(claim.untested, kind)
        decisions = finding.decisions
        rows.append(
            {
                "id": name,
                "claim": claim.claim,
                "log": claim.log,
                "measured": finding.measured,
                "verdict": finding.verdict,
                "Holm": all_of(family[decision] for decision in decisions) if decisions else "",
                "p": _p_text(decisions),
                "why": finding.why,
                "rule": claim.rule,
                "see": f"@{claim.see}" if claim.see else "",
            }
        )
    return pd.DataFrame(rows)


def adjusted(findings: Mapping[str, Finding]) -> dict[Decision, Verdict]:
    """Holm's verdicts on all decisions of all claims; one that two claims share counts once."""
    return holm(decision for finding in findings.values() for decision in finding.decisions)


def _p_text(decisions: tuple[Decision, ...]) -> str:
    """The largest p value of a claim's decisions, as text; empty where there is none."""
    if not decisions:
        return ""
    largest = max(decision.p for decision in decisions)
    return "< 0.001" if largest < 0.001 else number(largest, 3)


def rule_table() -> pd.DataFrame:
    """One row a claim that has a rule: id, rule, unit (what would have to be replicated), gates."""
    rows = [
        {"id": name, "rule": claim.rule, "unit": claim.unit, "gates": ", ".join(claim.gates) or "none"}
        for name, claim in claims().items()
        if claim.parts
    ]
    return pd.DataFrame(rows)


def margin_table() -> pd.DataFrame:
    """One row a part of a claim that has a rule: id, figure (how pixels are counted, too), margin, reason."""
    rows = []
    for name, claim in claims().items():
        for part in claim.parts:
            measure = MEASURES[part.measure]
            margin = f"{part.margin * measure.scale:.3g}" if part.margin else "any"
            figure = " ".join(filter(None, [claim.convention, measure.name, part.name]))
            rows.append({"id": name, "figure": figure, "margin": margin, "reason": part.reason})
    return pd.DataFrame(rows)


def measure_table(findings: Mapping[str, Finding]) -> pd.DataFrame:
    """One row a claim about scores: id, and its verdict under each measure and convention with the figure, as text."""
    rows = [{"id": name} | dict(finding.by_measure) for name, finding in findings.items() if finding.by_measure]
    table = pd.DataFrame(rows)
    return table.sort_values("id", ignore_index=True) if rows else table

"""The ledger: every claim of the log beside what was measured, its verdict, and Holm's for all claims together.

The plain verdict decides each claim: the log states its claims one by one, and one is read by itself. Holm's verdict
stands beside it, for who reads the whole table: it says which decisions stand if none of them may be chance. Its family
is every claim with a computed test, also where a gate is not met: what is not looked at was still computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pandas as pd

from hazards.prose import number
from hazards.studies.claims.rules import claims
from hazards.studies.conclusions import Finding
from hazards.studies.decisions import Joint, holm
from hazards.studies.verdicts import Verdict


def ledger(findings: Mapping[str, Finding]) -> pd.DataFrame:
    """One row a claim, in the order of the log.

    Columns: id, claim, log, measured (or why it cannot be), verdict (`not testable` where it cannot, `no claim` for
    what the log left to be done), Holm (the verdict adjusted for all claims, `not testable` where it is, empty where
    there is no interval), p (of the claim, see `Joint.p`, as text), why (see `Finding`), rule, see (a reference to the
    figure or table that shows it, empty where there is none).

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
    by_holm = adjusted(findings)
    rows = []
    for name, claim in known.items():
        kind: Literal["no claim", "not testable"] = "no claim" if name.startswith("R") else "not testable"
        finding = findings.get(name) or Finding(claim.untested, kind)
        gated = finding.joint and finding.verdict == "not testable"
        rows.append(
            {
                "id": name,
                "claim": claim.claim,
                "log": claim.log,
                "measured": finding.measured,
                "verdict": finding.verdict,
                "Holm": finding.verdict if gated else by_holm.get(name, ""),
                "p": _p_text(finding.joint),
                "why": finding.why,
                "rule": claim.rule,
                "see": f"@{claim.see}" if claim.see else "",
            }
        )
    return pd.DataFrame(rows)


def adjusted(findings: Mapping[str, Finding]) -> dict[str, Verdict]:
    """Holm's verdicts on all claims with a computed test, by claim, whether their gates are met or not."""
    return holm({name: finding.joint for name, finding in findings.items() if finding.joint})


def _p_text(joint: Joint | None) -> str:
    """The p value of a claim as text; empty where there is none."""
    if joint is None:
        return ""
    return "< 0.001" if joint.p < 0.001 else number(joint.p, 3)

"""The ledger: every claim of the work log beside what was measured and the verdict that follows.

claims.toml has the log's side and the rule of decision; a chapter that tests a claim has a `Finding` by its id.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Literal

import pandas as pd

from hazards.studies.verdicts import Verdict


@dataclass(frozen=True)
class Finding:
    """What a chapter found about a claim: the figure with its interval, as text, and the verdict computed from it.

    Of a claim that cannot be judged, the reason and what kind it is of, see `ledger`.
    """

    measured: str
    verdict: Verdict | Literal["not testable", "no claim"]


def ledger(findings: Mapping[str, Finding]) -> pd.DataFrame:
    """One row a claim, in the order of the log.

    Columns: id, claim, log, measured (or why it cannot be), verdict (`not testable` where it cannot, `no claim` for
    what the log left to be done), rule, see (a reference to the figure or table that shows it, empty where there is
    none).

    Raises:
        ValueError: for a finding about no claim, and for a claim with neither a finding nor a reason for having none.
    """
    known = _claims()
    unknown = sorted(findings.keys() - known.keys())
    if unknown:
        raise ValueError(f"findings about {', '.join(unknown)}, which claims.toml does not hold")
    missing = [name for name, claim in known.items() if name not in findings and "untested" not in claim]
    if missing:
        raise ValueError(f"{', '.join(missing)} of claims.toml: neither a finding nor a reason why there is none")
    rows = []
    for name, claim in known.items():
        finding = findings.get(name) or _without(name, claim)
        rows.append(
            {
                "id": name,
                "claim": claim["claim"],
                "log": claim["log"],
                "measured": finding.measured,
                "verdict": finding.verdict,
                "rule": claim.get("rule", ""),
                "see": f"@{claim['see']}" if "see" in claim else "",
            }
        )
    return pd.DataFrame(rows)


def _without(name: str, claim: Mapping[str, str]) -> Finding:
    return Finding(claim["untested"], "no claim" if name.startswith("R") else "not testable")


def _claims() -> dict[str, dict[str, str]]:
    return tomllib.loads((resources.files("hazards.studies") / "claims.toml").read_text(encoding="utf-8"))

"""The ledger: every claim of the work log beside what was measured and the verdict that follows.

claims.toml has the log's side and the rule of decision; a chapter that tests a claim has a `Finding` by its id.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Literal

import pandas as pd

from hazards.profiles import Profile
from hazards.studies.conclusions import Conclusions, Finding, sentences


def conclude(findings: Mapping[str, Finding], profile: Profile) -> Conclusions:
    """Count the verdicts on the log's claims, for the summary and the last chapter; raises as `ledger` does.

    Returns:
        Values: ``ledger``; ``tested``, its rows of claims that could be; ``verdict`` by claim; ``tally``, number of
        claims by verdict; ``claims``, of the log, what it left to be done not counted.
    """
    table = ledger(findings)
    verdict = table.set_index("id")["verdict"]
    kinds = ("holds", "does not hold", "undecided", "not testable", "no claim")
    tally = {kind: (verdict == kind).sum() for kind in kinds}
    values = {
        "ledger": table,
        "tested": table[~table["verdict"].isin(["not testable", "no claim"])],
        "verdict": verdict,
        "tally": tally,
        "claims": len(table) - tally["no claim"],
    }
    height, width = profile.reduced
    cases = {
        "data": "embedded" if profile.world else "real",
        "networks": profile.networks,
        "images": "log" if height == width == 512 else "other",
    }
    texts = sentences("claims", cases, size=f"{width}×{height}")
    return Conclusions(values=values, texts=texts, findings=findings)


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
        kind: Literal["no claim", "not testable"] = "no claim" if name.startswith("R") else "not testable"
        finding = findings.get(name) or Finding(claim["untested"], kind)
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


def _claims() -> dict[str, dict[str, str]]:
    return tomllib.loads((resources.files("hazards.studies") / "claims.toml").read_text(encoding="utf-8"))

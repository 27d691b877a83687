"""Tables of all claims: by which rule, at which margin, how wide the intervals are, and what hangs on the measure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hazards.prose import number
from hazards.studies.claims.rules import MEASURES, claims
from hazards.studies.conclusions import Finding
from hazards.studies.decisions import Decision


def rule_table() -> pd.DataFrame:
    """One row a claim that has a rule: id, rule, unit (the replicates), limit (what they do not show), gates."""
    rows = [
        {
            "id": name,
            "rule": claim.rule,
            "unit": claim.unit,
            "limit": claim.limit or "–",
            "gates": ", ".join(claim.gates) or "none",
        }
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


def width_table(findings: Mapping[str, Finding]) -> pd.DataFrame:
    """One row a part of a claim with a computed test: how wide its interval is beside the margin.

    Columns: id, figure, replicates (number and what they are), half width and margin (as text, in the figure's unit),
    and takes: where half the width is more than the margin, how many replicates it would take, see `Decision.needed`.
    """
    rows = []
    for name, claim in claims().items():
        joint = findings[name].joint if name in findings else None
        if joint is None:
            continue
        for part, decision in zip(claim.parts, joint.parts, strict=True):
            measure = MEASURES[part.measure]
            interval = decision.interval
            known = np.isfinite(interval.deviation)
            rows.append(
                {
                    "id": name,
                    "figure": f"{measure.name} {part.name}".rstrip(),
                    "replicates": f"{interval.n} {interval.unit.replace(' and images', ', and images')}",
                    "half width": number(decision.half_width * measure.scale, part.digits) if known else "not known",
                    "margin": f"{part.margin * measure.scale:.3g}" if part.margin else "any",
                    "takes": _takes(decision),
                }
            )
    return pd.DataFrame(rows)


def _takes(decision: Decision) -> str:
    """How many replicates it would take to see the margin, as text; a dash where it is seen, or where it is any."""
    if np.isinf(decision.interval.deviation):
        return "not known"
    if not decision.margin or decision.half_width <= decision.margin:
        return "–"
    replicates = decision.interval.unit.removesuffix(" and images")
    return f"{decision.needed:,} {replicates}" if decision.needed else f"no number of {replicates}"


def measure_table(findings: Mapping[str, Finding]) -> pd.DataFrame:
    """One row a claim about scores: id, and its verdict under each measure and convention with the figure, as text."""
    rows = [{"id": name} | dict(finding.by_measure) for name, finding in findings.items() if finding.by_measure]
    table = pd.DataFrame(rows)
    return table.sort_values("id", ignore_index=True) if rows else table

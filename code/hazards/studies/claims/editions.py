"""Editions of the report: the verdicts of one, kept as a small file, beside those of another, and why they changed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hazards.profiles import Profile
from hazards.prose import number
from hazards.studies.claims.rules import MEASURES, Part, claims
from hazards.studies.conclusions import Finding
from hazards.studies.decisions import Decision

_CLAIM = ("edition", "profile", "seeds", "trained", "claim", "verdict", "measured", "why")
_PART = ("part", "decided", "mean", "low", "high", "unit", "n")
_NARROWER = 0.9
"""Share of the width before, under which an interval is called narrower."""


def edition(name: str, findings: Mapping[str, Finding], profile: Profile) -> pd.DataFrame:
    """The verdicts of an edition: one row a part of each claim with a finding, in the order of the log.

    Columns: edition (the name), profile, seeds, trained (on what and how long, as text), claim (its id), verdict,
    measured (as text) and why; part (its number), decided (the part by itself), mean, low and high of its figure, 0–1
    or in the figure's unit, unit and n of its replicates. Where nothing has an interval there is one row, with part 0
    and the rest empty.
    """
    height, width = profile.size
    trained = f"{profile.images[0]:,} images of {width}×{height} pixels, {profile.epochs} epochs"
    rows = []
    for claim, finding in sorted(findings.items()):
        known = {"edition": name, "profile": profile.name, "seeds": profile.seeds, "trained": trained, "claim": claim}
        known |= {"verdict": finding.verdict, "measured": finding.measured, "why": str(finding.why)}
        parts = finding.joint.parts if finding.joint else ()
        rows += [known | {"part": part} | _part(decision) for part, decision in enumerate(parts, 1)]
        if not parts:
            rows.append(known | {"part": 0})
    return pd.DataFrame(rows, columns=[*_CLAIM, *_PART])


def _part(decision: Decision) -> dict[str, object]:
    interval = decision.interval
    figure = {"mean": interval.mean, "low": interval.low, "high": interval.high}
    return {"decided": decision.verdict(), "unit": interval.unit, "n": interval.n} | figure


def write(rows: pd.DataFrame, path: Path) -> None:
    """Write an edition, see `edition`, as CSV, figures with six digits."""
    rows.to_csv(path, index=False, float_format="%.6g")


def read(name: str) -> pd.DataFrame:
    """The edition of a name, such as ``mini-3-seeds``, among those that come with the project."""
    with (resources.files("hazards.studies.claims") / "editions" / f"{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, keep_default_na=False, na_values={"mean": "", "low": "", "high": "", "n": ""})


def changes(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """One row a claim that either edition has a finding about: id, claim, before, now and why the verdict changed.

    Before and now are the verdict and what was measured, as text; why is a dash where the verdict is the same.

    Args:
        before, now: see `edition`.
    """
    rows = []
    for name, claim in claims().items():
        old, new = before[before["claim"] == name], now[now["claim"] == name]
        if len(old) or len(new):
            why = _why(claim.parts, old, new)
            rows.append({"id": name, "claim": claim.claim, "before": _text(old), "now": _text(new), "why": why})
    return pd.DataFrame(rows)


def _text(rows: pd.DataFrame) -> str:
    if not len(rows):
        return "–"
    return f"{rows['verdict'].iloc[0]}: {rows['measured'].iloc[0]}"


def _why(parts: tuple[Part, ...], old: pd.DataFrame, new: pd.DataFrame) -> str:
    """Why a claim's verdict is another one, from what differs between the editions."""
    if not len(old) or not len(new):
        return "one edition alone has a finding about it"
    was, has = old["verdict"].iloc[0], new["verdict"].iloc[0]
    if was == has:
        return "–"
    if has == "not testable":
        return "a gate is not met any more"
    reasons = ["its gates are met now"] if was == "not testable" else []
    both = new.merge(old, on="part", suffixes=("", " before"))
    for row in both[both["part"] > 0].to_dict("records"):
        if row["decided"] != row["decided before"]:
            reasons += _reasons(parts[row["part"] - 1], row)
    if not len(both[both["part"] > 0]):
        reasons.append("one edition alone has an interval")
    return "; ".join(dict.fromkeys(reasons)) or "its figures are others"


def _reasons(part: Part, row: Mapping[str, Any]) -> list[str]:
    """Why a part is decided otherwise: its unit, the width of its interval, its figure."""
    measure = MEASURES[part.measure]
    name = f"{measure.name} {part.name}".rstrip()
    half = (row["high"] - row["low"]) / 2
    half_before = (row["high before"] - row["low before"]) / 2
    widths = f"±{_number(half, part)} instead of ±{_number(half_before, part)}"
    reasons = []
    if row["unit"] != row["unit before"]:
        reasons.append(f"its interval is over {row['unit']}, no longer over {row['unit before']}")
    if half < _NARROWER * half_before:
        more = (
            f" with {row['seeds']} seeds instead of {row['seeds before']}" if row["seeds"] > row["seeds before"] else ""
        )
        reasons.append(f"the interval of {name} is narrower, {widths}{more}")
    if half_before < _NARROWER * half:
        reasons.append(f"the interval of {name} is wider, {widths}")
    if not row["low before"] <= row["mean"] <= row["high before"]:
        others = ", by other networks" if row["trained"] != row["trained before"] else ""
        reasons.append(f"{name} moved from {_number(row['mean before'], part)} to {_number(row['mean'], part)}{others}")
    return reasons


def _number(value: float, part: Part) -> str:
    if not np.isfinite(value):
        return "unknown"
    return number(value * MEASURES[part.measure].scale, part.digits)

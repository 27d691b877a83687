"""The ledger holds every claim once, and says which cannot be tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from book import chapters
from hazards.studies import Finding, claims, rules

ROOT = Path(__file__).parents[2]


def all_findings() -> dict[str, Finding]:
    tested = [name for name, claim in rules.claims().items() if not claim.untested]
    return {name: Finding(f"{name} measured", "holds") for name in tested}


def test_every_claim_of_the_log_has_a_row_in_its_order():
    rows = claims.ledger(all_findings())
    assert rows["id"].tolist() == [*(f"C{number:02}" for number in range(1, 27)), "R1", "R2", "R3"]
    assert set(rows["verdict"]) == {"holds", "not testable", "no claim"}
    assert set(rows.loc[rows["verdict"] == "no claim", "id"]) == {"R1", "R2", "R3"}
    assert rows.set_index("id").loc["C13", "measured"] == "C13 measured"
    assert (rows["measured"] != "").all()


def test_a_finding_may_be_made_where_a_claim_cannot_always_be_tested():
    rows = claims.ledger(all_findings() | {"C04": Finding("37.9", "holds")}).set_index("id")
    assert rows.loc["C04", "verdict"] == "holds"


def test_a_claim_without_a_finding_is_named():
    findings = all_findings()
    del findings["C13"], findings["C05"]
    with pytest.raises(ValueError, match=r"C05, C13 of claims\.toml"):
        claims.ledger(findings)


def test_a_finding_about_no_claim_is_named():
    with pytest.raises(ValueError, match="C99"):
        claims.ledger(all_findings() | {"C99": Finding("1", "holds")})


def test_the_figures_and_tables_that_show_claims_are_in_the_book():
    text = "\n".join(path.read_text(encoding="utf-8") for path in chapters.chapter_paths())
    labels = set(re.findall(r"#\| label: (\S+)", text))
    shown = {claim.see for claim in rules.claims().values() if claim.see}
    assert shown <= labels

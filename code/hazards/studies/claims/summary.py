"""What all claims of the log come to: verdicts counted, tables of rules and of measures, for the last chapter."""

from __future__ import annotations

from collections.abc import Mapping

from hazards.profiles import Profile
from hazards.prose import NOTHING
from hazards.studies.claims import editions
from hazards.studies.claims.ledger import adjusted, ledger
from hazards.studies.claims.overviews import margin_table, measure_table, rule_table, width_table
from hazards.studies.conclusions import Conclusions, Finding, sentences

BEFORE = "mini-3-seeds"
"""The edition that verdicts are set beside."""


def conclude(findings: Mapping[str, Finding], profile: Profile) -> Conclusions:
    """Count the verdicts on the log's claims, for the summary and the last chapter; raises as `ledger` does.

    Returns:
        Values: ``ledger``; ``tested``, its rows of claims that could be; ``open``, its rows of those that were measured
        and got no verdict; ``verdict`` by claim; ``tally``, number of claims by verdict; ``claims``, of the log, what
        it left to be done not counted; ``rules``, ``margins``, ``widths`` and ``measures``, see overviews.py;
        ``family``, how many claims Holm's verdicts adjust for; ``changed``, how many lose their verdict by that;
        ``before``, the edition that verdicts are set beside, see `editions.edition`, and ``changes``, see
        `editions.changes`; ``turned``, how many verdicts differ.
    """
    table = ledger(findings)
    verdict = table.set_index("id")["verdict"]
    kinds = ("holds", "does not hold", "undecided", "not testable", "no claim")
    tally = {kind: (verdict == kind).sum() for kind in kinds}
    values = {
        "ledger": table,
        "tested": table[~table["verdict"].isin(["not testable", "no claim"])],
        "open": table[table["why"] != NOTHING],
        "verdict": verdict,
        "tally": tally,
        "claims": len(table) - tally["no claim"],
        "rules": rule_table(),
        "margins": margin_table(),
        "widths": width_table(findings),
        "measures": measure_table(findings),
        "family": len(adjusted(findings)),
        "changed": ((table["Holm"] != "") & (table["Holm"] != table["verdict"])).sum(),
    }
    before = editions.read(BEFORE)
    changes = editions.changes(before, editions.edition("this one", findings, profile))
    values |= {"before": before, "changes": changes, "turned": (changes["why"] != "–").sum()}
    height, width = profile.reduced
    cases = {
        "data": "embedded" if profile.world else "real",
        "networks": profile.networks,
        "images": "log" if height == width == 512 else "other",
    }
    texts = sentences("claims", cases, size=f"{width}×{height}")
    return Conclusions(values=values, texts=texts, findings=findings)

"""What the summary and the last chapter conclude from the findings of all others."""

from __future__ import annotations

from collections.abc import Mapping

from hazards.profiles import Profile
from hazards.studies import claims
from hazards.studies.claims import Finding
from hazards.studies.conclusions import Conclusions


def conclude(findings: Mapping[str, Finding], profile: Profile) -> Conclusions:
    """Count the verdicts on the log's claims; raises as `claims.ledger` does.

    Returns:
        Values: ``ledger``, see `claims.ledger`; ``tested``, its rows of claims that could be; ``verdict`` by claim;
        ``tally``, number of claims by verdict; ``claims``, of the log, what it left to be done not counted.
    """
    ledger = claims.ledger(findings)
    verdict = ledger.set_index("id")["verdict"]
    kinds = ("holds", "does not hold", "undecided", "not testable", "no claim")
    tally = {kind: (verdict == kind).sum() for kind in kinds}
    values = {
        "ledger": ledger,
        "tested": ledger[~ledger["verdict"].isin(["not testable", "no claim"])],
        "verdict": verdict,
        "tally": tally,
        "claims": len(ledger) - tally["no claim"],
    }
    embedded = (
        "The embedded world is ray-traced street scenes in the format of StreetHazards, made so that the report runs "
        "anywhere. What is measured in it is a result about that world, never one about StreetHazards."
    )
    small = "The networks are small siblings of those in the log, trained for a few epochs from random weights."
    height, width = profile.reduced
    images = "Images of 512×512 pixels"
    texts = {
        "data": embedded if profile.world else "What is measured is a result about these data.",
        "networks": small if profile.networks == "mini" else "The networks have the size of those in the log.",
        "images": images if height == width == 512 else f"{images}, here {width}×{height},",
    }
    return Conclusions(values=values, texts=texts, findings=findings)

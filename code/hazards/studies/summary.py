"""What the summary and the last chapter conclude from the findings of all others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from hazards.profiles import Profile
from hazards.studies import claims
from hazards.studies.claims import Finding


@dataclass(frozen=True)
class Conclusions:
    """What is left of the log.

    Args:
        ledger: a row a claim, see `claims.ledger`; `tested` are those that could be.
        verdict: by claim.
        tally: number of claims by verdict.
        claims: number of claims of the log, what it left to be done not counted.
        texts: sentences, by what they are about.
    """

    ledger: pd.DataFrame
    tested: pd.DataFrame
    verdict: pd.Series
    tally: dict[str, int]
    claims: int
    texts: dict[str, str]


def conclude(findings: Mapping[str, Finding], profile: Profile) -> Conclusions:
    """Count the verdicts on the log's claims; raises as `claims.ledger` does."""
    ledger = claims.ledger(findings)
    verdict = ledger.set_index("id")["verdict"]
    kinds = ("holds", "does not hold", "undecided", "not testable", "no claim")
    tally = {kind: int((verdict == kind).sum()) for kind in kinds}
    return Conclusions(
        ledger=ledger,
        tested=ledger[~ledger["verdict"].isin(["not testable", "no claim"])],
        verdict=verdict,
        tally=tally,
        claims=len(ledger) - tally["no claim"],
        texts=_on_profile(profile),
    )


def _on_profile(profile: Profile) -> dict[str, str]:
    data = "What is measured is a result about these data."
    if profile.world:
        data = (
            "The embedded world is ray-traced street scenes in the format of StreetHazards, made so that the report "
            "runs anywhere. What is measured in it is a result about that world, never one about StreetHazards."
        )
    networks = "The networks have the size of those in the log."
    if profile.networks == "mini":
        networks = "The networks are small siblings of those in the log, trained for a few epochs from random weights."
    height, width = profile.reduced
    images = "Images of 512×512 pixels"
    if (height, width) != (512, 512):
        images += f", here {width}×{height},"
    return {"data": data, "networks": networks, "images": images}

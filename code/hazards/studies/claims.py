"""A claim of the log decided by its rule, and what all of them come to.

rules.py has the rules. A chapter that tests a claim has a `Finding` by its id:

    findings = {"C13": decide("C13", gain(summary, "miou", "all", "all but crop"), compared=[(study, recipes)])}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from hazards.profiles import Profile
from hazards.prose import NOTHING, number
from hazards.studies.conclusions import Conclusions, Finding, sentences
from hazards.studies.decisions import Decision
from hazards.studies.gates import GATES, Compared
from hazards.studies.ledger import adjusted, ledger, measure_table, rule_table
from hazards.studies.rules import MEASURES, Claim, Part, claims
from hazards.studies.verdicts import Interval, all_of


def decide(
    name: str, *intervals: Interval, compared: Compared = (), by_measure: Mapping[str, str] | None = None
) -> Finding:
    """Decide a claim by its rule in claims.toml.

    Args:
        name: id of the claim.
        intervals: the figures, one for each of the claim's parts, in their order.
        compared: the networks that it compares, for its gates.
        by_measure: see `Finding`.

    Raises:
        ValueError: where the claim has gates and no networks are given.
    """
    claim = claims()[name]
    if claim.gates and not compared:
        raise ValueError(f"{name} has gates: say which networks it compares")
    pairs = list(zip(claim.parts, intervals, strict=True))
    decisions = tuple(_decision(part, interval) for part, interval in pairs)
    measured = "; ".join(_measured(part, interval) for part, interval in pairs)
    gates = [GATES[gate](compared) for gate in claim.gates]
    closed = [gate.measured for gate in gates if not gate.met]
    if closed:
        return Finding(measured, "not testable", " ".join(closed), (), by_measure or {})
    verdict = all_of(decision.verdict() for decision in decisions)
    why = _what_it_takes(claim, decisions) if verdict == "undecided" else NOTHING
    return Finding(measured, verdict, why, decisions, by_measure or {})


def _decision(part: Part, interval: Interval) -> Decision:
    assert part.test != "count", "a count has no interval"
    return Decision(interval, part.test, part.margin)


def _measured(part: Part, interval: Interval) -> str:
    measure = MEASURES[part.measure]
    text = f"{interval.text(measure.scale, part.digits)} {measure.unit} {part.name}"
    return text.strip()


def _what_it_takes(claim: Claim, decisions: Iterable[Decision]) -> str:
    """Which difference could have been seen, and what it would take to see the margin, of the least clear part."""
    open_parts = [
        (part, decision)
        for part, decision in zip(claim.parts, decisions, strict=True)
        if decision.verdict() == "undecided"
    ]
    part, decision = max(open_parts, key=lambda pair: pair[1].seen / max(pair[0].margin, 1e-9))
    interval = decision.interval
    if np.isinf(decision.seen):
        return "One value has no interval: no difference can be told from chance."
    measure = MEASURES[part.measure]
    seen = f"{number(decision.seen * measure.scale, part.digits)} {measure.unit}"
    margin = number(part.margin * measure.scale, part.digits)
    sentence = f"With {interval.n} {interval.unit} a difference of {seen} could have been seen"
    if claim.unit != interval.unit:
        return f"{sentence}. The claim is about {claim.unit}, and more {interval.unit} would not settle it."
    if not part.margin:
        return f"{sentence}."
    if decision.needed is None:
        return f"{sentence}; to see {margin}, which would matter, no number of seeds is enough on these images."
    seeds = "seeds" if interval.unit == "seeds and images" else interval.unit
    return f"{sentence}; to see {margin}, which would matter, takes about {decision.needed:,} {seeds}."


def conclude(findings: Mapping[str, Finding], profile: Profile) -> Conclusions:
    """Count the verdicts on the log's claims, for the summary and the last chapter; raises as `ledger` does.

    Returns:
        Values: ``ledger``; ``tested``, its rows of claims that could be; ``open``, its rows of those that were measured
        and got no verdict; ``verdict`` by claim; ``tally``, number of claims by verdict; ``claims``, of the log, what
        it left to be done not counted; ``rules``, see `rule_table`; ``measures``, see `measure_table`; ``family``, how
        many decisions Holm's verdicts adjust for; ``changed``, how many claims lose their verdict by that.
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
        "measures": measure_table(findings),
        "family": len(adjusted(findings)),
        "changed": ((table["Holm"] != "") & (table["Holm"] != table["verdict"])).sum(),
    }
    height, width = profile.reduced
    cases = {
        "data": "embedded" if profile.world else "real",
        "networks": profile.networks,
        "images": "log" if height == width == 512 else "other",
    }
    texts = sentences("claims", cases, size=f"{width}×{height}")
    return Conclusions(values=values, texts=texts, findings=findings)

"""A claim of the log decided by its rule: gates first, then the intervals of its parts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hazards.prose import NOTHING, number
from hazards.studies.bootstrap import UNIT as SEEDS_AND_IMAGES
from hazards.studies.claims.gates import GATES, Compared
from hazards.studies.claims.rules import MEASURES, Claim, Part, claims
from hazards.studies.conclusions import Finding
from hazards.studies.decisions import Decision, Joint
from hazards.studies.verdicts import Interval

_REPLICATES = {
    SEEDS_AND_IMAGES: ("seeds", " on these images", " on these images"),
    "towns": ("towns", " and these seeds", " with these seeds"),
}
"""By unit what more of would narrow an interval, and what stays meanwhile, after their number and after `enough`."""


def decide(
    name: str,
    *intervals: Interval,
    compared: Compared = (),
    witnesses: Compared = (),
    by_measure: Mapping[str, str] | None = None,
) -> Finding:
    """Decide a claim by its rule in claims.toml.

    Args:
        name: id of the claim.
        intervals: the figures, one for each of the claim's parts, in their order.
        compared: the networks that it compares, for its gates.
        witnesses: the networks that say whether these data can be overfitted at all, where a claim is about the
            overfitting of those that it compares: their own gap would decide whether it is looked at.
        by_measure: see `Finding`.

    Raises:
        ValueError: where the claim has gates and no networks are given, and for an interval that is not over the
            claim's unit: it could be narrow without a single replicate of what the claim is about.
    """
    claim = claims()[name]
    if claim.gates and not compared:
        raise ValueError(f"{name} has gates: say which networks it compares")
    for interval in intervals:
        if interval.unit != claim.unit:
            raise ValueError(f"{name} is about {claim.unit}, and its interval is over {interval.unit}")
    pairs = list(zip(claim.parts, intervals, strict=True))
    joint = Joint(tuple(_decision(part, interval) for part, interval in pairs))
    measured = "; ".join(_measured(part, interval) for part, interval in pairs)
    networks = dict.fromkeys(claim.gates, compared)
    if witnesses:
        networks["overfitting"] = witnesses
    gates = [GATES[gate](networks[gate]) for gate in claim.gates]
    closed = [gate.measured for gate in gates if not gate.met]
    if closed:
        return Finding(measured, "not testable", " ".join(closed), joint, by_measure or {})
    verdict = joint.verdict()
    why = _what_it_takes(claim, joint) if verdict == "undecided" else NOTHING
    return Finding(measured, verdict, why, joint, by_measure or {})


def _decision(part: Part, interval: Interval) -> Decision:
    assert part.test != "count", "a count has no interval"
    return Decision(interval, part.test, part.margin)


def _measured(part: Part, interval: Interval) -> str:
    measure = MEASURES[part.measure]
    return measure.text(interval.text(measure.scale, part.digits), part.name)


def _what_it_takes(claim: Claim, joint: Joint) -> str:
    """Which difference could have been seen, and what it would take to see the margin, of the least clear part."""
    pairs = zip(claim.parts, joint.parts, strict=True)
    open_parts = [(part, decision) for part, decision in pairs if decision.verdict() == "undecided"]
    if not open_parts:
        return f"A part speaks against it, but of {len(joint.parts)} parts one may do so by chance."
    part, decision = max(open_parts, key=lambda pair: pair[1].seen / max(pair[0].margin, 1e-9))
    interval = decision.interval
    if np.isinf(interval.half_width()):
        return "One value has no interval: no difference can be told from chance."
    measure = MEASURES[part.measure]
    seen = measure.text(number(decision.seen * measure.scale, part.digits), "")
    margin = number(part.margin * measure.scale, part.digits)
    replicates, beside, kept = _REPLICATES.get(interval.unit, (interval.unit, "", ""))
    sentence = f"With {interval.n} {replicates}{beside} a difference of {seen} is seen four times in five"
    if not part.margin:
        return f"{sentence}."
    if decision.seen <= part.margin:
        return f"{sentence}; {margin}, which would matter, is more than that."
    aim = f"to see {margin}, which would matter, as often"
    if decision.needed:
        return f"{sentence}; {aim} takes about {decision.needed:,} {replicates}."
    return f"{sentence}; {aim}, no number of {replicates} is enough{kept}."

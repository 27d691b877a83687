"""A claim of the log decided by its rule: gates first, then the intervals of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from hazards.prose import NOTHING, number
from hazards.studies.bootstrap import UNIT as SEEDS_AND_IMAGES
from hazards.studies.claims.gates import GATES, Compared
from hazards.studies.claims.rules import MEASURES, Claim, Part, claims
from hazards.studies.conclusions import Finding
from hazards.studies.decisions import Decision
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
    return measure.text(interval.text(measure.scale, part.digits), part.name)


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
    seen = measure.text(number(decision.seen * measure.scale, part.digits), "")
    margin = number(part.margin * measure.scale, part.digits)
    replicates = "seeds on these images" if interval.unit == SEEDS_AND_IMAGES else interval.unit
    sentence = f"With {interval.n} {replicates} a difference of {seen} could have been seen"
    if claim.unit != interval.unit:
        return f"{sentence}. The claim is about {claim.unit}, and more seeds would not settle it."
    if not part.margin:
        return f"{sentence}."
    if decision.needed is None:
        return f"{sentence}; to see {margin}, which would matter, no number of seeds is enough on these images."
    more = interval.unit.removesuffix(" and images")
    return f"{sentence}; to see {margin}, which would matter, takes about {decision.needed:,} {more}."

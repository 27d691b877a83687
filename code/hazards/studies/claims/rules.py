"""The log's claims and the rules by which they are decided: claims.toml, read and checked."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from hazards.errors import HazardsError
from hazards.studies.decisions import Test

Unit = Literal["seeds", "seeds and images", "recipes", "towns", "counts"]
Convention = Literal["", "pooled", "per-image"]
GateName = Literal["convergence", "overfitting", "pretraining"]


class RuleError(HazardsError, ValueError):
    """A field of claims.toml is missing, misspelt or has no sense."""


@dataclass(frozen=True)
class Measure:
    """How a figure is called and written: its name, a factor, and what stands before the name in a sentence."""

    name: str
    scale: float = 100
    unit: str = "points of "

    def text(self, number: str, part: str) -> str:
        """A figure with its unit and what it compares: ``1.2 points of AUROC gained``."""
        return f"{number} {self.unit}{self.name} {part}".rstrip()


MEASURES = {
    "miou": Measure("val mIoU"),
    "image miou": Measure("mIoU of single images"),
    "gap": Measure("gap"),
    "falls": Measure("falls"),
    "seconds": Measure("seconds", 1, ""),
    "correlation": Measure("rank correlation", 1, ""),
    "auroc": Measure("AUROC"),
    "aupr": Measure("AUPR"),
    "fpr95": Measure("FPR95"),
    "count": Measure("", unit=""),
}


@dataclass(frozen=True)
class Part:
    """A figure that a claim is decided by.

    Args:
        measure: one of `MEASURES`.
        test: see `decisions.Decision`; ``count`` for a figure without an interval.
        margin: the difference that would matter, 0–1, or in the figure's unit; 0 for any.
        reason: where the margin comes from.
        name: what is compared, where a claim has several parts.
        digits: with how many decimals the figure is written.
    """

    measure: str
    test: Test | Literal["count"]
    margin: float
    reason: str
    name: str = ""
    digits: int = 1


@dataclass(frozen=True)
class Claim:
    """A claim of the log and the rule that decides it; claims.toml says what the fields mean."""

    claim: str
    log: str
    see: str = ""
    untested: str = ""
    rule: str = ""
    convention: Convention = ""
    unit: Unit | Literal[""] = ""
    limit: str = ""
    gates: tuple[GateName, ...] = ()
    parts: tuple[Part, ...] = ()


@cache
def claims() -> dict[str, Claim]:
    """All claims by id, in the order of the log.

    Raises:
        RuleError: for a field that is missing, misspelt or has no sense.
    """
    text = (resources.files("hazards.studies.claims") / "claims.toml").read_text(encoding="utf-8")
    return parse(text)


def margin(name: str) -> float:
    """The margin of a claim with one part."""
    (part,) = claims()[name].parts
    return part.margin


def parse(text: str) -> dict[str, Claim]:
    """Claims by id from the text of claims.toml; raises as `claims` does."""
    return {name: _claim(name, table) for name, table in tomllib.loads(text).items()}


def _claim(name: str, table: Mapping[str, Any]) -> Claim:
    parts = tuple(_part(f"{name}, part {number}", part) for number, part in enumerate(table.get("parts", ()), 1))
    _check_names(name, table, Claim)
    claim = Claim(**{**table, "parts": parts, "gates": tuple(table.get("gates", ()))})
    _check_value(name, "convention", claim.convention, get_args(Convention))
    for gate in claim.gates:
        _check_value(name, "gates", gate, get_args(GateName))
    if claim.parts:
        _check_value(name, "unit", claim.unit, get_args(Unit))
    if bool(claim.parts) != bool(claim.rule):
        raise RuleError(f"claims.toml, {name}: parts and rule go together, and one of them is missing")
    if not claim.parts and not claim.untested:
        raise RuleError(f"claims.toml, {name}: neither parts, by which it is decided, nor untested, why it is not")
    return claim


def _part(place: str, table: Mapping[str, Any]) -> Part:
    _check_names(place, table, Part)
    part = Part(**table)
    _check_value(place, "measure", part.measure, MEASURES)
    _check_value(place, "test", part.test, [*get_args(Test), "count"])
    if isinstance(part.margin, bool) or not isinstance(part.margin, int | float) or part.margin < 0:
        raise RuleError(f"claims.toml, {place}: margin is {part.margin!r}, not a number from 0 on")
    if part.test in ("no gain", "equivalence") and not part.margin:
        raise RuleError(f"claims.toml, {place}: the test {part.test!r} needs a margin over 0")
    return part


def _check_names(place: str, table: Mapping[str, Any], kind: type[Claim] | type[Part]) -> None:
    """Refuse a table with a field too many, and one that lacks a field without a default."""
    known = [field.name for field in fields(kind)]
    for name in table:
        if name not in known:
            raise RuleError(f"claims.toml, {place}: there is no field {name!r}{_meant(name, known)}")
    for field in fields(kind):
        if field.default is MISSING and field.name not in table:
            raise RuleError(f"claims.toml, {place}: the field {field.name!r} is missing")


def _check_value(place: str, name: str, value: object, known: Collection[str]) -> None:
    if value not in known:
        raise RuleError(f"claims.toml, {place}: {name} is {value!r}{_meant(str(value), known)}")


def _meant(word: str, known: Collection[str]) -> str:
    """What may have been meant, else all that is known."""
    close = difflib.get_close_matches(word, known, 1)
    return f"; {close[0]!r} may be meant" if close else f", not one of {', '.join(filter(None, known))}"

"""claims.toml: every rule is complete, and a fault in it is named with its place."""

from __future__ import annotations

import re

import pytest

from hazards.studies.claims import gates, rules

GOOD = """
[C01]
claim = "It helps"
log = "5"
rule = "gain over 0"
unit = "seeds"
convention = "pooled"
gates = ["convergence"]
parts = [{ measure = "miou", test = "gain", margin = 0.01, reason = "half of it" }]
"""


def test_a_rule_is_read_with_its_parts():
    claim = rules.parse(GOOD)["C01"]
    assert claim.gates == ("convergence",)
    assert claim.parts == (rules.Part("miou", "gain", 0.01, "half of it"),)


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ('claim = "It helps"\n', "", "C01: the field 'claim' is missing"),
        ("log =", "lgo =", "C01: there is no field 'lgo'; 'log' may be meant"),
        ("margin = 0.01, ", "", "C01, part 1: the field 'margin' is missing"),
        ("margin", "margn", "C01, part 1: there is no field 'margn'; 'margin' may be meant"),
        (', reason = "half of it"', "", "C01, part 1: the field 'reason' is missing"),
        ('"miou"', '"mious"', "C01, part 1: measure is 'mious'; 'miou' may be meant"),
        ('"gain"', '"loss"', "C01, part 1: test is 'loss', not one of gain"),
        ("0.01", "-0.01", "C01, part 1: margin is -0.01, not a number from 0 on"),
        ("0.01", '"small"', "C01, part 1: margin is 'small', not a number from 0 on"),
        ('"convergence"', '"convergense"', "C01: gates is 'convergense'; 'convergence' may be meant"),
        ('"pooled"', '"pool"', "C01: convention is 'pool'; 'pooled' may be meant"),
        ('unit = "seeds"', 'unit = "seed"', "C01: unit is 'seed'; 'seeds' may be meant"),
        ('unit = "seeds"\n', "", "C01: unit is ''"),
        ('rule = "gain over 0"\n', "", "C01: parts and rule go together"),
        ('"gain", margin = 0.01', '"no gain", margin = 0', "C01, part 1: the test 'no gain' needs a margin over 0"),
    ],
)
def test_a_fault_is_named_with_its_place(good, bad, message):
    assert GOOD.count(good) >= 1
    with pytest.raises(rules.RuleError, match=re.escape(f"claims.toml, {message}")):
        rules.parse(GOOD.replace(good, bad, 1))


def test_a_claim_without_a_rule_says_why():
    text = '[C02]\nclaim = "Hours"\nlog = "2 h"\n'
    with pytest.raises(rules.RuleError, match="C02: neither parts"):
        rules.parse(text)
    assert rules.parse(f'{text}untested = "a person\'s"\n')["C02"].parts == ()


def test_all_claims_of_the_log_have_a_rule_or_a_reason():
    claims = rules.claims()
    assert len(claims) == 29
    for name, claim in claims.items():
        assert claim.parts or claim.untested, name
    assert rules.margin("C18") == 0.002


def test_claims_name_only_gates_that_there_are():
    assert {gate for claim in rules.claims().values() for gate in claim.gates} == set(gates.GATES)

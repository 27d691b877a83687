"""A claim is decided by its rule; the ledger holds every claim once, and says which cannot be tested, and why."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from book import chapters
from hazards.profiles import PROFILES
from hazards.prose import NOTHING
from hazards.studies import Finding, claims, interval
from hazards.studies.claims import ledger, rules
from hazards.studies.decisions import Decision
from hazards.studies.verdicts import Interval
from small_studies import small_study

ROOT = Path(__file__).parents[2]


def all_findings() -> dict[str, Finding]:
    tested = [name for name, claim in rules.claims().items() if not claim.untested]
    return {name: Finding(f"{name} measured", "holds") for name in tested}


def test_every_claim_of_the_log_has_a_row_in_its_order():
    rows = ledger.ledger(all_findings())
    assert rows["id"].tolist() == [*(f"C{number:02}" for number in range(1, 27)), "R1", "R2", "R3"]
    assert set(rows["verdict"]) == {"holds", "not testable", "no claim"}
    assert set(rows.loc[rows["verdict"] == "no claim", "id"]) == {"R1", "R2", "R3"}
    assert rows.set_index("id").loc["C13", "measured"] == "C13 measured"
    assert (rows["measured"] != "").all()


def test_a_finding_may_be_made_where_a_claim_cannot_always_be_tested():
    rows = ledger.ledger(all_findings() | {"C04": Finding("37.9", "holds")}).set_index("id")
    assert rows.loc["C04", "verdict"] == "holds"


def test_a_claim_without_a_finding_is_named():
    findings = all_findings()
    del findings["C13"], findings["C05"]
    with pytest.raises(ValueError, match=r"C05, C13 of claims\.toml"):
        ledger.ledger(findings)


def test_a_finding_about_no_claim_is_named():
    with pytest.raises(ValueError, match="C99"):
        ledger.ledger(all_findings() | {"C99": Finding("1", "holds")})


def test_the_figures_and_tables_that_show_claims_are_in_the_book():
    text = "\n".join(path.read_text(encoding="utf-8") for path in chapters.chapter_paths())
    labels = set(re.findall(r"#\| label: (\S+)", text))
    shown = {claim.see for claim in rules.claims().values() if claim.see}
    assert shown <= labels


def test_every_claim_that_an_interval_decides_is_shown_with_its_verdict_and_what_kept_it_from_one():
    text = "\n".join(path.read_text(encoding="utf-8") for path in chapters.chapter_paths())
    decided = [name for name, claim in rules.claims().items() if claim.parts and claim.parts[0].test != "count"]
    decided.remove("C04")  # only the real data have a finding about it; its chapter shows the target
    for name in decided:
        assert f'findings["{name}"].verdict`**' in text, name
        assert f'findings["{name}"].why`' in text, name


CONVERGED = [(small_study({"a": {"train": 0.6}, "b": {}}), ["a", "b"])]
GAIN = interval(np.array([0.05, 0.06, 0.055]))


def test_a_claim_is_decided_by_its_rule_where_its_gates_are_met():
    finding = claims.decide("C13", GAIN, compared=CONVERGED)
    assert (finding.verdict, finding.why) == ("holds", NOTHING)
    assert finding.measured == f"{GAIN.text()} points of val mIoU"
    assert finding.decisions == (Decision(GAIN, "gain", rules.margin("C13")),)


@pytest.mark.parametrize(
    ("figures", "gate"),
    [
        ({"train": 0.6, "log": [0.1, 0.2, 0.3]}, "gained 6.0 points"),
        ({"train": 0.54}, "widest gap"),
    ],
)
def test_a_claim_is_not_testable_where_a_gate_is_not_met(figures, gate):
    finding = claims.decide("C13", GAIN, compared=[(small_study({"a": figures}), ["a"])])
    assert finding.verdict == "not testable"
    assert gate in finding.why
    assert finding.measured == f"{GAIN.text()} points of val mIoU"
    assert finding.decisions == ()


def test_all_gates_that_are_not_met_are_named():
    study = small_study({"a": {"log": [0.1, 0.2, 0.3], "start": "random"}})
    finding = claims.decide("C06", GAIN, compared=[(study, ["a"])])
    assert "last fifth" in finding.why
    assert "random weights" in finding.why


def test_a_claim_with_gates_wants_to_know_its_networks():
    with pytest.raises(ValueError, match="C13 has gates"):
        claims.decide("C13", GAIN)


def test_each_part_of_a_claim_has_its_figure():
    with pytest.raises(ValueError, match="shorter"):
        claims.decide("C11", GAIN, compared=CONVERGED)
    lost = Interval(-0.05, 0.001, 3)
    finding = claims.decide("C11", GAIN, lost, compared=CONVERGED)
    assert finding.verdict == "does not hold"
    assert [decision.interval for decision in finding.decisions] == [GAIN, lost]


def test_what_is_undecided_says_what_could_have_been_seen_and_what_it_takes():
    noisy = Interval(0.01, 0.1, 3)
    finding = claims.decide("C13", noisy, compared=CONVERGED)
    needed = Decision(noisy, "gain", 0.0635).needed
    assert finding.verdict == "undecided"
    assert finding.why.startswith("With 3 seeds a difference of 24.8 points of val mIoU could have been seen;")
    assert f"takes about {needed} seeds" in finding.why
    alone = claims.decide("C13", interval(np.array([0.1])), compared=CONVERGED)
    assert alone.why.startswith("One value has no interval")


def test_where_the_images_are_too_few_seeds_are_not_asked_for():
    finding = claims.decide("C15", Interval(0.001, 0.01, 3, fixed=0.02, unit="seeds and images"))
    assert "no number of seeds is enough on these images" in finding.why
    finding = claims.decide("C15", Interval(0.001, 0.01, 3, fixed=0.001, unit="seeds and images"))
    assert finding.why.endswith(" seeds.")


@pytest.mark.parametrize(("name", "unit"), [("C12", "falls"), ("C17", "towns"), ("C05", "towns"), ("C22", "recipes")])
def test_where_seeds_are_not_the_unit_more_of_them_are_not_asked_for(name, unit):
    finding = claims.decide(name, Interval(0.001, 0.1, 3), compared=CONVERGED)
    assert finding.verdict == "undecided"
    assert f"about {unit}, and more seeds would not settle it" in finding.why
    assert "takes" not in finding.why


def test_where_recipes_are_the_unit_recipes_are_asked_for():
    weak = Interval(0.2, 2.0, 12, unit="recipes", bounds=(-1.0, 1.0))
    finding = claims.decide("C14", weak, weak, compared=CONVERGED)
    assert finding.why.startswith("With 12 recipes")
    assert finding.why.endswith(" recipes.")


def test_the_least_clear_part_says_what_it_takes():
    clear, doubtful, noisy = Interval(0.05, 0.001, 3), Interval(0.0, 0.02, 3), Interval(0.0, 0.2, 3)
    for parts in ((clear, noisy), (doubtful, noisy), (noisy, doubtful)):
        assert "49.7 points" in claims.decide("C11", *parts, compared=CONVERGED).why


def test_the_p_value_of_a_claim_is_that_of_its_least_clear_part():
    sure, less_sure = Interval(0.05, 0.001, 3), Interval(0.05, 0.01, 3)
    finding = claims.decide("C11", sure, less_sure, compared=CONVERGED)
    rows = ledger.ledger(all_findings() | {"C11": finding}).set_index("id")
    assert finding.verdict == "holds"
    assert rows.loc["C11", "p"] == f"{Decision(less_sure, 'gain', 0.01).p:.3f}" == "0.013"


def test_the_ledger_sets_holms_verdict_beside_the_plain_one():
    """Alone, p = 0.03 decides; among five decisions that are all like it none is left."""
    barely = {name: claims.decide(name, gain) for name, gain in barely_decided().items()}
    rows = ledger.ledger(all_findings() | barely).set_index("id")
    for name in barely:
        assert rows.loc[name, ["verdict", "Holm", "p"]].tolist() == ["holds", "undecided", "0.030"]
    assert rows.loc["C08", ["verdict", "Holm", "p"]].tolist() == ["holds", "", ""]
    alone = ledger.ledger(all_findings() | {"C05": barely["C05"]}).set_index("id")
    assert alone.loc["C05", "Holm"] == "holds"
    result = claims.conclude(all_findings() | barely, PROFILES["smoke"])
    assert (result.values["family"], result.values["changed"]) == (5, 5)


def barely_decided() -> dict[str, Interval]:
    """Gains over ten seeds, of different size, each with a p value of 0.03."""
    quantile = stats.t.ppf(1 - 0.03 / 2, 9)
    sizes = {"C05": 0.1, "C12": 0.2, "C15": 0.3, "C16": 0.4, "C17": 0.5}
    return {name: Interval(size, size * 10**0.5 / quantile, 10) for name, size in sizes.items()}


def test_a_claim_that_is_not_testable_is_no_part_of_holms_family():
    gated = claims.decide("C13", GAIN, compared=[(small_study({"a": {"train": 0.5}}), ["a"])])
    assert ledger.adjusted({"C13": gated}) == {}


def test_every_rule_has_a_row_and_each_of_its_parts_a_margin_with_its_reason():
    assert set(ledger.rule_table()["id"]) == {name for name, claim in rules.claims().items() if claim.parts}
    table = ledger.margin_table()
    assert (table["id"] == "C24").sum() == 4
    margins = table.set_index("id")["margin"]
    assert margins["C15"] == "1.47"
    assert margins["C07"].tolist() == ["0.5", "any"]
    assert table.set_index("id").loc["C15", "figure"] == "pooled AUROC"
    assert (table["reason"] != "").all()


def test_what_hangs_on_the_measure_is_shown_for_each_claim_that_says_so():
    findings = {"C16": Finding("1", "holds", by_measure={"pooled AUROC": "holds, 1.0"}), "C08": Finding("2", "holds")}
    findings["C15"] = Finding("3", "holds", by_measure={"pooled AUROC": "undecided, 0.1"})
    table = ledger.measure_table(findings)
    assert table.to_dict("list") == {"id": ["C15", "C16"], "pooled AUROC": ["undecided, 0.1", "holds, 1.0"]}
    assert ledger.measure_table({}).empty

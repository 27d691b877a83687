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
from hazards.studies.claims import ledger, overviews, rules
from hazards.studies.decisions import Decision, Joint
from hazards.studies.verdicts import Fixed, Interval
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
    assert finding.joint == Joint((Decision(GAIN, "gain", rules.margin("C13")),))


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
    assert finding.joint.verdict() == "holds"  # it was computed all the same


def test_whether_data_can_be_overfitted_is_told_by_other_networks_than_those_that_a_claim_is_about():
    """By the gap of the compared ones only a claim that holds would be looked at: no gap, no verdict."""
    flat = small_study({"Hiera": {"train": 0.5}, "other": {"train": 0.5}})
    steep = small_study({"Hiera": {"train": 0.5}, "other": {"train": 0.6}})
    none, lost = [(flat, ["other"])], interval(np.array([-0.01, -0.011, -0.012]))
    compared = [(steep, ["Hiera"])]
    assert claims.decide("C09", lost, compared=compared).verdict == "not testable"
    assert claims.decide("C09", lost, compared=compared, witnesses=none).verdict == "not testable"
    assert claims.decide("C09", lost, compared=compared, witnesses=[(steep, ["other"])]).verdict == "does not hold"
    rising = [(small_study({"a": {"log": [0.1, 0.2, 0.3]}}), ["a"])]
    gated = claims.decide("C09", lost, compared=rising, witnesses=[(steep, ["other"])])
    assert "last fifth" in gated.why  # the other gates look at what is compared


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
    assert [decision.interval for decision in finding.joint.parts] == [GAIN, lost]


def test_what_is_undecided_says_what_could_have_been_seen_and_what_it_takes():
    noisy = Interval(0.01, 0.1, 3)
    finding = claims.decide("C13", noisy, compared=CONVERGED)
    needed = Decision(noisy, "gain", 0.0635).needed
    assert finding.verdict == "undecided"
    assert finding.why.startswith("With 3 seeds a difference of 31.0 points of val mIoU is seen four times in five;")
    assert finding.why.endswith(f"to see 6.3, which would matter, as often takes about {needed} seeds.")
    alone = claims.decide("C13", interval(np.array([0.1])), compared=CONVERGED)
    assert alone.why.startswith("One value has no interval")


def test_where_the_images_are_too_few_seeds_are_not_asked_for():
    finding = claims.decide("C15", Interval(0.001, 0.01, 3, (Fixed(0.02),), "seeds and images"))
    assert finding.why.startswith("With 3 seeds on these images a difference of")
    assert finding.why.endswith("no number of seeds is enough on these images.")
    finding = claims.decide("C15", Interval(0.001, 0.01, 3, (Fixed(0.001),), "seeds and images"))
    assert finding.why.endswith(" seeds.")


def test_what_would_have_been_seen_is_not_asked_for_again():
    finding = claims.decide("C13", Interval(0.001, 0.01, 8), compared=CONVERGED)
    assert finding.why.endswith(
        "a difference of 1.2 points of val mIoU is seen four times in five; 6.3, which would matter, is more than that."
    )


@pytest.mark.parametrize(
    ("name", "unit"), [("C05", "towns"), ("C17", "towns"), ("C15", "seeds and images"), ("C14", "recipes")]
)
def test_an_interval_has_to_be_over_what_a_claim_is_about(name, unit):
    """Many seeds in six towns would make an interval over seeds as narrow as one likes."""
    over_seeds = Interval(0.1, 0.0001, 100)
    with pytest.raises(ValueError, match=f"{name} is about {unit}, and its interval is over seeds"):
        claims.decide(name, *[over_seeds] * len(rules.claims()[name].parts), compared=CONVERGED)


def test_where_towns_are_the_unit_towns_are_asked_for():
    finding = claims.decide("C17", Interval(0.001, 0.1, 6, (Fixed(0.001, 2),), "towns"))
    assert finding.why.startswith("With 6 towns and these seeds a difference of")
    assert finding.why.endswith(" towns.")
    finding = claims.decide("C17", Interval(0.001, 0.1, 6, (Fixed(0.1, 2),), "towns"))
    assert finding.why.endswith("no number of towns is enough with these seeds.")


def test_where_recipes_are_the_unit_recipes_are_asked_for():
    weak = Interval(0.2, 2.0, 12, unit="recipes", bounds=(-1.0, 1.0))
    finding = claims.decide("C14", weak, weak, compared=CONVERGED)
    assert finding.why.startswith("With 12 recipes")
    assert finding.why.endswith(" recipes.")


def test_the_least_clear_part_says_what_it_takes():
    clear, doubtful, noisy = Interval(0.05, 0.001, 3), Interval(0.0, 0.02, 3), Interval(0.0, 0.2, 3)
    for parts in ((clear, noisy), (doubtful, noisy), (noisy, doubtful)):
        assert "61.9 points" in claims.decide("C11", *parts, compared=CONVERGED).why


def test_one_of_several_parts_that_fails_as_chance_would_have_it_refutes_nothing():
    """Alone, p = 0.03 against a claim would refute it; one of two parts does so by chance twice as often."""
    against = Interval(-0.05, 0.05 * 10**0.5 / stats.t.ppf(1 - 0.03 / 2, 9), 10)
    finding = claims.decide("C11", GAIN, against, compared=CONVERGED)
    assert finding.verdict == "undecided"
    assert "of 2 parts one may do so by chance" in finding.why


def p_in_the_ledger(*parts: Interval) -> str:
    finding = claims.decide("C11", *parts, compared=CONVERGED)
    return ledger.ledger(all_findings() | {"C11": finding}).set_index("id").loc["C11", "p"]


def test_the_p_value_of_a_claim_that_holds_is_that_of_its_least_clear_part():
    sure, less_sure = Interval(0.05, 0.001, 3), Interval(0.05, 0.01, 3)
    assert p_in_the_ledger(sure, less_sure) == f"{Decision(less_sure, 'gain', 0.01).p:.3f}" == "0.013"


def test_the_p_value_of_a_claim_that_does_not_hold_is_that_of_the_part_that_refutes_it_times_their_number():
    vague, against = Interval(0.01, 0.1, 3), Interval(-0.05, 0.01, 3)
    assert (
        p_in_the_ledger(vague, against)
        == p_in_the_ledger(against, vague)
        == f"{2 * Decision(against, 'gain', 0).p:.3f}"
    )


def test_the_ledger_sets_holms_verdict_beside_the_plain_one():
    """Alone, p = 0.03 decides; among five claims that are all like it none is left."""
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
    """Gains over ten replicates, of different size, each with a p value of 0.03."""
    quantile = stats.t.ppf(1 - 0.03 / 2, 9)
    sizes = {"C05": 0.1, "C12": 0.2, "C15": 0.3, "C16": 0.4, "C17": 0.5}
    return {
        name: Interval(size, size * 10**0.5 / quantile, 10, unit=rules.claims()[name].unit)
        for name, size in sizes.items()
    }


def test_a_claim_that_is_not_testable_is_a_part_of_holms_family():
    """It was computed, and whether its gate is met was known only after that."""
    gated = claims.decide("C13", GAIN, compared=[(small_study({"a": {"train": 0.5}}), ["a"])])
    barely = claims.decide("C05", barely_decided()["C05"])
    rows = ledger.ledger(all_findings() | {"C05": barely, "C13": gated}).set_index("id")
    assert rows.loc["C05", "Holm"] == "holds"  # the gated one is clearer, and comes first
    assert rows.loc["C13", ["verdict", "Holm"]].tolist() == ["not testable", "not testable"]
    assert rows.loc["C13", "p"] == f"{gated.joint.p:.3f}"
    result = claims.conclude(all_findings() | {"C13": gated}, PROFILES["smoke"])
    assert (result.values["family"], result.values["changed"]) == (1, 0)
    vague = claims.decide("C13", Interval(0.0, 0.1, 3), compared=[(small_study({"a": {"train": 0.5}}), ["a"])])
    rows = ledger.ledger(all_findings() | {"C05": barely, "C13": vague}).set_index("id")
    assert rows.loc["C05", "Holm"] == "undecided"  # 0.03 is over 0.05/2


def test_every_rule_has_a_row_and_each_of_its_parts_a_margin_with_its_reason():
    table = overviews.rule_table().set_index("id")
    assert set(table.index) == {name for name, claim in rules.claims().items() if claim.parts}
    assert "validation split" in table.loc["C05", "limit"]
    assert table.loc["C13", "limit"] == "–"
    table = overviews.margin_table()
    assert (table["id"] == "C24").sum() == 4
    margins = table.set_index("id")["margin"]
    assert margins["C15"] == "1.47"
    assert margins["C07"].tolist() == ["0.5", "any"]
    assert table.set_index("id").loc["C15", "figure"] == "pooled AUROC"
    assert (table["reason"] != "").all()


def test_what_hangs_on_the_measure_is_shown_for_each_claim_that_says_so():
    findings = {"C16": Finding("1", "holds", by_measure={"pooled AUROC": "holds, 1.0"}), "C08": Finding("2", "holds")}
    findings["C15"] = Finding("3", "holds", by_measure={"pooled AUROC": "undecided, 0.1"})
    table = overviews.measure_table(findings)
    assert table.to_dict("list") == {"id": ["C15", "C16"], "pooled AUROC": ["undecided, 0.1", "holds, 1.0"]}
    assert overviews.measure_table({}).empty


def test_half_of_each_width_stands_beside_its_margin_with_what_it_takes_where_it_is_wider():
    clear, wide = Interval(0.05, 0.001, 3), Interval(0.001, 0.05, 3)
    gated = claims.decide("C13", wide, compared=[(small_study({"a": {"train": 0.5}}), ["a"])])
    findings = {
        "C11": claims.decide("C11", clear, wide, compared=CONVERGED),
        "C13": gated,
        "C15": claims.decide("C15", Interval(0.001, 0.01, 3, (Fixed(0.02),), "seeds and images")),
        "C08": Finding("1", "holds"),
    }
    table = overviews.width_table(findings)
    assert table["id"].tolist() == ["C11", "C11", "C13", "C15"]
    assert table["half width"].tolist()[:3] == ["0.2", "12.4", "12.4"]
    assert table["margin"].tolist() == ["1", "2.37", "6.35", "1.47"]
    assert table["replicates"].tolist() == ["3 seeds", "3 seeds", "3 seeds", "3 seeds, and images"]
    needed = Decision(wide, "gain", 0.0635).needed
    assert table["takes"].tolist()[0] == "–"
    assert table["takes"].tolist()[2:] == [f"{needed} seeds", "no number of seeds"]
    alone = overviews.width_table({"C12": claims.decide("C12", interval(np.array([0.1])))})
    assert alone[["half width", "takes"]].values.tolist() == [["not known", "not known"]]

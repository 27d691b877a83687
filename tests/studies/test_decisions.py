"""Rules of decision on figures with known answers: p values, Holm's adjustment, and what it takes to decide."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from hazards.studies.decisions import Decision, Joint, holm
from hazards.studies.verdicts import LEVEL, Fixed, Interval, interval

REAL = [0.05, 0.06, 0.055, 0.058, 0.052]
NONE = [0.001, -0.001, 0.0015, -0.0012, 0.0]
NOISY = [0.2, -0.15, 0.1, -0.05, 0.02]
TIED = [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("test", "values", "verdict"),
    [
        ("gain", REAL, "holds"),
        ("gain", [-value for value in REAL], "does not hold"),
        ("gain", NONE, "undecided"),
        ("gain", NOISY, "undecided"),
        ("gain", TIED, "does not hold"),
        ("no gain", REAL, "does not hold"),
        ("no gain", [-value for value in REAL], "holds"),
        ("no gain", NONE, "holds"),
        ("no gain", NOISY, "undecided"),
        ("no gain", TIED, "holds"),
        ("equivalence", REAL, "does not hold"),
        ("equivalence", [-value for value in REAL], "does not hold"),
        ("equivalence", NONE, "holds"),
        ("equivalence", NOISY, "undecided"),
        ("equivalence", TIED, "holds"),
    ],
)
def test_a_real_effect_none_a_noisy_one_and_a_tie(test, values, verdict):
    decision = Decision(interval(np.array(values)), test, margin=0.005)
    assert decision.verdict() == verdict
    assert (decision.p <= LEVEL) == (verdict != "undecided")


@pytest.mark.parametrize("values", [REAL, NOISY])
def test_p_of_a_gain_is_that_of_the_paired_t_test(values):
    assert Decision(interval(np.array(values)), "gain", 0.0).p == pytest.approx(stats.ttest_1samp(values, 0).pvalue)


def test_p_of_equivalence_is_that_of_two_one_sided_tests_at_half_the_level():
    values = [0.002, 0.004, 0.001, 0.003]
    under = stats.ttest_1samp(values, 0.005, alternative="less").pvalue
    over = stats.ttest_1samp(values, -0.005, alternative="greater").pvalue
    assert Decision(interval(np.array(values)), "equivalence", 0.005).p == pytest.approx(2 * max(under, over))


@pytest.mark.parametrize("test", ["gain", "no gain", "equivalence"])
@pytest.mark.parametrize("mean", [-0.3, -0.06, 0.01, 0.02, 0.04, 0.06, 0.3])
def test_p_is_the_level_from_which_the_interval_decides(test, mean):
    decision = Decision(Interval(mean, 0.05, 4, (Fixed(0.01),)), test, margin=0.05)
    assert decision.verdict(decision.p * 1.001) != "undecided"
    assert decision.verdict(decision.p * 0.999) == "undecided"


@pytest.mark.parametrize("test", ["gain", "no gain", "equivalence"])
@pytest.mark.parametrize("mean", [-0.004, 0.004, 0.006])
def test_a_stricter_level_takes_a_verdict_or_leaves_it_and_never_turns_it(test, mean):
    decision = Decision(Interval(mean, 0.0006, 8), test, margin=0.005)
    verdicts = [decision.verdict(level) for level in np.geomspace(0.5, 1e-9, 40)]
    decided = [verdict for verdict in verdicts if verdict != "undecided"]
    assert len(set(decided)) == 1
    assert verdicts == decided + ["undecided"] * (len(verdicts) - len(decided))


@pytest.mark.parametrize("estimate", [Interval(9.0, 0.0, 3, (Fixed(0.01),)), Interval(9.0, 1e-300, 10)])
def test_what_is_farther_from_its_limit_than_any_level_tells_has_a_p_of_0(estimate):
    assert Decision(estimate, "gain", 0.0).p == pytest.approx(0, abs=1e-200)


@pytest.mark.parametrize("values", [[0.3], [], [np.nan, 0.3]])
def test_one_value_decides_nothing(values):
    decision = Decision(interval(np.array(values)), "gain", 0.01)
    assert (decision.p, decision.verdict(), decision.seen, decision.half_width) == (1.0, "undecided", np.inf, np.inf)
    assert decision.needed is None


def test_an_even_tie_does_not_tell_a_gain_from_its_opposite():
    """Neither of two scores that rank alike beats the other."""
    tied = interval(np.array(TIED))
    assert Decision(tied, "gain", 0.0).verdict() == "does not hold"
    assert Decision(tied, "gain", 0.0).p == 0


def test_half_the_width_is_that_of_the_interval():
    decision = Decision(interval(np.array(NOISY)), "gain", 0.01)
    assert decision.half_width == pytest.approx((decision.interval.high - decision.interval.low) / 2)
    assert decision.half_width == pytest.approx(stats.t.ppf(0.975, 4) * np.std(NOISY, ddof=1) / 5**0.5)


def decided(rng: np.random.Generator, decision: Decision, truth: float, n: int) -> float:
    """Share of studies with n replicates that decide for the claim, where the truth is this."""
    values = rng.normal(truth, decision.interval.deviation, (1500, n))
    verdicts = [Decision(interval(study), decision.test, decision.margin).verdict() for study in values]
    return float(np.mean([verdict == "holds" for verdict in verdicts]))


@pytest.mark.parametrize(("test", "truth"), [("gain", 0.05), ("no gain", 0.0), ("equivalence", 0.0)])
def test_with_as_many_replicates_as_it_takes_four_of_five_studies_decide(test, truth):
    """With the margin as half the width it would be one in two."""
    rng = np.random.default_rng(0)
    decision = Decision(Interval(0.01, 0.05, 3), test, 0.05)
    assert decided(rng, decision, truth, decision.needed) == pytest.approx(0.8, abs=0.06)
    assert decided(rng, decision, truth, decision.needed - 2) < 0.8


def test_what_four_of_five_studies_like_this_one_see_is_seen_by_them():
    rng = np.random.default_rng(0)
    decision = Decision(Interval(0.01, 0.05, 8), "gain", 0.05)
    assert decided(rng, decision, decision.seen, 8) == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize("margin", [0.2, 0.05, 0.01])
def test_as_many_replicates_as_it_takes_are_the_fewest(margin):
    needed = Decision(Interval(0.0, 0.1, 3), "gain", margin).needed
    assert Decision(Interval(0.0, 0.1, needed), "gain", margin).seen <= margin
    assert Decision(Interval(0.0, 0.1, needed - 1), "gain", margin).seen > margin


@pytest.mark.parametrize("n", [3, 8])
def test_it_never_takes_as_few_replicates_as_there_are(n):
    """These did not decide, however narrow the interval is."""
    assert Decision(Interval(0.0, 0.0001, n), "gain", 0.05).needed == n + 1


def test_seeds_do_not_help_where_the_images_alone_are_too_few():
    assert Decision(Interval(0.0, 0.02, 3, (Fixed(0.02),)), "gain", 0.05).needed is None
    assert Decision(Interval(0.0, 0.02, 3, (Fixed(0.01),)), "gain", 0.05).needed > 3


def with_p(p: float, mean: float = 0.1) -> Decision:
    """A gain over ten seeds that has this p value."""
    deviation = abs(mean) * 10**0.5 / stats.t.ppf(1 - p / 2, 9)
    return Decision(Interval(mean, deviation, 10), "gain", 0.0)


def family(*decisions: Decision) -> dict[str, Joint]:
    """Claims of one part each, by number."""
    return {str(number): Joint((decision,)) for number, decision in enumerate(decisions)}


def test_holm_takes_the_smallest_p_at_the_strictest_level_until_one_is_undecided():
    """The example of step-down at 5 %: 0.01 ≤ 0.05/4 and 0.013 ≤ 0.05/3, but 0.03 > 0.05/2, so 0.04 counts no more."""
    claims = family(*(with_p(p) for p in (0.04, 0.013, 0.03, 0.01)))
    assert [round(claim.p, 6) for claim in claims.values()] == [0.04, 0.013, 0.03, 0.01]
    assert all(claim.verdict() == "holds" for claim in claims.values())
    assert holm(claims) == {"0": "undecided", "1": "holds", "2": "undecided", "3": "holds"}


def test_what_holm_decides_bonferroni_need_not():
    """0.02 of three is decided by Holm once the smaller two are, at 0.05/1, and not by Bonferroni, at 0.05/3."""
    verdicts = holm(family(with_p(0.001), with_p(0.01, mean=-0.2), with_p(0.02)))
    assert list(verdicts.values()) == ["holds", "does not hold", "holds"]
    assert with_p(0.02).verdict(0.05 / 3) == "undecided"


def test_claims_with_the_same_figure_are_claims_each():
    shared = with_p(0.03)
    assert holm(family(shared, shared)) == {"0": "undecided", "1": "undecided"}
    assert holm({}) == {}


def test_a_claim_alone_is_not_adjusted():
    assert holm(family(with_p(0.049))) == {"0": "holds"}


def test_a_claim_of_several_parts_holds_at_the_level_of_its_least_clear_part():
    claim = Joint((with_p(0.001), with_p(0.04), with_p(0.02)))
    assert (claim.verdict(), claim.p) == ("holds", pytest.approx(0.04))
    assert claim.verdict(0.03) == "undecided"


def test_of_several_parts_one_refutes_at_its_share_of_the_level():
    """Each of two true parts is refuted by chance in 2.5 % of all cases, so that the claim is in 5 %."""
    barely = Joint((with_p(0.001), with_p(0.03, mean=-0.1)))
    assert (barely.verdict(), barely.p) == ("undecided", pytest.approx(0.06))
    surely = Joint((with_p(0.9), with_p(0.02, mean=-0.1)))
    assert (surely.verdict(), surely.p) == ("does not hold", pytest.approx(0.04))


def test_a_claim_is_refuted_by_its_clearest_part_against_it():
    claim = Joint((with_p(0.01, mean=-0.1), with_p(0.3, mean=-0.1), with_p(0.001)))
    assert (claim.verdict(), claim.p) == ("does not hold", pytest.approx(0.03))


@pytest.mark.parametrize("means", [*itertools.product([-0.3, -0.06, 0.02, 0.3], repeat=2)])
def test_p_of_a_claim_is_the_level_from_which_it_is_decided(means):
    claim = Joint(tuple(Decision(Interval(mean, 0.05, 4), "gain", 0.0) for mean in means))
    assert claim.verdict(claim.p * 1.001) != "undecided"
    assert claim.verdict(claim.p * 0.999) == "undecided"


def test_a_true_claim_of_four_parts_is_refuted_in_no_more_than_one_of_twenty_cases():
    rng = np.random.default_rng(0)
    studies = rng.normal(0.0, 1.0, (1500, 4, 5))
    refuted = 0
    for study in studies:
        claim = Joint(tuple(Decision(interval(values), "no gain", 1e-9) for values in study))
        refuted += claim.verdict() == "does not hold"
    assert 0.02 < refuted / 1500 < 0.06


def test_no_more_than_one_family_in_twenty_has_a_wrong_decision():
    rng = np.random.default_rng(0)
    wrong = 0
    for _ in range(400):
        claims = family(*(Decision(interval(values), "gain", 0.0) for values in rng.normal(0, 1, (8, 5))))
        wrong += any(verdict != "undecided" for verdict in holm(claims).values())
    assert wrong / 400 < 0.08
    assert wrong > 0

"""Rules of decision on figures with known answers: p values, Holm's adjustment, and what it takes to decide."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hazards.studies.decisions import Decision, holm
from hazards.studies.verdicts import LEVEL, Interval, interval

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
    decision = Decision(Interval(mean, 0.05, 4, fixed=0.01), test, margin=0.05)
    assert decision.verdict(decision.p * 1.001) != "undecided"
    assert decision.verdict(decision.p * 0.999) == "undecided"


@pytest.mark.parametrize("test", ["gain", "no gain", "equivalence"])
@pytest.mark.parametrize("mean", [-0.004, 0.004, 0.006])
def test_a_stricter_level_takes_a_verdict_or_leaves_it_and_never_turns_it(test, mean):
    decision = Decision(Interval(mean, 0.0006, 8, fixed=0.0), test, margin=0.005)
    verdicts = [decision.verdict(level) for level in np.geomspace(0.5, 1e-9, 40)]
    decided = [verdict for verdict in verdicts if verdict != "undecided"]
    assert len(set(decided)) == 1
    assert verdicts == decided + ["undecided"] * (len(verdicts) - len(decided))


@pytest.mark.parametrize("values", [[0.3], [], [np.nan, 0.3]])
def test_one_value_decides_nothing(values):
    decision = Decision(interval(np.array(values)), "gain", 0.01)
    assert (decision.p, decision.verdict(), decision.seen) == (1.0, "undecided", np.inf)
    assert decision.needed is None


def test_an_even_tie_does_not_tell_a_gain_from_its_opposite():
    """Neither of two scores that rank alike beats the other."""
    tied = interval(np.array(TIED))
    assert Decision(tied, "gain", 0.0).verdict() == "does not hold"
    assert Decision(tied, "gain", 0.0).p == 0


def test_the_difference_that_could_have_been_seen_is_half_the_interval():
    decision = Decision(interval(np.array(NOISY)), "gain", 0.01)
    assert decision.seen == pytest.approx((decision.interval.high - decision.interval.low) / 2)
    assert decision.seen == pytest.approx(stats.t.ppf(0.975, 4) * np.std(NOISY, ddof=1) / 5**0.5)


@pytest.mark.parametrize("margin", [0.2, 0.05, 0.01])
def test_as_many_replicates_as_it_takes_make_the_margin_visible_and_one_less_does_not(margin):
    needed = Decision(Interval(0.0, 0.1, 3), "gain", margin).needed
    assert Decision(Interval(0.0, 0.1, needed), "gain", margin).seen <= margin
    assert Decision(Interval(0.0, 0.1, needed - 1), "gain", margin).seen > margin


def test_seeds_do_not_help_where_the_images_alone_are_too_few():
    assert Decision(Interval(0.0, 0.02, 3, fixed=0.02), "gain", 0.03).needed is None
    assert Decision(Interval(0.0, 0.02, 3, fixed=0.01), "gain", 0.03).needed > 3


def with_p(p: float, mean: float = 0.1) -> Decision:
    """A gain over ten seeds that has this p value."""
    deviation = abs(mean) * 10**0.5 / stats.t.ppf(1 - p / 2, 9)
    return Decision(Interval(mean, deviation, 10), "gain", 0.0)


def test_holm_takes_the_smallest_p_at_the_strictest_level_until_one_is_undecided():
    """The example of step-down at 5 %: 0.01 ≤ 0.05/4 and 0.013 ≤ 0.05/3, but 0.03 > 0.05/2, so 0.04 counts no more."""
    family = [with_p(p) for p in (0.04, 0.013, 0.03, 0.01)]
    assert [round(decision.p, 6) for decision in family] == [0.04, 0.013, 0.03, 0.01]
    assert all(decision.verdict() == "holds" for decision in family)
    verdicts = holm(family)
    assert [verdicts[decision] for decision in family] == ["undecided", "holds", "undecided", "holds"]


def test_what_holm_decides_bonferroni_need_not():
    """0.02 of three is decided by Holm once the smaller two are, at 0.05/1, and not by Bonferroni, at 0.05/3."""
    family = [with_p(0.001), with_p(0.01, mean=-0.2), with_p(0.02)]
    verdicts = holm(family)
    assert [verdicts[decision] for decision in family] == ["holds", "does not hold", "holds"]
    assert with_p(0.02).verdict(0.05 / 3) == "undecided"


def test_holm_counts_a_decision_that_two_claims_share_once():
    shared = with_p(0.03)  # at 0.05/1, as the second of two; as the second of three at 0.05/2
    assert holm([shared, shared, with_p(0.001)])[shared] == "holds"
    assert holm([]) == {}


def test_a_decision_alone_is_not_adjusted():
    decision = with_p(0.049)
    assert holm([decision]) == {decision: "holds"}


def test_no_more_than_one_family_in_twenty_has_a_wrong_decision():
    rng = np.random.default_rng(0)
    wrong = 0
    for _ in range(400):
        family = [Decision(interval(values), "gain", 0.0) for values in rng.normal(0, 1, (8, 5))]
        wrong += any(verdict != "undecided" for verdict in holm(family).values())
    assert wrong / 400 < 0.08
    assert wrong > 0

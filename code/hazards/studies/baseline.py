"""What the chapter on the baseline concludes: the worth of the auxiliary loss, and the fall from val to test."""

from __future__ import annotations

import pandas as pd

from hazards import metrics
from hazards.labels import STREETHAZARDS
from hazards.profiles import Profile
from hazards.prose import share
from hazards.studies import tables
from hazards.studies.claims import Finding
from hazards.studies.conclusions import Conclusions
from hazards.studies.differences import drop, gain
from hazards.studies.experiment import SPLITS, Study
from hazards.studies.verdicts import Interval, interval
from hazards.training import Recipe

RECIPE = "with auxiliary loss"
"""The recipe that is the baseline of the other chapters."""
_LOG = 0.3757
"""Val mIoU that the log reports."""


def conclude(study: Study, predictors: pd.DataFrame, profile: Profile) -> Conclusions:
    """Compare the recipes `with auxiliary loss` and `without`, and val with test.

    Args:
        predictors: see `trivial_baselines.simple_predictors`.

    Returns:
        Gains: ``auxiliary``, in val mIoU; ``fall``, per-image mIoU on val minus test.
        Values: ``headline``, see `tables.headline`; ``network`` and ``position``, its rows of the baseline and of the
        guess from the position; ``images``, rows of the baseline in `Study.images`; ``per image``, mean and standard
        deviation of mIoU over images, in per cent, as text by split; ``counted``, number of labels in mIoU by split;
        ``target``, the finding about C04, which only the real data can test.
    """
    headline = tables.headline(study, predictors)
    rows = headline.set_index("network")
    images = study.images[study.images["recipe"] == RECIPE]
    means = images.groupby(["split", "image"])["miou"].mean()
    auxiliary = gain(study.summary, "miou", of=RECIPE, over="without")
    fall = drop(study.summary, "image_miou", RECIPE, "val", "test")
    findings = {
        "C03": Finding(f"{auxiliary.text()} points of val mIoU", auxiliary.verdict()),
        "C05": Finding(f"{fall.text()} points of per-image mIoU", fall.verdict()),
    }
    target = Finding(f"{rows.loc[RECIPE, 'val mIoU']:.1f} % on other data", "not testable")
    if profile.name == "streethazards" and study.labels.names == STREETHAZARDS.names:
        reached = interval(study.summary.query("recipe == @RECIPE and split == 'val'")["miou"] - _LOG)
        target = Finding(f"differs from 37.57 by {reached.text()} points", reached.equivalence(0.01))
        findings["C04"] = target
    values = {
        "headline": headline,
        "network": rows.loc[RECIPE],
        "position": rows.loc["most frequent label at each position"],
        "images": images,
        "per image": {split: f"{means[split].mean() * 100:.1f} ± {means[split].std() * 100:.1f}" for split in SPLITS},
        "counted": {split: metrics.counted_labels(study.confusion(RECIPE, split)[0]) for split in SPLITS},
        "target": target,
    }
    texts = _on_verdicts(auxiliary, fall) | _on_training(study.recipes[RECIPE])
    return Conclusions({"auxiliary": auxiliary, "fall": fall}, values, texts, findings)


def _on_verdicts(auxiliary: Interval, fall: Interval) -> dict[str, str]:
    return {
        "in short": auxiliary.say(
            "The auxiliary loss is worth having",
            "The auxiliary loss is not worth having here",
            "Whether the auxiliary loss is worth having cannot be told from these seeds",
        ),
        "auxiliary": auxiliary.say(
            "The gain is larger than what the choice of the seed alone explains.",
            "The whole interval lies at or below zero: the auxiliary loss does not help here.",
            "The interval reaches over zero: with so few seeds the difference cannot be told from the effect of the "
            "seed. A single pair of runs, as in the log, could not tell them apart either.",
        ),
        "fall": fall.say(
            "The pixels of hazards are left out of these numbers, so the fall comes from what else is new in the test "
            "towns.",
            "Here the test towns are not harder than the validation town, hazards left out.",
            "Whether the test towns are harder than the validation town cannot be told from so few seeds.",
        ),
    }


def _on_training(recipe: Recipe) -> dict[str, str]:
    weighed = (
        f"In the loss a label weighs as its share of the train pixels to the power of −{recipe.balance}: a short "
        "training then learns rare labels, too. The log weighs all pixels alike."
    )
    rising = (
        f"The learning rate rises over the first {share(recipe.warmup, 0)} of the steps and falls after them; the "
        "log's falls from the start."
    )
    return {
        "weights": weighed if recipe.balance else "All pixels weigh alike in the loss, as in the log.",
        "rate": rising if recipe.warmup else "The learning rate falls from the first step on, as in the log.",
    }

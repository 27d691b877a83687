"""What the chapter on augmentation concludes: what its parts gain, and what else goes with a higher mIoU."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from hazards import metrics
from hazards.profiles import Profile
from hazards.prose import NOTHING
from hazards.studies import tables
from hazards.studies.claims import Finding
from hazards.studies.differences import best, effects, gain, paired, rank_correlation
from hazards.studies.experiment import Study
from hazards.studies.verdicts import Interval, interval

_LOGS = "flip and jitter"
"""What the log's first networks were trained with."""


@dataclass(frozen=True)
class Conclusions:
    """What the augmentations show.

    Args:
        effects: gains of the parts, see `differences.effects`.
        above, below: number of gains whose interval lies wholly over zero, and wholly at or below it.
        points: see `miou_and_anomaly`, of this chapter and of architectures.
        crop: gain in val mIoU by the crop, added last; `whole` by all that the log changed, `patience` by more epochs
            alone, `padding` by the variable crop over the padded one.
        gap: train minus val, mIoU, without augmentation.
        related: rank correlation of val mIoU with AUROC and AUPR over `recipes` recipes.
        gained, rival: gain of the best augmentation, and of the best architecture; `matters`: the first minus the
            second.
        label_gains: gain in IoU of each label by all parts over flips and jitter, in points, the smallest first.
        findings: by claim.
        texts: sentences, by what they are about.
    """

    effects: pd.DataFrame
    above: int
    below: int
    points: pd.DataFrame
    crop: Interval
    whole: Interval
    patience: Interval
    padding: Interval
    gap: Interval
    related: dict[str, Interval]
    recipes: int
    gained: Interval
    rival: Interval
    matters: Interval
    label_gains: pd.Series
    findings: dict[str, Finding]
    texts: dict[str, str]


def conclude(
    study: Study, architectures: Study, parts: Collection[str], compared: Collection[str], profile: Profile
) -> Conclusions:
    """Compare augmentations, and the best of them with the best architecture.

    Args:
        parts: of the augmentation, each trained alone and left out.
        compared: recipes trained for the same number of epochs, of which the best is looked for.
    """
    summary, others = study.summary, architectures.summary
    points = miou_and_anomaly({"augmentations": study, "architectures": architectures}, "MaxLogit")
    here = points[points["study"] == "augmentations"]
    related = {figure: rank_correlation(here, "miou", figure) for figure in ("auroc", "aupr")}
    gains = effects(summary, "miou", _pairs(parts))
    crop = gain(summary, "miou", of="all", over="all but crop")
    padding = gain(summary, "miou", of="all", over="padded crop")
    without = tables.trainings(study).query("recipe == 'none'")["gap"]
    strongest = best(summary, "miou", of=compared)
    largest = best(others, "miou", of=[name for name in architectures.recipes if "batch" not in name])
    gained = paired(summary, "miou", strongest, _LOGS)
    rival = paired(others, "miou", largest, "DeepLabV3")
    matters = interval(gained - rival)
    return Conclusions(
        effects=gains,
        above=int((gains["low"] > 0).sum()),
        below=int((gains["high"] <= 0).sum()),
        points=points,
        crop=crop,
        whole=gain(summary, "miou", of="all, longer", over=_LOGS),
        patience=gain(summary, "miou", of="flip and jitter, longer", over=_LOGS),
        padding=padding,
        gap=interval(without),
        related=related,
        recipes=len(here),
        gained=interval(gained),
        rival=interval(rival),
        matters=matters,
        label_gains=_label_gains(study),
        findings={
            "C13": Finding(f"{crop.text()} points of val mIoU", crop.verdict()),
            "C14": Finding(f"rank correlation {related['auroc'].text(1, 2)}", related["auroc"].verdict()),
            "C22": Finding(f"{matters.text()} points of val mIoU", matters.verdict()),
        },
        texts={
            "augmentation": "no augmentation at all" if strongest == "none" else f"“{strongest}”",
            "architecture": "DeepLabV3 itself" if largest == "DeepLabV3" else largest,
        }
        | _on_verdicts(crop, padding, interval(without - 0.05))
        | _on_profile(profile),
    )


def _pairs(parts: Collection[str]) -> dict[str, tuple[str, str]]:
    """Recipes whose difference says what a part gains, (of, over), by what the gain is called."""
    alone = {f"{part} alone": (f"{part} alone", "none") for part in parts}
    last = {f"{part}, added last": ("all", f"all but {part}") for part in parts}
    return alone | last | {"all together": ("all", "none")}


def _label_gains(study: Study) -> pd.Series:
    before = metrics.iou(study.confusion(_LOGS, "val")).mean(axis=0)
    after = metrics.iou(study.confusion("all", "val")).mean(axis=0)
    names = study.labels.names[: study.labels.known]
    return pd.Series((after - before) * 100, names).dropna().sort_values()


def _on_verdicts(crop: Interval, padding: Interval, much: Interval) -> dict[str, str]:
    return {
        "crop": crop.say(
            "The crop helps:",
            "The crop does not help here:",
            "Whether the crop helps cannot be told from these seeds:",
        ),
        "padding": padding.say(
            "padding hurts, as the log suspected.",
            "padding does not hurt here.",
            "whether padding hurts cannot be told from so few seeds.",
        ),
        "gap": much.say(
            "That is more than five points, and much to prevent.",
            "That is no more than five points, which leaves little to prevent, and a harder task can cost more than it "
            "gives.",
            "Whether that is more than five points, and much to prevent, cannot be told from so few seeds.",
        ),
    }


def _on_profile(profile: Profile) -> dict[str, str]:
    network = "the log's."
    if profile.networks == "mini":
        network = "DeepLabV3+ computes less than DeepLabV3 at this profile, which leaves time for more trainings."
    limits = NOTHING
    if profile.epochs < 30:
        limits = (
            f"A training has {profile.epochs} epochs here, the log's had 30 or 40: what augmentation gives in long "
            "trainings is not seen."
        )
    return {"network": network, "limits": limits}


def by_hazard_size(regions: Mapping[str, pd.DataFrame], score: str) -> pd.DataFrame:
    """Mean over hazards of a score's AUROC, 0–1, for the smaller and the larger half of them.

    Args:
        regions: by recipe, see `regions.hazard_regions`: the same hazards for all.
    """
    rows = []
    for recipe, frame in regions.items():
        larger = frame["share"] > frame["share"].median()
        halves = {"smaller half": frame[~larger][score].mean(), "larger half": frame[larger][score].mean()}
        rows.append({"recipe": recipe} | halves)
    return pd.DataFrame(rows)


def miou_and_anomaly(studies: Mapping[str, Study], score: str) -> pd.DataFrame:
    """One row a recipe of each study: study, recipe, val mIoU as miou, and auroc, aupr, fpr95 of a score, 0–1."""
    frames = []
    for name, study in studies.items():
        miou = study.summary.query("split == 'val'").groupby("recipe")["miou"].mean().reset_index()
        frames.append(miou.merge(tables.of_score(study, score), on="recipe").assign(study=name))
    return pd.concat(frames, ignore_index=True)

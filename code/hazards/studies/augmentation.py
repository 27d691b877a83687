"""What the chapter on augmentation concludes: what its parts gain, and what else goes with a higher mIoU."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from hazards import metrics
from hazards.profiles import Profile
from hazards.studies import tables
from hazards.studies.claims import decide
from hazards.studies.claims.robustness import correlations_by_measure
from hazards.studies.conclusions import Conclusions, sentences
from hazards.studies.correlations import rank_correlation
from hazards.studies.experiment import Study
from hazards.studies.verdicts import best, chosen_elsewhere, effects, gain, interval


def conclude(
    study: Study, architectures: Study, parts: Collection[str], compared: Collection[str], profile: Profile
) -> Conclusions:
    """Compare augmentations, and the best of them with the best architecture, both against `flip and jitter`.

    Args:
        architectures: networks trained with flips and jitter, `DeepLabV3` among them, which is the network of `study`.
        parts: of the augmentation, each trained alone and left out.
        compared: recipes trained for the same number of epochs, of which the best is looked for.

    Returns:
        Gains in val mIoU: ``crop``, added last; ``whole``, by all that the log changed; ``patience``, by more epochs
        alone; ``padding``, by the variable crop over the padded one; ``augmentation`` and ``architecture``, of the best
        of each, see `by_other_seeds`; ``matters``, the first of these minus the second. Further: ``gap``, train minus
        val without augmentation; ``auroc`` and ``aupr``, their rank correlation with val mIoU.
        Values: ``effects``, of each part, see `verdicts.effects`; ``above`` and ``below``, how many of these lie
        wholly over zero, and at or below it; ``points``, a row a recipe of both studies: study, recipe, miou, auroc,
        aupr, fpr95; ``labels``, gain in IoU of each label by all parts over flips and jitter, in points, rising.
    """
    summary, others = study.summary, architectures.summary
    augmentations = ["flip and jitter", *compared]
    families = [name for name in architectures.recipes if "batch" not in name]
    strongest = best(summary, "miou", of=augmentations)
    largest = best(others, "miou", of=families)
    augmented, picked = by_other_seeds(summary, augmentations, "flip and jitter")
    rival, rivals = by_other_seeds(others, families, "DeepLabV3")
    here = tables.means(tables.outcome(study, "MaxLogit")).sort_index()
    there = tables.means(tables.outcome(architectures, "MaxLogit")).sort_index()
    points = pd.concat({"augmentations": here, "architectures": there}, names=["study"])
    points = points.rename(columns={"val": "miou"}).reset_index()
    gap = tables.trainings(study).query("recipe == 'none'")["gap"]
    parts_gain = effects(summary, "miou", _pairs(parts))
    gains = {
        "crop": gain(summary, "miou", of="all", over="all but crop"),
        "whole": gain(summary, "miou", of="all, longer", over="flip and jitter"),
        "patience": gain(summary, "miou", of="flip and jitter, longer", over="flip and jitter"),
        "padding": gain(summary, "miou", of="all", over="padded crop"),
        "augmentation": interval(augmented),
        "architecture": interval(rival),
        "matters": interval(augmented - rival),
        "gap": interval(gap),
        "auroc": rank_correlation(here, "val", "auroc"),
        "aupr": rank_correlation(here, "val", "aupr"),
    }
    values = {
        "effects": parts_gain,
        "above": (parts_gain["low"] > 0).sum(),
        "below": (parts_gain["high"] <= 0).sum(),
        "points": points,
        "labels": _label_gains(study),
    }
    per_image = tables.means(tables.outcome(study, "MaxLogit", "per-image")).sort_index()
    correlations = correlations_by_measure({"pooled": here, "per-image": per_image})
    recipes = list(study.recipes)
    figured = [(study, [*picked, "flip and jitter"]), (architectures, [*rivals, "DeepLabV3"])]
    findings = {
        "C13": decide("C13", gains["crop"], compared=[(study, ["all", "all but crop"])]),
        "C14": decide("C14", gains["auroc"], gains["aupr"], compared=[(study, recipes)], by_measure=correlations),
        "C22": decide("C22", gains["matters"], compared=figured),
    }
    cases = {
        "augmentation": strongest if strongest in ("none", "flip and jitter") else "some",
        "architecture": "same" if largest == "DeepLabV3" else "other",
        "crop": findings["C13"].verdict,
        "padding": gains["padding"].verdict(),
        "gap": interval(gap - 0.05).verdict(),
        "limits": "short" if profile.epochs < 30 else "long",
    }
    texts = sentences("augmentation", cases, augmentation=strongest, architecture=largest, epochs=profile.epochs)
    return Conclusions(gains, values, texts, findings)


def by_other_seeds(summary: pd.DataFrame, of: Sequence[str], over: str) -> tuple[pd.Series, list[str]]:
    """Gain in val mIoU over another recipe, by seed, of that in `of` which is best by the mean of the other seeds.

    That takes the luck of the seeds out of the choice, not that of the val images, which are the same for all.

    Returns:
        The gains, and the recipes that were best for any seed, each once.
    """
    val = summary[summary["split"] == "val"].pivot(index="seed", columns="recipe", values="miou")
    candidates = val[list(of)].to_numpy()
    chosen = chosen_elsewhere(candidates.T)
    gains = candidates[np.arange(len(val)), chosen] - val[over]
    return gains, [of[place] for place in np.unique(chosen)]


def conclude_aspect(aspects: Mapping[str, Study]) -> Conclusions:
    """Compare `all` with `all but crop` by how networks are shown images: `squeezed` or `in proportion`.

    Returns:
        Gains in val mIoU by the crop: ``squeezed`` and ``in proportion``, where both networks see images so; ``as
        trained``, where the one with crops sees them in proportion and the other one squeezed.
        Values: ``table``, mean val mIoU, 0–1, a row a recipe and a column a way.
    """
    gains = {name: gain(study.summary, "miou", of="all", over="all but crop") for name, study in aspects.items()}
    cropped = aspects["in proportion"].summary.query("recipe == 'all'")
    whole = aspects["squeezed"].summary.query("recipe == 'all but crop'")
    gains["as trained"] = gain(pd.concat([cropped, whole]), "miou", of="all", over="all but crop")
    reached = {name: tables.means(study.summary)["val"] for name, study in aspects.items()}
    values = {"table": pd.DataFrame(reached).reset_index()}
    return Conclusions(gains, values, sentences("augmentation", {"aspect": gains["as trained"].verdict()}))


def _pairs(parts: Collection[str]) -> dict[str, tuple[str, str]]:
    """Recipes whose difference says what a part gains, (of, over), by what the gain is called."""
    alone = {f"{part} alone": (f"{part} alone", "none") for part in parts}
    last = {f"{part}, added last": ("all", f"all but {part}") for part in parts}
    return alone | last | {"all together": ("all", "none")}


def _label_gains(study: Study) -> pd.Series:
    before = metrics.iou(study.confusion("flip and jitter", "val")).mean(axis=0)
    after = metrics.iou(study.confusion("all", "val")).mean(axis=0)
    names = study.labels.names[: study.labels.known]
    return pd.Series((after - before) * 100, names).dropna().sort_values()


def by_hazard_size(regions: Mapping[str, pd.DataFrame], score: str) -> pd.DataFrame:
    """Mean over hazards of a score's AUROC, 0–1, for the smaller and the larger half of them.

    Args:
        regions: by recipe, a row a hazard, see `Study.regions`: the same hazards for all.
    """
    rows = []
    for recipe, frame in regions.items():
        larger = frame["share"] > frame["share"].median()
        halves = {"smaller half": frame[~larger][score].mean(), "larger half": frame[larger][score].mean()}
        rows.append({"recipe": recipe} | halves)
    return pd.DataFrame(rows)

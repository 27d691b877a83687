"""What the chapter on the baseline concludes: the worth of the auxiliary loss, and the fall from val to test."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hazards import metrics
from hazards.labels import STREETHAZARDS
from hazards.profiles import Profile
from hazards.prose import listed, share
from hazards.studies import tables
from hazards.studies.claims import decide
from hazards.studies.conclusions import Conclusions, Finding, sentences
from hazards.studies.experiment import SPLITS, Study
from hazards.studies.towns import fall
from hazards.studies.verdicts import gain, interval

RECIPE = "with auxiliary loss"
"""The recipe that is the baseline of the other chapters."""
_LOG = 0.3757
"""Val mIoU that the log reports."""
_LEARNED = 0.1
"""IoU on val under which a label counts as not learned."""


def conclude(study: Study, predictors: pd.DataFrame, profile: Profile) -> Conclusions:
    """Compare the recipes `with auxiliary loss` and `without`, and val with test.

    Args:
        predictors: see `trivial_baselines.simple_predictors`.

    Returns:
        Gains: ``auxiliary``, in val mIoU; ``fall``, per-image mIoU on val minus test, over towns and seeds, see
        `towns.fall`.
        Values: ``headline``, see `tables.headline`; ``network`` and ``position``, its rows of the baseline and of the
        guess from the position; ``images``, rows of the baseline in `Study.images`; ``per image``, mean and standard
        deviation of mIoU over images, in per cent, as text by split; ``counted``, number of labels in mIoU by split;
        ``common``, number of those in both; ``confusion``, int64 (K, K), the counts of val over all seeds; ``labels``,
        see `by_label`; ``unlearned``, the labels with an IoU on val under 10 %, as text;
        ``target``, the finding about C04, which only the real data can test.
    """
    headline = tables.headline(study, predictors)
    rows = headline.set_index("network")
    images = study.images[study.images["recipe"] == RECIPE]
    means = images.groupby(["split", "image"])["miou"].mean()
    auxiliary = gain(study.summary, "miou", of=RECIPE, over="without")
    fallen = fall(study, RECIPE)
    findings = {
        "C03": decide("C03", auxiliary, compared=[(study, list(study.recipes))]),
        "C05": decide("C05", fallen),
    }
    target = Finding(f"{rows.loc[RECIPE, 'val mIoU']:.1f} % on other data", "not testable")
    if profile.name == "streethazards" and study.labels.names == STREETHAZARDS.names:
        reached = interval(study.summary.query("recipe == @RECIPE and split == 'val'")["miou"] - _LOG)
        target = decide("C04", reached, compared=[(study, [RECIPE])])
        findings["C04"] = target
    labels = by_label(study)
    values = {
        "headline": headline,
        "network": rows.loc[RECIPE],
        "position": rows.loc["most frequent label at each position"],
        "images": images,
        "per image": {split: f"{means[split].mean() * 100:.1f} ± {means[split].std() * 100:.1f}" for split in SPLITS},
        "counted": {split: metrics.counted_labels(study.confusion(RECIPE, split)[0]) for split in SPLITS},
        "common": int(metrics.occurring([study.confusion(RECIPE, split)[0] for split in SPLITS]).sum()),
        "confusion": study.confusion(RECIPE, "val").sum(0),
        "labels": labels,
        "unlearned": listed(labels.loc[labels["IoU val"] < _LEARNED * 100, "label"]),
        "target": target,
    }
    recipe = study.recipes[RECIPE]
    cases = {
        "network": profile.networks,
        "in short": findings["C03"].verdict,
        "auxiliary": findings["C03"].verdict,
        "fall": findings["C05"].verdict,
        "weights": "balanced" if recipe.balance else "alike",
        "rate": "rising" if recipe.warmup else "falling",
    }
    texts = sentences("baseline", cases, balance=recipe.balance, warmup=share(recipe.warmup, 0))
    return Conclusions({"auxiliary": auxiliary, "fall": fallen}, values, texts, findings)


def by_label(study: Study) -> pd.DataFrame:
    """How well each known label is learned, in per cent, on all pixels of a split by all seeds of the baseline.

    Columns: label, share (of the val pixels), recall and precision on val, IoU val and IoU test (means over seeds), NaN
    where the label does not occur, and mistaken for: the label that its wrong val pixels get most often, a dash where
    there are none.
    """
    val = study.confusion(RECIPE, "val")
    counts = val.sum(0)
    hits, true, predicted = np.diagonal(counts), counts.sum(1), counts.sum(0)
    wrong = counts - np.diag(hits)
    mistaken = [study.labels.names[row.argmax()] if row.any() else "–" for row in wrong]
    columns = {
        "label": study.labels.names[: len(counts)],
        "share": true / true.sum() * 100,
        "recall": _shares(hits, true) * 100,
        "precision": _shares(hits, predicted) * 100,
        "IoU val": metrics.iou(val).mean(0) * 100,
        "IoU test": metrics.iou(study.confusion(RECIPE, "test")).mean(0) * 100,
        "mistaken for": mistaken,
    }
    return pd.DataFrame(columns)


def _shares(parts: np.ndarray, wholes: np.ndarray) -> np.ndarray:
    """Parts of wholes, 0–1; NaN where there is no whole."""
    return np.divide(parts, wholes, out=np.full(len(parts), np.nan), where=wholes > 0)

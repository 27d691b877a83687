"""What the chapter on anomaly scores concludes: which score ranks best, and why others do not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from hazards.evaluation.figures import FIGURES
from hazards.studies import tables
from hazards.studies.conclusions import Conclusions, Finding, sentences
from hazards.studies.experiment import Study
from hazards.studies.verdicts import all_of, met, rank_correlation, score_gain

_CLAIMED = ["Energy", "MaxLogit", "HEAT of the log", "MSP", "SML, val statistics"]
"""The log's order by AUROC."""
_AUROC = {
    "softmax": ("MaxLogit", "MSP"),
    "squash": ("log MSP", "MSP"),
    "level": ("MaxLogit", "log MSP"),
    "loss": ("MaxLogit", "SML, val statistics"),
    "oracle": ("SML, test oracle", "SML, val statistics"),
    "rest": ("MaxLogit", "SML, test oracle"),
    "same": ("Energy", "MaxLogit"),
    "heat": ("HEAT of the log", "MaxLogit"),
    "heat loss": ("MaxLogit", "HEAT of the log"),
}
"""Which score is compared with which by AUROC, by the name of the gain."""
_THIRDS = ("dullest", "middle", "most colourful")


def conclude(study: Study, recipe: str) -> Conclusions:
    """Compare the scores of a recipe's networks.

    Returns:
        Gains in pooled AUROC of one score over another, see `_AUROC`; in AUPR, ``same aupr`` and ``heat aupr``.
        Values: ``methods``, see `tables.anomaly_table`; ``ranking`` and ``purity``, AUROC and AUPR of each score,
        pooled, in per cent, the best first; ``prevalence``, share of anomalous pixels, 0–1, mean over test images;
        ``order``, the log's scores by AUROC as measured; ``steps``, gains along the order that it claims.
    """
    anomaly = study.anomaly
    methods = tables.anomaly_table(study, recipe)
    best = methods.set_index("score")
    gains = {name: score_gain(anomaly, "auroc", *pair, recipe) for name, pair in _AUROC.items()}
    for name in ("same", "heat"):
        gains[f"{name} aupr"] = score_gain(anomaly, "aupr", *_AUROC[name], recipe)
    steps = [score_gain(anomaly, "auroc", of, over, recipe) for of, over in pairwise(_CLAIMED)]
    heat = f"AUPR {gains['heat aupr'].text()}, AUROC {gains['heat'].text()} points"
    findings = {
        "C15": Finding(f"{gains['softmax'].text()} points of AUROC", gains["softmax"].verdict()),
        "C16": Finding(f"{gains['loss'].text()} points of AUROC", gains["loss"].verdict()),
        "C17": Finding(f"{gains['oracle'].text()} points of AUROC", gains["oracle"].verdict()),
        "C18": Finding(f"{gains['same'].text(digits=2)} points of AUROC", gains["same"].equivalence(0.005)),
        "C19": Finding(heat, all_of([gains["heat aupr"].verdict(), gains["heat loss"].verdict()])),
        "C24": Finding(
            f"steps of {', '.join(step.text() for step in steps)} points", all_of(step.verdict() for step in steps)
        ),
    }
    values = {
        "methods": methods,
        "ranking": best["pooled AUROC"].sort_values(ascending=False),
        "purity": best["pooled AUPR"].sort_values(ascending=False),
        "prevalence": study.images.query("split == 'test' and seed == 0")["anomaly"].mean(),
        "order": best.loc[_CLAIMED, "pooled AUROC"].sort_values(ascending=False).index,
        "steps": steps,
    }
    cause: str = gains["loss"].verdict()
    if cause == "holds":
        cause = f"holds, {gains['rest'].verdict()}"
    return Conclusions(gains, values, sentences("anomaly_methods", {"cause": cause}), findings)


def conclude_sampling(sampled: pd.DataFrame) -> Conclusions:
    """Compare samples of the pixels with all.

    Args:
        sampled: see `sampling.sampled_figures`.

    Returns:
        Values, all errors in points: ``worst``, the largest of each figure over the draws of each size, a row a size,
        rising; ``half``, of each figure in half precision; ``largest``, of any figure in half precision and of any
        draw of the largest size.
    """
    columns = list(FIGURES)
    exact = sampled.query("kind == 'all'")[columns].iloc[0]
    errors = (sampled[columns] - exact).abs() * 100
    worst = errors[sampled["kind"] == "sample"].groupby(sampled["pixels"]).max()
    half = errors[sampled["kind"] == "float16"].iloc[0]
    largest = max(worst.iloc[-1].max(), half.max())
    finding = Finding(f"errors of up to {largest:.2f} points with {worst.index[-1]:,} pixels", met(largest < 0.5))
    return Conclusions(values={"worst": worst, "half": half, "largest": largest}, findings={"C21": finding})


def conclude_chroma(regions: pd.DataFrame, scores: Sequence[str]) -> Conclusions:
    """Compare colourful hazards with dull ones.

    Args:
        regions: see `single_hazards.hazard_regions`.
        scores: of its columns; the text is about the first.

    Returns:
        Gains: by score, the rank correlation of a hazard's chroma with its AUROC. Values: ``thirds``, hazards in thirds
        of their chroma, dull ones first: third, hazards (their number), and medians of chroma and of AUROC by score.
    """
    third = pd.qcut(regions["chroma"].rank(method="first"), 3, labels=list(_THIRDS))
    groups = regions.groupby(third, observed=True)
    medians = groups[["chroma", *scores]].median()
    thirds = medians.assign(hazards=groups.size()).rename_axis("third").reset_index()
    correlations = {score: rank_correlation(regions, "chroma", score) for score in scores}
    texts = sentences("anomaly_methods", {"chroma": correlations[scores[0]].verdict()})
    return Conclusions(correlations, {"thirds": thirds}, texts)

"""What the chapter on anomaly scores concludes: which score ranks best, and why others do not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from hazards.evaluation.figures import FIGURES
from hazards.studies import tables
from hazards.studies.bootstrap import score_gain, score_lead
from hazards.studies.claims import decide
from hazards.studies.claims.robustness import Gain, scores_by_measure
from hazards.studies.claims.rules import claims, margin
from hazards.studies.conclusions import Conclusions, Finding, sentences
from hazards.studies.correlations import rank_correlation
from hazards.studies.experiment import Study
from hazards.studies.towns import image_gain, town_gain
from hazards.studies.verdicts import Interval, met

_CLAIMED = ["Energy", "MaxLogit", "HEAT of the log", "MSP", "SML, val statistics"]
"""The log's order by AUROC."""
_ORACLE = "SML, test oracle"
"""The score that has seen the test split, and so is not among those that can be best."""
_AUROC = {
    "softmax": ("MaxLogit", "MSP"),
    "squash": ("log MSP", "MSP"),
    "level": ("MaxLogit", "log MSP"),
    "loss": ("MaxLogit", "SML, val statistics"),
    "oracle": (_ORACLE, "SML, val statistics"),
    "rest": ("MaxLogit", _ORACLE),
    "same": ("Energy", "MaxLogit"),
    "heat": ("HEAT of the log", "MaxLogit"),
    "heat loss": ("MaxLogit", "HEAT of the log"),
}
"""Which score is compared with which by AUROC, by the name of the gain."""
_THIRDS = ("dullest", "middle", "most colourful")


def conclude(study: Study, recipe: str, by_town: pd.DataFrame) -> Conclusions:
    """Compare the scores of a recipe's networks.

    Args:
        by_town: figures of SML with statistics of val and of test in each test town, see `variations.figures_by_town`.

    Returns:
        Gains in pooled AUROC of one score over another, see `_AUROC`; in AUPR, ``same aupr`` and ``heat aupr``; of the
        best score by AUROC and by AUPR over MaxLogit, ``lead auroc`` and ``lead aupr``, what choosing it adds taken
        off, see `bootstrap.lead`. All over seeds and images. ``oracle by town`` is over towns and seeds.
        Values: ``methods``, see `tables.anomaly_table`; ``ranking`` and ``purity``, AUROC and AUPR of each score
        but the oracle, pooled, in per cent, the best first; ``prevalence``, share of anomalous pixels, 0–1, mean over
        test images; ``order``, the log's scores by AUROC as measured; ``steps``, gains along the order that it claims.
    """
    methods = tables.anomaly_table(study, recipe)
    best = methods.set_index("score")
    fair = best.drop(index=_ORACLE)
    ranking = fair["pooled AUROC"].sort_values(ascending=False)
    purity = fair["pooled AUPR"].sort_values(ascending=False)
    gains = {name: score_gain(study, "auroc", *pair, recipe) for name, pair in _AUROC.items()}
    for name in ("same", "heat"):
        gains[f"{name} aupr"] = score_gain(study, "aupr", *_AUROC[name], recipe)
    for figure in ("auroc", "aupr"):
        gains[f"lead {figure}"] = score_lead(study, figure, list(fair.index), "MaxLogit", recipe)
    steps = [score_gain(study, "auroc", of, over, recipe) for of, over in pairwise(_CLAIMED)]

    def same_images(figure: str, of: str, over: str, convention: str) -> Interval:
        return score_gain(study, figure, of, over, recipe, convention)

    def same_towns(figure: str, of: str, over: str, convention: str) -> Interval:
        if convention == "pooled":
            return town_gain(by_town, figure, of, over)
        return image_gain(study, recipe, figure, of, over)

    gains["oracle by town"] = same_towns("auroc", *_AUROC["oracle"], "pooled")
    findings = {
        "C15": _decided("C15", [gains["softmax"]], same_images, [_AUROC["softmax"]]),
        "C16": _decided("C16", [gains["loss"]], same_images, [_AUROC["loss"]]),
        "C17": _decided("C17", [gains["oracle by town"]], same_towns, [_AUROC["oracle"]]),
        "C18": _decided("C18", [gains["same"]], same_images, [_AUROC["same"]]),
        "C19": _decided("C19", [gains["heat aupr"], gains["heat loss"]], same_images, [_AUROC["heat"]]),
        "C24": _decided("C24", steps, same_images, list(pairwise(_CLAIMED))),
    }
    values = {
        "methods": methods,
        "ranking": ranking,
        "purity": purity,
        "prevalence": study.images.query("split == 'test' and seed == 0")["anomaly"].mean(),
        "order": best.loc[_CLAIMED, "pooled AUROC"].sort_values(ascending=False).index,
        "steps": steps,
    }
    cause: str = gains["loss"].verdict()
    if cause == "holds":
        cause = f"holds, {gains['rest'].verdict()}"
    cases = {
        "cause": cause,
        "lead auroc": _lead(ranking.index[0], gains["lead auroc"]),
        "lead aupr": _lead(purity.index[0], gains["lead aupr"]),
    }
    return Conclusions(gains, values, sentences("anomaly_methods", cases), findings)


def _decided(name: str, intervals: list[Interval], gain: Gain, pairs: list[tuple[str, str]]) -> Finding:
    """A claim about scores, decided by its rule, and once more under every measure and convention.

    Args:
        gain: see `robustness.scores_by_measure`.
        pairs: which score is said to be better than which, or equal to it. For C19, that HEAT gains over MaxLogit: the
            claim says so of one measure and denies it of another.
    """
    part = claims()[name].parts[0]
    assert part.test != "count", "scores have intervals"
    others = scores_by_measure(gain, pairs, part.test, part.margin)
    return decide(name, *intervals, by_measure=others)


def _lead(score: str, gain: Interval) -> str:
    """Which sentence says how sure it is that the best score is ahead of MaxLogit."""
    return "MaxLogit" if score == "MaxLogit" else gain.verdict()


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
    finding = Finding(
        f"errors of up to {largest:.2f} points with {worst.index[-1]:,} pixels", met(largest < margin("C21") * 100)
    )
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
    correlations = {score: rank_correlation(regions, "chroma", score, "hazards") for score in scores}
    texts = sentences("anomaly_methods", {"chroma": correlations[scores[0]].verdict()})
    return Conclusions(correlations, {"thirds": thirds}, texts)

"""What the chapter on anomaly scores concludes: which score ranks best, and why others do not."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pandas as pd

from hazards.data.layout import DataSet
from hazards.evaluation.figures import FIGURES
from hazards.evaluation.sampling import sampled_figures
from hazards.scores.logits import max_logit
from hazards.studies import tables
from hazards.studies.claims import Finding
from hazards.studies.conclusions import Conclusions
from hazards.studies.differences import score_gain
from hazards.studies.experiment import Study
from hazards.studies.verdicts import all_of, met

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
}
"""Which score is compared with which by AUROC, by the name of the gain."""


def conclude(study: Study, recipe: str) -> Conclusions:
    """Compare the scores of a recipe's networks.

    Returns:
        Gains in pooled AUROC of one score over another, see `_AUROC`; in AUPR, ``same aupr`` and ``heat aupr``.
        Values: ``methods``, see `tables.anomaly_table`; ``ranking`` and ``purity``, AUROC and AUPR of each score,
        pooled, in per cent, the best first; ``prevalence``, share of anomalous pixels, 0–1, mean over test images;
        ``order``, the log's scores by AUROC as measured; ``steps``, gains along the order that it claims.
    """
    methods = tables.anomaly_table(study, recipe)
    best = methods.set_index("score")
    gains = {name: score_gain(study, "auroc", *pair, recipe) for name, pair in _AUROC.items()}
    for name in ("same", "heat"):
        gains[f"{name} aupr"] = score_gain(study, "aupr", *_AUROC[name], recipe)
    steps = [score_gain(study, "auroc", of, over, recipe) for of, over in pairwise(_CLAIMED)]
    heat = f"AUPR {gains['heat aupr'].text()}, AUROC {gains['heat'].text()} points"
    findings = {
        "C15": Finding(f"{gains['softmax'].text()} points of AUROC", gains["softmax"].verdict()),
        "C16": Finding(f"{gains['loss'].text()} points of AUROC", gains["loss"].verdict()),
        "C17": Finding(f"{gains['oracle'].text()} points of AUROC", gains["oracle"].verdict()),
        "C18": Finding(f"{gains['same'].text(digits=2)} points of AUROC", gains["same"].equivalence(0.005)),
        "C19": Finding(heat, all_of([gains["heat aupr"].verdict(), gains["heat"].reversed().verdict()])),
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
    explained = gains["rest"].say(
        "They do not: even with them SML stays behind MaxLogit. What hurts is the standardization itself: it takes "
        "away the difference between labels that the network is generally sure of and labels that it is not.",
        "They do: with them SML is at least as good as MaxLogit.",
        "With them the difference to MaxLogit is within the effect of the seed.",
    )
    cause = gains["loss"].say(
        explained,
        "SML is not behind MaxLogit here, so there is no failure to explain.",
        "Whether SML is behind MaxLogit at all cannot be told from so few seeds, so neither can a cause.",
    )
    return Conclusions(gains, values, {"cause": cause}, findings)


def sample(study: Study, recipe: str, data: DataSet, sizes: Callable[[int], tuple[int, ...]]) -> pd.DataFrame:
    """Figures of MaxLogit from samples of the pixels, by a recipe's first network; see `sampling.sampled_figures`."""
    return sampled_figures(study.inference(recipe, 0, data), max_logit, sizes).value


def conclude_sampling(sampled: pd.DataFrame) -> Conclusions:
    """Compare samples of the pixels with all; see `sample`.

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

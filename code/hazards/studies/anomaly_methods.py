"""What the chapter on anomaly scores concludes: which score ranks best, and why others do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from hazards.data.layout import DataSet
from hazards.evaluation.passes import FIGURES
from hazards.evaluation.sampling import sampled_figures
from hazards.scores.logits import max_logit
from hazards.studies import tables
from hazards.studies.claims import Finding
from hazards.studies.differences import score_gain
from hazards.studies.experiment import Study
from hazards.studies.verdicts import Interval, all_of, met

_CLAIMED = ["Energy", "MaxLogit", "HEAT of the log", "MSP", "SML, val statistics"]
"""The log's order by AUROC."""


@dataclass(frozen=True)
class Conclusions:
    """What the scores show on the same networks. Intervals are of pooled figures.

    Args:
        methods: see `tables.anomaly_table`.
        ranking, purity: AUROC and AUPR of each score, pooled, in per cent, the best first.
        prevalence: share of anomalous pixels, 0–1, the mean over test images.
        order: the scores of the log by AUROC, as measured; `steps` are the gains in AUROC along the order it claims.
        softmax: AUROC of MaxLogit minus MSP; `squash` of log MSP minus MSP, `level` of MaxLogit minus log MSP.
        loss: AUROC of MaxLogit minus SML; `rest` minus SML with statistics of the test split; `oracle` gain by these.
        same, same_aupr: AUROC and AUPR of Energy minus MaxLogit.
        heat_aupr, heat_auroc: AUPR and AUROC of HEAT minus MaxLogit.
        findings: by claim.
        cause: a sentence on what explains that SML is behind MaxLogit.
    """

    methods: pd.DataFrame
    ranking: pd.Series
    purity: pd.Series
    prevalence: float
    order: list[str]
    steps: list[Interval]
    softmax: Interval
    squash: Interval
    level: Interval
    loss: Interval
    oracle: Interval
    rest: Interval
    same: Interval
    same_aupr: Interval
    heat_aupr: Interval
    heat_auroc: Interval
    findings: dict[str, Finding]
    cause: str


def conclude(study: Study, recipe: str) -> Conclusions:
    """Compare the scores of a recipe's networks."""

    def gain(of: str, over: str, figure: str = "auroc") -> Interval:
        return score_gain(study, figure, of, over, recipe)

    methods = tables.anomaly_table(study, recipe)
    best = methods.set_index("score")
    softmax, loss = gain("MaxLogit", "MSP"), gain("MaxLogit", "SML, val statistics")
    oracle = gain("SML, test oracle", "SML, val statistics")
    rest = gain("MaxLogit", "SML, test oracle")
    same = gain("Energy", "MaxLogit")
    heat_aupr, heat_auroc = gain("HEAT of the log", "MaxLogit", "aupr"), gain("HEAT of the log", "MaxLogit")
    heat = all_of([heat_aupr.verdict(), heat_auroc.reversed().verdict()])
    steps = [gain(of, over) for of, over in pairwise(_CLAIMED)]
    order = all_of(step.verdict() for step in steps)
    return Conclusions(
        methods=methods,
        ranking=best["pooled AUROC"].sort_values(ascending=False),
        purity=best["pooled AUPR"].sort_values(ascending=False),
        prevalence=study.images.query("split == 'test' and seed == 0")["anomaly"].mean(),
        order=list(best.loc[_CLAIMED, "pooled AUROC"].sort_values(ascending=False).index),
        steps=steps,
        softmax=softmax,
        squash=gain("log MSP", "MSP"),
        level=gain("MaxLogit", "log MSP"),
        loss=loss,
        oracle=oracle,
        rest=rest,
        same=same,
        same_aupr=gain("Energy", "MaxLogit", "aupr"),
        heat_aupr=heat_aupr,
        heat_auroc=heat_auroc,
        findings={
            "C15": Finding(f"{softmax.text()} points of AUROC", softmax.verdict()),
            "C16": Finding(f"{loss.text()} points of AUROC", loss.verdict()),
            "C17": Finding(f"{oracle.text()} points of AUROC", oracle.verdict()),
            "C18": Finding(f"{same.text(digits=2)} points of AUROC", same.equivalence(0.005)),
            "C19": Finding(f"AUPR {heat_aupr.text()}, AUROC {heat_auroc.text()} points", heat),
            "C24": Finding(f"steps of {', '.join(step.text() for step in steps)} points", order),
        },
        cause=_cause(loss, rest),
    )


def _cause(loss: Interval, rest: Interval) -> str:
    explained = rest.say(
        "They do not: even with them SML stays behind MaxLogit. What hurts is the standardization itself: it takes "
        "away the difference between labels that the network is generally sure of and labels that it is not.",
        "They do: with them SML is at least as good as MaxLogit.",
        "With them the difference to MaxLogit is within the effect of the seed.",
    )
    return loss.say(
        explained,
        "SML is not behind MaxLogit here, so there is no failure to explain.",
        "Whether SML is behind MaxLogit at all cannot be told from so few seeds, so neither can a cause.",
    )


def sample(study: Study, recipe: str, data: DataSet, sizes: Callable[[int], tuple[int, ...]]) -> pd.DataFrame:
    """Figures of MaxLogit from samples of the pixels, by a recipe's first network; see `sampling.sampled_figures`."""
    used, trained = study.recipes[recipe], study.trainings[recipe, 0]
    return sampled_figures(used.model, trained, data, used.size, max_logit, sizes).value


@dataclass(frozen=True)
class Sampling:
    """What a sample of the pixels, and half precision, do to the figures of anomaly detection.

    Args:
        sizes: of the samples, in pixels, the smallest first.
        worst: largest error of each figure over the draws of each size, in points, a row a size.
        half: error of each figure in half precision, in points.
        largest: error of any figure in half precision and of any draw of the largest size.
        finding: about C21.
    """

    sizes: list[int]
    worst: pd.DataFrame
    half: pd.Series
    largest: float
    finding: Finding


def conclude_sampling(sampled: pd.DataFrame) -> Sampling:
    """Compare samples with all pixels; see `sample`."""
    columns = list(FIGURES)
    exact = sampled.query("kind == 'all'")[columns].iloc[0]
    errors = (sampled[columns] - exact).abs() * 100
    worst = errors[sampled["kind"] == "sample"].groupby(sampled["pixels"]).max()
    half = errors[sampled["kind"] == "float16"].iloc[0]
    largest = max(worst.iloc[-1].max(), half.max())
    measured = f"errors of up to {largest:.2f} points with {worst.index[-1]:,} pixels"
    return Sampling(list(worst.index), worst, half, largest, Finding(measured, met(largest < 0.5)))

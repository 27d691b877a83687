"""What the chapter on ablations concludes: how much the smaller choices matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from hazards.evaluation import thresholds
from hazards.evaluation.calibration import diagram
from hazards.evaluation.passes import FIGURES
from hazards.prose import NOTHING, listed
from hazards.studies import tables
from hazards.studies.differences import best, drop, score_gain
from hazards.studies.experiment import Study
from hazards.studies.variations import (
    calibration_errors,
    convention_gap,
    gains,
    outcome,
    outcomes,
    settings,
    widest,
)
from hazards.studies.verdicts import Interval, Verdict, interval

_FLIPPED = "flips averaged"


@dataclass(frozen=True)
class Conclusions:
    """What single choices change. Gains are by figure: miou on val, auroc and others of MaxLogit, pooled, on test.

    Args:
        changes: gains by what each choice is called; `widest` names the one that changes a figure most.
        window: range of good thresholds of MaxLogit, see `thresholds.window`; `prevalence` is the share of anomalous
            pixels, 0–1.
        carried: see `thresholds.transfer`; `lost` is what a threshold of MaxLogit loses in another town, in F1.
        gaps: the authors' convention minus the one that pools and leaves out two labels, by figure; `published` is
            what is published between MaxLogit and MSP, 0–1, `exceeds` the verdict on the gap being larger.
        by_temperature: one row a training and temperature, with the figures of Energy; `limit` has those of MaxLogit.
        hottest: the best temperature by each figure; `warmer` its gain over the default.
        outcomes: see `variations.outcomes`, of networks that are shown images in another way.
        other_size: the best of the other sizes by each figure; `resized` its gains, by the size's name.
        flips, weighing: gains by the mean with the mirror image, and by labels balanced in the loss.
        doubled, quadrupled: gains by all train images over half and over a quarter of them.
        by_balance, by_amount: see `variations.settings`.
        texts: sentences, by what they are about.
    """

    changes: dict[str, dict[str, Interval]]
    widest: dict[str, str]
    window: thresholds.Window
    prevalence: float
    carried: pd.DataFrame
    lost: Interval
    gaps: dict[str, Interval]
    published: dict[str, float]
    exceeds: dict[str, Verdict]
    by_temperature: pd.DataFrame
    limit: pd.Series
    hottest: dict[str, str]
    warmer: dict[str, Interval]
    outcomes: pd.DataFrame
    other_size: dict[str, str]
    resized: dict[str, dict[str, Interval]]
    flips: dict[str, Interval]
    weighing: dict[str, Interval]
    doubled: dict[str, Interval]
    quadrupled: dict[str, Interval]
    by_balance: pd.DataFrame
    by_amount: pd.DataFrame
    texts: dict[str, str]


def conclude(
    study: Study,
    temperatures: Mapping[str, float],
    applied: pd.DataFrame,
    counted: Mapping[str, Study],
    test_time: Mapping[str, Study],
    trained: Study,
    images: int,
) -> Conclusions:
    """Compare each choice with what it replaces, on the networks of one recipe where nothing is trained anew.

    Args:
        study: of that recipe, with MaxLogit and Energy at these temperatures, by the score's name.
        applied: see `variations.by_town`.
        counted: the same networks, by which labels are left out.
        test_time: the same networks, by how images are shown to them: the size of training, others, and flips.
        trained: of recipes that weigh labels (``balance 0``, ``balance 0.5``), and others that see a share of the
            train images, of which there are so many.
    """
    recipe, used = next(iter(study.recipes.items()))
    usual = f"{used.size[1]}×{used.size[0]}"
    curve = study.curves(recipe).query("score == 'MaxLogit'")
    carried = thresholds.transfer(applied)
    lost = carried[carried["score"] == "MaxLogit"].groupby("seed")["lost"].mean()

    published = _published()
    authors = outcome(counted["nothing"], "MaxLogit", "per-image")
    masked = outcome(counted["both"], "MaxLogit")
    gaps = {figure: convention_gap(authors, masked, figure, published[figure]) for figure in FIGURES}
    exceeds = {figure: beyond.verdict() for figure, (_, beyond) in gaps.items()}

    pooled = study.anomaly.query("convention == 'pooled'")
    heated = pooled.assign(temperature=pooled["score"].map(temperatures)).dropna(subset="temperature")
    hottest = {figure: best(heated, figure, "test", by="score") for figure in ("auroc", "aupr")}
    warmer = {figure: score_gain(study, figure, name, "T = 1", recipe) for figure, name in hottest.items()}

    shown = outcomes(test_time, "MaxLogit")
    others = [name for name in test_time if name not in (usual, _FLIPPED)]
    other_size = {"miou": best(shown, "miou", of=others), "auroc": best(shown, "auroc", "test", of=others)}
    resized = {size: gains(shown, size, usual) for size in other_size.values()}
    flips = gains(shown, _FLIPPED, usual)

    rows = outcome(trained, "MaxLogit")
    weights = {name: used.balance for name, used in trained.recipes.items() if name.startswith("balance")}
    shares = {name: used.share for name, used in trained.recipes.items() if name not in weights}
    quarter, half, whole = sorted(shares, key=shares.__getitem__)[-3:]
    weighing = gains(rows, "balance 0.5", "balance 0")
    doubled = gains(rows, whole, half)

    changes = {
        "mean over images, nothing left out, instead of pooled without unlabeled and other": {
            "auroc": gaps["auroc"][0]
        },
        f"Energy at {hottest['auroc']} instead of T = 1": {"auroc": warmer["auroc"]},
        f"images shown at {other_size['auroc']} instead of {usual}": resized[other_size["auroc"]],
        "mean with the mirror image": flips,
        "labels balanced in the loss by 0.5 instead of 0": weighing,
        "all train images instead of half": doubled,
    }
    return Conclusions(
        changes=changes,
        widest={figure: widest(changes, figure) for figure in ("miou", "auroc")},
        window=thresholds.window(curve),
        prevalence=curve["precision"].iloc[-1],
        carried=carried,
        lost=interval(lost),
        gaps={figure: difference for figure, (difference, _) in gaps.items()},
        published=published,
        exceeds=exceeds,
        by_temperature=heated,
        limit=tables.of_score(study, "MaxLogit").iloc[0].rename("MaxLogit, the limit of T = 0"),
        hottest=hottest,
        warmer=warmer,
        outcomes=shown,
        other_size=other_size,
        resized=resized,
        flips=flips,
        weighing=weighing,
        doubled=doubled,
        quadrupled=gains(rows, whole, quarter),
        by_balance=settings(rows, weights),
        by_amount=settings(rows, {name: round(share * images) for name, share in shares.items()}),
        texts=_on_counting(
            interval(lost - 0.01), exceeds, [name for name in counted if name not in ("nothing", "both")]
        )
        | _on_showing(hottest["auroc"], warmer["auroc"], other_size, resized[other_size["auroc"]]["auroc"], flips)
        | _on_training(weighing, doubled["miou"]),
    )


def _published() -> dict[str, float]:
    """What is published between MaxLogit and MSP, by figure, 0–1."""
    quoted = tables.quoted_figures().query("source == 'published'").dropna(subset="score").set_index("score")
    difference = quoted.loc["MaxLogit", list(FIGURES)] - quoted.loc["MSP", list(FIGURES)]
    return {figure: difference[figure] / 100 for figure in FIGURES}


def _on_counting(lost: Interval, exceeds: Mapping[str, Verdict], vague: list[str]) -> dict[str, str]:
    convention = (
        "Whether convention alone could make a published difference of this size cannot be told from so few seeds."
    )
    if "holds" in exceeds.values():
        convention = (
            "A published difference of this size says something about the scores only if both were counted alike."
        )
    elif set(exceeds.values()) == {"does not hold"}:
        convention = "A published difference of this size is not explained by convention alone."
    labels = f"Of the two labels, the data of this rendering have {listed(vague)}."
    return {
        "towns": lost.say(
            "That is more than a point: towns differ, and a threshold has to be found again.",
            "That is no more than a point: what limits F1 here is the ranking, not the choice of the threshold.",
            "Whether that is more than a point cannot be told from so few seeds.",
        ),
        "labels": NOTHING if len(vague) == 2 else labels,
        "convention": convention,
    }


def _on_showing(
    hottest: str, warmer: Interval, other_size: Mapping[str, str], resized: Interval, flips: Mapping[str, Interval]
) -> dict[str, str]:
    temperature = warmer.say(
        "The default is not the best by AUROC, by more than the effect of the seed.",
        "By AUROC no other temperature gains over the default.",
        "By AUROC the gain over the default is within the effect of the seed.",
    )
    if hottest == "T = 1":
        temperature = "The default is the best of them by AUROC."
    by_auroc = f"by AUROC it is {other_size['auroc']},"
    if other_size["auroc"] == other_size["miou"]:
        by_auroc = "by AUROC it does best, too,"
    return {
        "temperature": temperature,
        "by AUROC": by_auroc,
        "size": resized.say(
            "A size that the network was not trained with finds hazards better.",
            "No other size finds hazards better than the one of training.",
            "By AUROC the difference to the size of training is within the effect of the seed.",
        ),
        "flips": flips["miou"].say(
            "It helps segmentation.",
            "It does not help segmentation.",
            "Whether it helps segmentation cannot be told from so few seeds.",
        ),
        "flips, hazards": flips["auroc"].say(
            "It helps to find hazards.",
            "It does not help to find hazards.",
            "Whether it helps to find hazards cannot be told from so few seeds.",
        ),
    }


def _on_training(weighing: Mapping[str, Interval], doubled: Interval) -> dict[str, str]:
    return {
        "weights": weighing["miou"].say(
            "Weighing rare labels up is worth it for segmentation,",
            "Weighing rare labels up is not worth it for segmentation,",
            "For segmentation the difference is within the effect of the seed,",
        ),
        "weights, hazards": weighing["auroc"].say(
            "and it finds hazards better.",
            "and it does not find hazards better.",
            "and for hazards no difference is established.",
        ),
        "images": doubled.say(
            "More images of these towns would still help segmentation.",
            "More images of the same towns do not help segmentation at this number of steps.",
            "Whether the last doubling still helped segmentation cannot be told from so few seeds.",
        ),
    }


@dataclass(frozen=True)
class Calibration:
    """Whether networks are right as often as they are confident.

    Args:
        errors: see `variations.calibration_errors`.
        bins: points of the reliability diagram of a recipe's first network, by kind of pixels, see
            `calibration.diagram`.
        shifted: expected calibration error on test minus that on val, known pixels alone.
        text: what follows for a new town.
    """

    errors: pd.DataFrame
    bins: dict[str, pd.DataFrame]
    shifted: Interval
    text: str


def conclude_calibration(counts: pd.DataFrame, recipe: str) -> Calibration:
    """Compare val and test; see `variations.calibrations`."""
    errors = calibration_errors(counts)
    shifted = drop(errors, "ece", recipe, before="test", after="val")
    first = counts[(counts["recipe"] == recipe) & (counts["seed"] == 0)]
    val, test = first[first["split"] == "val"], first[first["split"] == "test"]
    bins = {"val": diagram(val), "test": diagram(test), "test with hazards": diagram(test, anomalous=True)}
    text = shifted.say(
        "Confidence means less in a new town, before any hazard comes into play.",
        "The change of town alone does not hurt calibration.",
        "Whether the change of town hurts calibration cannot be told from so few seeds.",
    )
    return Calibration(errors, bins, shifted, text)

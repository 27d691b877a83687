"""What the chapter on ablations concludes: how much the smaller choices matter."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hazards.evaluation import thresholds
from hazards.evaluation.calibration import diagram
from hazards.evaluation.figures import FIGURES
from hazards.prose import NOTHING, listed
from hazards.studies import tables
from hazards.studies.conclusions import Conclusions
from hazards.studies.differences import best, drop, gain, score_gain
from hazards.studies.experiment import Study
from hazards.studies.variations import calibration_errors, convention_gap, outcomes, settings
from hazards.studies.verdicts import Interval, Verdict, interval


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
        study: of that recipe, with MaxLogit, and Energy at these temperatures, by the score's name.
        applied: see `variations.by_town`.
        counted: the same networks, by which labels are left out.
        test_time: the same networks, by how images are shown to them: the size of training, others, and flips.
        trained: recipes that weigh labels (``balance 0``, ``balance 0.5``), and recipes that see a share of so many
            train images.

    Returns:
        Gains in miou on val and in auroc on test of MaxLogit, as in ``flips miou`` and ``flips auroc``: ``flips``;
        ``size``, by the best of the other sizes by each
        figure, ``other size`` by the best by AUROC; ``weights``, by a balance of labels; ``doubled`` and
        ``quadrupled``, by more images. ``temperature auroc`` and ``aupr``, by the best temperature by each;
        ``convention auroc``, ``aupr`` and ``fpr95``, the authors' minus the one that pools and leaves out two labels;
        ``town``, what a threshold loses in F1 in another town.
        Values: ``choices``, the names of gains by what readers see, ``widest``, the choice that changes a figure most;
        ``window``, see `thresholds.window`, and ``prevalence``; ``carried``, see `thresholds.transfer`; ``published``,
        between MaxLogit and MSP, 0–1, and ``exceeds``, the verdict on a convention changing more, by figure;
        ``heated``, rows of `Study.anomaly` with a temperature, ``limit``, means of MaxLogit, ``hottest``, the best by
        each figure; ``outcomes``, see `variations.outcomes`, ``sizes``, the best of the others by each figure;
        ``by balance`` and ``by images``, see `variations.settings`.
    """
    recipe, baseline = next(iter(study.recipes.items()))
    usual = f"{baseline.size[1]}×{baseline.size[0]}"
    carried = thresholds.transfer(applied)
    lost = carried[carried["score"] == "MaxLogit"].groupby("seed")["lost"].mean()
    curve = study.curves(recipe).query("score == 'MaxLogit'")

    published = _published()
    authors = tables.outcome(counted["nothing"], "MaxLogit", "per-image")
    masked = tables.outcome(counted["both"], "MaxLogit")
    gaps = {figure: convention_gap(authors, masked, figure, published[figure]) for figure in FIGURES}
    exceeds = {figure: beyond.verdict() for figure, (_, beyond) in gaps.items()}

    pooled = study.anomaly.query("convention == 'pooled'")
    heated = pooled.assign(temperature=pooled["score"].map(temperatures)).dropna(subset="temperature")
    hottest = {figure: best(heated, figure, "test", by="score") for figure in ("auroc", "aupr")}

    shown = outcomes(test_time, "MaxLogit")
    others = [name for name in test_time if name not in (usual, "flips averaged")]
    sizes = {"miou": best(shown, "miou", of=others), "auroc": best(shown, "auroc", "test", of=others)}

    rows = tables.outcome(trained, "MaxLogit")
    weights = {name: other.balance for name, other in trained.recipes.items() if name.startswith("balance")}
    amounts = {name: round(other.share * images) for name, other in trained.recipes.items() if name not in weights}
    quarter, half, whole = sorted(amounts, key=amounts.__getitem__)[-3:]

    gains = {f"convention {figure}": gap for figure, (gap, _) in gaps.items()}
    gains |= {
        f"temperature {figure}": score_gain(study, figure, name, "T = 1", recipe) for figure, name in hottest.items()
    }
    gains |= _both("flips", shown, "flips averaged", usual)
    gains |= _both("other size", shown, sizes["auroc"], usual)
    gains |= _both("weights", rows, "balance 0.5", "balance 0")
    gains |= _both("doubled", rows, whole, half) | _both("quadrupled", rows, whole, quarter)
    gains |= {"size miou": gain(shown, "miou", sizes["miou"], usual), "size auroc": gains["other size auroc"]}
    gains |= {"town": interval(lost)}
    choices = {
        "mean over images, nothing left out, instead of pooled without unlabeled and other": "convention",
        f"Energy at {hottest['auroc']} instead of T = 1": "temperature",
        f"images shown at {sizes['auroc']} instead of {usual}": "other size",
        "mean with the mirror image": "flips",
        "labels balanced in the loss by 0.5 instead of 0": "weights",
        "all train images instead of half": "doubled",
    }
    values = {
        "choices": choices,
        "widest": {figure: _widest(gains, choices, figure) for figure in ("miou", "auroc")},
        "window": thresholds.window(curve),
        "prevalence": curve["precision"].iloc[-1],
        "carried": carried,
        "published": published,
        "exceeds": exceeds,
        "heated": heated,
        "limit": pooled[pooled["score"] == "MaxLogit"][list(FIGURES)].mean().rename("MaxLogit, the limit of T = 0"),
        "hottest": hottest,
        "outcomes": shown,
        "sizes": sizes,
        "by balance": settings(rows, weights),
        "by images": settings(rows, amounts),
    }
    vague = [name for name in counted if name not in ("nothing", "both")]
    present = f"Of the two labels, the data of this rendering have {listed(vague)}."
    texts = {
        "labels": NOTHING if len(vague) == 2 else present,
        "convention": _on_convention(exceeds),
        "town": interval(lost - 0.01).say(
            "That is more than a point: towns differ, and a threshold has to be found again.",
            "That is no more than a point: what limits F1 here is the ranking, not the choice of the threshold.",
            "Whether that is more than a point cannot be told from so few seeds.",
        ),
    }
    return Conclusions(gains, values, texts | _on_showing(gains, hottest, sizes) | _on_training(gains))


def _both(name: str, rows: pd.DataFrame, of: str, over: str) -> dict[str, Interval]:
    """Gains in miou on val and in auroc on test of one variation over another, paired by seed."""
    return {f"{name} miou": gain(rows, "miou", of, over), f"{name} auroc": gain(rows, "auroc", of, over, "test")}


def _widest(gains: Mapping[str, Interval], choices: Mapping[str, str], figure: str) -> str:
    """The choice that changes a figure most, by the size of the mean, among those that change it."""
    names = {choice: f"{name} {figure}" for choice, name in choices.items()}
    return max(
        (choice for choice in names if names[choice] in gains), key=lambda choice: abs(gains[names[choice]].mean)
    )


def _published() -> dict[str, float]:
    """What is published between MaxLogit and MSP, by figure, 0–1."""
    quoted = tables.quoted_figures().query("source == 'published'").dropna(subset="score").set_index("score")
    return {figure: (quoted.loc["MaxLogit", figure] - quoted.loc["MSP", figure]) / 100 for figure in FIGURES}


def _on_convention(exceeds: Mapping[str, Verdict]) -> str:
    if "holds" in exceeds.values():
        return "A published difference of this size says something about the scores only if both were counted alike."
    if set(exceeds.values()) == {"does not hold"}:
        return "A published difference of this size is not explained by convention alone."
    return "Whether convention alone could make a published difference of this size cannot be told from so few seeds."


def _on_showing(gains: Mapping[str, Interval], hottest: Mapping[str, str], sizes: Mapping[str, str]) -> dict[str, str]:
    other = gains["temperature auroc"].say(
        "The default is not the best by AUROC, by more than the effect of the seed.",
        "By AUROC no other temperature gains over the default.",
        "By AUROC the gain over the default is within the effect of the seed.",
    )
    alike = sizes["auroc"] == sizes["miou"]
    return {
        "temperature": "The default is the best of them by AUROC." if hottest["auroc"] == "T = 1" else other,
        "size": "by AUROC it does best, too," if alike else f"by AUROC it is {sizes['auroc']},",
        "size auroc": gains["size auroc"].say(
            "A size that the network was not trained with finds hazards better.",
            "No other size finds hazards better than the one of training.",
            "By AUROC the difference to the size of training is within the effect of the seed.",
        ),
        "flips miou": gains["flips miou"].say(
            "It helps segmentation.",
            "It does not help segmentation.",
            "Whether it helps segmentation cannot be told from so few seeds.",
        ),
        "flips auroc": gains["flips auroc"].say(
            "It helps to find hazards.",
            "It does not help to find hazards.",
            "Whether it helps to find hazards cannot be told from so few seeds.",
        ),
    }


def _on_training(gains: Mapping[str, Interval]) -> dict[str, str]:
    return {
        "weights miou": gains["weights miou"].say(
            "Weighing rare labels up is worth it for segmentation,",
            "Weighing rare labels up is not worth it for segmentation,",
            "For segmentation the difference is within the effect of the seed,",
        ),
        "weights auroc": gains["weights auroc"].say(
            "and it finds hazards better.",
            "and it does not find hazards better.",
            "and for hazards no difference is established.",
        ),
        "doubled": gains["doubled miou"].say(
            "More images of these towns would still help segmentation.",
            "More images of the same towns do not help segmentation at this number of steps.",
            "Whether the last doubling still helped segmentation cannot be told from so few seeds.",
        ),
    }


def conclude_calibration(counts: pd.DataFrame, recipe: str) -> Conclusions:
    """Compare confidence on val and test; see `variations.calibrations`.

    Returns:
        Gains: ``shifted``, expected calibration error on test minus that on val, known pixels alone.
        Values: ``errors``, see `variations.calibration_errors`; ``bins``, points of the reliability diagram of a
        recipe's first network, by kind of pixels.
    """
    errors = calibration_errors(counts)
    first = counts[(counts["recipe"] == recipe) & (counts["seed"] == 0)]
    val, test = first[first["split"] == "val"], first[first["split"] == "test"]
    bins = {"val": diagram(val), "test": diagram(test), "test with hazards": diagram(test, anomalous=True)}
    shifted = drop(errors, "ece", recipe, before="test", after="val")
    text = shifted.say(
        "Confidence means less in a new town, before any hazard comes into play.",
        "The change of town alone does not hurt calibration.",
        "Whether the change of town hurts calibration cannot be told from so few seeds.",
    )
    return Conclusions({"shifted": shifted}, {"errors": errors, "bins": bins}, {"shifted": text})

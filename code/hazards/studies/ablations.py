"""What the chapter on ablations concludes: how much the smaller choices matter."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hazards.evaluation import thresholds
from hazards.evaluation.calibration import diagram
from hazards.evaluation.figures import FIGURES
from hazards.prose import listed, number
from hazards.studies import tables
from hazards.studies.bootstrap import score_lead
from hazards.studies.conclusions import Conclusions, sentences
from hazards.studies.experiment import Study
from hazards.studies.variations import calibration_errors, outcomes, settings
from hazards.studies.verdicts import Interval, any_of, best, gain, interval, interval_of_shares, paired

_ENOUGH = 3
"""Fewest towns for an interval that says something: the t quantile is 12.7 for two towns, 4.3 for three."""


def conclude(
    study: Study,
    temperatures: Mapping[str, float],
    applied: pd.DataFrame,
    counted: Mapping[str, Study],
    test_time: Mapping[str, Study],
    trained: Study,
    scheduled: Study,
    images: int,
) -> Conclusions:
    """Compare each choice with what it replaces, on the networks of one recipe where nothing is trained anew.

    Args:
        study: of that recipe, with MaxLogit, and Energy at these temperatures, by the score's name.
        applied: thresholds in other towns, see `variations.by_town`.
        counted: the same networks, by which labels are left out.
        test_time: the same networks, by how images are shown to them: the size of training, others, and flips.
        trained: recipes that weigh labels (``balance 0``, ``balance 0.5``), and recipes that see a share of so many
            train images.
        scheduled: recipes with another learning rate (``rate × 1``, the usual one, and others), and recipes that are
            trained for so many epochs (``3 epochs``).

    Returns:
        What the sections of the chapter conclude, see the functions below, with these values: ``choices``, the name of
        the gain, as in ``flips`` for ``flips miou`` and ``flips auroc``, by what the choice is called; ``widest``, the
        choice that changes a figure most, by figure. Gains in miou are on val, those in auroc on test by MaxLogit, all
        pixels pooled.
    """
    recipe, baseline = next(iter(study.recipes.items()))
    usual = f"{baseline.size[1]}×{baseline.size[0]}"
    sections = [
        _thresholds(study.curves(recipe), applied),
        _conventions(counted),
        _temperatures(study, temperatures, recipe),
        _shown(test_time, usual),
        _trained(trained, images),
        _scheduled(scheduled),
    ]
    gains = {name: gain for section in sections for name, gain in section.gains.items()}
    values = {name: value for section in sections for name, value in section.values.items()}
    texts = {name: text for section in sections for name, text in section.texts.items()}
    hottest = values["hottest"]["auroc"]
    choices = {
        "mean over images, nothing left out, instead of pooled without unlabeled and other": "convention",
        f"Energy at {hottest} instead of T = 1": "temperature",
        f"images shown at {values['sizes']['auroc']} instead of {usual}": "other size",
        "mean with the mirror image": "flips",
        "labels balanced in the loss by 0.5 instead of 0": "weights",
        "all train images instead of half": "doubled",
        **values["paces"],
    }
    if hottest == "T = 1":  # the default is the best one, so nothing is changed by it
        del choices["Energy at T = 1 instead of T = 1"]
    widest = {figure: _widest(gains, choices, figure) for figure in ("miou", "auroc")}
    return Conclusions(gains, values | {"choices": choices, "widest": widest}, texts)


def _widest(gains: Mapping[str, Interval], choices: Mapping[str, str], figure: str) -> str:
    """The choice that changes a figure most, by the size of the mean, among those that change it."""
    names = {choice: f"{name} {figure}" for choice, name in choices.items()}
    sizes = {choice: abs(gains[name].mean) for choice, name in names.items() if name in gains}
    return max(sizes, key=sizes.__getitem__)


def _both(name: str, rows: pd.DataFrame, of: str, over: str) -> dict[str, Interval]:
    """Gains in miou on val and in auroc on test of one variation over another, paired by seed."""
    return {f"{name} miou": gain(rows, "miou", of, over), f"{name} auroc": gain(rows, "auroc", of, over, "test")}


def _thresholds(curves: pd.DataFrame, applied: pd.DataFrame) -> Conclusions:
    """Gains: ``town``, what a threshold of MaxLogit loses in F1 in another town, where there are several.

    Values: ``window``, see `thresholds.window`; ``prevalence`` of anomalous pixels, 0–1; ``carried``, see
    `thresholds.transfer_by_town`.
    """
    curve = curves[curves["score"] == "MaxLogit"]
    carried = thresholds.transfer(applied)
    lost = carried[carried["score"] == "MaxLogit"].groupby("seed")["lost"].mean()
    values = {
        "window": thresholds.window(curve),
        "prevalence": curve["precision"].iloc[-1],
        "carried": thresholds.transfer_by_town(applied),
    }
    town = interval(lost)
    if not town.n:
        texts = sentences("ablations", {"carried": "one", "pairs": "one", "town": "one"})
        return Conclusions({}, values, texts)
    texts = sentences("ablations", {"town": interval(lost - 0.01).verdict()})
    texts |= sentences("ablations", {"carried": "several"}, lost=town.text())
    texts |= sentences("ablations", {"pairs": "several"}, lost=town.text(digits=2))
    return Conclusions({"town": town}, values, texts)


def _conventions(counted: Mapping[str, Study]) -> Conclusions:
    """Gains: ``convention auroc``, ``aupr``, ``fpr95``, the authors' minus one that pools and leaves out two labels.

    Values by figure: ``published``, MaxLogit minus MSP, 0–1; ``exceeds``, the verdict on a convention changing more.
    """
    quoted = tables.quoted_figures().query("source == 'published'").dropna(subset="score").set_index("score")
    published = {figure: (quoted.loc["MaxLogit", figure] - quoted.loc["MSP", figure]) / 100 for figure in FIGURES}
    authors = tables.outcome(counted["nothing"], "MaxLogit", "per-image").assign(recipe="authors")
    masked = tables.outcome(counted["both"], "MaxLogit").assign(recipe="masked")
    rows = pd.concat([authors, masked])
    gaps = {figure: paired(rows, figure, "authors", "masked", split="test") for figure in FIGURES}
    gains = {f"convention {figure}": interval(gap) for figure, gap in gaps.items()}
    exceeds = {figure: interval(gap.abs() - abs(published[figure])).verdict() for figure, gap in gaps.items()}
    vague = [name for name in counted if name not in ("nothing", "both")]
    cases = {"labels": "both" if len(vague) == 2 else "fewer", "convention": any_of(exceeds.values())}
    texts = sentences("ablations", cases, vague=listed(vague))
    return Conclusions(gains, {"published": published, "exceeds": exceeds}, texts)


def _temperatures(study: Study, temperatures: Mapping[str, float], recipe: str) -> Conclusions:
    """Gains: ``temperature auroc`` and ``temperature aupr``, of Energy at the best temperature by each over T = 1, what
    choosing it adds taken off, see `bootstrap.lead`.

    Values: ``heated``, rows of `Study.anomaly` with a temperature; ``limit``, means of MaxLogit; ``hottest``, the best
    temperature by figure.
    """
    pooled = study.anomaly.query("convention == 'pooled'")
    heated = pooled.assign(temperature=pooled["score"].map(temperatures)).dropna(subset="temperature")
    limit = pooled[pooled["score"] == "MaxLogit"][list(FIGURES)].mean().rename("MaxLogit, the limit of T = 0")
    hottest = {figure: best(heated, figure, "test", by="score") for figure in ("auroc", "aupr")}
    gains = {f"temperature {name}": score_lead(study, name, list(temperatures), "T = 1", recipe) for name in hottest}
    case = "default" if hottest["auroc"] == "T = 1" else gains["temperature auroc"].verdict()
    texts = sentences("ablations", {"temperature": case})
    for figure, name in hottest.items():
        kind = {f"hottest {figure}": "default" if name == "T = 1" else "other"}
        texts |= sentences("ablations", kind, hottest=name, gain=gains[f"temperature {figure}"].text(digits=2))
    return Conclusions(gains, {"heated": heated, "limit": limit, "hottest": hottest}, texts)


def _shown(test_time: Mapping[str, Study], usual: str) -> Conclusions:
    """Gains by ``flips``, by ``other size``, the best of the others by AUROC, and by ``size``, the best by each figure.

    Values: ``outcomes``, see `variations.outcomes`; ``sizes``, the best of the others by figure.
    """
    rows = outcomes(test_time, "MaxLogit")
    others = [name for name in test_time if name not in (usual, "flips averaged")]
    sizes = {"miou": best(rows, "miou", of=others), "auroc": best(rows, "auroc", "test", of=others)}
    gains = _both("flips", rows, "flips averaged", usual) | _both("other size", rows, sizes["auroc"], usual)
    gains |= {"size miou": gain(rows, "miou", sizes["miou"], usual), "size auroc": gains["other size auroc"]}
    verdicts = {name: gains[name].verdict() for name in ("size auroc", "flips miou", "flips auroc")}
    size = "same" if sizes["auroc"] == sizes["miou"] else "other"
    texts = sentences("ablations", {"size": size} | verdicts, size=sizes["auroc"])
    return Conclusions(gains, {"outcomes": rows, "sizes": sizes}, texts)


def _trained(trained: Study, images: int) -> Conclusions:
    """Gains by ``weights``, a balance of labels, and by more images, ``doubled`` and ``quadrupled``.

    Values: ``by balance`` and ``by images``, see `variations.settings`.
    """
    rows, recipes = tables.outcome(trained, "MaxLogit"), trained.recipes
    weights = {name: recipe.balance for name, recipe in recipes.items() if name.startswith("balance")}
    amounts = {name: round(recipe.share * images) for name, recipe in recipes.items() if name not in weights}
    quarter, half, whole = sorted(amounts, key=amounts.__getitem__)[-3:]
    gains = _both("weights", rows, "balance 0.5", "balance 0")
    gains |= _both("doubled", rows, whole, half) | _both("quadrupled", rows, whole, quarter)
    values = {"by balance": settings(rows, weights), "by images": settings(rows, amounts)}
    verdicts = {name: gains[name].verdict() for name in ("weights miou", "weights auroc", "doubled miou")}
    return Conclusions(gains, values, sentences("ablations", verdicts))


def _scheduled(scheduled: Study) -> Conclusions:
    """Gains by the ``lower`` and the ``higher`` learning rate over the usual one, and by ``longer`` training.

    Values: ``by rate`` and ``by length``, see `variations.settings`; ``paces``, names of these gains, see `conclude`.
    """
    rows, recipes = tables.outcome(scheduled, "MaxLogit"), scheduled.recipes
    rates = {name: recipe.learning_rate for name, recipe in recipes.items() if name.startswith("rate")}
    lengths = {name: recipe.epochs for name, recipe in recipes.items() if name not in rates}
    usual = "rate × 1"
    lower = min(rates, key=rates.__getitem__)
    higher = max(rates, key=rates.__getitem__)
    shortest = min(lengths, key=lengths.__getitem__)
    longest = max(lengths, key=lengths.__getitem__)
    gains = _both("lower", rows, lower, usual) | _both("higher", rows, higher, usual)
    gains |= _both("longer", rows, longest, shortest)
    paces = {
        f"learning rate {rates[lower]:g} instead of {rates[usual]:g}": "lower",
        f"learning rate {rates[higher]:g} instead of {rates[usual]:g}": "higher",
        f"{longest} instead of {lengths[shortest]}": "longer",
    }
    values = {"by rate": settings(rows, rates), "by length": settings(rows, lengths), "paces": paces}
    verdicts = {name: gains[name].verdict() for name in ("lower miou", "higher miou", "longer miou", "longer auroc")}
    return Conclusions(gains, values, sentences("ablations", verdicts))


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
    shifted = interval(paired(errors, "ece", of="test", over="val", by="split", recipe=recipe))
    texts = sentences("ablations", {"shifted": shifted.verdict()})
    return Conclusions({"shifted": shifted}, {"errors": errors, "bins": bins}, texts)


def conclude_towns(rows: pd.DataFrame, score: str) -> Conclusions:
    """Say how far towns differ in the figures of a score and in mIoU.

    Args:
        rows: the figures of `variations.by_town`.

    Returns:
        Gains: miou, auroc, aupr and fpr95, mean and 95 % t interval over towns of the means over seeds. Values:
        ``towns``, a row a town: town, images, then means over seeds; ``spreads``, a row a figure: figure, standard
        deviation over ``towns`` (of means over seeds) and over ``seeds`` (of means over towns); ``count`` of towns.
        Texts: ``spread``, about AUROC, and ``towns``, about the interval.
    """
    chosen = rows[rows["score"] == score]
    figures = ["miou", *FIGURES]
    towns = chosen.groupby("town", sort=False)[["images", *figures]].mean()
    seeds = chosen.groupby("seed")[figures].mean()
    spreads = pd.DataFrame({"towns": towns[figures].std(), "seeds": seeds.std()}).rename_axis("figure").reset_index()
    auroc = spreads.set_index("figure").loc["auroc"]
    cases = {"spread": "neither", "towns": "one"}
    if len(towns) > 1:
        cases["spread"] = "towns" if auroc["towns"] > auroc["seeds"] else "seeds"
        cases["towns"] = "enough" if len(towns) >= _ENOUGH else "few"
    if len(towns) > 1 and len(seeds) == 1:
        cases["spread"] = "one seed"
    texts = sentences(
        "ablations",
        cases,
        count=len(towns),
        towns=number(auroc["towns"] * 100),
        seeds=number(auroc["seeds"] * 100),
    )
    values = {"towns": towns.reset_index(), "spreads": spreads, "count": len(towns)}
    gains = {figure: interval_of_shares(towns[figure], "towns") for figure in figures}
    return Conclusions(gains, values, texts)

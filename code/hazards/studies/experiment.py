"""Compare recipes over seeds: train and evaluate each, then means, intervals and a verdict computed from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import special

from hazards.data.layout import DataSet
from hazards.errors import HazardsError
from hazards.evaluation.components import component_figures
from hazards.evaluation.figures import FIGURES, evaluate
from hazards.evaluation.fitting import fit
from hazards.evaluation.passes import Inference
from hazards.evaluation.score_maps import maps
from hazards.evaluation.selection import best_thresholds, typical_images
from hazards.evaluation.single_hazards import hazard_regions
from hazards.jobs import gather
from hazards.labels import LabelSet
from hazards.metrics.segmentation import mean_iou, pixel_accuracy
from hazards.scores.logits import max_logit, msp
from hazards.scores.method import Method, Score, as_method
from hazards.store import Call, Entry
from hazards.training import Recipe, train

Verdict = Literal["holds", "does not hold", "undecided"]
SPLITS = ("val", "test")


class NoAnomalyError(HazardsError):
    """Anomaly scores are to be judged on a data set without anomalies."""


@dataclass(frozen=True)
class Study:
    """Recipes trained with several seeds and evaluated.

    Args:
        recipes: by the name that tables and figures show.
        scores: anomaly scores by the name that tables and figures show.
        trainings: store entries by (recipe name, seed).
        evaluations: store entries by (recipe name, seed, split).
        statistics: store entries of what methods are fitted to, by method name, by (recipe name, seed).
        labels: the label set of the data.
    """

    recipes: dict[str, Recipe]
    scores: dict[str, Method]
    trainings: dict[tuple[str, int], Entry]
    evaluations: dict[tuple[str, int, str], Entry]
    statistics: dict[tuple[str, int], dict[str, Entry]]
    labels: LabelSet

    @property
    def summary(self) -> pd.DataFrame:
        """One row a training and split: miou (pooled over the split), image_miou (mean over images), accuracy."""
        rows = []
        for (recipe, seed, split), entry in self.evaluations.items():
            confusion = entry.value["confusion"]
            figures = {
                "miou": mean_iou(confusion),
                "image_miou": entry.value["images"]["miou"].mean(),
                "accuracy": pixel_accuracy(confusion),
            }
            rows.append({"recipe": recipe, "seed": seed, "split": split} | figures)
        return pd.DataFrame(rows)

    @property
    def images(self) -> pd.DataFrame:
        """One row a training, split and image."""
        return _stack({key: entry.value["images"] for key, entry in self.evaluations.items()})

    @property
    def anomaly(self) -> pd.DataFrame:
        """One row a training, score and convention: figures on the test split, see `evaluation.evaluate`.

        Raises:
            NoAnomalyError: where nothing is anomalous there.
        """
        tests = {key: e.value["anomaly"] for key, e in self.evaluations.items() if key[2] == "test"}
        if self.scores and all(each.empty for each in tests.values()):
            raise NoAnomalyError(
                "no pixel of the test split is anomalous, so no anomaly score can be judged on this data set: is the "
                "right label marked with anomaly = true in labels.toml?"
            )
        return _stack(tests).replace({"score": self._shown})

    def curves(self, recipe: str) -> pd.DataFrame:
        """Pooled ROC and precision-recall curves on the test split of a recipe's first seed, one part a score."""
        return self.evaluations[recipe, 0, "test"].value["curves"].replace({"score": self._shown})

    @property
    def _shown(self) -> dict[str, str]:
        """What readers see for the names of methods in results; results do not depend on it."""
        return {method.name: name for name, method in self.scores.items()}

    @property
    def logs(self) -> pd.DataFrame:
        """One row a training and epoch: loss and val mIoU."""
        return _stack({(*key, "train"): entry.value["log"] for key, entry in self.trainings.items()})

    def confusion(self, recipe: str, split: str) -> np.ndarray:
        """Confusion matrices of a recipe's seeds, int64 (seeds, K, K)."""
        return np.stack(
            [e.value["confusion"] for (r, _, s), e in self.evaluations.items() if (r, s) == (recipe, split)]
        )

    def typical(self, recipe: str, quantiles: tuple[float, ...] = (0.9, 0.5, 0.1)) -> Entry:
        """Test images at these quantiles of mIoU by a recipe's first seed; see `selection.typical_images`."""
        return typical_images(self.evaluations[recipe, 0, "test"], quantiles)

    def panel(
        self, recipe: str, data: DataSet, images: tuple[str, ...] | Entry, scores: Sequence[str]
    ) -> dict[str, Any]:
        """What the network of a recipe's first seed says about some test images; see `evaluation.maps`."""
        panel = maps(split="test", images=images, **self.network(recipe, data, scores)).value
        return {**panel, "scores": {self._shown[name]: values for name, values in panel["scores"].items()}}

    def regions(self, recipe: str, data: DataSet, scores: Sequence[str]) -> pd.DataFrame:
        """Each hazard, and how the network of a recipe's first seed finds it; see `single_hazards.hazard_regions`."""
        return self.regions_by_recipe([recipe], data, scores)[recipe]

    def regions_by_recipe(
        self, recipes: Sequence[str], data: DataSet, scores: Sequence[str]
    ) -> dict[str, pd.DataFrame]:
        """The same for several recipes."""
        found = gather([hazard_regions.call(**self.network(recipe, data, scores)) for recipe in recipes])
        return {recipe: entry.value.rename(columns=self._shown) for recipe, entry in zip(recipes, found, strict=True)}

    def components(self, recipe: str, data: DataSet, scores: Sequence[str]) -> pd.DataFrame:
        """Component-level figures of a recipe's first seed, each score at the threshold with its best pixel F1.

        See `components.component_figures`.
        """
        methods = tuple(self.scores[name].name for name in scores)
        thresholds = best_thresholds.call(self.evaluations[recipe, 0, "test"], methods)
        found = component_figures(thresholds=thresholds, **self.network(recipe, data, scores)).value
        return found.replace({"score": self._shown})

    def inference(self, recipe: str, seed: int, data: DataSet) -> Inference:
        """A recipe's network, as it sees a data set at the size that it was trained at."""
        return Inference(self.recipes[recipe].model, self.trainings[recipe, seed], data, self.recipes[recipe].size)

    def network(self, recipe: str, data: DataSet, scores: Sequence[str]) -> dict[str, Any]:
        """A recipe's first network with some scores: arguments of `evaluation.maps` and its like."""
        methods = [self.scores[name] for name in scores]
        fitted = self.statistics[recipe, 0]
        return {
            "inference": self.inference(recipe, 0, data),
            "scores": tuple(methods),
            "statistics": {method.name: fitted[method.name] for method in methods if method.fit_on},
        }

    @property
    def costs(self) -> pd.DataFrame:
        """One row a training that ran without a break: seconds, peak_memory_mib, device; see `provenance.record`."""
        rows = [{"recipe": recipe, "seed": seed} | entry.provenance for (recipe, seed), entry in self.trainings.items()]
        whole = [row for row in rows if not row.get("resumed")]
        return pd.DataFrame(whole, columns=["recipe", "seed", "seconds", "peak_memory_mib", "device"])


def _stack(frames: dict[tuple[str, int, str], pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(
        [frame.assign(recipe=recipe, seed=seed, split=split) for (recipe, seed, split), frame in frames.items()],
        ignore_index=True,
    )


BASIC_SCORES: dict[str, Score | Method] = {"MaxLogit": max_logit, "MSP": msp}


def study(
    recipes: dict[str, Recipe],
    data: DataSet,
    seeds: int,
    scores: Mapping[str, Score | Method] = BASIC_SCORES,
    splits: tuple[str, ...] = SPLITS,
    judged: tuple[int, int] | None = None,
    seen: tuple[int, int] | None = None,
    ignore: tuple[int, ...] = (),
    flip: bool = False,
) -> Study:
    """Train every recipe with seeds 0 … `seeds` - 1 and evaluate it; what the store holds is not computed again.

    Args:
        scores: by the name that tables and figures show. Those with statistics are fitted to each network first.
        splits: on which to evaluate.
        judged: size of the labels that all are compared with, see `evaluation.Inference`; each recipe's own by default.
        seen: size at which trained networks see the images when they are evaluated; the one that they were trained at
            by default.
        ignore: see `evaluate`.
        flip: see `evaluation.Inference`. Statistics of scores are taken without them.
    """
    methods = {name: as_method(score) for name, score in scores.items()}
    trainings = {
        (name, seed): train.call(recipe, data, seed) for name, recipe in recipes.items() for seed in range(seeds)
    }
    fitted = [method for method in methods.values() if method.fit_on]
    statistics, evaluations = {}, {}
    for (name, seed), trained in trainings.items():
        size = seen or recipes[name].size
        inference = Inference(recipes[name].model, trained, data, size)
        own = {method.name: fit.call(inference, method) for method in fitted}
        judging = replace(inference, judged=judged if judged != size else None, flip=flip)
        statistics[name, seed] = own
        for split in splits:
            kinds = (tuple(methods.values()), own) if split == "test" else ((), None)
            evaluations[name, seed, split] = evaluate.call(judging, split, *kinds, ignore=ignore)
    calls = [*trainings.values(), *evaluations.values()]
    entries: dict[Call, Entry] = dict(zip(calls, gather(calls), strict=True))
    return Study(
        recipes,
        methods,
        {key: entries[call] for key, call in trainings.items()},
        {key: entries[call] for key, call in evaluations.items()},
        {key: {name: call.run() for name, call in own.items()} for key, own in statistics.items()},
        data.labels,
    )


@dataclass(frozen=True)
class Interval:
    """A mean over n seeds, or another figure of n parts, with its 95 % confidence interval."""

    mean: float
    low: float
    high: float
    n: int

    def verdict(self) -> Verdict:
        """Of the claim that the mean is over 0: decided only where the interval lies on one side of 0."""
        if self.low > 0:
            return "holds"
        return "does not hold" if self.high <= 0 else "undecided"

    def no_gain(self, margin: float = 0.005) -> Verdict:
        """Of the claim that a change does not help: the whole interval of the gain lies under `margin`.

        It does not hold where the whole interval lies over 0, unless it also lies under the margin.
        """
        if self.high < margin:
            return "holds"
        return "does not hold" if self.low > 0 else "undecided"

    def reversed(self) -> Interval:
        """Of the difference taken the other way round."""
        return Interval(-self.mean, -self.high, -self.low, self.n)

    def equivalence(self, margin: float) -> Verdict:
        """Of the claim that the mean differs from 0 by no more than `margin`, decided by the whole interval."""
        if -margin <= self.low and self.high <= margin:
            return "holds"
        return "does not hold" if self.low > margin or self.high < -margin else "undecided"

    def say(self, holds: str, does_not_hold: str, undecided: str) -> str:
        """The phrase that goes with the verdict, for prose."""
        return {"holds": holds, "does not hold": does_not_hold, "undecided": undecided}[self.verdict()]

    def text(self, scale: float = 100, digits: int = 1) -> str:
        """Mean and interval, in per cent unless `scale` says otherwise: ``1.2 (0.3 to 2.1)``."""
        values = (self.mean, self.low, self.high)
        mean, low, high = (f"{value * scale:z.{digits}f}".replace("-", "\N{MINUS SIGN}") for value in values)
        return f"{mean} ({low} to {high})"


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Verdict on a claim with several parts: it holds if all do, and does not if any does not."""
    found = set(verdicts)
    return "does not hold" if "does not hold" in found else "undecided" if "undecided" in found else "holds"


def interval(values: np.ndarray | pd.Series) -> Interval:
    """Mean and 95 % interval of independent values, NaN left out; without an end where there is only one value."""
    array = np.asarray(values, dtype=float)
    array = array[~np.isnan(array)]
    if not len(array):
        return Interval(np.nan, -np.inf, np.inf, 0)
    half = np.inf
    if len(array) > 1:
        half = float(special.stdtrit(len(array) - 1, 0.975) * array.std(ddof=1) / np.sqrt(len(array)))
    return Interval(float(array.mean()), float(array.mean() - half), float(array.mean() + half), len(array))


def gain(summary: pd.DataFrame, figure: str, of: str, over: str, split: str = "val") -> Interval:
    """Gain in `figure` of recipe `of` over recipe `over` on a split, paired by seed."""
    return interval(paired(summary, figure, of, over, split))


def paired(summary: pd.DataFrame, figure: str, of: str, over: str, split: str = "val") -> pd.Series:
    """That gain for each seed."""
    by_seed = summary[summary["split"] == split].pivot(index="seed", columns="recipe", values=figure)
    return by_seed[of] - by_seed[over]


def drop(summary: pd.DataFrame, figure: str, recipe: str, before: str, after: str) -> Interval:
    """Fall of `figure` from split `before` to split `after`, over a recipe's seeds."""
    by_seed = summary[summary["recipe"] == recipe].pivot(index="seed", columns="split", values=figure)
    return interval(by_seed[before] - by_seed[after])


_PREDICTOR_NAMES = {
    "position": "most frequent label at each position",
    "constant": "most frequent label everywhere",
}


def headline(study: Study, predictors: pd.DataFrame) -> pd.DataFrame:
    """What each recipe and each predictor without a network reaches, in per cent: means over seeds.

    Columns: network, val mIoU, test mIoU, and AUROC, AUPR, FPR95 of MaxLogit with all test pixels pooled.
    """
    miou = study.summary.pivot_table(index="recipe", columns="split", values="miou", sort=False)
    pooled = study.anomaly.query("score == 'MaxLogit' and convention == 'pooled'")
    anomaly = pooled.groupby("recipe", sort=False)[["auroc", "aupr", "fpr95"]].mean()
    simple = predictors.pivot(index="predictor", columns="split", values="miou").rename(index=_PREDICTOR_NAMES)
    rows = pd.concat([miou.join(anomaly), simple.loc[list(_PREDICTOR_NAMES.values())]]) * 100
    names = {"val": "val mIoU", "test": "test mIoU", "auroc": "AUROC", "aupr": "AUPR", "fpr95": "FPR95"}
    return rows[list(names)].rename(columns=names).rename_axis("network").reset_index()


def anomaly_table(study: Study, recipe: str) -> pd.DataFrame:
    """Figures of each score by both conventions, in per cent: means over a recipe's seeds.

    Columns: score, then by convention (``pooled`` or ``per-image``) AUROC, AUPR and FPR95, as in ``pooled AUROC``, and
    ``pooled AUROC interval`` and so on as text: the bootstrap interval over images, its ends averaged over seeds.
    """
    rows = study.anomaly[study.anomaly["recipe"] == recipe]
    means = rows.groupby(["score", "convention"], sort=False).mean(numeric_only=True) * 100
    table = pd.DataFrame({"score": rows["score"].unique()})
    for convention in ("pooled", "per-image"):
        own = means.xs(convention, level="convention").loc[table["score"]].reset_index()
        for figure in FIGURES:
            table[f"{convention} {figure.upper()}"] = own[figure]
            ends = own[[f"{figure} low", f"{figure} high"]].to_numpy()
            table[f"{convention} {figure.upper()} interval"] = [f"{low:.1f} to {high:.1f}" for low, high in ends]
    return table


def quoted_figures() -> pd.DataFrame:
    """Figures on the real StreetHazards that the work log and papers report, in per cent.

    Columns: source (``log`` or ``published``), method, score (the one of this report, if there is one), fpr95, auroc,
    aupr.
    """
    with (resources.files("hazards.studies") / "quoted_figures.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, comment="#")


def score_gain(study: Study, figure: str, of: str, over: str, recipe: str) -> Interval:
    """Gain in a pooled figure of one score over another on the same networks, paired by seed."""
    rows = study.anomaly.query("recipe == @recipe and convention == 'pooled'")
    by_seed = rows.pivot(index="seed", columns="score", values=figure)
    return interval(by_seed[of] - by_seed[over])

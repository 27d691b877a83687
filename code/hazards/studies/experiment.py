"""A study: recipes, each trained with several seeds and evaluated; what is missing of it is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from hazards.data.layout import DataSet
from hazards.errors import HazardsError
from hazards.evaluation.figures import evaluate
from hazards.evaluation.fitting import fits
from hazards.evaluation.passes import Inference
from hazards.evaluation.score_maps import maps
from hazards.evaluation.selection import typical_images
from hazards.evaluation.single_hazards import hazard_regions
from hazards.jobs import gather
from hazards.labels import LabelSet
from hazards.metrics.segmentation import mean_iou, occurring, pixel_accuracy
from hazards.scores.logits import max_logit, msp
from hazards.scores.method import Method, Score, as_method
from hazards.store import Call, Entry
from hazards.training import Recipe, train

SPLITS = ("val", "test")
_Key = TypeVar("_Key")


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
        statistics: store entries of what methods are fitted to, by method name, by (recipe name, seed); see
            `fitting.fits`.
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
        """One row a training and split: miou (pooled over the split), image_miou (mean over images), accuracy, common.

        The last is miou over the labels that occur both in val and in test, as far as these were evaluated.
        """
        tests = [e.value["confusion"] for (_, _, split), e in self.evaluations.items() if split in SPLITS]
        common = occurring(tests)
        rows = []
        for (recipe, seed, split), entry in self.evaluations.items():
            confusion = entry.value["confusion"]
            rows.append(
                {
                    "recipe": recipe,
                    "seed": seed,
                    "split": split,
                    "miou": mean_iou(confusion),
                    "image_miou": entry.value["images"]["miou"].mean(),
                    "accuracy": pixel_accuracy(confusion),
                    "common": mean_iou(confusion, common),
                }
            )
        return pd.DataFrame(rows)

    @property
    def images(self) -> pd.DataFrame:
        """One row a training, split and image."""
        return stacked({key: entry.value["images"] for key, entry in self.evaluations.items()})

    @property
    def anomaly(self) -> pd.DataFrame:
        """One row a training, score and convention: figures on the test split, see `figures.evaluate`.

        Raises:
            NoAnomalyError: where nothing is anomalous there.
        """
        tests = {key: e.value["anomaly"] for key, e in self.evaluations.items() if key[2] == "test"}
        if self.scores and all(table.empty for table in tests.values()):
            raise NoAnomalyError(
                "no pixel of the test split is anomalous, so no anomaly score can be judged on this data set: is the "
                "right label marked with anomaly = true in labels.toml?"
            )
        return stacked(tests).replace({"score": self.shown})

    def curves(self, recipe: str) -> pd.DataFrame:
        """Pooled ROC and precision-recall curves on the test split of a recipe's first seed, one part a score."""
        return self.evaluations[recipe, 0, "test"].value["curves"].replace({"score": self.shown})

    @property
    def shown(self) -> dict[str, str]:
        """What readers see for the names of methods in results; results do not depend on it."""
        return {method.name: name for name, method in self.scores.items()}

    @property
    def logs(self) -> pd.DataFrame:
        """One row a training and epoch: loss and val mIoU."""
        return stacked({key: entry.value["log"] for key, entry in self.trainings.items()})

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
        """What the network of a recipe's first seed says about some test images; see `score_maps.maps`."""
        panel = maps(split="test", images=images, **self.network(recipe, data, scores)).value
        return {**panel, "scores": {self.shown[name]: values for name, values in panel["scores"].items()}}

    def regions(self, recipes: Sequence[str], data: DataSet, scores: Sequence[str]) -> dict[str, pd.DataFrame]:
        """Each hazard, and how the network of the first seed finds it, by recipe.

        See `single_hazards.hazard_regions`.
        """
        calls = {recipe: hazard_regions.call(**self.network(recipe, data, scores)) for recipe in recipes}
        return {recipe: entry.value.rename(columns=self.shown) for recipe, entry in gathered(calls).items()}

    def inference(self, recipe: str, seed: int, data: DataSet) -> Inference:
        """A recipe's network, as it sees a data set at the size that it was trained at."""
        return Inference(self.recipes[recipe].model, self.trainings[recipe, seed], data, self.recipes[recipe].size)

    def network(self, recipe: str, data: DataSet, scores: Sequence[str], seed: int = 0) -> dict[str, Any]:
        """A recipe's network, by default the first, with some scores: arguments of `score_maps.maps` and its like."""
        methods = [self.scores[name] for name in scores]
        fitted = self.statistics[recipe, seed]
        return {
            "inference": self.inference(recipe, seed, data),
            "scores": tuple(methods),
            "statistics": {method.name: fitted[method.name] for method in methods if method.fit_on},
        }

    @property
    def costs(self) -> pd.DataFrame:
        """One row a training that ran without a break: seconds, peak_memory_mib, device; see `store.provenance`."""
        rows = [{"recipe": recipe, "seed": seed} | entry.provenance for (recipe, seed), entry in self.trainings.items()]
        whole = [row for row in rows if not row.get("resumed")]
        return pd.DataFrame(whole, columns=["recipe", "seed", "seconds", "peak_memory_mib", "device"])


def gathered(calls: Mapping[_Key, Call], workers: int | None = None) -> dict[_Key, Entry]:
    """The results of calls, by the same keys; see `gather`."""
    return dict(zip(calls, gather(calls.values(), workers), strict=True))


def stacked(frames: Mapping[Any, pd.DataFrame]) -> pd.DataFrame:
    """Frames below one another, with their keys in the columns recipe, seed and, where there are three, split."""
    columns = ("recipe", "seed", "split")
    labelled = [frame.assign(**dict(zip(columns, key, strict=False))) for key, frame in frames.items()]
    return pd.concat(labelled, ignore_index=True)


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
    statistics, evaluations = {}, {}
    for (name, seed), trained in trainings.items():
        size = seen or recipes[name].size
        inference = Inference(recipes[name].model, trained, data, size)
        states = fits(inference, methods.values())
        judging = replace(inference, judged=judged if judged != size else None, flip=flip)
        statistics[name, seed] = states
        for split in splits:
            kinds = (tuple(methods.values()), states) if split == "test" else ((), None)
            evaluations[name, seed, split] = evaluate.call(judging, split, *kinds, ignore=ignore)
    entries = gathered(trainings | evaluations)
    return Study(
        recipes,
        methods,
        {key: entries[key] for key in trainings},
        {key: entries[key] for key in evaluations},
        {key: {name: call.run() for name, call in states.items()} for key, states in statistics.items()},
        data.labels,
    )

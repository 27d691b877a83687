"""What networks reach in how many minutes, before a study is planned: the pilot from which profile `study` was chosen.

    nice taskset -c 1 python benchmarks/pilot.py              # what the file of results lacks
    python benchmarks/pilot.py --only "Lite0" --seed 101

Each candidate is a network, a start, a size and number of images, and a number of epochs. Its seeds are 100 and up,
which no study has, so that a plan cannot be chosen for what the study would find. A line of the results says how long
the training took, whether val mIoU still rose in the last fifth of the epochs, how far train and val lie apart, and
what MaxLogit and the best score reach on test. Minutes are those of one core. Trainings are kept in the store.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from hazards import profiles
from hazards.data import current_data_set
from hazards.data.augmentation import Augmentation
from hazards.evaluation.figures import evaluate
from hazards.evaluation.fitting import fits
from hazards.evaluation.passes import Inference
from hazards.metrics.segmentation import mean_iou
from hazards.networks import models, starts
from hazards.scores.dense_neighbors import DenseNeighbors
from hazards.scores.logits import energy, max_logit
from hazards.scores.mahalanobis import Mahalanobis
from hazards.scores.method import as_method
from hazards.training import Recipe, train

PROFILE = replace(profiles.PROFILES["study"], images=(360, 96, 240))
REDUCED = PROFILE.reduced
STRONG = {"transform": Augmentation(scale=(0.5, 2.0), flip=True, jitter=0.2, blur=True), "source": PROFILE.native}
RESULTS = Path(__file__).parents[1] / "code/hazards/studies/budgets/pilot.csv"
SCORES = {
    "MaxLogit": max_logit,
    "Energy": energy,
    "Mahalanobis": Mahalanobis(),
    "Neighbour distance": DenseNeighbors(base=None),
    "Dense neighbours": DenseNeighbors(),
}


@dataclass(frozen=True)
class Candidate:
    """A training that a study may consist of.

    Args:
        model: name of its constructor in models.py.
        epochs: passes over the train images.
        size: height and width of the images.
        images: in the train split.
        start: `from_scratch` or `from_imagenet`.
        factor: of the profile's learning rate.
        precision: of the training.
        cropped: whether train images are cropped at a random scale and blurred, the strongest augmentation of the
            augmentation chapter.
    """

    model: str
    epochs: int
    size: tuple[int, int] = PROFILE.native
    images: int = PROFILE.images[0]
    start: str = "from_scratch"
    factor: float = 1.0
    precision: str = PROFILE.precision
    cropped: bool = False

    @property
    def profile(self) -> profiles.Profile:
        """The profile whose data set it is trained on."""
        return replace(PROFILE, images=(self.images, *PROFILE.images[1:]))

    @property
    def recipe(self) -> Recipe:
        """Its recipe; val mIoU is measured after each tenth of it."""
        return Recipe(
            model=getattr(models, self.model),
            size=self.size,
            epochs=self.epochs,
            batch_size=PROFILE.batch_size,
            learning_rate=self.factor * PROFILE.learning_rate,
            start=getattr(starts, self.start),
            warmup=PROFILE.warmup,
            balance=PROFILE.balance,
            precision=self.precision,
            validations=10,
            **(STRONG if self.cropped else {}),
        )

    @property
    def settings(self) -> dict[str, Any]:
        """The columns of the results that tell candidates apart."""
        return {
            "network": self.model,
            "start": "ImageNet" if self.start == "from_imagenet" else "random",
            "width": self.size[1],
            "height": self.size[0],
            "images": self.images,
            "epochs": self.epochs,
            "factor": self.factor,
            "precision": self.precision,
            "cropped": self.cropped,
        }


SETTINGS = ["network", "start", "width", "height", "images", "epochs", "factor", "precision", "cropped", "seed"]
PRETRAINED = Candidate("deeplabv3plus_lite0", epochs=10, start="from_imagenet")
REDUCED_PRETRAINED = Candidate("deeplabv3_lite0", epochs=12, size=REDUCED, start="from_imagenet")
SCRATCH = Candidate("deeplabv3_mini", epochs=12, size=REDUCED)
CANDIDATES = (
    REDUCED_PRETRAINED,
    PRETRAINED,
    replace(REDUCED_PRETRAINED, cropped=True),
    replace(REDUCED_PRETRAINED, epochs=24),
    replace(REDUCED_PRETRAINED, cropped=True, epochs=24),
    replace(SCRATCH, model="segformer_mini"),
    replace(SCRATCH, model="hiera_mini"),
    replace(REDUCED_PRETRAINED, model="deeplabv3plus_lite0"),
    replace(REDUCED_PRETRAINED, model="deeplabv3_lite1"),
    replace(REDUCED_PRETRAINED, model="deeplabv3plus_lite0", start="from_scratch"),
    replace(REDUCED_PRETRAINED, factor=3.0),
    SCRATCH,
    replace(SCRATCH, epochs=20),
    replace(PRETRAINED, epochs=20),
    replace(PRETRAINED, images=720),
)


def measured(candidate: Candidate, seed: int) -> dict[str, Any]:
    """The results' line of a candidate."""
    data = current_data_set(candidate.profile)
    trained = train(candidate.recipe, data, seed)
    methods = {name: as_method(score) for name, score in SCORES.items()}
    inference = Inference(candidate.recipe.model, trained, data, candidate.size)
    fitted = {name: call.run() for name, call in fits(inference, methods.values()).items()}
    splits = {split: evaluate(inference, split, ()) for split in ("train", "val")}
    splits["test"] = evaluate(inference, "test", tuple(methods.values()), fitted)
    mious = {split: mean_iou(entry.value["confusion"]) for split, entry in splits.items()}
    log = trained.value["log"].dropna(subset="val_miou")
    before = log.loc[log["epoch"] <= 0.8 * candidate.epochs, "val_miou"].iloc[-1]
    figures = splits["test"].value["anomaly"].query("convention == 'pooled'").set_index("score")
    shown = {method.name: name for name, method in methods.items()}
    figures = figures.rename(index=shown)[["auroc", "aupr"]] * 100
    best = figures["auroc"].idxmax()
    return candidate.settings | {
        "seed": seed,
        "minutes": round(trained.provenance["seconds"] / 60, 2),
        "train_miou": round(100 * mious["train"], 2),
        "val_miou": round(100 * mious["val"], 2),
        "last_fifth": round(100 * (log["val_miou"].iloc[-1] - before), 2),
        "test_miou": round(100 * mious["test"], 2),
        "auroc": round(figures["auroc"]["MaxLogit"], 2),
        "aupr": round(figures["aupr"]["MaxLogit"], 2),
        "best": best,
        "best_auroc": round(figures["auroc"][best], 2),
        "best_aupr": round(figures["aupr"][best], 2),
    }


def lacking(results: Path, seed: int, only: str) -> Iterator[Candidate]:
    """Candidates without a line in the results."""
    done = pd.read_csv(results) if results.exists() else pd.DataFrame(columns=SETTINGS)
    lines = set(done[SETTINGS].itertuples(index=False, name=None))
    for candidate in CANDIDATES:
        if only in candidate.model and (*candidate.settings.values(), seed) not in lines:
            yield candidate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=100, help="100 or higher")
    parser.add_argument("--only", default="", help="networks whose name holds this")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    if options.seed < 100:
        parser.error(f"seed {options.seed} is the study's: a pilot's begin at 100")
    for candidate in lacking(options.results, options.seed, options.only):
        row = pd.DataFrame([measured(candidate, options.seed)])
        row.to_csv(options.results, mode="a", header=not options.results.exists(), index=False)
        print(row.T.to_string(header=False), flush=True)


if __name__ == "__main__":
    main()

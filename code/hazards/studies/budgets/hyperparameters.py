"""Every hyperparameter of a recipe and its profile: its value, the log's, and where it comes from."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, NamedTuple

import pandas as pd

from hazards.profiles import Profile
from hazards.training import Recipe
from hazards.training.optimisation import POWER

_UNSAID = "–"
_PROFILE = "choice of the profile"
_UNUSED = "not used"
_REFERENCE = "torchvision's reference for segmentation"


class Origin(NamedTuple):
    """Where the value of a hyperparameter comes from.

    Args:
        name: that readers see.
        source: of a value that is not the log's.
        log: the log's value as a table shows it; a dash where it does not say.
    """

    name: str
    source: str
    log: str = _UNSAID


RECIPE = {
    "model": Origin("network", _PROFILE, "deeplabv3_resnet50"),
    "size": Origin("size of the images", _PROFILE, "512×512"),
    "epochs": Origin("epochs", _PROFILE, "30"),
    "batch_size": Origin("images a step", _PROFILE, "4"),
    "learning_rate": Origin("largest learning rate", f"{_PROFILE}, varied by search for other networks", "0.0001"),
    "start": Origin("first weights", _PROFILE, "from_imagenet"),
    "source": Origin("size before augmentation", _UNUSED),
    "warmup": Origin("share of steps in which the rate rises", _PROFILE, "0"),
    "auxiliary_weight": Origin("weight of the auxiliary loss", _PROFILE, "0.4"),
    "weight_decay": Origin("weight decay", _REFERENCE),
    "balance": Origin("balance of labels in the loss", _PROFILE, "0"),
    "share": Origin("share of the train images", _PROFILE, "1"),
    "validations": Origin("validations on the way", "enough for a curve; none decides anything"),
    "optimiser": Origin("optimiser", "Loshchilov and Hutter, 2019"),
    "momentum": Origin("momentum", "of SGD alone"),
    "precision": Origin("precision", "benchmarks/precision.py"),
    "accumulation": Origin("micro-batches a step", _UNUSED),
    "clipping": Origin("largest norm of the gradient", _UNUSED),
    "patience": Origin("validations until it ends early", _UNUSED),
    "keep_best": Origin("best state beside the last", "no state is picked by its val score"),
}
"""By field of `Recipe`, but for its augmentation."""

AUGMENTATION = {
    "flip": Origin("flips", _PROFILE, "yes"),
    "jitter": Origin("jitter of colours", "the log has jitter, and does not say how much"),
    "blur": Origin("blur", _PROFILE, "no"),
    "rotation": Origin("rotation", _PROFILE, "0"),
    "scale": Origin("scale of crops", _PROFILE, "none"),
    "padding": Origin("padded crops", _PROFILE, "no"),
}
"""By field of `Augmentation`."""

PROFILE = {
    "native": Origin("native size of the images", _PROFILE, "1280×720"),
    "images": Origin("images in train, val and test", _PROFILE, "5125, 1031, 1500"),
    "lengths": Origin("epochs by which networks are compared", _PROFILE),
    "learning_rates": Origin("factors of the rate that are searched", _PROFILE),
    "seeds": Origin("trainings of each recipe", _PROFILE, "1"),
}
"""By field of `Profile` that no recipe has."""


def table(recipe: Recipe, profile: Profile) -> pd.DataFrame:
    """One row a hyperparameter, as text: hyperparameter, value, log, and source, ``log`` where the value is the log's.

    Args:
        recipe: with an `Augmentation`.
    """
    rows = [
        *_rows(recipe, RECIPE),
        *_rows(recipe.transform, AUGMENTATION),
        *_rows(profile, PROFILE),
        ("fall of the rate over the steps", f"(1 − t)^{POWER:g}", _UNSAID, "Chen et al., 2017"),
        ("betas of AdamW", "0.9, 0.999", _UNSAID, "PyTorch's default"),
    ]
    return pd.DataFrame(rows, columns=["hyperparameter", "value", "log", "source"])


def _rows(settings: Any, origins: dict[str, Origin]) -> list[tuple[str, str, str, str]]:
    """The rows of the fields of a dataclass that have an origin, in the order of the fields."""
    rows = []
    for field in fields(settings):
        if field.name in origins:
            name, source, log = origins[field.name]
            value = _text(field.name, getattr(settings, field.name))
            rows.append((name, value, log, "log" if value == log != _UNSAID else source))
    return rows


def _text(name: str, value: Any) -> str:
    """A value as readers see it."""
    if value is None:
        return "none"
    if callable(value):
        return value.__name__
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in ("size", "source", "native"):
        return f"{value[1]}×{value[0]}"
    if isinstance(value, tuple):
        return ", ".join(f"{part:g}" for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)

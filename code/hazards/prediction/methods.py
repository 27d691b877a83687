"""Anomaly scores by the short names that commands take, and what the store knows of one for a trained network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hazards import profiles
from hazards.data.layout import DataSet
from hazards.evaluation.figures import evaluate
from hazards.evaluation.fitting import fit
from hazards.evaluation.passes import Inference
from hazards.evaluation.score_costs import score_costs
from hazards.networks import models
from hazards.prediction.trained_networks import ChoiceError, Trained
from hazards.scores.dense_neighbors import DenseNeighbors
from hazards.scores.heat import LogHeat
from hazards.scores.logits import energy, entropy, gen, max_logit, msp
from hazards.scores.mahalanobis import Mahalanobis
from hazards.scores.method import Method, as_method
from hazards.scores.neco import NeuralCollapse
from hazards.scores.standardized_max_logit import StandardizedMaxLogit
from hazards.scores.superpixels import SuperpixelMean
from hazards.scores.vim import VirtualLogit
from hazards.store import Call, entries
from hazards.store.entries import Entry, root

METHODS: dict[str, Method] = {
    "max_logit": as_method(max_logit),
    "msp": as_method(msp),
    "entropy": as_method(entropy),
    "gen": as_method(gen),
    "energy": as_method(energy),
    "heat": LogHeat(),
    "sml": StandardizedMaxLogit("val"),
    "sml_train": StandardizedMaxLogit("train"),
    "sml_paper": StandardizedMaxLogit("train", suppress=True, smooth=True),
    "mahalanobis": Mahalanobis(),
    "neighbors": DenseNeighbors(),
    "distances": DenseNeighbors(base=None),
    "vim": VirtualLogit(),
    "neco": NeuralCollapse(),
    "neco_energy": NeuralCollapse(energy),
    "superpixels": SuperpixelMean(),
}

_LISTS = ("scores", "statistics", "methods")
"""What a result of `evaluate` or `fit` may have more of than is asked for."""


def listed() -> pd.DataFrame:
    """The methods, a row each: method, score, needs, and ms an image and MiB of statistics as measured on this machine.

    Measured with the profile's first network, at the profile's size; see `score_costs`.
    """
    profile = profiles.current()
    network = models.sized("deeplabv3", profile.networks)
    costs = score_costs(network, profile.size, tuple(METHODS.values())).value["scores"]
    return pd.DataFrame(
        {
            "method": list(METHODS),
            "score": costs["score"],
            "needs": [method.requirement for method in METHODS.values()],
            "ms": costs["milliseconds"],
            "MiB": costs["mebibytes"],
        }
    )


def statistics(trained: Trained, name: str) -> Mapping[str, Entry]:
    """What a method was fitted to for this network, by the method's name, as `fitting.scorer` takes it.

    Args:
        name: one of `METHODS`.

    Raises:
        ChoiceError: for an unknown method, and where a method needs statistics that the store does not have, or not
            with what they are, since they came with the project.
    """
    if name not in METHODS:
        raise ChoiceError(f"unknown method {name!r}: choose one of {', '.join(METHODS)}")
    method = METHODS[name]
    if not method.fit_on:
        return {}
    fitted = _fitted(trained, method)
    if not fitted:
        raise ChoiceError(
            f"{name} needs statistics of the {method.fit_on} split, and the store has none by the present code for "
            f"{trained.description}: {_usable(trained)} work for it"
        )
    if fitted.withheld:
        raise ChoiceError(
            f"{name} needs statistics of the {method.fit_on} split, which did not come with the project for "
            f"{trained.description}: `hazards run anomaly-methods --cold` computes them; {_usable(trained)} work now"
        )
    return {method.name: fitted}


def _usable(trained: Trained) -> str:
    """The methods that can be used for a network, by their names."""
    statistics = {name: _fitted(trained, method) for name, method in METHODS.items() if method.fit_on}
    usable = [name for name in METHODS if name not in statistics or _is_whole(statistics[name])]
    return ", ".join(usable)


def _is_whole(fitted: Entry | None) -> bool:
    return fitted is not None and not fitted.withheld


def _fitted(trained: Trained, method: Method) -> Entry | None:
    inference = _inference(trained)
    return _covering(fit.call(inference, (method,))) if inference else None


def _inference(trained: Trained) -> Inference | None:
    """A network and the data that it was trained on; None where it comes from a file.

    The data is what the store calls it: it need not be on this machine.
    """
    if not isinstance(trained.source, Entry):
        return None
    data = DataSet(Path(), key=trained.source.config["data"]["fingerprint"])
    return Inference(trained.model, trained.source, data, trained.size)


class Measured(NamedTuple):
    """What an evaluation on the test split says about one method's scores.

    Args:
        threshold: the one with the best pixel F1, all pixels pooled.
        usual, rare: scores that half of the known pixels reach, and one in a thousand.
    """

    threshold: float
    usual: float
    rare: float


def measured(trained: Trained, method: Method, fitted: Mapping[str, Entry]) -> Measured | None:
    """What the store's evaluation of this network and method says; None where there is none.

    Counted are evaluations by the present code on the whole test split at the network's own size.
    """
    inference = _inference(trained)
    if not inference:
        return None
    evaluation = _covering(evaluate.call(inference, "test", (method,), fitted))
    if not evaluation:
        return None
    rows = evaluation.value["anomaly"].query("score == @method.name and convention == 'pooled'")
    curve = evaluation.value["curves"].query("score == @method.name")
    curve = curve[np.isfinite(curve["threshold"])]
    threshold = float(rows["f1 threshold"].item())
    return Measured(threshold, usual=_reached_by(curve, 0.5), rare=_reached_by(curve, 0.001))


def _reached_by(curve: pd.DataFrame, share: float) -> float:
    """The score that a share of the known pixels reaches, 0–1."""
    nearest = (curve["fpr"] - share).abs().argmin()
    return float(curve["threshold"].iloc[nearest])


def _covering(call: Call) -> Entry | None:
    """The result of this call, or of one with further scores or methods beside its own."""
    lists = [name for name in _LISTS if name in call.config]
    for path in (root() / call.step).glob("[!.]*/key.json"):
        key = entries.read_json(path)
        more = key["config"] | {name: _common(key["config"].get(name), call.config[name]) for name in lists}
        if more == call.config and call.code.items() <= key["code"].items():
            entry = entries.find(call.step, path.parent.name)
            if entry:
                return entry
    return None


def _common(stored: Any, wanted: Any) -> Any:
    """Of stored scores or statistics those that are wanted."""
    if isinstance(wanted, dict):
        return {name: item for name, item in (stored or {}).items() if name in wanted}
    return [item for item in stored or () if item in wanted]

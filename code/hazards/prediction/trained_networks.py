"""Choose a trained network: the best of the store, a training by its key, or weights in a file.

It says itself what its labels are called, so that it works without its data set, and under no other's names.
"""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor, nn

from hazards import profiles
from hazards.devices import best_device
from hazards.errors import HazardsError
from hazards.labels import LabelSet
from hazards.messages import say
from hazards.networks.models import FAMILIES, built
from hazards.networks.weights import load_weights
from hazards.prediction import label_names, weight_files
from hazards.store import chapter_records, entries, shipped
from hazards.store.entries import Entry, root
from hazards.store.keys import fingerprint
from hazards.store.keys.names import now_called

Constructor = Callable[[], nn.Module]

MODELS: dict[str, Constructor] = {model.__name__: model for sizes in FAMILIES.values() for model in sizes.values()}
"""The library's architectures by the names of their constructors."""


class ChoiceError(HazardsError):
    """A network or a method is not to be had; the message says which there are, or how to get one."""


@dataclass(frozen=True)
class Trained:
    """A trained network.

    Args:
        model: its constructor.
        size: height and width at which it sees images.
        labels: what it predicts.
        source: where its weights are: a training in the store, or a file.
        description: architecture and origin, for people.
    """

    model: Constructor
    size: tuple[int, int]
    labels: LabelSet
    source: Entry | Path
    description: str

    @property
    def name(self) -> str:
        """Name that finds the network again: ``train/KEY``, or the file."""
        return self.source.result_id if isinstance(self.source, Entry) else str(self.source)

    def load(self) -> nn.Module:
        """The network with its weights, in evaluation mode, on the device of devices.py.

        Raises:
            ChoiceError: for weights of another number of labels.
            WeightFileError: for a file that does not hold weights.
            WeightsMismatchError: for weights of another architecture.
        """
        weights = self._weights()
        predicted = weight_files.known(weights)
        if predicted not in (None, self.labels.known):
            raise ChoiceError(
                f"{self.name} predicts {predicted} labels, but its label set has {self.labels.known} known ones: "
                "--labels FILE names another"
            )
        network = built(self.model, self.labels.known)
        load_weights(network, self.model.__name__, weight_files.completed(weights, network), self.name)
        return network.eval().to(best_device())

    def metadata(self) -> dict[str, str]:
        """What a file of its weights says of it, see weight_files.py."""
        height, width = self.size
        return {
            "model": self.model.__name__,
            "network": self.name,
            "input": json.dumps({"width": width, "height": height}),
            "labels": json.dumps(label_names.to_json(self.labels)),
        }

    def _weights(self) -> Mapping[str, Tensor]:
        if isinstance(self.source, Entry):
            return self.source.value["weights"]
        return weight_files.read(self.source).weights


def choose(network: str | None, model: str | None, labels: str | None = None) -> Trained:
    """Choose a trained network.

    Args:
        network: a file of weights, or the key of a training in the store or its beginning; None for the best network
            that the chapters trained with the present profile.
        model: architecture of the weights in a file; None for a file that says it, and for a training.
        labels: what its labels are called, see `label_names.given`; None for what the network itself says.

    Raises:
        ChoiceError: where there is no such network or more than one, and where the architecture is not known.
        WeightFileError: for a file that does not hold weights.
        DataSetError: for a file of labels that is none.
    """
    named = label_names.given(labels) if labels else None
    path = Path(network) if network else None
    if path and (path.is_file() or path.suffix):
        return _from_file(path, model, named)
    if model:
        raise ChoiceError("--model names the architecture of a file's weights; a training in the store knows its own")
    trained = _by_key(network) if network else _best()
    return replace(trained, labels=named) if named else trained


def _from_file(path: Path, model: str | None, named: LabelSet | None) -> Trained:
    """The network whose weights lie in a file, with its labels as they are named, or else as the file says."""
    if not path.is_file():
        raise ChoiceError(f"{path}: there is no such file")
    file = weight_files.read(path)
    model = model or file.metadata.get("model")
    if model not in MODELS:
        wrong = f"unknown architecture {model!r}" if model else f"{path} does not say its architecture"
        raise ChoiceError(f"{wrong}: --model takes one of {', '.join(MODELS)}")
    size = weight_files.size(path, file.metadata)
    profile = profiles.current()
    seen_at = "as it was trained" if size else f"at the size of profile {profile.name}"
    if not named and "labels" in file.metadata:
        named = label_names.from_metadata(file.metadata["labels"], path)
    labels = named or _unnamed(str(path), weight_files.known(file.weights))
    return Trained(MODELS[model], size or profile.size, labels, path, f"{model} of {path}, {seen_at}")


def _unnamed(network: str, known: int | None) -> LabelSet:
    """The labels of a network that does not say what they are called; says so."""
    if known is None:
        raise ChoiceError(f"{network} does not say which labels it predicts: --labels FILE does")
    say(f"{network} does not say what its {known} labels are called: they are numbered; --labels FILE names them")
    return label_names.numbered(known)


def _by_key(key: str) -> Trained:
    """The network of the training whose key begins so."""
    begins = Path(key).name  # of train/KEY, too
    folders = sorted((root() / "train").glob("[!.]*"))
    fits = [folder.name for folder in folders if begins and folder.name.startswith(begins)]
    if len(fits) > 1:
        raise ChoiceError(f"{len(fits)} trainings in {root()} have a key that begins with {begins}: {', '.join(fits)}")
    training = entries.find("train", fits[0]) if fits else None
    if not training:
        raise ChoiceError(
            f"{key}: neither a file of weights nor the beginning of a key of {len(folders)} trainings in {root()}; "
            "`hazards results train` lists those that the chapters use"
        )
    return _of_training(training)


def _best() -> Trained:
    """The network with the highest last val mIoU of those that the chapters used with the present profile.

    Where none has run yet, of those that came with the project. Those whose weights are there come first.
    """
    profile = profiles.current().name
    names = chapter_records.used("train") or [name for name in shipped.results() if name.startswith("train/")]
    trainings = [entries.find(*name.split("/")) for name in names]
    candidates = [training for training in trainings if training and _constructor(training)]
    if not candidates:
        raise ChoiceError(
            f"no chapter has trained a network with profile {profile} yet: `hazards --profile {profile} run baseline "
            "--cold` does; or name one by --network"
        )
    whole = [training for training in candidates if not training.withheld] or candidates
    best = _of_training(max(whole, key=_val_miou))
    return replace(best, description=f"{best.description}, the best of {len(whole)} of profile {profile}")


def _of_training(training: Entry) -> Trained:
    """The network of a training; says where its code has changed since.

    Raises:
        ChoiceError: where the library has no function that makes it.
    """
    model = _constructor(training)
    if not model:
        raise ChoiceError(
            f"{training.result_id} trained {_named(training)}, which is no function of the library: move it from its "
            "chapter to code/hazards/networks/models.py and train it again"
        )
    recorded = entries.read_json(training.path / "key.json")["code"]
    code = fingerprint({"model": model}, "predict").code
    changed = [name for name, digest in code.items() if recorded.get(name) != digest]
    if changed:
        others = f" and {len(changed) - 1} others" * (len(changed) > 1)
        say(f"{training.result_id} may not be what it was: {changed[0]}{others} changed since it was trained")
    labels = label_names.recorded(training)
    if not labels:
        labels = _unnamed(training.result_id, weight_files.known(training.value["weights"]))
    height, width = training.config["recipe"]["size"]
    facts = f"seed {training.config['seed']}, val mIoU {_val_miou(training):.1%}"
    return Trained(
        model,
        (height, width),
        labels,
        training,
        f"{model.__name__} of {training.result_id}, {facts}",
    )


def _val_miou(training: Entry) -> float:
    """The last val mIoU that was measured, 0–1: that of the weights as they are after the last step."""
    measured = training.value["log"]["val_miou"].dropna()
    return float(measured.iloc[-1]) if len(measured) else -math.inf


def _named(training: Entry) -> str:
    """Qualified name of the function that made the network."""
    return training.config["recipe"]["model"].get("@function", "a network")


def _constructor(training: Entry) -> Constructor | None:
    """The library's function that made the network; None for one that is not the library's, or is no more."""
    module, _, name = now_called(_named(training)).rpartition(".")
    if module.partition(".")[0] != __package__.partition(".")[0]:
        return None
    return getattr(importlib.import_module(module), name, None)

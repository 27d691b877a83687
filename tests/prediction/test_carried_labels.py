"""A network says what its labels are called, whatever data set is at hand, and weights load as others saved them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from foreign_data import foreign_data
from hazards.cli import main
from hazards.data import DataSet
from hazards.labels import STREETHAZARDS
from hazards.networks.models import deeplabv3_mini
from hazards.prediction import label_names, weight_files
from hazards.prediction.trained_networks import ChoiceError, choose
from hazards.training import Recipe, train

KNOWN = ["floor", "wall", "door", "spill", "table", "chair", "lamp"]


@pytest.fixture(autouse=True)
def smallest_profile(monkeypatch, store):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3)).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "picture.png")
    return tmp_path / "picture.png"


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    torch.manual_seed(0)
    return deeplabv3_mini().state_dict()


def labels_of(out: Path) -> list[str]:
    return json.loads((out / "summary.json").read_text())["names"]


def run(*arguments: object) -> int:
    return main([*map(str, arguments)])


# Names of labels


def test_a_training_on_foreign_data_predicts_and_travels_without_it(tmp_path, picture, monkeypatch):
    root = foreign_data(tmp_path / "rooms", {"test": True})
    recipe = Recipe(model=deeplabv3_mini, size=(32, 48), epochs=1, batch_size=4, learning_rate=1e-3, validations=1)
    data = DataSet(root)
    key = train(recipe, data, 0).key
    shutil.rmtree(root)
    shutil.rmtree(f"{root}-files")
    assert run("predict", picture, "--out", tmp_path / "out", "--network", key) == 0
    assert labels_of(tmp_path / "out") == KNOWN
    labels = Image.open(tmp_path / "out/segmentation/picture.png")
    shown = np.asarray(labels.convert("RGB"))
    assert np.array_equal(shown, data.labels.colorize(np.asarray(labels)))

    travelling = tmp_path / "network.safetensors"
    assert run("export", "--network", key, "--out", travelling) == 0
    monkeypatch.setenv("HAZARDS_STORE", str(tmp_path / "another store"))
    assert run("predict", picture, "--out", tmp_path / "there", "--network", travelling) == 0
    trained = choose(str(travelling), None)
    assert trained.labels == data.labels
    assert (trained.model, trained.size) == (deeplabv3_mini, (32, 48))
    assert np.array_equal(np.asarray(Image.open(tmp_path / "there/segmentation/picture.png")), np.asarray(labels))


def test_labels_that_nobody_names_are_numbered_even_where_streethazards_has_as_many(weights, tmp_path, picture, capsys):
    path = tmp_path / "network.safetensors"
    save_file(weights, path)
    assert run("predict", picture, "--out", tmp_path / "out", "--network", path, "--model", "deeplabv3_mini") == 0
    assert labels_of(tmp_path / "out") == [f"label {number}" for number in range(13)]
    said = capsys.readouterr().err
    assert f"{path} does not say what its 13 labels are called: they are numbered; --labels FILE names them" in said
    colors = label_names.numbered(200).colors
    assert len({*colors}) == 201
    assert colors[:3] == ((0, 0, 0), (128, 0, 0), (0, 128, 0))


def test_labels_are_named_by_a_file_or_as_streethazards_are(weights, tmp_path, picture, capsys):
    path = tmp_path / "network.safetensors"
    save_file(weights, path)
    network = ("--network", path, "--model", "deeplabv3_mini")
    assert run("predict", picture, "--out", tmp_path / "out", *network, "--labels", "streethazards") == 0
    assert labels_of(tmp_path / "out") == list(STREETHAZARDS.names[:-1])

    entries = (f'[[label]]\nvalue = {value}\nname = "thing {value}"\ncolor = [{value}, 0, 0]' for value in range(13))
    names = tmp_path / "mine.toml"
    names.write_text("\n".join(entries))
    assert run("predict", picture, "--out", tmp_path / "out", *network, "--labels", names) == 0
    assert labels_of(tmp_path / "out")[12] == "thing 12"

    names.write_text('[[label]]\nvalue = 1\nname = "one"\ncolor = [1, 0, 0]')
    capsys.readouterr()
    assert run("predict", picture, "--out", tmp_path / "out", *network, "--labels", names) == 1
    said = capsys.readouterr().err
    assert f"{path} predicts 13 labels, but its label set has 1 known ones: --labels FILE names another" in said
    assert run("predict", picture, "--out", tmp_path / "out", *network, "--labels", tmp_path / "none.toml") == 1
    assert "none.toml cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"labels": "{}"}, "what it says of its labels is no label set"),
        ({"labels": "nonsense"}, "what it says of its labels is no label set"),
        ({"input": "[3]"}, "its input is '\\[3\\]', not a width and a height"),
        ({"model": "unet"}, "unknown architecture 'unet'"),
    ],
)
def test_metadata_that_make_no_sense_are_named(metadata, message, weights, tmp_path):
    path = tmp_path / "network.safetensors"
    save_file(weights, path, {"model": "deeplabv3_mini"} | metadata)
    with pytest.raises((label_names.LabelNamesError, weight_files.WeightFileError, ChoiceError), match=message):
        choose(str(path), None)


# Weights of others

SAVED = {
    "DataParallel": lambda weights: {f"module.{name}": tensor for name, tensor in weights.items()},
    "compiled": lambda weights: {f"_orig_mod.{name}": tensor for name, tensor in weights.items()},
    "compiled and parallel": lambda weights: {f"module._orig_mod.{name}": tensor for name, tensor in weights.items()},
    "a compiled backbone": lambda weights: {
        name.replace("backbone.", "backbone._orig_mod."): tensor for name, tensor in weights.items()
    },
    "a training program": lambda weights: {f"model.network.{name}": tensor for name, tensor in weights.items()},
    "no auxiliary head": lambda weights: {
        name: tensor for name, tensor in weights.items() if not name.startswith("auxiliary.")
    },
    "another auxiliary head": lambda weights: weights | {"auxiliary.extra.weight": torch.zeros(3)},
    "no counts of batches": lambda weights: {
        name: tensor for name, tensor in weights.items() if "num_batches" not in name
    },
}


@pytest.mark.parametrize("saved", SAVED)
def test_weights_load_by_the_names_that_others_gave_them(saved, weights, tmp_path):
    path = tmp_path / "network.safetensors"
    save_file(SAVED[saved](weights), path)
    loaded = choose(str(path), "deeplabv3_mini", "streethazards").load().state_dict()
    assert all(torch.equal(loaded[name], weights[name]) for name in weights if not name.startswith("auxiliary."))


@pytest.mark.parametrize(
    "place",
    [lambda weights: weights, lambda weights: {"epoch": 3, "state_dict": weights}, lambda weights: {"model": weights}],
)
def test_weights_are_read_from_what_pytorch_saves(place: Callable[..., object], weights, tmp_path):
    torch.save(place(weights), tmp_path / "network.pth")
    loaded = choose(str(tmp_path / "network.pth"), "deeplabv3_mini", "streethazards").load().state_dict()
    assert torch.equal(loaded["classifier.weight"], weights["classifier.weight"])


class Trap:
    """What would run code where a pickle is trusted."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return Path.touch, (Path("sprung"),)


def test_files_without_weights_are_named_with_what_they_hold_and_run_no_code(weights, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"epoch": 3, "loss": 0.5}, "numbers.pth")
    torch.save([1, 2], "list.pth")
    torch.save({"state_dict": Trap()}, "trap.pth")
    Path("text.pt").write_text("no weights")
    Path("text.safetensors").write_text("no weights")
    reasons = {
        "numbers.pth": "numbers.pth holds epoch, loss, and no weights under state_dict",
        "list.pth": "list.pth holds a list, and no weights by name",
        "trap.pth": "trap.pth cannot be read as weights .*save nothing but them",
        "text.pt": "text.pt cannot be read as weights",
        "text.safetensors": "text.safetensors is no safetensors file",
    }
    for name, reason in reasons.items():
        with pytest.raises(weight_files.WeightFileError, match=reason):
            choose(name, "deeplabv3_mini")
    assert not Path("sprung").exists()


def test_a_network_of_another_kind_is_refused_by_the_names_that_differ(weights, tmp_path):
    path = tmp_path / "network.safetensors"
    save_file(weights | {"decoder.weight": torch.zeros(3)}, path)
    with pytest.raises(Exception, match=r"of another architecture than deeplabv3_mini: 1 tensors not known.*decoder"):
        choose(str(path), "deeplabv3_mini").load()
    save_file({name: tensor for name, tensor in weights.items() if not name.startswith("classifier")}, path)
    with pytest.raises(ChoiceError, match=r"does not say which labels it predicts: --labels FILE does"):
        choose(str(path), "deeplabv3_mini")


def test_a_folder_is_no_file_to_export_to(weights, tmp_path, capsys):
    save_file(weights, tmp_path / "network.safetensors")
    network = ("--network", tmp_path / "network.safetensors", "--model", "deeplabv3_mini")
    assert run("export", *network, "--out", tmp_path) == 1
    assert f"{tmp_path} is a folder: --out names a file, for example" in capsys.readouterr().err

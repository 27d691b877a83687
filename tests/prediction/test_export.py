"""An exported network says what the network says, at any size, and a file that does not is not left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from hazards.cli import main
from hazards.labels import STREETHAZARDS
from hazards.networks.models import FAMILIES
from hazards.prediction import export, trained_networks

needs_onnx = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("onnx", "onnxscript", "onnxruntime")),
    reason="the dependency group export is not installed",
)


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """Weights of an architecture in a file, and the arguments that name it, at the smallest profile's size."""
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")

    def make(model: str) -> list[str]:
        torch.manual_seed(0)
        path = tmp_path / "network.safetensors"
        save_file(trained_networks.MODELS[model]().state_dict(), path)
        return ["--network", str(path), "--model", model, "--labels", "streethazards"]

    return make


@needs_onnx
@pytest.mark.parametrize(
    "model",
    [
        "deeplabv3_mini",
        pytest.param("deeplabv3plus_mini", marks=pytest.mark.slow),
        pytest.param("segformer_mini", marks=pytest.mark.slow),
        pytest.param("hiera_mini", marks=pytest.mark.slow),
    ],
)
def test_an_exported_network_gives_the_same_logits_at_any_size(model, weights, tmp_path, capsys):
    import onnx
    import onnxruntime

    arguments, path = weights(model), tmp_path / "out/network.onnx"
    assert main(["export", "--out", str(path), *arguments]) == 0
    said = capsys.readouterr()
    assert said.out == f"{path}\n"
    assert "largest difference from PyTorch: " in said.err
    assert [file.name for file in path.parent.iterdir()] == ["network.onnx"]

    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    found = session.get_modelmeta().custom_metadata_map
    assert (found["model"], found["network"]) == (model, arguments[1])
    assert json.loads(found["input"]) == {"width": 128, "height": 72}
    assert json.loads(found["names"]) == list(STREETHAZARDS.names[:-1])
    assert json.loads(found["colors"]) == list(map(list, STREETHAZARDS.colors[:-1]))
    assert json.loads(found["labels"])["names"] == list(STREETHAZARDS.names)
    assert session.get_inputs()[0].shape == ["batch", 3, "height", "width"]
    assert session.get_outputs()[0].shape == ["batch", 13, "height", "width"]

    network = trained_networks.choose(*arguments[1::2]).load().cpu()
    for shape in ((1, 3, 72, 128), (3, 3, 61, 97)):
        images = torch.rand(shape)
        (logits,) = session.run(["logits"], {"image": images.numpy()})
        with torch.inference_mode():
            assert np.abs(logits - network(images).logits.numpy()).max() < 1e-4


@needs_onnx
def test_a_file_that_differs_is_not_left(weights, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(export, "TOLERANCE", -1.0)
    path = tmp_path / "out/network.onnx"
    assert main(["export", "--out", str(path), *weights("deeplabv3_mini")]) == 1
    assert "the file differs from the network by" in capsys.readouterr().err
    assert not path.parent.exists()


@needs_onnx
def test_a_killed_export_leaves_nothing(weights, tmp_path):
    """Killed where it takes longest: when the graph is made, and when it is compared with the network."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out/network.onnx").write_text("earlier")
    for place in ("_program", "_difference"):
        code = f"""
import os, signal
from hazards.cli import main
from hazards.prediction import export

def killed(*arguments, call=export.{place}):
    call(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)

export.{place} = killed
main(["export", "--out", {str(tmp_path / "out/network.onnx")!r}, *{weights("deeplabv3_mini")!r}])
"""
        done = subprocess.run([sys.executable, "-c", code], env=os.environ, capture_output=True, text=True)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["network.onnx"]
        assert (tmp_path / "out/network.onnx").read_text() == "earlier"


@needs_onnx
@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_networks_of_full_size_are_exported(family, weights, tmp_path, monkeypatch, capsys):
    model = FAMILIES[family]["full"].__name__
    arguments = weights(model)
    monkeypatch.setenv("QUARTO_PROFILE", "world")
    assert main(["export", "--out", str(tmp_path / "network.onnx"), *arguments]) == 0
    assert "largest difference from PyTorch: " in capsys.readouterr().err


@pytest.mark.parametrize("package", ["onnxruntime", "onnxscript"])
def test_a_missing_package_is_named_with_the_way_to_get_it(package, weights, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    assert main(["export", "--out", str(tmp_path / "x.onnx"), *weights("deeplabv3_mini")]) == 1
    error = capsys.readouterr().err
    assert "is missing: `uv pip install --group export` brings what an export needs" in error

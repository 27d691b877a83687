"""Several processes that share the batches of a training follow the loss curve of one."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from hazards.data import DataSet
from hazards.networks.models import deeplabv3_mini, deeplabv3plus_lite0
from hazards.training import Recipe
from hazards.training.loop import train_together


def without_dropout() -> nn.Module:
    """The small network but for dropout, whose masks each process draws itself."""
    network = deeplabv3_mini()
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return network


def with_timms_batch_norm() -> nn.Module:
    """The network with batch norms that apply an activation, too; it has no other dropout than the pyramid's."""
    network = deeplabv3plus_lite0()
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return network


RECIPE = Recipe(model=without_dropout, size=(32, 48), epochs=3, batch_size=4, learning_rate=2e-3, optimiser="sgd")
RECIPES = {
    "plain": RECIPE,
    "auxiliary head left out": replace(RECIPE, auxiliary_weight=0.0),
    "accumulated, clipped": replace(RECIPE, accumulation=2, clipping=0.5),
    "timm's batch norm": replace(RECIPE, model=with_timms_batch_norm, epochs=1, batch_size=12),
}
WEIGHTS = torch.linspace(0.1, 3, 13)
"""Weights of the labels that make the images of a batch count very differently."""

SCRIPT = """
    import sys
    sys.path.insert(0, {tests!r})
    from safetensors.torch import save_file
    from test_training_processes import *
    for name, recipe in RECIPES.items():
        folder = Path({folder!r}) / name
        result = train_together(recipe, DataSet(Path({root!r})), 3, WEIGHTS, folder)
        if int(os.environ["RANK"]) == 0:
            result["log"].to_parquet(folder / "log.parquet")
            save_file(result["weights"], folder / "weights.safetensors")
    torch.distributed.destroy_process_group()
"""


@pytest.fixture(scope="module")
def two_processes(uneven: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder a recipe with what two processes made of it."""
    folder = tmp_path_factory.mktemp("together")
    for name in RECIPES:
        (folder / name).mkdir()
    script = textwrap.dedent(SCRIPT)
    places = {"tests": str(Path(__file__).parent), "folder": str(folder), "root": str(uneven.root)}
    (folder / "train.py").write_text(script.format(**places))
    subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", folder / "train.py"],
        env=os.environ | {"HAZARDS_DEVICE": "cpu", "OMP_NUM_THREADS": "1"},
        check=True,
        timeout=200,
    )
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("recipe", [*RECIPES])
def test_two_processes_follow_the_loss_curve_of_one(recipe, two_processes, uneven, tmp_path, monkeypatch):
    monkeypatch.setenv("HAZARDS_DEVICE", "cpu")
    alone = train_together(RECIPES[recipe], uneven, 3, WEIGHTS, tmp_path)
    log = pd.read_parquet(two_processes / recipe / "log.parquet")
    assert log["loss"].to_numpy() == pytest.approx(alone["log"]["loss"].to_numpy(), rel=1e-5)
    assert log["val_miou"].to_numpy() == pytest.approx(alone["log"]["val_miou"].to_numpy(), abs=2e-3)
    weights = load_file(two_processes / recipe / "weights.safetensors")
    assert weights.keys() == alone["weights"].keys()
    for name, tensor in alone["weights"].items():
        np.testing.assert_allclose(weights[name], tensor, rtol=1e-3, atol=1e-4, err_msg=name)

"""Training learns, resumes with the same bits after being killed, and says what went wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from hazards import devices, models
from hazards.data import DataSet
from hazards.models import Output, deeplabv3_mini
from hazards.training import Recipe, TrainingError, loop, segmentation_loss, train
from hazards.training.optimisation import learning_rate
from test_data import SLICE, real_slice

RECIPE = Recipe(model=deeplabv3_mini, size=(32, 48), epochs=3, batch_size=4, learning_rate=4e-3)


def test_training_learns(stripes, store):
    log = train(replace(RECIPE, epochs=8), stripes, seed=0).value["log"]
    assert log["loss"].iloc[-1] < 0.7 * log["loss"].iloc[0]
    assert log["val_miou"].iloc[-1] > 0.4
    assert len(log) == 8


def test_same_seed_same_bits_other_seed_other_weights(stripes, tmp_path, monkeypatch):
    def first_weight(store: str, seed: int) -> torch.Tensor:
        monkeypatch.setenv("HAZARDS_STORE", str(tmp_path / store))
        return train(replace(RECIPE, epochs=1), stripes, seed=seed).value["weights"]["classifier.weight"]

    assert torch.equal(first_weight("a", 0), first_weight("b", 0))
    assert not torch.equal(first_weight("a", 0), first_weight("a", 1))


def test_auxiliary_weight_zero_leaves_the_head_out():
    output = Output(torch.randn(2, 13, 6, 6), torch.randn(2, 13, 2, 2), torch.zeros(1))
    labels = torch.randint(0, 13, (2, 6, 6))
    main, both = segmentation_loss(output, labels, 0.0), segmentation_loss(output, labels, 0.4)
    auxiliary = nn.functional.cross_entropy(output.auxiliary, labels[:, 1::3, 1::3])
    assert both == pytest.approx(float(main + 0.4 * auxiliary), rel=1e-6)


def test_anomalies_never_teach():
    logits = torch.randn(1, 13, 2, 2)
    labels = torch.tensor([[[3, 13], [4, 5]]])
    changed = logits.clone()
    changed[0, :, 0, 1] = 99
    losses = [segmentation_loss(Output(each, None, each), labels, 0.4) for each in (logits, changed)]
    assert losses[0] == losses[1]


def test_the_learning_rate_rises_in_the_warmup_and_falls_after_it():
    recipe = replace(RECIPE, warmup=0.25)
    rates = [learning_rate(recipe, done) for done in np.linspace(0, 1, 9)]
    assert rates[:3] == pytest.approx([0, recipe.learning_rate / 2, recipe.learning_rate])
    assert (np.diff(rates[2:]) < 0).all()
    assert rates[-1] == 0
    assert learning_rate(RECIPE, 0) == RECIPE.learning_rate


def broken() -> nn.Module:
    """A network whose loss is no number."""
    network = deeplabv3_mini()
    nn.init.constant_(network.classifier.weight, float("nan"))
    return network


def test_loss_that_is_no_number_names_step_and_images(stripes, store):
    with pytest.raises(TrainingError, match=r"loss is nan at step 0, on images \d+\.png, \d+\.png"):
        train(replace(RECIPE, model=broken), stripes, seed=0)
    assert not list(store.glob("train/*"))


SCRIPT = """
    import sys
    from hazards.data import DataSet
    from hazards.training import loop
    from pathlib import Path
    sys.path.insert(0, {tests!r})
    from test_training import RECIPE
    loop._SAVE_INTERVAL = 0.0
    entry = loop.train(RECIPE, DataSet(Path({root!r})), seed=3)
    print(entry.path)
"""


def start(stripes: DataSet, store: Path) -> subprocess.Popen:
    script = textwrap.dedent(SCRIPT).format(tests=str(Path(__file__).parent), root=str(stripes.root))
    return subprocess.Popen(
        [sys.executable, "-c", script],
        env=os.environ | {"HAZARDS_STORE": str(store)},
        stdout=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen) -> Path:
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return Path(output.strip().splitlines()[-1])


def test_killed_training_resumes_with_the_same_bits(stripes, tmp_path):
    unbroken = finished(start(stripes, tmp_path / "unbroken"))
    process = start(stripes, tmp_path / "killed")
    states = tmp_path / "killed/.work/train"
    deadline = time.monotonic() + 100
    while not list(states.glob("*/state.pt")) and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    (state,) = states.glob("*/state.pt")
    assert 0 < torch.load(state, weights_only=True)["step"] < 9
    resumed = finished(start(stripes, tmp_path / "killed"))
    for name in ("weights.safetensors", "log.parquet"):
        (one,), (other,) = unbroken.rglob(name), resumed.rglob(name)
        assert one.read_bytes() == other.read_bytes()


def test_a_kill_at_the_end_of_an_epoch_loses_no_line_of_the_log(stripes, tmp_path, monkeypatch):
    """Each step is saved, and the training killed at each in turn: every log must equal the unbroken one."""
    monkeypatch.setattr(loop, "_SAVE_INTERVAL", 0.0)
    recipe = replace(RECIPE, keep_best=True)

    def run(folder: Path) -> loop.Training:
        folder.mkdir(exist_ok=True)
        return loop.Training(recipe, stripes, 3, None, devices.fabric(recipe.precision), folder)

    unbroken = run(tmp_path / "unbroken")
    unbroken.finish()
    folder = tmp_path / "killed"
    for step in range(1, 9):
        killed = run(folder)
        killed.resume()
        save = killed.save
        monkeypatch.setattr(killed, "save", lambda save=save: (save(), (_ for _ in ()).throw(KeyboardInterrupt)))
        with pytest.raises(KeyboardInterrupt):
            killed.finish()
        assert torch.load(folder / "state.pt", weights_only=True)["step"] == step
    resumed = run(folder)
    resumed.resume()
    resumed.finish()
    results = resumed.result(), unbroken.result()
    pd.testing.assert_frame_equal(results[0]["log"], results[1]["log"], check_exact=True)
    for name in ("weights", "best_weights"):
        assert all(torch.equal(tensor, results[1][name][key]) for key, tensor in results[0][name].items())
    lines = pd.read_csv(folder / "log.csv")
    assert list(lines["epoch"]) == [1, 2, 3]


def test_weights_that_cannot_be_had_are_an_error_that_says_what_to_do(monkeypatch):
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", lambda *a, **k: (_ for _ in ()).throw(OSError("no net")))
    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", torch.hub.load_state_dict_from_url)
    with pytest.raises(models.WeightsError, match=r"resnet50.*no net.*start=from_scratch"):
        models.from_imagenet(deeplabv3_mini())


@real_slice
def test_one_step_on_real_images(store):
    recipe = replace(RECIPE, size=(144, 256), epochs=1, validations=1)
    log = train(recipe, DataSet(SLICE), seed=0).value["log"]
    assert log["loss"].notna().all()
    assert log["val_miou"].between(0, 1).all()


@pytest.mark.slow
@real_slice
def test_one_step_of_the_full_size_network(store):
    from hazards.models import deeplabv3_resnet50

    recipe = replace(RECIPE, model=deeplabv3_resnet50, size=(128, 128), epochs=1, batch_size=2, validations=1)
    assert train(recipe, DataSet(SLICE), seed=0).value["log"]["loss"].notna().all()

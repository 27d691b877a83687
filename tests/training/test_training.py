"""Training learns, resumes with the same bits after being killed, and says what went wrong."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torchvision.transforms import v2

from hazards import determinism, devices
from hazards.data import DataSet
from hazards.data.batches import Decoded
from hazards.data.crops import Fit
from hazards.data.transforms import AugmentationError
from hazards.networks.models import Output, deeplabv3_mini, hiera_mini, segformer_mini
from hazards.training import Recipe, RecipeError, TrainingError, checkpoints, loop, segmentation_loss, train, watch
from hazards.training.optimisation import learning_rate
from real_data import SLICE, real_slice

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


def test_loss_that_is_no_number_names_step_and_images_and_keeps_them(stripes, store):
    with pytest.raises(TrainingError, match=r"loss is nan at step 0, on images \d+\.png, \d+\.png") as error:
        train(replace(RECIPE, model=broken), stripes, seed=0)
    assert not list(store.glob("train/*"))
    kept = load_file(str(error.value).rpartition("kept in ")[2])
    assert kept["images"].shape == (4, 3, 32, 48)
    assert kept["labels"].shape == (4, 32, 48)
    assert 0.1 < kept["images"].mean() < 0.9


class Greedy(nn.Module):
    """A network that asks for more memory than there is."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, images: torch.Tensor) -> Output:
        return Output(torch.empty(1 << 46), None, images)


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({}, r"4 images of 48×32 pixels at once in 32-true: try accumulation=2 in"),
        ({"accumulation": 2}, "2 images .* try precision='bf16-mixed' in"),
        ({"accumulation": 4}, "1 images .* try precision='bf16-mixed' in"),
        ({"accumulation": 2, "precision": "bf16-mixed"}, r"in bf16-mixed: try size=\(16, 24\) in"),
    ],
)
def test_out_of_memory_suggests_the_next_setting(changes, advice, stripes, store):
    with pytest.raises(TrainingError, match=f"out of memory with {advice}" if not changes else advice):
        train(replace(RECIPE, model=Greedy, **changes), stripes, seed=0)


@pytest.mark.parametrize(
    ("changes", "settings"),
    [
        ({"batch_size": 1}, "batch_size=1 and accumulation=1 leave one of the 12 images of share=1 at once"),
        ({"accumulation": 4}, "batch_size=4 and accumulation=4 leave one of the 12 images of share=1 at once"),
        ({"share": 0.1}, r"batch_size=4 and accumulation=1 leave one of the 1 images of share=0\.1 at once"),
    ],
)
def test_one_image_at_a_time_is_refused_where_batch_norm_needs_two(changes, settings, stripes, store):
    with pytest.raises(TrainingError, match=f"deeplabv3_mini cannot be trained on one image.*{settings}"):
        train(replace(RECIPE, **changes), stripes, seed=0)
    assert not list(store.glob("train/*"))


@pytest.mark.parametrize("model", [segformer_mini, hiera_mini])
def test_one_image_at_a_time_trains_where_batch_norm_sees_larger_maps(model, stripes, store):
    log = train(replace(RECIPE, model=model, batch_size=1, epochs=1, share=0.25), stripes, seed=0).value["log"]
    assert np.isfinite(log["loss"]).all()


class Plain(nn.Module):
    """A network without batch norm or dropout, in which images do not meet."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Conv2d(3, 8, 5, padding=2, stride=2), nn.Conv2d(8, 13, 1)

    def forward(self, images: torch.Tensor) -> Output:
        features = self.body(images).relu()
        coarse = self.head(features)
        return Output(nn.functional.interpolate(coarse, images.shape[-2:]), coarse, features)


PLAIN = replace(RECIPE, model=Plain, epochs=2)


def losses(recipe: Recipe, data: DataSet, folder: Path, weights: torch.Tensor | None = None) -> np.ndarray:
    folder.mkdir()
    return loop.train_together(recipe, data, 0, weights, folder)["log"]["loss"].to_numpy()


def test_micro_batches_add_up_to_the_batch(uneven, tmp_path):
    weights = torch.linspace(0.1, 3, 13)
    whole, parts = (
        losses(replace(PLAIN, accumulation=parts), uneven, tmp_path / str(parts), weights) for parts in (1, 4)
    )
    assert parts == pytest.approx(whole, rel=1e-5)
    assert whole[1] < whole[0]


@pytest.mark.parametrize("changes", [{"optimiser": "sgd"}, {"precision": "bf16-mixed"}])
def test_each_setting_trains_in_its_own_way(changes, stripes, tmp_path):
    usual, found = (losses(replace(PLAIN, **each), stripes, tmp_path / str(len(each))) for each in ({}, changes))
    assert (found != usual).all()
    assert found[1] < found[0]
    if "precision" in changes:
        assert found == pytest.approx(usual, rel=0.02)


def test_clipped_gradients_move_the_weights_no_further_than_allowed(stripes, tmp_path):
    recipe = replace(PLAIN, optimiser="sgd", momentum=0.0, weight_decay=0.0, clipping=0.5, epochs=1)
    training = loop.Training(recipe, stripes, 0, None, devices.fabric(recipe.precision), tmp_path)
    before = training.weights()
    training.finish()
    after = training.weights()
    moved = sum((after[name] - before[name]).square().sum() for name in before).sqrt()
    assert 0 < moved <= 3 * recipe.learning_rate * recipe.clipping


def test_patience_ends_the_training_and_the_best_state_stands_beside_the_last(stripes, tmp_path, monkeypatch):
    found = iter([0.1, 0.3, 0.2, 0.3, 0.4])
    states = []
    monkeypatch.setattr(loop.Training, "validate", lambda training: states.append(training.weights()) or next(found))
    recipe = replace(PLAIN, epochs=6, validations=6, patience=2, keep_best=True)
    result = loop.train_together(recipe, stripes, 0, None, tmp_path)
    assert list(result["log"]["val_miou"]) == [0.1, 0.3, 0.2, 0.3]
    for name, tensor in result["best_weights"].items():
        assert torch.equal(tensor, states[1][name])
    assert all(torch.equal(tensor, states[3][name]) for name, tensor in result["weights"].items())


def test_a_running_training_can_be_watched(stripes, tmp_path):
    lines = []

    class Watched(loop.Training):
        def end_epoch(self, pace: watch.Pace) -> None:
            super().end_epoch(pace)
            lines.append(pd.read_csv(tmp_path / "log.csv"))

    Watched(PLAIN, stripes, 0, None, devices.fabric("32-true"), tmp_path).finish()
    assert [len(each) for each in lines] == [1, 2]
    last = lines[-1]
    assert list(last) == ["epoch", "loss", "val_miou", "learning_rate", "images_per_second", "seconds"]
    assert last["images_per_second"].to_numpy() == pytest.approx(12 / last["seconds"].to_numpy())
    assert (last["learning_rate"] < PLAIN.learning_rate).all()


def test_a_batch_that_cannot_be_shared_evenly_is_refused(stripes, store):
    with pytest.raises(TrainingError, match="4 images cannot be shared evenly among 1 processes with 3 micro-batches"):
        train(replace(PLAIN, accumulation=3), stripes, seed=0)


class Halved(nn.Module):
    """A joint transform that takes each second row of an image, and of its label map unless that is left alone."""

    def __init__(self, labels: bool) -> None:
        super().__init__()
        self.labels = labels

    def forward(self, image: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return image[:, ::2], labels[::2] if self.labels else labels


def halved(size: tuple[int, int]) -> nn.Module:
    return Halved(labels=True)


def halved_image(size: tuple[int, int]) -> nn.Module:
    return Halved(labels=False)


def halved_labels(size: tuple[int, int]) -> Callable[..., tuple[torch.Tensor, torch.Tensor]]:
    return lambda image, labels: (image, labels[::2])


@pytest.mark.parametrize(
    ("transform", "message"),
    [
        (halved, r"'halved' leaves an image at \(16, 48\) and its label map at \(16, 48\), not at \(32, 48\)"),
        (halved_image, r"'halved_image' leaves an image at \(16, 48\) and its label map at \(32, 48\), not"),
        (halved_labels, r"'halved_labels' leaves an image at \(32, 48\) and its label map at \(16, 48\), not"),
    ],
)
def test_a_transform_that_leaves_another_size_is_refused_where_batches_are_made(transform, message, stripes, store):
    with pytest.raises(AugmentationError, match=rf"augmentation {message}.*: let it end with Fit\(size\)"):
        train(replace(RECIPE, transform=transform), stripes, seed=0)
    assert not list(store.glob("train/*"))


def fitted(size: tuple[int, int]) -> Callable[..., tuple[torch.Tensor, torch.Tensor]]:
    return v2.Compose([v2.RandomCrop((16, 24)), Fit(size)])


def test_the_cure_that_the_refusal_names_works(stripes, tmp_path):
    assert np.isfinite(losses(replace(PLAIN, transform=fitted), stripes, tmp_path / "fitted")).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"optimiser": "adam"}, "unknown optimiser 'adam': choose one of adamw, sgd"),
        ({"precision": "8"}, "unknown precision '8': choose one of 32-true, bf16-mixed, 16-mixed"),
        ({"warmup": 1.0}, "warmup is 1.0: it is a share of all steps"),
        ({"accumulation": 0}, "accumulation is 0: a training needs at least 1"),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused(changes, message):
    with pytest.raises(RecipeError, match=message):
        replace(RECIPE, **changes)


@pytest.mark.parametrize(("name", "message"), [("tpu", "choose one of auto, cpu, cuda"), ("cuda", "finds no GPU here")])
def test_a_device_that_is_not_there_is_refused(name, message, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setenv("HAZARDS_DEVICE", name)
    with pytest.raises(devices.DeviceError, match=message):
        devices.best_device()


def test_half_precision_is_refused_on_the_cpu_instead_of_replaced(monkeypatch):
    monkeypatch.setenv("HAZARDS_DEVICE", "cpu")
    with pytest.raises(devices.DeviceError, match="16-mixed needs a GPU"):
        devices.fabric("16-mixed")


def test_where_a_training_runs_is_no_part_of_its_key(stripes, store, monkeypatch):
    key = train.call(RECIPE, stripes, seed=0).key
    for name, value in (("HAZARDS_DEVICE", "cpu"), ("HAZARDS_COMPILE", "1"), ("WORLD_SIZE", "8")):
        monkeypatch.setenv(name, value)
    assert train.call(RECIPE, stripes, seed=0).key == key
    assert train.call(replace(RECIPE, precision="bf16-mixed"), stripes, seed=0).key != key


@pytest.mark.slow
def test_a_compiled_network_learns_the_same(stripes, tmp_path, monkeypatch):
    plain = losses(PLAIN, stripes, tmp_path / "plain")
    monkeypatch.setenv("HAZARDS_COMPILE", "1")
    compiled = []
    compile = torch.compile
    monkeypatch.setattr(torch, "compile", lambda network: compiled.append(network) or compile(network))
    assert losses(PLAIN, stripes, tmp_path / "compiled") == pytest.approx(plain, rel=1e-4)
    assert compiled


def test_killed_trainings_resume_with_the_same_bits(stripes):
    script = Path(__file__).parents[1] / "kill_training.py"
    command = [sys.executable, script, "--kills", "3", "--data", stripes.root]
    found = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=300)
    assert found.returncode == 0, found.stdout
    assert found.stdout.rstrip().endswith("0 ended with other bytes")


def test_a_kill_at_the_end_of_an_epoch_loses_no_line_of_the_log(stripes, tmp_path, monkeypatch):
    """Each step is saved, and the training killed at each in turn: every log must equal the unbroken one."""
    monkeypatch.setattr(checkpoints, "_SAVE_INTERVAL", 0.0)
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


@pytest.mark.parametrize(("interval", "saves"), [(0.0, 5), (1e9, 0)])
def test_states_are_saved_when_it_is_time_and_not_after_the_last_step(interval, saves, stripes, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "_SAVE_INTERVAL", interval)
    monkeypatch.setattr(checkpoints, "_SHARE", 0)
    saved = []
    monkeypatch.setattr(loop.Training, "save", lambda training: saved.append(training.step))
    losses(PLAIN, stripes, tmp_path / "training")
    assert saved == list(range(1, 1 + saves))


def test_no_step_has_the_random_numbers_of_another_one(monkeypatch):
    """Of two seeds or processes neither, in trainings of up to a million steps."""
    numbers = []

    def noted(number: int) -> None:
        numbers.append(number)
        raise InterruptedError

    monkeypatch.setattr(determinism, "seed", noted)
    places = list(itertools.product((0, 1, 2), (0, 1, 2, 1_000_002), (0, 1, 2, 7)))
    for seed, step, rank in places:
        training = SimpleNamespace(seed=seed, step=step, fabric=SimpleNamespace(global_rank=rank))
        with pytest.raises(InterruptedError):
            loop.Training.optimise(training, None)
    assert len(set(numbers)) == len(places)


@pytest.mark.slow
@real_slice
def test_one_step_of_the_full_size_network(store):
    from hazards.networks.models import deeplabv3_resnet50

    recipe = replace(RECIPE, model=deeplabv3_resnet50, size=(128, 128), epochs=1, batch_size=2, validations=1)
    assert train(recipe, DataSet(SLICE), seed=0).value["log"]["loss"].notna().all()


@pytest.mark.parametrize(
    ("limit", "fate"),
    [("8", "are kept in memory, 1.4 GiB"), ("1", "are decoded each time: 1.4 GiB are over the limit")],
)
def test_what_decoded_images_take_is_said_beforehand(stripes, monkeypatch, capsys, limit, fate):
    monkeypatch.setenv("HAZARDS_CACHE", limit)
    watch.say_what_is_kept("train", Decoded(stripes.split("train") * 34, (720, 1280)))
    assert f"decoded images of train {fate} (HAZARDS_CACHE sets the limit)" in capsys.readouterr().err
    watch.say_what_is_kept("train", Decoded(stripes.split("train"), (720, 1280)))
    assert not capsys.readouterr().err

"""Each part of a step is what its definition says: loss, label weights, learning rate, clipping, order of images."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn

from hazards import devices
from hazards.data import DataSet
from hazards.data.statistics import label_statistics
from hazards.networks.models import Output, deeplabv3_mini
from hazards.training import Recipe, RecipeError, TrainingError, segmentation_loss, train
from hazards.training.feed import Feed, share_of
from hazards.training.loop import train_together
from hazards.training.optimisation import label_weights, learning_rate, optimizer


class Plain(nn.Module):
    """A network without batch norm or dropout, which begins at the same weights whatever the seed."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Conv2d(3, 8, 5, padding=2, stride=2), nn.Conv2d(8, 13, 1)
        with torch.random.fork_rng():
            torch.manual_seed(0)
            for weights in self.parameters():
                nn.init.normal_(weights, std=0.3)

    def forward(self, images: torch.Tensor) -> Output:
        features = self.body(images).relu()
        coarse = self.head(features)
        return Output(nn.functional.interpolate(coarse, images.shape[-2:]), coarse, features)


RECIPE = Recipe(model=deeplabv3_mini, size=(32, 48), epochs=3, batch_size=4, learning_rate=4e-3)
ONE_STEP = Recipe(
    model=Plain,
    size=(32, 48),
    epochs=1,
    batch_size=12,
    learning_rate=0.1,
    optimiser="sgd",
    momentum=0.0,
    weight_decay=0.0,
    transform=lambda size: lambda image, mask: (image, mask),
)


# The loss


def plain_cross_entropy(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> float:
    """Mean over the pixels of known labels, each weighted as its label, written out: logits (B, K, H, W), (B, H, W)."""
    total = weight = 0.0
    for image, truth in zip(logits, labels, strict=True):
        for row, column in np.ndindex(truth.shape):
            label = truth[row, column]
            if label < logits.shape[1]:
                z = image[:, row, column]
                total += weights[label] * (np.log(np.exp(z).sum()) - z[label])
                weight += weights[label]
    return total / weight


def test_the_loss_is_a_weighted_mean_over_known_pixels_of_both_heads():
    rng = np.random.default_rng(0)
    logits, coarse = rng.normal(size=(2, 5, 6, 9)), rng.normal(size=(2, 5, 2, 3))
    labels, weights = rng.integers(0, 8, (2, 6, 9)), rng.uniform(0.1, 3, 5)
    output = Output(torch.tensor(logits), torch.tensor(coarse), torch.zeros(1))
    as_tensors = torch.tensor(labels), 0.3, torch.tensor(weights, dtype=torch.float32)
    main = plain_cross_entropy(logits, labels, weights)
    centres = plain_cross_entropy(coarse, labels[:, 1::3, 1::3], weights)
    assert segmentation_loss(output, *as_tensors).item() == pytest.approx(main + 0.3 * centres, rel=1e-5)
    without = segmentation_loss(output, torch.tensor(labels), 0.0).item()
    assert without == pytest.approx(plain_cross_entropy(logits, labels, np.ones(5)), rel=1e-5)


@pytest.mark.parametrize("weighted", [True, False])
def test_the_gradient_of_the_loss_is_that_of_the_library(weighted):
    """Also where logits are far apart."""
    torch.manual_seed(0)
    labels = torch.randint(0, 7, (2, 6, 9))
    weights = torch.rand(5) if weighted else None
    gradients = []
    for is_library in (False, True):
        torch.manual_seed(1)
        logits = (100 * torch.randn(2, 5, 6, 9)).requires_grad_()
        if is_library:
            loss = 3 * nn.functional.cross_entropy(logits, labels.clamp(max=5), weights, ignore_index=5)
        else:
            loss = 3 * segmentation_loss(Output(logits, None, logits), labels, 0.4, weights)
        loss.backward()
        gradients.append(logits.grad)
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("weighted", [True, False])
def test_images_without_a_known_label_count_nothing_and_teach_nothing(weighted):
    """Also where the label is known between the centres of the auxiliary head's cells alone."""
    labels = torch.full((2, 6, 9), 5)
    logits, coarse = torch.randn(2, 5, 6, 9).requires_grad_(), torch.randn(2, 5, 2, 3).requires_grad_()
    weights = torch.rand(5) if weighted else None
    output = Output(logits, coarse, torch.zeros(1))
    nothing = segmentation_loss(output, labels, 0.3, weights)
    nothing.backward()
    assert nothing.item() == 0
    assert not logits.grad.any()
    assert not coarse.grad.any()
    labels[0, 0, 0] = 1
    assert segmentation_loss(output, labels, 0.3, weights).item() == pytest.approx(
        segmentation_loss(output, labels, 0.0, weights).item()
    )


@pytest.mark.parametrize("balance", [0.5, 1.0])
def test_rare_labels_weigh_more_and_those_that_are_absent_as_the_rarest(uneven, store, balance):
    weights = label_weights(uneven, balance).numpy()
    images = label_statistics(uneven, "train").value["images"]
    counts = images[[f"label {label}" for label in range(13)]].sum().to_numpy()
    present = counts > 0
    assert 0 < present.sum() < 13
    expected = (counts[present].max() / counts[present]) ** balance
    commonest = weights[counts.argmax()]
    assert weights[present] / commonest == pytest.approx(expected, rel=1e-5)
    assert weights[~present] / commonest == pytest.approx(expected.max(), rel=1e-5)


def test_the_mean_weight_of_a_pixel_is_one(stripes, store, tmp_path):
    """In label maps that hold every label, the later ones more often."""
    shutil.copytree(stripes.root, tmp_path, dirs_exist_ok=True)
    labels = np.resize(np.repeat(np.arange(13), np.arange(1, 14)), (32, 48))
    for sample in DataSet(tmp_path).split("train"):
        Image.fromarray((labels + 1).astype(np.uint8)).save(sample.labels)
    weights = label_weights(DataSet(tmp_path), 0.7).numpy()
    assert weights[labels].mean() == pytest.approx(1, rel=1e-5)
    assert weights.argmax() == 0
    assert weights.argmin() == 12


def test_labels_weigh_alike_without_a_balance(stripes):
    assert label_weights(stripes, 0.0) is None


# The learning rate


@pytest.mark.parametrize("warmup", [0.0, 0.2])
@pytest.mark.parametrize("done", [0.2, 0.35, 0.5, 0.9, 0.999])
def test_the_learning_rate_falls_as_the_power_of_what_is_left(warmup, done):
    recipe = replace(RECIPE, learning_rate=2.0, warmup=warmup)
    left = (1 - done) / (1 - warmup)
    assert learning_rate(recipe, done) == pytest.approx(2 * left**0.9)


def test_the_learning_rate_is_that_of_the_middle_of_each_step(stripes, tmp_path):
    train_together(replace(RECIPE, model=Plain, warmup=0.5), stripes, 0, None, tmp_path)
    found = pd.read_csv(tmp_path / "log.csv")["learning_rate"]
    wanted = [learning_rate(replace(RECIPE, warmup=0.5), (step + 0.5) / 9) for step in (2, 5, 8)]
    assert found.to_numpy() == pytest.approx(wanted)


# The optimiser


def step_of(recipe: Recipe, data: DataSet, folder: Path) -> tuple[dict[str, torch.Tensor], float]:
    """How the only step of a recipe moves the weights, and the norm of that over its learning rate."""
    folder.mkdir()
    after, before = train_together(recipe, data, 0, None, folder)["weights"], recipe.model().state_dict()
    moved = {name: after[name] - before[name] for name in before}
    norm = sum(each.square().sum() for each in moved.values()).sqrt().item()
    return moved, norm / learning_rate(recipe, 0.5)


def test_clipping_shortens_a_long_gradient_and_keeps_its_direction(stripes, tmp_path):
    free, length = step_of(ONE_STEP, stripes, tmp_path / "free")
    clipped, shortened = step_of(replace(ONE_STEP, clipping=length / 3), stripes, tmp_path / "clipped")
    loose, same = step_of(replace(ONE_STEP, clipping=length * 3), stripes, tmp_path / "loose")
    assert shortened == pytest.approx(length / 3, rel=1e-3)
    assert same == pytest.approx(length, rel=1e-5)
    for name, moved in free.items():
        torch.testing.assert_close(clipped[name], moved / 3, rtol=1e-3, atol=1e-6)
        torch.testing.assert_close(loose[name], moved)


def test_weight_decay_pulls_weights_towards_zero(stripes, tmp_path):
    free, _ = step_of(ONE_STEP, stripes, tmp_path / "free")
    decayed, _ = step_of(replace(ONE_STEP, weight_decay=0.5), stripes, tmp_path / "decayed")
    rate = learning_rate(ONE_STEP, 0.5)
    for name, start in Plain().state_dict().items():
        torch.testing.assert_close(decayed[name] - free[name], -rate * 0.5 * start, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(("precision", "fused"), [("32-true", True), ("bf16-mixed", True), ("16-mixed", False)])
def test_the_optimiser_is_that_of_the_recipe(precision, fused):
    recipe = replace(RECIPE, precision=precision, learning_rate=0.3, momentum=0.7, weight_decay=0.2)
    adam, sgd = (optimizer(replace(recipe, optimiser=name), Plain()) for name in ("adamw", "sgd"))
    assert isinstance(adam, torch.optim.AdamW)
    assert isinstance(sgd, torch.optim.SGD)
    assert sgd.defaults["momentum"] == 0.7
    for each in (adam, sgd):
        assert (each.defaults["lr"], each.defaults["weight_decay"], each.defaults["fused"]) == (0.3, 0.2, fused)
        assert len(each.param_groups[0]["params"]) == 4


# The order of the images


def orders(recipe: Recipe, data: DataSet, seed: int, first: int = 0) -> list[list[str]]:
    """Names of the images of each step from the first one on."""
    feed = Feed(data.split("train"), recipe, seed, devices.fabric("32-true"))
    return [list(batch.names) for batch in feed.batches(first)]


def test_every_epoch_shows_every_image_once_in_an_order_of_its_own(stripes):
    steps = orders(RECIPE, stripes, 0)
    assert [len(step) for step in steps] == [4] * 9
    epochs = [list(itertools.chain(*steps[start : start + 3])) for start in (0, 3, 6)]
    names = sorted(sample.image.name for sample in stripes.split("train"))
    assert [sorted(epoch) for epoch in epochs] == [names] * 3
    others = orders(RECIPE, stripes, 1)
    different = [*epochs, *(list(itertools.chain(*others[start : start + 3])) for start in (0, 3, 6)), names]
    assert len({tuple(order) for order in different}) == 7


def test_a_resumed_training_sees_what_an_unbroken_one_would_have_seen(stripes):
    assert orders(RECIPE, stripes, 3, first=4) == orders(RECIPE, stripes, 3)[4:]
    assert orders(RECIPE, stripes, 3, first=9) == []


def test_images_that_fill_no_batch_are_left_out_of_an_epoch(stripes):
    steps = orders(replace(RECIPE, batch_size=5), stripes, 0)
    assert [len(step) for step in steps] == [5] * 6
    seen = [name for step in steps[:2] for name in step]
    assert len(set(seen)) == 10


def test_a_batch_is_no_larger_than_the_split(stripes):
    assert [len(step) for step in orders(replace(RECIPE, batch_size=100, epochs=2), stripes, 0)] == [12, 12]


def test_augmentation_is_drawn_anew_in_every_epoch_and_for_every_image(stripes):
    def noise(size):
        return lambda image, mask: (torch.randint_like(image, 256), mask)

    feed = Feed(stripes.split("train"), replace(RECIPE, transform=noise), 0, devices.fabric("32-true"))
    seen = [image for batch in feed.batches(0) for image in batch.images]
    assert len({image.numpy().tobytes() for image in seen}) == 36


def test_networks_see_images_from_0_to_1_and_labels_as_they_are(stripes):
    feed = Feed(stripes.split("train"), ONE_STEP, 0, devices.fabric("32-true"))
    (batch,) = feed.batches(0)
    by_name = {sample.image.name: sample.read() for sample in stripes.split("train")}
    for image, labels, name in zip(batch.images, batch.labels, batch.names, strict=True):
        picture, truth = by_name[name]
        assert torch.equal(image, torch.from_numpy(picture).permute(2, 0, 1) / 255)
        assert np.array_equal(labels, truth)


# The loop


def logged(recipe: Recipe, data: DataSet, folder: Path, seed: int = 0) -> pd.DataFrame:
    folder.mkdir(exist_ok=True)
    return train_together(recipe, data, seed, None, folder)["log"]


@pytest.mark.parametrize(
    ("epochs", "validations", "due"),
    [(4, 4, [1, 2, 3, 4]), (5, 2, [3, 5]), (3, 1, [3]), (3, 8, [1, 2, 3]), (7, 3, [3, 5, 7])],
)
def test_validations_are_evenly_spaced_and_the_last_is_at_the_end(epochs, validations, due, stripes, tmp_path):
    recipe = replace(ONE_STEP, epochs=epochs, validations=validations)
    log = logged(recipe, stripes, tmp_path)
    assert log.loc[log["val_miou"].notna(), "epoch"].tolist() == due
    assert log["epoch"].tolist() == list(range(1, epochs + 1))


def test_an_epoch_logs_the_mean_loss_of_its_own_steps(stripes, tmp_path):
    """Where nothing is learned, the mean over an epoch's batches is the loss over all images."""
    still = replace(ONE_STEP, batch_size=4, learning_rate=0.0, epochs=2)
    whole = logged(replace(still, batch_size=12), stripes, tmp_path / "whole")["loss"]
    parts = logged(still, stripes, tmp_path / "parts")["loss"]
    assert parts.to_numpy() == pytest.approx(whole.to_numpy(), rel=1e-5)
    assert parts[0] == pytest.approx(parts[1], rel=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"warmup": -0.01}, "warmup is -0.01"),
        ({"share": 1.01}, "share is 1.01"),
    ],
)
def test_numbers_that_make_no_training_are_refused(changes, message):
    with pytest.raises(RecipeError, match=message):
        replace(RECIPE, **changes)


def test_numbers_at_the_ends_of_their_ranges_are_taken():
    recipe = replace(RECIPE, epochs=1, batch_size=1, accumulation=1, warmup=0.0, share=1.0)
    assert recipe.share == 1


def test_defaults_are_those_of_the_docstring():
    assert (RECIPE.warmup, RECIPE.auxiliary_weight, RECIPE.weight_decay, RECIPE.balance) == (0, 0.4, 1e-4, 0)
    assert (RECIPE.share, RECIPE.validations, RECIPE.momentum, RECIPE.accumulation) == (1, 8, 0.9, 1)
    assert (RECIPE.clipping, RECIPE.patience, RECIPE.keep_best) == (0, 0, False)


def test_a_batch_is_shared_among_micro_batches_or_refused(stripes):
    with pytest.raises(TrainingError, match="12 images cannot be shared evenly among 1 processes with 5 micro-batches"):
        orders(replace(RECIPE, batch_size=12, accumulation=5), stripes, 0)
    assert len(orders(replace(RECIPE, batch_size=12, accumulation=4), stripes, 0)) == 3


@pytest.mark.parametrize("share", [0.001, 0.04])
def test_the_smallest_share_is_one_image(share, stripes):
    assert len(share_of(stripes.split("train"), share)) == 1
    assert len(orders(replace(RECIPE, share=share, epochs=1), stripes, 0)) == 1


def test_a_share_is_rounded_to_whole_images(stripes):
    assert [len(share_of(stripes.split("train"), share)) for share in (0.2, 0.21, 0.5, 1.0)] == [2, 3, 6, 12]


def test_the_order_of_an_epoch_depends_on_the_seed_and_the_epoch(stripes):
    """No epoch of a seed is one of another seed's: the orders of ten seeds and epochs all differ."""
    recipe = replace(RECIPE, batch_size=12, epochs=10)
    seen = {tuple(order) for seed in range(10) for order in map(tuple, orders(recipe, stripes, seed))}
    assert len(seen) == 100


def test_a_recipe_cannot_be_changed():
    assert Recipe.__dataclass_params__.frozen


def test_processes_that_were_started_together_share_a_training():
    assert train.collective


def test_random_numbers_of_a_step_follow_from_seed_and_step(stripes, tmp_path):
    """Dropout in the two steps of an epoch that see the same image differs, and is the same in another run."""

    class Noisy(Plain):
        def forward(self, images):
            seen.append(nn.functional.dropout(torch.ones(1000)).nonzero().flatten().tolist())
            return super().forward(images)

    runs = []
    for seed in (0, 0, 1):
        seen = []
        logged(replace(ONE_STEP, model=Noisy, epochs=2, validations=0), stripes, tmp_path / str(len(runs)), seed)
        runs.append(seen)
    assert runs[0] == runs[1]
    assert len({tuple(drawn) for drawn in runs[0] + runs[2]}) == 4


@pytest.mark.parametrize(("batch", "at_once"), [(12, [4]), (3, [3, 1]), (1, [1, 1, 1, 1])])
def test_val_is_measured_over_all_of_its_images_a_batch_at_a_time(batch, at_once, stripes, tmp_path):
    class Counting(Plain):
        def forward(self, images):
            if not self.training:
                seen.append(len(images))
            return super().forward(images)

    seen = []
    log = logged(replace(ONE_STEP, model=Counting, batch_size=batch, learning_rate=0.0), stripes, tmp_path)
    assert seen == at_once
    logits, labels = [], []
    for sample in stripes.split("val"):
        picture, truth = sample.read()
        image = torch.from_numpy(picture).permute(2, 0, 1)[None] / 255
        logits.append(Plain()(image).logits.argmax(1)[0].numpy())
        labels.append(truth)
    predicted, truth = np.stack(logits), np.stack(labels)
    ious = [
        ((predicted == label) & (truth == label)).sum() / ((predicted == label) | (truth == label)).sum()
        for label in np.unique(truth)
    ]
    assert log["val_miou"].item() == pytest.approx(np.mean(ious), abs=1e-3)

"""An ensemble's scores are the means of its members', and its figures those of these scores."""

from __future__ import annotations

import pytest
import torch
from sklearn.metrics import average_precision_score, roc_auc_score

from hazards.evaluation import Inference, evaluate
from hazards.evaluation.ensembles import evaluate_ensemble
from hazards.evaluation.passes import side_by_side
from hazards.labels import ANOMALY
from hazards.networks.models import deeplabv3_mini
from hazards.scores.logit_cache import _MEMORY
from hazards.scores.logits import energy, max_logit
from hazards.training import Recipe, train

SIZE = (32, 48)


@pytest.fixture(scope="module")
def members(stripes, tmp_path_factory):
    recipe = Recipe(model=deeplabv3_mini, size=SIZE, epochs=1, batch_size=4, learning_rate=4e-3, validations=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAZARDS_STORE", str(tmp_path_factory.mktemp("store")))
        yield tuple(Inference(deeplabv3_mini, train(recipe, stripes, seed), stripes, SIZE) for seed in (0, 1))


@pytest.mark.parametrize("score", [energy, max_logit])
def test_figures_are_those_of_the_mean_over_the_members(members, stripes, score):
    value = evaluate_ensemble(members, score).value
    means, anomalous = [], []
    for sample, truth in ((sample, sample.read()[1]) for sample in stripes.split("test")):
        maps = [score(next(member.over([sample])).output.logits) for member in members]
        means.append(torch.stack(maps).mean(0).flatten())
        anomalous.append(torch.as_tensor(truth).flatten() == ANOMALY)
    pixels, hazards = torch.cat(means).numpy(), torch.cat(anomalous).numpy()
    pooled = value["anomaly"].query("convention == 'pooled'")
    assert pooled["score"].item() == f"{score.__name__}, 2 networks"
    assert pooled["auroc"].item() == pytest.approx(roc_auc_score(hazards, pixels), abs=1e-4)
    assert pooled["aupr"].item() == pytest.approx(average_precision_score(hazards, pixels), abs=1e-4)
    assert set(value["curves"]["score"]) == {f"{score.__name__}, 2 networks"}


def test_an_ensemble_of_one_is_the_network_itself(members):
    alone = evaluate(members[0], "test", (energy,)).value["anomaly"].drop(columns="score")
    together = evaluate_ensemble(members[:1]).value["anomaly"].drop(columns="score")
    assert alone.equals(together)


def test_networks_see_the_same_images_in_order_and_nothing_stays_in_memory(members, stripes):
    samples = stripes.split("train")  # more than a batch
    names = []
    for first, second in side_by_side(members, samples):
        assert first.sample is second.sample
        assert torch.equal(first.labels, second.labels)
        assert torch.equal(first.output.images, second.output.images)
        assert not torch.equal(first.output.logits, second.output.logits)
        names.append(first.sample.image)
    assert names == [sample.image for sample in samples]
    assert _MEMORY.get() is None

"""What scores cost is measured for each, without a training."""

from __future__ import annotations

import pytest

from hazards.evaluation.score_costs import score_costs
from hazards.networks.models import deeplabv3_mini, segformer_mini
from hazards.prediction.methods import METHODS
from hazards.scores.dense_neighbors import DenseNeighbors
from hazards.scores.mahalanobis import Mahalanobis


@pytest.mark.parametrize("model", [deeplabv3_mini, segformer_mini])
def test_every_method_has_its_costs(store, model):
    value = score_costs(model, (72, 128), tuple(METHODS.values())).value
    costs = value["scores"]
    assert list(costs["score"]) == [method.name for method in METHODS.values()]
    assert (costs["milliseconds"] > 0).all()
    assert value["network"]["milliseconds"] > 0
    assert value["processor"]


def test_statistics_are_weighed_by_their_bytes(store):
    methods = (Mahalanobis(), DenseNeighbors(base=None, bank=500))
    mebibytes = score_costs(deeplabv3_mini, (72, 128), methods).value["scores"]["mebibytes"]
    mahalanobis = 4 * (32 + 13 * 32 + 32 * 32)
    neighbors = 4 * (500 * 32 + 1)
    assert (mebibytes * 2**20).tolist() == [mahalanobis, neighbors]

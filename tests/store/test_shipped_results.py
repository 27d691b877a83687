"""The results in the repository are those of the present code; run by .ci/run, as they take a minute or two."""

from __future__ import annotations

import random
import tarfile

import pytest

from book import chapters, planning
from hazards import profiles
from hazards.data import current_data_set
from hazards.metrics.segmentation import mean_iou
from hazards.store import Call, shipped

pytestmark = pytest.mark.slow

LOCAL = {"world", "cpu_speed", "score_cost"}
"""Steps whose results every machine makes for itself."""
TOLERANCE = 0.05
"""Of mIoU and AUROC, 0–1. On one kind of machine results are equal; on another, rounding alone makes a training go
another way, and then its figures differ as those of other seeds do."""
MOST = 60.0
"""Seconds of a training that is short enough to be repeated here."""


@pytest.fixture(scope="module")
def stated(tmp_path_factory):
    """Every result that the chapters ask for with profile mini, looked for in a store with shipped results alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUARTO_PROFILE", "mini")
        patch.setenv("HAZARDS_STORE", str(tmp_path_factory.mktemp("store")))
        patch.delenv("HAZARDS_SHIPPED")
        current_data_set(profiles.current())
        yield planning.state(chapters.chapter_paths())


def test_every_result_that_the_chapters_ask_for_is_shipped(stated):
    missing = [call.label for _, call, entry in stated if not entry and call.step not in LOCAL]
    assert not missing, f"{len(missing)} results are not shipped: `make report-cold`, then `hazards pack`"


def test_nothing_is_shipped_that_no_chapter_asks_for(stated, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "mini")
    with tarfile.open(shipped.archive()) as archive:
        names = {"/".join(name.split("/")[:2]) for name in archive.getnames()}
    asked = {call.result_id for _, call, _ in stated}
    inputs = {item.result_id for _, call, _ in stated for item in call.inputs}
    assert not names - asked - inputs, "shipped, but not asked for: `hazards pack` again"


def test_a_shipped_result_is_reproduced(stated, monkeypatch, tmp_path):
    found = {call.result_id: entry for _, call, entry in stated if entry}
    tests = [call for _, call, _ in stated if call.step == "evaluate" and call.arguments.arguments["split"] == "test"]
    call: Call = random.choice([call for call in tests if _seconds(call, found) < MOST])
    monkeypatch.setenv("QUARTO_PROFILE", "mini")
    shipped_value = found[call.result_id].value
    monkeypatch.setenv("HAZARDS_SHIPPED", "no")
    value = call.run().value
    print(f"{call.label}: {mean_iou(value['confusion']):.4f}, shipped {mean_iou(shipped_value['confusion']):.4f}")
    assert mean_iou(value["confusion"]) == pytest.approx(mean_iou(shipped_value["confusion"]), abs=TOLERANCE)
    for column in ("auroc", "aupr"):
        assert value["anomaly"][column].to_numpy() == pytest.approx(
            shipped_value["anomaly"][column].to_numpy(), abs=TOLERANCE
        )


def _seconds(call: Call, found: dict) -> float:
    """What the training behind an evaluation took."""
    return sum(found[item.result_id].provenance["seconds"] for item in call.inputs if item.step == "train")

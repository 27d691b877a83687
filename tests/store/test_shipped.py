"""Results that come with the project are found, and what they lack is computed where it is asked for."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from hazards import store
from hazards.jobs import gather
from hazards.store import chapter_records, entries, shipped, step, workdir
from hazards.store.entries import DamagedError, StoreError, WithheldError

LOG = "HAZARDS_TEST_LOG"  # a name that workers are told of


def note(name: str) -> None:
    with open(os.environ[LOG], "a") as file:
        file.write(f"{name}\n")


@step
def fitted(seed):
    note(f"fitted {seed}")
    return {"weights": {"w": torch.full((3,), float(seed))}, "log": pd.DataFrame({"loss": [1.0, 0.5]})}


@step
def judged(trained, extra=0):
    note(f"judged {extra}")
    return {"sum": float(trained.value["weights"]["w"].sum()) + extra, "map": np.arange(3)}


@step
def last_loss(trained):
    note("last loss")
    return float(trained.value["log"]["loss"].iloc[-1])


@step
def pictures():
    note("pictures")
    (workdir() / "files").mkdir(exist_ok=True)
    (workdir() / "files" / "1.png").write_bytes(b"x")
    return {"count": 1}


@pytest.fixture
def runs(tmp_path, store, monkeypatch):
    """Steps that ran since the last call. The archive lies in a folder of its own."""
    log = tmp_path / "log"
    monkeypatch.setenv(LOG, str(log))
    monkeypatch.delenv("HAZARDS_SHIPPED")
    monkeypatch.setattr(shipped, "_FOLDER", tmp_path)

    def since_last() -> list[str]:
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    return since_last


@pytest.fixture
def fresh(runs, tmp_path, monkeypatch):
    """A store with nothing in it, after the results of another one were packed."""
    names = [entry.result_id for entry in (judged(fitted(1)), pictures())]
    assert shipped.pack(names) == shipped.archive()
    assert runs() == ["fitted 1", "judged 0", "pictures"]
    monkeypatch.setenv("HAZARDS_STORE", str(tmp_path / "fresh"))
    return tmp_path / "fresh"


def test_shipped_results_are_found_and_pictures_are_made_again(fresh, runs):
    trained, result = gather([call := fitted.call(1), judged.call(call)], workers=1)
    assert result.value["sum"] == 3
    assert result.value["map"].tolist() == [0, 1, 2]
    assert trained.value["log"]["loss"].tolist() == [1.0, 0.5]
    assert "weights" in trained.value
    assert trained.provenance["seconds"] >= 0
    assert trained.withheld == ["value/weights.safetensors"]
    assert runs() == []
    assert (pictures().path / "files" / "1.png").exists()
    assert runs() == ["pictures"]


def test_withheld_weights_are_computed_when_they_are_read(fresh, runs):
    trained = fitted(1)
    assert trained.value["weights"]["w"].tolist() == [1, 1, 1]
    assert fitted(1).withheld is None
    assert runs() == ["fitted 1"]
    fitted(1).check()
    assert [path.name for path in trained.path.parent.iterdir()] == [trained.key]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_missing_result_has_the_weights_that_it_needs_computed_first(fresh, runs, workers):
    calls = [judged.call(fitted.call(1), extra=extra) for extra in (0, 5, 6)]
    _, *found = gather([fitted.call(1), *calls], workers)
    assert [entry.value["sum"] for entry in found] == [3, 8, 9]
    assert sorted(runs()) == ["fitted 1", "judged 5", "judged 6"]


def test_an_entry_given_to_a_step_completes_itself_only_for_its_weights(fresh, runs):
    trained = fitted(1)
    assert last_loss(trained).value == 0.5
    assert runs() == ["last loss"]
    assert judged(trained, extra=1).value["sum"] == 4
    assert runs() == ["judged 1", "fitted 1"]


def test_a_gathered_step_has_the_weights_of_an_entry_computed_first(fresh, runs):
    trained = fitted(1)
    (result,) = gather([judged.call(trained, extra=1)], workers=1)
    assert result.value["sum"] == 4
    assert runs() == ["fitted 1", "judged 1"]


def test_nothing_shipped_counts_where_it_is_refused(fresh, runs, monkeypatch):
    fitted(1)
    monkeypatch.setenv("HAZARDS_SHIPPED", "no")
    assert judged(fitted(1)).value["sum"] == 3
    assert judged(fitted(1)).withheld is None
    assert runs() == ["fitted 1", "judged 0"]


def test_an_entry_without_its_call_says_where_its_weights_are_to_be_had(fresh):
    found = entries.find("fitted", fitted(1).key)
    with pytest.raises(
        WithheldError, match=r"weights\.safetensors did not come with the project: `hazards run --cold`"
    ):
        found.value["weights"]


def test_a_shipped_file_that_was_changed_is_noticed_and_computed_again(fresh, runs, capfd):
    log = fitted(1).path / "value" / "log.parquet"
    log.write_bytes(log.read_bytes()[:-1])
    assert fitted(1).value["log"]["loss"].tolist() == [1.0, 0.5]
    assert runs() == ["fitted 1"]
    assert "damaged result" in capfd.readouterr().err


def test_gc_keeps_what_came_with_the_project(fresh, runs):
    last_loss(fitted(1))
    with chapter_records.recording("chapter"):
        last_loss(fitted(1))
    assert store.gc(delete=True).paths == []
    assert judged(fitted(1)).value["sum"] == 3
    assert runs() == ["last loss"]


def test_a_store_that_cannot_be_written_to_is_read_as_it_is(fresh, runs, capfd, monkeypatch):
    fresh.mkdir()
    (fresh / ".shipped").write_bytes(b"")  # a folder's place is taken
    assert fitted.call(1).find() is None
    assert "is not unpacked" in capfd.readouterr().err


def test_a_damaged_archive_is_named_and_costs_no_more_than_its_results(fresh, runs, capfd):
    whole = shipped.archive().read_bytes()
    shipped.archive().write_bytes(whole[: len(whole) // 2])
    assert judged(fitted(1)).value["sum"] == 3
    assert f"{shipped.archive()} is damaged" in capfd.readouterr().err
    assert not list((fresh / ".shipped").glob("draft-*"))


def test_an_interrupted_unpacking_leaves_no_half_of_a_result(fresh, runs):
    draft = f"draft-{hashlib.sha256(shipped.archive().read_bytes()).hexdigest()[:16]}"
    left = fresh / ".shipped" / draft / "fitted" / "x"
    left.mkdir(parents=True)
    (left / "manifest.json").write_text("{}")
    assert fitted(1).withheld
    assert sorted(path.name for path in (fresh / "fitted").iterdir()) == [fitted(1).key]


def test_a_full_disk_keeps_nothing_half_unpacked_and_no_draft_of_another_archive_is_touched(fresh, runs, monkeypatch):
    other = fresh / ".shipped" / "draft-other"
    other.mkdir(parents=True)

    def fill(tar, draft, filter):
        draft.mkdir()
        (draft / "x").write_text("x")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(tarfile.TarFile, "extractall", fill)
        with pytest.raises(StoreError, match=r"no space left .* while unpacking"):
            fitted(1)
    assert [path.name for path in (fresh / ".shipped").iterdir()] == ["draft-other"]
    assert fitted(1).withheld


def test_the_same_results_make_the_same_archive(runs):
    result = judged(fitted(2)).result_id
    once = shipped.pack([result]).read_bytes()
    assert shipped.pack([result]).read_bytes() == once


def test_what_is_there_is_packed_and_nothing_is_no_archive(runs, store):
    with pytest.raises(StoreError, match="nothing that chapters ask for is in"):
        shipped.pack([fitted.call(3).result_id])
    assert not shipped.archive().exists()
    trained = fitted(3).result_id
    assert packed(shipped.pack([trained, judged.call(fitted.call(4)).result_id])) == {trained}


def packed(archive: Path) -> set[str]:
    """The results in an archive."""
    with tarfile.open(archive) as tar:
        return {name.rpartition("/value/")[0] or name.rpartition("/")[0] for name in tar.getnames()}


def test_one_network_comes_with_its_weights(runs, store, tmp_path, monkeypatch):
    trained = [fitted(seed).result_id for seed in (1, 2)]
    shipped.pack(trained, whole=trained[1])
    monkeypatch.setenv("HAZARDS_STORE", str(tmp_path / "fresh"))
    assert runs() == ["fitted 1", "fitted 2"]
    assert shipped.results() == sorted(trained)
    assert fitted(2).value["weights"]["w"].tolist() == [2, 2, 2]
    assert fitted(2).withheld == []
    assert runs() == []
    assert fitted(1).withheld == ["value/weights.safetensors"]
    again = shipped.pack(trained, whole=trained[0]).read_bytes()  # whose weights are not here
    assert shipped.pack(trained).read_bytes() == again


def test_results_that_came_with_the_project_are_named_where_they_count(fresh, runs, monkeypatch):
    assert shipped.results() == sorted([fitted.call(1).result_id, judged.call(fitted.call(1)).result_id])
    monkeypatch.setenv("HAZARDS_SHIPPED", "no")
    assert shipped.results() == []


def test_an_archive_too_large_for_the_repository_is_said_to_be(runs, store, monkeypatch, capfd):
    shipped.pack([fitted(1).result_id])
    assert capfd.readouterr().err == ""
    monkeypatch.setattr(shipped, "LARGEST", 0)
    shipped.pack([fitted(1).result_id])
    assert "too large for the repository" in capfd.readouterr().err


def test_only_weights_are_withheld_and_what_is_of_this_machine_alone_is_left_out(runs, store, monkeypatch):
    monkeypatch.setattr(shipped, "LOCAL", {"last_loss"})
    trained = fitted(1)
    names = [entry.result_id for entry in (trained, last_loss(trained), pictures())]
    with tarfile.open(shipped.pack(names)) as archive:
        names = archive.getnames()
    files = {"config.json", "key.json", "manifest.json", "provenance.json", "value/log.parquet"}
    assert set(names) == {f"{trained.result_id}/{name}" for name in files}


def test_what_is_there_already_stays_and_what_was_removed_does_not_come_back(fresh, runs, monkeypatch):
    monkeypatch.setenv("HAZARDS_SHIPPED", "no")
    computed = fitted(1)
    monkeypatch.delenv("HAZARDS_SHIPPED")
    assert judged(fitted(1)).value["sum"] == 3
    assert fitted(1).withheld is None
    assert runs() == ["fitted 1"]
    computed.path.rename(fresh / "elsewhere")
    assert fitted.call(1).find() is None


def test_a_shipped_result_lacks_what_is_withheld_and_nothing_else(fresh, runs, capfd):
    entry = fitted(1)
    weights = entry.path / "value" / "weights.safetensors"
    weights.write_bytes(b"x")
    with pytest.raises(DamagedError, match=r"weights\.safetensors has 1 bytes instead of"):
        entry.check()
    weights.unlink()
    entry.check()
    (entry.path / "config.json").unlink()
    with pytest.raises(DamagedError, match=r"config\.json is missing"):
        entry.check()


def test_a_store_on_a_disk_that_can_only_be_read_is_read_as_it_is(fresh, runs, capfd):
    fresh.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", fresh]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a disk cannot be mounted here")
    try:
        assert fitted.call(1).find() is None
        assert capfd.readouterr().err.count(f"{shipped.archive()} is not unpacked: ") == 1
    finally:
        subprocess.run(["umount", "-l", fresh], check=True)

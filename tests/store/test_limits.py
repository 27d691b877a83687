"""The store at its limits: full disks, owners of locks that are gone, records that no longer hold."""

from __future__ import annotations

import errno
import json
import os
import pickle
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from hazards.errors import MissingError
from hazards.store import (
    StoreError,
    chapter_records,
    computed_by,
    entries,
    gc,
    is_stating,
    locks,
    shipped,
    stating,
    step,
    workdir,
)
from hazards.store.entries import DamagedError
from hazards.store.steps import Call


@step
def double(x, device="cpu", workers=1):
    return {"twice": 2 * x, "array": np.arange(3)}


@step(name="add-all")
def total(parts, more=None):
    return sum(part.value["twice"] for part in parts)


@step(collective=True)
def together(x):
    return x


@step
def drawn(count):
    folder = workdir() / "files"
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        (folder / f"{index}.txt").write_text(str(index))
    return count


@step
def long_named(text, number=1, flag=True, share=0.5, nothing=None):
    return text


# Where the store is, and what an entry says of itself


def test_the_store_is_where_the_variable_says_else_in_the_project(monkeypatch, tmp_path):
    monkeypatch.setenv("HAZARDS_STORE", str(tmp_path / "x"))
    assert entries.root() == tmp_path / "x"
    monkeypatch.setenv("HAZARDS_STORE", "")
    assert entries.root() == Path(__file__).resolve().parents[2] / "checkpoints"


def test_what_an_entry_and_a_call_are_called(store):
    call = double.call(1)
    entry = call.run()
    assert repr(entry) == f"Entry(double/{call.key})"
    assert repr(call) == f"Call(double/{call.key})"
    assert entry.path == store / "double" / call.key
    assert (total.name, total.collective, together.collective, double.collective) == ("add-all", False, True, False)


def test_a_label_is_short_and_plain():
    call = long_named.call("abc", number=2)
    assert call.label == f"long_named {call.key[:8]} (text=abc, number=2, flag=True, share=0.5)"
    assert long_named.call("x" * 200).label == f"long_named {long_named.call('x' * 200).key[:8]} (text={'x' * 75})"
    assert total.call([]).label == f"add-all {total.call([]).key[:8]}"


def test_device_and_workers_do_not_count_but_are_noted(store):
    assert double.call(1, device="gpu", workers=7).key == double.call(1).key != double.call(2).key
    facts = double(1, device="gpu", workers=7).provenance
    assert facts["ignored"] == {"device": "gpu", "workers": "7"}
    assert facts["resumed"] is False


def test_a_name_that_is_no_name_is_refused():
    for name in ("a b", "-a", "a/b"):
        with pytest.raises(StoreError, match="cannot name a step"):
            step(name=name)(double.function)
    assert step(name="a-b_1")(double.function).name == "a-b_1"


def test_an_entry_travels_without_its_value(store):
    entry = entries.find("double", double(1).key)
    assert entry.value["twice"] == 2
    again = pickle.loads(pickle.dumps(entry))
    assert "value" in entry.__dict__
    assert "value" not in again.__dict__
    assert again.value["twice"] == 2


def test_inputs_are_found_inside_of_lists_tuples_and_dicts(store):
    first, second, third = (double.call(number) for number in (1, 2, 3))
    call = total.call([first, (second,)], more={"a": third, "b": [first.run()]})
    assert [item.result_id for item in call.inputs] == [each.result_id for each in (first, second, third, first)]
    assert double.call(1).inputs == []
    assert total([first, second], more=(third, "text")).value == 6


def test_what_is_not_there_has_no_entry(store):
    assert entries.find("double", "0" * 16) is None
    assert double.call(1).find() is None
    assert not store.exists()


# Damage


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: path.write_bytes(path.read_bytes() + b"x"), r"value/twice\.json has 3 bytes instead of 2"),
        (lambda path: path.unlink(), r"value/twice\.json is missing"),
        (lambda path: path.write_bytes(b"3\n"), r"value/twice\.json has changed since it was written"),
    ],
)
def test_damage_is_described(store, change, message):
    entry = entries.find("double", double(1).key)
    (file,) = entry.path.rglob("twice.json")
    change(file)
    with pytest.raises(DamagedError, match=message):
        entry.check()


def test_a_file_that_is_written_to_after_its_entry_is_read_and_found_whole(store):
    entry = entries.find("drawn", drawn(2).key)
    manifest = entry.path / "manifest.json"
    before = manifest.stat().st_mtime_ns
    later = before + 5_000_000_000
    os.utime(entry.path / "files/0.txt", ns=(later, later))
    entry.check()
    assert manifest.stat().st_mtime_ns == later
    (entry.path / "files/1.txt").write_text("2")
    os.utime(entry.path / "files/1.txt", ns=(later, later))  # not after: it counts as unchanged
    entry.check()
    os.utime(entry.path / "files/1.txt", ns=(later + 1, later + 1))
    with pytest.raises(DamagedError, match=r"1\.txt has changed"):
        entry.check()


def test_a_value_whose_file_changed_is_not_read(store):
    entry = entries.find("double", double(1).key)
    (array,) = entry.path.rglob("*.npz")
    os.utime(entry.path / "manifest.json", (2e9, 2e9))
    data = bytearray(array.read_bytes())
    data[-1] ^= 1
    array.write_bytes(data)
    with pytest.raises(DamagedError, match=r"npz has changed since it was written"):
        entry.value["array"]


# Full disks


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_every_kind_of_full_disk_is_said(store, code):
    message = r"no space left for .*somewhere while testing"
    with pytest.raises(StoreError, match=message), entries.full_disk_says("testing", store / "somewhere"):
        raise OSError(code, "full")


def test_other_errors_stay_what_they_are_while_there_is_room(store):
    for error in (OSError(errno.EACCES, "denied"), ValueError("no"), StoreError("of the store")):
        with pytest.raises(type(error)) as caught, entries.full_disk_says("testing", store):
            raise error
        assert caught.value is error


@pytest.mark.parametrize(("free", "full"), [(0, True), (64 * 1024, True), (64 * 1024 + 1, False)])
def test_any_error_is_one_of_a_full_disk_where_nothing_is_free(store, free, full, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    with pytest.raises(StoreError if full else ValueError), entries.full_disk_says("testing", store):
        raise ValueError("a library's own words")


# Killed while it was written


def test_what_a_killed_process_had_moved_goes_back_unless_it_was_made_again(store):
    entry = entries.Entry("drawn", "abc", store / "drawn/abc")
    files = store / ".work/drawn/abc/files"
    draft = store / "drawn/.abc.12345678"
    (draft / "files").mkdir(parents=True)
    (draft / "files/1").write_text("old")
    files.parent.mkdir(parents=True)
    entries.recover(entry, files)
    assert (files / "1").read_text() == "old"
    (draft / "files").mkdir(parents=True)
    (draft / "files/1").write_text("other")
    entries.recover(entry, files)
    assert (files / "1").read_text() == "old"
    assert not draft.exists()


def test_a_failed_write_leaves_the_files_and_what_was_there(store, monkeypatch):
    entry = drawn(1)
    files = store / "files"
    files.mkdir()
    (files / "new").write_text("new")
    monkeypatch.setattr(entries, "write_file", lambda *args: (_ for _ in ()).throw(OSError("no")))
    with pytest.raises(OSError, match="no"):
        entries.write(entry, 5, {}, files)
    assert (files / "new").read_text() == "new"
    assert entry.value == 1
    assert [path.name for path in entry.path.parent.iterdir()] == [entry.key]


# Runners and statements


def test_a_runner_computes_what_is_missing_and_nothing_else(store):
    asked: list[Call] = []
    with computed_by(lambda call: asked.append(call)):
        double(1)
        double(1)
    double(2)
    assert [call.result_id for call in asked] == [double.call(1).result_id]


def test_while_results_are_stated_none_is_computed(store):
    there, noted = double(1), []
    with stating(noted.append):
        assert is_stating()
        assert double(1).value["twice"] == there.value["twice"]
        missing = double(5)
        for name in ("value", "config", "provenance"):
            with pytest.raises(MissingError, match=f"double/{missing.key} is not there yet"):
                getattr(missing, name)
    assert not is_stating()
    assert [call.key for call in noted] == [there.key, missing.key]
    assert not double.call(5).find()


# Locks


def test_an_owner_is_dead_if_no_process_of_its_number_started_when_it_did(tmp_path):
    path = tmp_path / "lock"
    with locks.lock(path, "test"):
        holder = locks.owner(path)
    assert holder["pid"] == os.getpid()
    assert not locks.is_dead(holder)
    assert locks.is_dead(holder | {"started": "1"})
    assert not locks.is_dead(holder | {"started": "1", "machine": "elsewhere"})
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert locks.is_dead(holder | {"pid": process.pid})
    assert locks.owner(path) is None


def test_a_zombie_is_dead(tmp_path):
    with locks.lock(tmp_path / "lock", "test"):
        holder = locks.owner(tmp_path / "lock")
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[19]
    assert not locks.is_dead(holder | {"pid": process.pid, "started": started})
    process.stdin.close()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert locks.is_dead(holder | {"pid": process.pid, "started": started})
    process.wait()


def test_a_lock_is_touched_while_it_is_held(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "HEARTBEAT", 0.02)
    path = tmp_path / "deep" / "lock"
    with locks.lock(path, "test"):
        os.utime(path, (1e9, 1e9))
        deadline = time.monotonic() + 60
        while path.stat().st_mtime < 1.1e9:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert not path.exists()


def test_a_lock_that_somebody_else_took_over_is_left_to_them(tmp_path):
    path = tmp_path / "lock"
    with locks.lock(path, "test"):
        path.write_text(json.dumps({"id": "another"}))
    assert json.loads(path.read_text()) == {"id": "another"}


def waits(path: Path, seconds: float) -> bool:
    """Whether a lock cannot be had within so many seconds; it is had once its file is gone."""
    taken = threading.Event()

    def take() -> None:
        with locks.lock(path, "test"):
            taken.set()

    thread = threading.Thread(target=take)
    thread.start()
    waited = not taken.wait(seconds)
    path.unlink(missing_ok=True)
    thread.join(60)
    assert taken.is_set()
    return waited


def test_a_lock_of_another_machine_that_is_touched_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "STALE", 2.0)
    path = tmp_path / "lock"
    path.write_text(json.dumps({"machine": "elsewhere x", "pid": 1, "started": "", "id": "a", "since": "12:00:00"}))
    done = threading.Event()

    def touch() -> None:
        while not done.wait(0.05):
            if path.exists():
                os.utime(path)

    toucher = threading.Thread(target=touch)
    toucher.start()
    assert waits(path, 2.6)
    done.set()
    toucher.join()


@pytest.mark.parametrize(("age", "waited"), [(0, True), (100, False)])
def test_a_lock_without_a_name_is_removed_once_it_is_old(tmp_path, age, waited):
    path = tmp_path / "lock"
    path.write_text("")
    os.utime(path, (time.time() - age, time.time() - age))
    assert waits(path, 0.5 if waited else 30) == waited


def test_a_lock_is_stale_after_a_minute_and_touched_every_five_seconds():
    assert (locks.STALE, locks.HEARTBEAT) == (60, 5)


def dead_owner(path: Path) -> None:
    """Leave a lock of a process that is gone."""
    with locks.lock(path, "test"):
        holder = locks.owner(path)
    path.write_text(json.dumps(holder | {"started": "1"}))


def test_the_lock_of_a_dead_process_is_taken_over_at_once_and_in_silence(tmp_path, capfd):
    path = tmp_path / "lock"
    dead_owner(path)
    with locks.lock(path, "test"):
        assert not locks.is_dead(locks.owner(path))
    assert capfd.readouterr().err == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("age", "waited"), [(0, True), (100, False)])
def test_who_died_while_removing_a_lock_is_passed_over_after_a_while(tmp_path, age, waited):
    path, guard = tmp_path / "lock", tmp_path / "lock.removing"
    dead_owner(path)
    guard.mkdir()
    os.utime(guard, (time.time() - age, time.time() - age))
    assert waits(path, 0.5 if waited else 30) == waited


# Records


@pytest.fixture
def chapter(store, tmp_path, monkeypatch):
    """A chapter's record, complete: it used a result, and left a picture."""
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"x")
    with chapter_records.recording("data", "hash") as record:
        entry = double(1)
    record.files.add(str(picture))
    chapter_records.complete(record, "hash")
    return SimpleNamespace(entry=entry, picture=picture, path=store / ".used/smoke/data.json")


def test_results_are_noted_for_every_chapter_that_is_open(store, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    with chapter_records.recording("outer"):
        first = double(1)
        with chapter_records.recording("inner"):
            second = double(2)
        third = total([first])
    double(3)
    ids = {
        name: [each.result_id for each in used]
        for name, used in (("outer", (first, second, third)), ("inner", (second,)))
    }
    assert chapter_records.by_chapter() == {name: sorted(used) for name, used in ids.items()}
    assert chapter_records.used("double") == sorted([first.result_id, second.result_id])
    assert chapter_records.used("add-all") == [third.result_id]
    assert chapter_records.used("add") == []
    monkeypatch.setenv("QUARTO_PROFILE", "mini")
    assert chapter_records.by_chapter() == {}


def test_chapters_that_left_the_book_are_forgotten(store, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    for name in ("data", "baseline"):
        with chapter_records.recording(name):
            double(1)
    chapter_records.forget_all_but(["baseline", "other"])
    assert list(chapter_records.by_chapter()) == ["baseline"]


@pytest.mark.parametrize("text", ["[]", '{"sources": ""}', "{"])
def test_a_broken_record_is_named(chapter, text):
    chapter.path.write_text(text)
    with pytest.raises(DamagedError, match=r"data\.json"):
        chapter_records.by_chapter()
    assert not chapter_records.is_current("data", "hash")


def test_inputs_of_inputs_are_used_too(store):
    first, second = double(1), double(2)
    whole = total([first, second])
    double(9)
    assert chapter_records.with_inputs({whole.result_id}) == {whole.result_id, first.result_id, second.result_id}
    assert chapter_records.with_inputs({"gone/abc"}) == {"gone/abc"}
    assert chapter_records.with_inputs(set()) == set()


# What is collected, and what ships


def test_gc_lists_damaged_results_old_locks_and_finished_work(store, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    with chapter_records.recording("data"):
        used = double(1)
    places = {
        "damaged": store / ".damaged/double/x-1",
        "finished": store / ".work/double" / used.key,
        "unfinished": store / ".work/double/other",
        "unused": store / "double/unused",
    }
    for folder in places.values():
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(bytes(2**18))
    dead_owner(store / ".work/double/gone.lock")
    leftover = store / ".jobs"
    leftover.write_bytes(bytes(2**18))
    found = gc(leftovers=[leftover])
    names = {name: str(path.relative_to(store)) for name, path in places.items()}
    wanted = [names["damaged"], names["finished"], names["unused"], ".work/double/gone.lock", ".jobs"]
    assert found.paths == sorted(wanted)
    assert found.mib == pytest.approx(1, abs=0.01)
    gc(delete=True, leftovers=[leftover])
    assert not any((store / name).exists() for name in wanted)
    assert places["unfinished"].exists()
    assert used.path.exists()


@pytest.fixture
def archive(store, tmp_path, monkeypatch):
    """The archive of a chapter's results, which lies in a folder of its own."""
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    monkeypatch.delenv("HAZARDS_SHIPPED")
    monkeypatch.setattr(shipped, "_FOLDER", tmp_path)
    return shipped.pack([entry.result_id for entry in (weighty(1), double(1), drawn(2), cpu_speed())])


@step
def weighty(x):
    return {"weights": {"w": torch.full((3,), float(x))}, "note": x}


@step
def cpu_speed():
    return 1.0


def test_an_archive_holds_neither_weights_nor_files_nor_what_is_true_of_one_machine(archive, tmp_path):
    assert archive == tmp_path / "smoke.tar.xz"
    with tarfile.open(archive) as tar:
        members = {member.name: member for member in tar}
    assert {name.split("/")[0] for name in members} == {"weighty", "double"}
    assert not [name for name in members if name.endswith(".safetensors")]
    for member in members.values():
        assert (member.mtime, member.uid, member.uname) == (0, 0, "")
    assert list(tmp_path.glob("smoke*")) == [archive]


def test_an_archive_is_unpacked_once_into_a_store(archive, tmp_path, monkeypatch):
    fresh = tmp_path / "fresh"
    monkeypatch.setenv("HAZARDS_STORE", str(fresh))
    assert shipped.unpack()
    assert not shipped.unpack()
    assert sorted(path.name for path in fresh.iterdir() if path.name[0] != ".") == ["double", "weighty"]
    shutil.rmtree(fresh / "double")
    assert not shipped.unpack()
    assert not (fresh / "double").exists()


def test_nothing_is_unpacked_where_it_is_refused_or_there_is_none(archive, tmp_path, monkeypatch):
    monkeypatch.setenv("HAZARDS_STORE", str(tmp_path / "fresh"))
    monkeypatch.setenv("HAZARDS_SHIPPED", "no")
    assert not shipped.unpack()
    monkeypatch.delenv("HAZARDS_SHIPPED")
    monkeypatch.setenv("QUARTO_PROFILE", "mini")
    assert not shipped.unpack()
    assert not (tmp_path / "fresh").exists()


def test_what_is_there_already_stays_when_an_archive_is_unpacked(archive, tmp_path, monkeypatch):
    fresh = tmp_path / "fresh"
    monkeypatch.setenv("HAZARDS_STORE", str(fresh))
    monkeypatch.setenv("HAZARDS_SHIPPED", "no")
    own = weighty(1)
    monkeypatch.delenv("HAZARDS_SHIPPED")
    assert shipped.unpack()
    assert own.withheld is None
    assert double.call(1).find().withheld == []

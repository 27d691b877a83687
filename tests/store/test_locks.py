"""A lock is taken over when its owner is dead, and only then."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from hazards.store import locks


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def holder(**parts: object) -> dict:
    """This process as the owner of a lock, but for some parts."""
    return {
        "machine": locks._machine(),
        "pid": os.getpid(),
        "started": locks._started(os.getpid()),
        "id": "a",
        "since": "12:00:00",
    } | parts


def test_an_owner_is_dead_where_its_process_is_gone_or_its_number_has_another_process():
    process = subprocess.Popen(["sleep", "60"])
    its = holder(pid=process.pid, started=locks._started(process.pid))
    assert not locks.is_dead(its)
    process.kill()
    time.sleep(0.2)  # it has ended, and nobody has asked how
    assert locks.is_dead(its)
    process.wait()
    assert locks.is_dead(its)
    assert not locks.is_dead(holder())
    assert locks.is_dead(holder(started="1"))
    assert not locks.is_dead(holder(machine="elsewhere", started="1"))


def test_a_lock_is_stale_after_a_minute_of_silence_unless_its_owner_is_known_to_live():
    now = time.time()
    elsewhere = holder(machine="elsewhere")
    assert not locks._is_stale(elsewhere, now - 1000, locks.STALE)
    assert locks._is_stale(elsewhere, now, locks.STALE + 1)
    assert not locks._is_stale(holder(), now - 1000, 1000)
    assert locks._is_stale(holder(started="1"), now, 0)
    assert not locks._is_stale(None, now - locks.STALE + 10, 1000)
    assert locks._is_stale(None, now - locks.STALE - 10, 0)


def test_a_lock_without_a_name_that_power_loss_left_is_removed(path):
    path.touch()
    os.utime(path, (1e9, 1e9))
    with locks.lock(path, "test"):
        assert locks.owner(path)["pid"] == os.getpid()
    assert list(path.parent.iterdir()) == []


def test_what_another_has_taken_meanwhile_is_not_removed(path):
    path.write_text(json.dumps(holder(id="b")))
    locks._remove_stale(path, holder(id="a"))
    assert locks.owner(path)["id"] == "b"
    locks._remove_stale(path, holder(id="b"))
    assert list(path.parent.iterdir()) == []


def test_who_removes_a_stale_lock_keeps_others_from_it_unless_he_was_killed(path):
    path.write_text(json.dumps(holder()))
    guard = path.with_name("lock.removing")
    guard.mkdir()
    locks._remove_stale(path, holder())
    assert path.exists()
    assert guard.exists()
    os.utime(guard, (1e9, 1e9))
    locks._remove_stale(path, holder())
    assert not guard.exists()
    locks._remove_stale(path, holder())
    assert not path.exists()


def test_a_lock_that_was_taken_over_is_left_to_its_new_owner(path):
    with locks.lock(path, "test"):
        path.write_text(json.dumps(holder(id="another")))
    assert locks.owner(path)["id"] == "another"


def test_a_held_lock_is_touched_and_a_free_one_is_not(path, monkeypatch):
    monkeypatch.setattr(locks, "HEARTBEAT", 0.05)
    with locks.lock(path, "test"):
        os.utime(path, (1e9, 1e9))
        time.sleep(0.5)
        assert path.stat().st_mtime > 1e9
    path.touch()
    os.utime(path, (1e9, 1e9))
    time.sleep(0.2)
    assert path.stat().st_mtime == 1e9


def test_an_error_inside_releases_the_lock(path):
    with pytest.raises(KeyError), locks.lock(path, "test"):
        raise KeyError
    assert not path.exists()

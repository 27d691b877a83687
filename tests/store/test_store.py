"""Results are computed once, found again, written whole or not at all, and never lost."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from hazards.jobs import gather, workers
from hazards.store import StoreError, entries, gc, locks, stating, step, why, workdir
from hazards.store.chapter_records import recording

CODE = Path(__file__).resolve().parents[2] / "code"


@step(ignore=("log",))
def add(a, b=1, log=None):
    if log:
        with open(log, "a") as file:
            file.write(f"{a}+{b}\n")
    first = a.value if hasattr(a, "value") else a
    return first + b


@step
def total(parts, extra=None):
    return sum(part.value for part in parts) + (extra["entry"].value if extra else 0)


@step
def fail(message):
    raise LookupError(message)


@step
def render(count, size=10):
    folder = workdir() / "files" / "sub"
    folder.mkdir(parents=True, exist_ok=True)  # what an interrupted run has left is used
    for index in range(len(list(folder.iterdir())), count):
        (folder / f"{index}.png").write_bytes(b"x" * size)
    return count


@step
def slow(seconds, log):
    with open(log, "a") as file:
        file.write("x\n")
    time.sleep(seconds)
    return seconds


@step
def counted(n):
    """Counts to n, one step each run; killed between the steps until it is done."""
    state = workdir() / "state"
    done = int(state.read_text()) if state.exists() else 0
    if done < n:
        state.write_text(str(done + 1))
        os.kill(os.getpid(), signal.SIGKILL)
    return done


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def results(store: Path) -> set[str]:
    """Everything in the store that is no record of the store itself."""
    return {str(path.relative_to(store)) for path in store.glob("[!.]*/*")}


def in_child(function, wait: bool = True) -> int:
    """Run a function in a forked process; its exit status (negative: the signal), or its pid if not waited for."""
    pid = os.fork()
    if pid == 0:
        try:
            function()
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if wait else pid


# Computing once


def test_computed_once_and_found_again(store, tmp_path):
    log = tmp_path / "log"
    call = add.call(1, log=log)
    assert not store.exists()
    assert call.config == {"a": 1, "b": 1}
    first, again = add(1, log=log), add(a=1, b=1)
    assert first.key == again.key == call.key
    assert (first.value, again.value) == (2, 2)
    assert first.path == store / "add" / call.key
    assert add(1, 2, log=log).value == 3
    assert lines(log) == ["1+1", "1+2"]


def test_what_lies_in_an_entry(store, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    entry = add(1, log=None)
    assert json.loads((entry.path / "config.json").read_text()) == entry.config == {"a": 1, "b": 1}
    assert json.loads((entry.path / "value.json").read_text()) == 2
    facts = entry.provenance
    assert facts["seconds"] >= 0
    assert facts["peak_memory_mib"] > 1
    assert (facts["profile"], facts["device"], facts["torch"]) == ("smoke", "cpu", version("torch"))
    assert {"python", "torchvision", "numpy", "platform", "created"} <= facts.keys()


def test_results_as_arguments(store, tmp_path):
    log = tmp_path / "log"
    call = add.call(1, log=log)
    by_call = add(call, log=log)
    by_entry = add(call.run(), log=log)
    assert by_call.key == by_entry.key != add.call(2).key
    assert by_call.config["a"] == {"@result": f"add/{call.key}"}
    assert total([call, by_entry], extra={"entry": add.call(7)}).value == 2 + 3 + 8
    assert lines(log) == ["1+1", f"Entry(add/{call.key})+1"]


def test_wrong_arguments_name_the_step(store):
    with pytest.raises(TypeError, match="add: missing a required argument: 'a'"):
        add.call()
    with pytest.raises(ValueError, match=r"step add, argument: a\.x: the store cannot tell what a builtins\.object"):
        add.call({"x": object()})


def test_workdir_belongs_to_a_running_step():
    with pytest.raises(StoreError, match="outside of a step"):
        workdir()


def test_rendered_files_are_moved_into_the_entry(store):
    entry = render(5)
    assert sorted(path.name for path in (entry.path / "files" / "sub").iterdir()) == [f"{i}.png" for i in range(5)]
    assert not list((store / ".work" / "render").iterdir())


# Edits


LAB = """
from hazards.store import step

def net(x):
    return x + 1

@step
def data(n=1):
    return n

@step(ignore=("device",))
def train(x, model=net, rate=0.1, device="cpu"):
    return model(x.value) * rate

@step
def both(x):
    return train(x).value
"""


def test_undoing_an_edit_finds_the_old_result(store, lab):
    for source, count in ((LAB, 1), (LAB.replace("x + 1", "x - 1"), 2), (LAB, 2), (LAB + "\ndef more(): pass", 2)):
        module = lab(source)
        module.train(module.data.call(), device="somewhere")
        assert len(list((store / "train").iterdir())) == count


def test_a_step_counts_the_code_of_steps_it_calls(store, lab):
    keys = []
    for source in (LAB, LAB.replace("* rate", "/ rate")):
        module = lab(source)
        keys.append(module.both.call(module.data.call()).key)
    assert keys[0] != keys[1]


def test_why(store, lab):
    assert why("train") == "train: no result yet"
    module = lab(LAB)
    module.train(module.data.call())
    assert "first result of this name" in why("train")
    module.train(module.data.call(), rate=0.2)
    assert why("train").splitlines()[1:] == ["  config rate 0.1 -> 0.2"]
    edited = lab(LAB.replace("x + 1", "x - 1"))
    edited.train(edited.data.call(), rate=0.2)
    assert why("train").splitlines()[1:] == ["  code of lab.net changed"]
    edited.train(edited.data.call(n=5), rate=0.1)
    *_, config, given = why("train").splitlines()
    assert config == "  config rate 0.2 -> 0.1"
    assert given.startswith("  input x data/")


def test_why_compares_with_a_result_of_the_same_seed(store, lab):
    module = lab(LAB.replace("rate=0.1", "seed=0, rate=0.1"))
    for rate in (0.1, 0.2):
        for seed in (0, 1):
            module.train(module.data.call(), seed=seed, rate=rate)
    assert why("train").splitlines()[1:] == ["  config rate 0.1 -> 0.2"]


def test_why_of_a_result_in_progress(store, lab):
    add(1)
    add(1, 2)
    broken = lab("from hazards.store import step\n@step(name='add')\ndef add(a, b=1):\n    raise LookupError('no')")
    with pytest.raises(LookupError, match="no"):
        broken.add(1, 2)
    assert "(not finished)" in why("add")
    assert "  code of lab.add added" in why("add")


# In parallel


def test_gather_runs_each_missing_result_once_and_inputs_first(store, tmp_path):
    log = tmp_path / "log"
    base = add.call(1, log=log)
    calls = [add.call(base, b, log=log) for b in (3, 1, 2, 1)]
    found = gather([*calls, base], workers=2)
    assert [entry.value for entry in found] == [5, 3, 4, 3, 2]
    assert len(lines(log)) == 4
    assert lines(log)[0] == "1+1"


def test_gather_finishes_what_follows_from_a_result_before_the_next_begins(store, tmp_path):
    log = tmp_path / "log"
    bases = [add.call(x, log=log) for x in (1, 2)]
    follow = [add.call(base, 10, log=log) for base in bases]
    gather([*bases, *follow], workers=1)
    assert [line.endswith("+10") for line in lines(log)] == [False, True, False, True]


def test_what_was_missing_when_it_was_stated_is_computed_for_what_it_was_given_to(store, tmp_path):
    log = tmp_path / "log"
    with stating(lambda call: None):
        call = add.call(add(1, log=log), log=log)
    assert gather([call], workers=1)[0].value == 3
    assert len(lines(log)) == 2


@dataclasses.dataclass(frozen=True)
class Doubled:
    part: object


@step
def doubled(record):
    return 2 * record.part.value


def test_a_call_in_a_dataclass_is_an_input_and_is_run(store):
    part = add.call(1)
    call = doubled.call(Doubled(part))
    assert [item.result_id for item in call.inputs] == [part.result_id]
    assert call.run().value == 4
    assert doubled.call(Doubled(part.run())).key == call.key
    assert doubled.call(Doubled(add.call(2))).key != call.key


@dataclasses.dataclass
class Counted:
    part: int
    seen: int = dataclasses.field(default=0, init=False)


@step
def seen(record):
    return record.seen


def test_a_dataclass_without_a_call_reaches_the_step_as_it_is(store):
    record = Counted(1)
    record.seen = 7
    assert seen(record).value == 7


def test_gather_needs_no_inputs_for_what_is_there(store, tmp_path):
    log = tmp_path / "log"
    call = add.call(add.call(1, log=log))
    call.run()
    for path in store.glob("add/*"):
        if path.name != call.key:
            path.rename(tmp_path / path.name)
    assert gather([call])[0].value == 3
    assert lines(log) == ["1+1"]


def test_an_error_in_a_worker_reaches_the_caller_and_the_rest_is_kept(store, tmp_path):
    log = tmp_path / "log"
    with pytest.raises(LookupError, match="no luck") as caught:
        gather([slow.call(0.3, log), fail.call("no luck"), add.call(fail.call("no luck"))], workers=2)
    assert "step fail" in caught.value.__notes__[0]
    assert "message=no luck" in caught.value.__notes__[0]
    assert {name.split("/")[0] for name in results(store)} == {"slow"}


def test_a_killed_worker_is_named_and_the_next_run_goes_on(store):
    with pytest.raises(StoreError, match="worker process was killed while computing counted"):
        gather([counted.call(1)], workers=2)
    assert gather([counted.call(1)], workers=2)[0].value == 1


@pytest.mark.parametrize("name", ["scores/module.py", "world/kinds.toml", "data/shares.csv", "data/priors.npz"])
def test_a_package_is_another_one_when_a_file_was_edited_whatever_the_clock_says(name, tmp_path):
    path = tmp_path / name
    path.parent.mkdir()
    path.write_text("1")
    before, state = workers.content(tmp_path), path.stat()
    path.write_text("2")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert path.stat().st_mtime_ns == state.st_mtime_ns
    edited = workers.content(tmp_path)
    assert edited != before
    path.rename(path.with_stem("other"))
    assert workers.content(tmp_path) != edited


def test_a_package_that_was_run_or_touched_is_the_same(tmp_path):
    (tmp_path / "module.py").touch()
    before = workers.content(tmp_path)
    os.utime(tmp_path / "module.py", (time.time() + 1, time.time() + 1))
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__/module.cpython-311.pyc").write_text("compiled")
    assert workers.content(tmp_path) == before


def test_workers_start_anew_when_the_package_was_edited(tmp_path, monkeypatch):
    (tmp_path / "kinds.toml").touch()
    monkeypatch.setattr(workers, "__file__", str(tmp_path / "jobs/workers.py"))
    first = workers._executor(1)
    assert workers._executor(1) is first
    (tmp_path / "kinds.toml").write_text("edited")
    assert workers._executor(1) is not first


def test_number_of_workers_from_the_environment(store, monkeypatch):
    monkeypatch.setenv("HAZARDS_WORKERS", "1")
    assert [entry.value for entry in gather([give_pid.call(n) for n in range(2)])] == [os.getpid()] * 2


def test_by_default_one_worker_a_gpu(store, monkeypatch):
    monkeypatch.delenv("HAZARDS_WORKERS", raising=False)
    monkeypatch.setattr("hazards.devices.gpus", lambda: 1)
    assert [entry.value for entry in gather([give_pid.call(n) for n in range(2)])] == [os.getpid()] * 2


@step
def give_pid(n):
    return os.getpid()


CELLS = (
    """
    from dataclasses import dataclass
    from hazards.jobs import gather
    from hazards.store import step
    RATE = 2
    def model(x):
        return x * RATE
    @dataclass(frozen=True)
    class Recipe:
        model: object
        size: int = 3
    """,
    """
    @step
    def use(recipe, seed):
        import sys, time
        print("shown in the terminal", file=sys.stderr)
        print("and this", flush=True)
        time.sleep(0.3)
        return recipe.model(recipe.size) + seed
    print([entry.value for entry in gather([use.call(Recipe(model), s) for s in range(3)], workers=2)])
    """,
)


def test_functions_of_chapter_cells_run_in_workers(store):
    import nbclient  # slow to import, and workers import this file
    import nbformat

    cells = [nbformat.v4.new_code_cell(textwrap.dedent(cell)) for cell in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    assert [(output.get("name"), output.get("text")) for output in notebook.cells[1].outputs] == [
        ("stdout", "[6, 7, 8]\n")
    ]
    assert len(list((store / "use").iterdir())) == 3


# Killed, twice at once


def test_a_killed_step_goes_on_from_its_own_state(store):
    call = counted.call(3)
    for _ in range(3):
        assert in_child(call.run) == -signal.SIGKILL
    assert call.find() is None
    assert call.run().value == 3
    assert call.find().provenance["resumed"]


@pytest.mark.parametrize("moment", range(11))
def test_killed_at_any_moment_of_writing(store, monkeypatch, moment):
    """The store works on after a kill at each call that changes the disk, and no rendered file is lost."""
    kept, call, count = add(1), render.call(2), itertools.count()

    def killing(function):
        def killed(*args):
            if next(count) == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args)

        return killed

    def child():
        for owner, name in ((entries, "write_file"), (entries, "_sync"), (Path, "rename"), (os, "sync")):
            setattr(owner, name, killing(getattr(owner, name)))
        call.run()

    assert in_child(child) == -signal.SIGKILL
    written = time.time()
    time.sleep(0.01)
    call.run()
    pictures = call.find().path / "files" / "sub"
    assert [(pictures / f"{index}.png").stat().st_mtime < written for index in range(2)] == [moment > 0] * 2
    assert kept.value == 2
    assert not list(store.glob("*/.*"))


def test_two_processes_at_once_compute_once(store, tmp_path, capfd):
    call = slow.call(0.5, tmp_path / "log")
    first, second = (in_child(call.run, wait=False) for _ in range(2))
    for pid in (first, second):
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert lines(tmp_path / "log") == ["x"]
    assert capfd.readouterr().err.count("waiting for process") == 1
    assert not list((store / ".work").rglob("*.lock*"))


def test_many_processes_take_turns(tmp_path):
    """A counter read and written under the lock misses no turn, although some owners are killed."""
    counter, path = tmp_path / "counter", tmp_path / "work" / "lock"
    counter.write_text("0")

    def turns():
        for _ in range(10):
            with locks.lock(path, "test"):
                counter.write_text(str(int(counter.read_text()) + 1))

    def dies():
        with locks.lock(path, "test"):
            os.kill(os.getpid(), signal.SIGKILL)

    children = [in_child(function, wait=False) for function in (turns, dies, turns, dies, turns)]
    for pid in children:
        os.waitpid(pid, 0)
    assert counter.read_text() == "30"


def test_a_lock_of_another_machine_is_taken_over_when_it_is_not_touched(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(locks, "STALE", 0.3)
    path = tmp_path / "lock"
    path.write_text(json.dumps({"machine": "elsewhere x", "pid": 1, "started": "", "id": "a", "since": "12:00:00"}))
    with locks.lock(path, "train"):
        assert locks.owner(path)["pid"] == os.getpid()
    assert capfd.readouterr().err == "train: waiting for process 1 on elsewhere, since 12:00:00\n"
    assert not path.exists()


def test_a_failure_is_not_stored(store):
    for _ in range(2):
        with pytest.raises(LookupError, match="no"):
            fail("no")
    assert not results(store)


# Damage


def damage_content(path):
    data = bytearray((path / "value.json").read_bytes())
    data[0] ^= 1
    (path / "value.json").write_bytes(data)


DAMAGES = {
    "value truncated": lambda path: os.truncate(path / "value.json", 0),
    "value changed": damage_content,
    "value missing": lambda path: (path / "value.json").unlink(),
    "picture truncated": lambda path: os.truncate(path / "files/sub/1.png", 3),
    "picture changed": lambda path: (path / "files/sub/1.png").write_bytes(
        bytes(len((path / "files/sub/1.png").read_bytes()))
    ),
    "picture missing": lambda path: (path / "files/sub/0.png").unlink(),
    "manifest broken": lambda path: (path / "manifest.json").write_text("{"),
    "record missing": lambda path: (path / "config.json").unlink(),
    "a link to nowhere": lambda path: (path / "files/link").symlink_to("nowhere"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_entry_is_set_aside_and_computed_again(store, capfd, damage):
    entry = render(2)
    damage(entry.path)
    again = render(2)
    assert again.value == 2
    assert len(list((again.path / "files" / "sub").iterdir())) == 2
    assert render(2).value == 2
    err = capfd.readouterr().err
    assert err.count("damaged result") == 1
    assert str(entry.path) in err
    assert len(list((store / ".damaged" / "render").iterdir())) == 1


def test_a_copy_is_read_through_once_and_trusted_then(store, capfd, monkeypatch):
    entry = render(2)
    for file in entry.path.rglob("*.*"):
        os.utime(file, (2e9, 2e9))
    os.utime(entry.path / "manifest.json", (1e9, 1e9))
    assert render(2).path == entry.path
    monkeypatch.setattr(entries, "_checksum", lambda path: pytest.fail(f"{path} is read again"))
    assert render(2).path == entry.path
    assert capfd.readouterr().err == ""


def test_a_file_written_to_while_others_are_compared_is_noticed(store, capfd, monkeypatch):
    entry = render(2)
    picture, another = entry.path / "files/sub/0.png", entry.path / "files/sub/1.png"
    os.utime(entry.path / "manifest.json", (1e9, 1e9))
    checksum = entries._checksum

    def slowly(path: Path) -> str:
        if path == another:
            picture.write_bytes(bytes(picture.stat().st_size))
        return checksum(path)

    with monkeypatch.context() as patch:
        patch.setattr(entries, "_stats", lambda *args, stats=entries._stats: dict(sorted(stats(*args).items())))
        patch.setattr(entries, "_checksum", slowly)
        render(2)
    assert "damaged" not in capfd.readouterr().err
    render(2)
    assert f"{picture} has changed" in capfd.readouterr().err


def test_files_as_old_as_the_manifest_are_trusted(store, capfd, monkeypatch):
    entry = render(2)
    for file in entry.path.rglob("*.*"):
        os.utime(file, (1e9, 1e9))
    monkeypatch.setattr(entries, "_checksum", lambda path: pytest.fail(f"{path} is read again"))
    assert render(2).path == entry.path
    assert capfd.readouterr().err == ""


def test_two_files_that_changed_places_are_noticed(store, capfd):
    entry = render(2)
    first, second = entry.path / "files/sub/0.png", entry.path / "files/sub/1.png"
    second.write_bytes(b"y" * 10)
    manifest = json.loads((entry.path / "manifest.json").read_bytes())
    manifest["files"]["files/sub/1.png"] = [10, entries._checksum(second)]
    (entry.path / "manifest.json").write_text(json.dumps(manifest))
    entry.check()
    swapped = entry.path / "files/sub/swapped"
    first.rename(swapped)
    second.rename(first)
    swapped.rename(second)
    for picture in (first, second):
        os.utime(picture, (2e9, 2e9))
    assert render(2).value == 2
    assert f"{first} has changed since it was written" in capfd.readouterr().err


def test_a_value_that_changes_between_the_check_and_its_reading_is_computed_again(store, capfd):
    entry = add(1)
    damage_content(entry.path)
    assert entry.value == 2
    assert capfd.readouterr().err.count("damaged result") == 1
    assert entries.find("add", entry.key).value == 2


# A full disk


@contextlib.contextmanager
def small_disk(path: Path):
    path.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", path], check=True)


@step
def big(kind):
    if kind == "file":
        (workdir() / "state").write_bytes(bytes(2**21))
    elif kind == "other error":
        with contextlib.suppress(OSError):
            (workdir() / "state").write_bytes(bytes(2**21))
        raise RuntimeError("writer failed")
    return np.zeros(2**18)


@pytest.mark.parametrize("kind", ["value", "file", "other error"])
def test_a_full_disk(tmp_path, monkeypatch, kind):
    disk = tmp_path / "disk"
    monkeypatch.setenv("HAZARDS_STORE", str(disk / "store"))
    with small_disk(disk):
        kept = add(1)
        with pytest.raises(StoreError, match=f"no space left for {disk}.* while computing big .*kind={kind}"):
            big(kind)
        assert results(disk / "store") == {f"add/{kept.key}"}
        assert not list((disk / "store").glob("big/.*"))
        assert add(1).value == 2
        for path in disk.glob("store/.work/big/*/state"):
            path.unlink()
        assert add(2).value == 3


def test_a_file_too_large(store):
    kept = add(1)

    def child():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, 2**16))
        with pytest.raises(StoreError, match=r"no space left for .*value\.npz while computing big"):
            big("value")

    assert in_child(child) == 0
    assert results(store) == {f"add/{kept.key}"}


# What is used, what may go


def test_gc_refuses_without_any_record(store):
    add(1)
    with pytest.raises(StoreError, match="no chapter has recorded what it uses"):
        gc()


def test_gc_keeps_what_chapters_use_and_what_that_came_from(store, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    source, unused = add.call(1), add(5)
    with recording("baseline"):
        used = add(source)
    with pytest.raises(KeyError), recording("data"):  # a chapter that fails records nothing
        raise KeyError
    assert json.loads((store / ".used/smoke/baseline.json").read_text())
    assert [path.name for path in (store / ".used/smoke").iterdir()] == ["baseline.json"]
    in_child(counted.call(1).run)
    listed = gc()
    assert f"add/{unused.key}" in listed.paths
    assert listed.mib > 0
    assert unused.path.exists()
    assert gc(delete=True) == listed
    assert results(store) == {f"add/{used.key}", f"add/{source.key}"}
    assert list((store / ".work/counted").glob("*/state"))  # unfinished work stays
    assert gc(delete=True).paths == []


def test_gc_waits_for_who_computes(store):
    with recording("baseline"):
        add(1)
    with (
        locks.lock(store / ".work" / "add" / "abc.lock", "add"),
        pytest.raises(StoreError, match=f"process {os.getpid()} is computing add/abc"),
    ):
        gc()
    assert gc().paths == []


def test_gc_lists_what_is_damaged_or_left_over_with_its_size_and_asks_no_dead_owner(store, tmp_path):
    with recording("baseline"):
        kept = add(1)
    damage_content(kept.path)
    with recording("baseline"):
        add(1)
    (left,) = (store / ".damaged/add").iterdir()
    job = store / ".slurm" / "1_for"
    job.parent.mkdir()
    job.write_bytes(bytes(2**20))
    draft = store / "add" / ".abc.12345678"
    draft.mkdir()
    in_child(counted.call(1).run)  # its lock is left, and its owner dead
    (lock,) = (store / ".work/counted").glob("*.lock")
    listed = gc(leftovers=[job])
    assert {str(path.relative_to(store)) for path in (left, job, draft, lock)} == set(listed.paths)
    sizes = [file.stat().st_size for path in (left, job, lock) for file in (path, *path.rglob("*")) if file.is_file()]
    assert listed.mib == sum(sizes) / 2**20
    assert gc(delete=True, leftovers=[job]) == listed
    assert gc().paths == []
    assert results(store) == {f"add/{kept.key}"}

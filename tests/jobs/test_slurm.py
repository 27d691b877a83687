"""Chapters on a real Slurm of one node, started for these tests: jobs travel, die, resume, fail and are let go."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from book import chapters
from hazards import cli
from hazards.data import DataSet
from hazards.jobs import slurm

SCRIPT = Path(__file__).parents[1] / "slurm/cluster"
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue")
DRIVER = """
import sys
from pathlib import Path
from book import chapters
from hazards import cli
chapters.ROOT = Path(__file__).parent
sys.exit(cli.main(["--profile", "smoke", "run", *sys.argv[1:]]))
"""


def test_what_a_job_asks_for_is_read_and_checked():
    asked = slurm.parameters(["partition=gpu", "gpus_per_node=8", "time=30"])
    assert asked == {"partition": "gpu", "gpus_per_node": 8, "time": 30, "nodes": 1, "ntasks_per_node": 1}
    with pytest.raises(slurm.SlurmError, match="--slurm colour=blue: write KEY=VALUE with a key of partition, time"):
        slurm.parameters(["colour=blue"])
    with pytest.raises(slurm.SlurmError, match="--slurm time=4h: time is a whole number of minutes"):
        slurm.parameters(["time=4h"])


def test_all_that_may_be_asked_for_is_known_to_submitit(tmp_path, monkeypatch):
    import submitit

    monkeypatch.setattr(submitit.SlurmExecutor, "affinity", lambda *_: 1)
    values = dict.fromkeys(slurm.PARAMETERS, 1)
    submitit.SlurmExecutor(tmp_path).update_parameters(**values)


def test_without_slurm_one_line_says_so(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli.main(["--profile", "smoke", "run", "--where", "slurm"]) == 1
    assert capsys.readouterr().err.splitlines()[1:] == ["hazards: there is no Slurm here: sbatch is not on PATH"]
    assert cli.main(["--profile", "smoke", "run", "--slurm", "time=1"]) == 1
    assert "needs --where slurm" in capsys.readouterr().err


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A running Slurm, found by its commands through SLURM_CONF."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    missing = [name for name in PROGRAMS if not shutil.which(name, path=path)]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed; on Debian: apt install slurm-wlm munge")
    folder = tmp_path_factory.mktemp("slurm")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLURM_CONF", str(folder / "slurm.conf"))
        try:
            subprocess.run([SCRIPT, "start", folder], check=True)
            yield
        finally:
            subprocess.run([SCRIPT, "stop", folder], check=True)


class Book:
    """A project with one chapter, made of one cell, and a store."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store = folder, folder / "store"
        (folder / "_quarto.yml").write_text("book: {chapters: [one.qmd]}\n")
        (folder / "driver.py").write_text(DRIVER)

    def cell(self, source: str) -> None:
        (self.folder / "one.qmd").write_text(f"```{{python}}\n{textwrap.dedent(source)}\n```\n")

    def start(self, *options: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, self.folder / "driver.py", *options],
            cwd=self.folder,
            env=os.environ | {"HAZARDS_STORE": str(self.store)},
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *options: str) -> tuple[int, str]:
        process = self.start(*options)
        _, errors = process.communicate(timeout=500)
        return process.returncode, errors

    def on_slurm(self, *settings: str) -> tuple[int, str]:
        return self.run("--where", "slurm", *(["--slurm", *settings] if settings else []))

    def lines(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().split() if path.exists() else []

    def job(self, result_id: str) -> str:
        """Id of the job that computes a result."""
        (found,) = [path for path in (self.store / ".slurm").glob("*_for") if path.read_text() == result_id]
        return found.name.removesuffix("_for")

    def value(self, step: str) -> object:
        (path,) = self.store.glob(f"{step}/*/value.json")
        return json.loads(path.read_text())


@pytest.fixture
def book(tmp_path: Path, cluster: None) -> Book:
    return Book(tmp_path)


def wait_for(condition: Callable[[], object], process: subprocess.Popen, seconds: float = 200) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def slurm_says(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.slow
def test_a_chapters_results_are_computed_by_jobs(book, monkeypatch):
    book.cell("""
        import os
        from hazards.jobs import gather
        from hazards.store import step

        def shifted(value):
            return value + 1

        @step
        def one(value):
            return {"value": shifted(value), "job": os.environ["SLURM_JOB_ID"], "here": value}

        @step
        def two(a, b):
            return a.value["value"] + b.value["value"]

        ones = [one.call(value) for value in range(3)]
        sum_of_two = two(ones[0], ones[2])
        gather(ones)
    """)
    status, errors = book.on_slurm("time=10")
    assert status == 0, errors
    assert book.value("two") == 4
    jobs = {path.read_text(): path.name for path in (book.store / ".slurm").glob("*_for")}
    arrays = {name.partition("_")[0] for result_id, name in jobs.items() if result_id.startswith("one")}
    assert len(jobs) == 4
    assert len(arrays) == 2  # what `two` needs, in one; the rest later
    (script, *_) = [path for path in (book.store / ".slurm").glob("[0-9]*.sh") if "array" in path.read_text()]
    assert "--time=10" in script.read_text()
    assert "pending" in errors or "running" in errors

    monkeypatch.setenv("HAZARDS_STORE", str(book.store))
    monkeypatch.setattr(chapters, "ROOT", book.folder)
    wait_for_end(book)
    assert cli.main(["gc", "--delete"]) == 0
    assert not list((book.store / ".slurm").iterdir())
    assert book.on_slurm()[1] == "[1/1] one: up to date\n"


def wait_for_end(book: Book) -> None:
    deadline = time.monotonic() + 60
    while any(state.startswith(("PENDING", "RUNNING", "COMPLETING")) for state in slurm.states().values()):
        assert time.monotonic() < deadline
        time.sleep(0.5)


COUNTS = """
    import os, time
    from hazards.jobs import gather
    from hazards.store import step, workdir

    @step
    def counted(n):
        state = workdir() / "state"
        while (done := int(state.read_text()) if state.exists() else 0) < n:
            time.sleep(0.3)
            with open("log", "a") as log:
                log.write(f"{done} ")
            state.write_text(str(done + 1))
        return done

    counted(30)
"""


def requeue(job: str, pid: int) -> None:
    slurm_says("scontrol", "requeue", job)


def kill_the_process(job: str, pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def reach_the_time_limit(job: str, pid: int) -> None:
    slurm_says("scancel", "--signal=USR2", job)  # what Slurm sends before the limit


@pytest.mark.slow
@pytest.mark.parametrize("end", [requeue, kill_the_process, reach_the_time_limit])
def test_a_job_that_is_ended_midway_is_requeued_and_resumes(book, end):
    book.cell(COUNTS)
    process = book.start("--where", "slurm", "--slurm", "time=60")
    wait_for(lambda: len(book.lines("log")) >= 3, process)
    (lock,) = book.store.glob(".work/counted/*.lock")
    job = book.job(f"counted/{lock.stem}")
    end(job, json.loads(lock.read_text())["pid"])
    _, errors = process.communicate(timeout=200)
    assert process.returncode == 0, errors
    assert book.value("counted") == 30
    assert len(set(book.lines("log"))) == 30
    assert len(book.lines("log")) <= 31  # at most the step in which it was ended is done twice
    (provenance,) = book.store.glob("counted/*/provenance.json")
    assert json.loads(provenance.read_text())["resumed"]
    assert "Restarts=1" in slurm_says("scontrol", "show", "job", job)


TRAINS = """
    from pathlib import Path
    from hazards.data import DataSet
    from hazards.networks.models import deeplabv3_mini
    from hazards.jobs import gather
    from hazards.training import Recipe, train

    recipe = Recipe(deeplabv3_mini, size=(64, 96), epochs={epochs}, batch_size=4, learning_rate=4e-3, validations=1)
    gather([train.call(recipe, DataSet(Path({root!r})), seed=seed) for seed in range(2)])
"""


@pytest.mark.slow
def test_trainings_killed_midway_end_with_the_same_bits_as_local_ones(book, stripes: DataSet):
    book.cell(TRAINS.format(epochs=100, root=str(stripes.root)))
    process = book.start("--where", "slurm", "--slurm", "time=60")

    def saved() -> list[Path]:
        return [path for path in book.store.glob(".work/train/*/*") if path.name.startswith("state")]

    wait_for(lambda: len({path.parent for path in saved()}) == 2, process)
    first, second = sorted(book.store.glob(".work/train/*.lock"))
    kill_the_process("", json.loads(first.read_text())["pid"])
    requeue(book.job(f"train/{second.stem}"), 0)
    _, errors = process.communicate(timeout=500)
    assert process.returncode == 0, errors
    on_slurm = {path.parents[1].name: path.read_bytes() for path in book.store.glob("train/*/value/*.safetensors")}

    book.store = book.folder / "local"
    status, errors = book.run()
    assert status == 0, errors
    for path in book.store.glob("train/*/value/*.safetensors"):
        assert on_slurm.pop(path.parents[1].name) == path.read_bytes()
    assert not on_slurm


@pytest.mark.slow
def test_the_baseline_chapter_gives_the_same_results_as_here(book):
    shutil.copy(chapters.ROOT / "chapters/baseline.qmd", book.folder / "one.qmd")
    shutil.copytree(chapters.ROOT / "chapters", book.folder / "chapters")
    status, errors = book.on_slurm()
    assert status == 0, errors

    def results() -> dict[str, bytes]:
        found = [*book.store.glob("[a-z]*/*/value*"), *book.store.glob("[a-z]*/*/value/*")]
        return {path.relative_to(book.store).as_posix(): path.read_bytes() for path in found if path.is_file()}

    on_slurm = results()
    book.store = book.folder / "local"
    status, errors = book.run()
    assert status == 0, errors
    assert len(on_slurm) > 10
    assert on_slurm == results()


@pytest.mark.slow
def test_a_failed_job_names_itself_and_the_next_command_goes_on(book):
    book.cell("""
        import time
        from pathlib import Path
        from hazards.jobs import gather
        from hazards.store import step

        @step
        def checked(value):
            with open("log", "a") as log:
                log.write(f"{value} ")
            if value == 1 and not Path("mended").exists():
                time.sleep(3)
                raise LookupError("nothing\\nto be found")
            return value

        gather([checked.call(value) for value in range(3)])
    """)
    status, errors = book.on_slurm()
    assert status == 1
    (message,) = re.findall(
        r"job (\S+), which computed checked \w+ \(value=1\), failed: LookupError: nothing\n", errors
    )
    (log,) = re.findall(r"its log: (\S+)", errors)
    assert f"{message}_0_log.out" in log
    assert "to be found" in Path(log).read_text()
    wait_for_end(book)
    (book.folder / "mended").touch()
    status, errors = book.on_slurm()
    assert status == 0, errors
    assert sorted(book.lines("log")) == ["0", "1", "1", "2"]


@pytest.mark.slow
def test_a_job_that_slurm_cancels_is_a_failure(book):
    book.cell(COUNTS)
    process = book.start("--where", "slurm")
    wait_for(lambda: book.lines("log"), process)
    (lock,) = book.store.glob(".work/counted/*.lock")
    job = book.job(f"counted/{lock.stem}")
    slurm_says("scancel", job)
    _, errors = process.communicate(timeout=100)
    assert process.returncode == 1
    assert f"job {job}, which computed counted {lock.stem[:8]} (n=30), failed: Slurm says CANCELLED" in errors


@pytest.mark.slow
def test_sbatch_that_refuses_is_quoted(book):
    book.cell(COUNTS)
    status, errors = book.on_slurm("partition=none")
    assert status == 1
    assert "sbatch did not take the jobs for counted" in errors
    assert "invalid partition specified: none" in errors


@pytest.mark.slow
def test_an_interrupt_cancels_what_is_queued_and_the_next_command_waits_for_what_runs(book):
    book.cell("""
        import time
        from hazards.jobs import gather
        from hazards.store import step

        @step
        def slow(value):
            with open("log", "a") as log:
                log.write(f"{value} ")
            time.sleep(20)
            return value

        gather([slow.call(value) for value in range(4)])
    """)
    process = book.start("--where", "slurm")
    wait_for(lambda: len(book.lines("log")) == 2, process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "queued jobs were cancelled; running and left to finish: " in errors
    assert not [state for state in slurm.states().values() if state.startswith("PENDING")]
    status, errors = book.on_slurm()
    assert status == 0, errors
    assert "2 results are being computed by jobs of an earlier command" in errors
    assert sorted(book.lines("log")) == ["0", "1", "2", "3"]


@pytest.mark.slow
@pytest.mark.parametrize("breaks", [False, True])
def test_two_tasks_of_a_job_compute_together_and_fail_together(book, breaks):
    book.cell(f"""
        import torch
        from torch.distributed import all_reduce
        from hazards.jobs import data_parallel
        from hazards.store import step

        def total():
            rank = processes().rank
            if {breaks} and rank == 1:
                raise LookupError("not here")
            tensor = torch.tensor([10 ** rank])
            all_reduce(tensor)
            return tensor.item()

        @step(collective=True)
        def reduced():
            return data_parallel.together(total)

        @step
        def alone(a):
            return [a.value, processes().size]

        alone(reduced.call())
    """)
    status, errors = book.on_slurm("ntasks_per_node=2")
    if breaks:
        assert status == 1
        assert re.search(r"failed: .*LookupError: not here", errors)
    else:
        assert status == 0, errors
        assert book.value("alone") == [11, 1]


SHARED = """
    from pathlib import Path
    from torch import nn
    from hazards.networks import models
    from hazards.data import DataSet
    from hazards.training import Recipe, train

    def without_dropout():
        network = models.deeplabv3_mini()
        for module in network.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        return network

    recipe = Recipe(without_dropout, size=(32, 48), epochs=3, batch_size=4, learning_rate=2e-3, optimiser="sgd")
    train(recipe, DataSet(Path({root!r})), seed=3)
"""


@pytest.mark.slow
def test_two_tasks_share_a_training_and_follow_the_loss_of_one(book, stripes: DataSet):
    book.cell(SHARED.format(root=str(stripes.root)))
    status, errors = book.on_slurm("ntasks_per_node=2")
    assert status == 0, errors
    (shared,) = book.store.glob("train/*/value/log.parquet")
    book.store = book.folder / "local"
    status, errors = book.run()
    assert status == 0, errors
    (alone,) = book.store.glob("train/*/value/log.parquet")
    assert pd.read_parquet(shared)["loss"].to_list() == pytest.approx(
        pd.read_parquet(alone)["loss"].to_list(), rel=1e-4
    )
    assert shared.read_bytes() != alone.read_bytes()  # the sums ran in another order

"""Missing results as jobs of a Slurm cluster, through submitit.

    hazards run --where slurm --slurm partition=gpu gpus_per_node=1 cpus_per_task=8

The process that runs the chapters submits whatever can be computed, independent results of one step as one array,
waits until it is in the store, and then submits what needs it. Jobs run the library as it was when that process began.

A job that is requeued, after pre-emption, at its time limit, when its node fails or one of its processes is killed,
computes the same result again, from the state that the step has left. If a job fails, jobs still queued are cancelled,
and so they are at Ctrl-C; jobs already running finish and leave their results in the store. The same command again
finds those, and waits for jobs that are still at work instead of submitting them twice.
"""

from __future__ import annotations

import os
import pickle
import shlex
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hazards.jobs import data_parallel, workers
from hazards.messages import say
from hazards.store.entries import StoreError, root
from hazards.store.keys import source
from hazards.store.steps import Call

if TYPE_CHECKING:
    from submitit.core.utils import DelayedSubmission

_ASK = 10.0
"""Seconds between two questions to Slurm, which serves the whole cluster."""
_GRACE = 60.0
"""Seconds after the end of a job within which what it wrote becomes visible here, on a network file system."""
_SETTLED = 15.0
"""Seconds after which a failed state counts: a job that is being requeued may show one for a moment."""
_RESUMPTIONS = 20
"""How often a job may reach its time limit and be requeued."""
_DEATHS = 3
"""How often a job may be requeued with one of its processes killed: often memory is short, then it would be again."""
_FAILED = {"FAILED", "CANCELLED", "TIMEOUT", "OUT_OF_MEMORY", "DEADLINE", "BOOT_FAIL"}
_ENDED = {"COMPLETED", "GONE"}
_DEFAULTS = {"time": 240, "nodes": 1, "ntasks_per_node": 1}
PARAMETERS = (
    *("partition", "time", "nodes", "ntasks_per_node", "gpus_per_node", "cpus_per_task", "mem", "array_parallelism"),
    *("account", "qos", "constraint", "gres", "exclude", "nodelist", "exclusive", "signal_delay_s"),
)
"""What a user may ask for, by the names of submitit and sbatch; ``time`` in minutes."""


class SlurmError(StoreError):
    """Slurm cannot do what was asked, or a job failed; the message says which, and where its log is."""


def parameters(settings: Iterable[str]) -> dict[str, Any]:
    """What jobs ask for, from texts ``KEY=VALUE``, over defaults. Raises SlurmError for what cannot be one."""
    asked: dict[str, Any] = dict(_DEFAULTS)
    for setting in settings:
        key, equals, value = setting.partition("=")
        if key not in PARAMETERS or not equals:
            raise SlurmError(f"--slurm {setting}: write KEY=VALUE with a key of {', '.join(PARAMETERS)}")
        asked[key] = int(value) if value.isdecimal() else value
    for key in ("time", "nodes", "ntasks_per_node", "gpus_per_node"):
        if not isinstance(asked.get(key, 0), int):
            unit = " of minutes" if key == "time" else ""
            raise SlurmError(f"--slurm {key}={asked[key]}: {key} is a whole number{unit}")
    return asked


def folder() -> Path:
    """Logs and messages of jobs, inside the store."""
    return root().absolute() / ".slurm"


class Job:
    """One result, as it travels to the cluster; each of the job's tasks calls it."""

    def __init__(self, task: Call, settings: Mapping[str, str]) -> None:
        self.task, self.settings = task, settings

    def __call__(self) -> None:
        os.environ.update(self.settings)
        data_parallel.lead(self.task.run)

    def checkpoint(self) -> DelayedSubmission:
        """Asked by submitit at the time limit: the same again, as the step itself keeps what it needs to resume."""
        from submitit.core.utils import DelayedSubmission

        return DelayedSubmission(self)


class Cluster:
    """Computes results as jobs that ask for `parameters`.

    ``nodes`` and ``ntasks_per_node`` hold for results that several processes compute together; any other gets one
    task, with its share of the GPUs.
    """

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        if not shutil.which("sbatch"):
            raise SlurmError("there is no Slurm here: sbatch is not on PATH")
        self.parameters = dict(parameters)
        self._code: Path | None = None
        self._asked = float("-inf")
        self._states: dict[str, str] | None = None  # before Slurm has answered
        self._missed: dict[str, float] = {}  # when a job was first seen to have ended, without a result yet

    def compute(self, todo: dict[str, Call], bar: Any) -> None:
        """Compute tasks, given by result id with inputs before what needs them. Raises SlurmError if a job fails."""
        waiting, running = dict(todo), self._still_running(todo)
        for name in running:
            del waiting[name]
        try:
            while waiting or running:
                unfinished = waiting.keys() | running.keys()
                ready = [t for t in waiting.values() if unfinished.isdisjoint(item.result_id for item in t.inputs)]
                running |= self._submit(ready)
                for task in ready:
                    del waiting[task.result_id]
                bar.set_postfix_str(self._progress(running, len(waiting)), refresh=False)
                bar.update(0)
                time.sleep(1)
                for name in [name for name, job in running.items() if self._is_done(todo[name], job)]:
                    del running[name]
                    bar.update(1)
        except BaseException:
            self._let_go(running.values())
            raise

    def _submit(self, tasks: list[Call]) -> dict[str, str]:
        """Submit an array for each step among these tasks; returns the jobs' ids by result id."""
        jobs = {}
        for step, together in dict.fromkeys((task.step, task.collective) for task in tasks):
            alike = [task for task in tasks if (task.step, task.collective) == (step, together)]
            ids = self._array(alike, self._shape(together) | {"job_name": f"hazards-{step}"})
            for task, job in zip(alike, ids, strict=True):
                (folder() / f"{job}_for").write_text(task.result_id)
                jobs[task.result_id] = job
            say(f"{step}: {f'jobs {ids[0]} to {ids[-1]}' if ids[1:] else f'job {ids[0]}'}; logs in {folder()}")
            self._asked = float("-inf")  # Slurm's last answer does not know them
        return jobs

    def _array(self, tasks: list[Call], parameters: dict[str, Any]) -> list[str]:
        import submitit

        if not self._code or not self._code.exists():  # `hazards gc` may come in between
            self._code = _copy_of_the_library()
        settings = workers.settings() | {"HAZARDS_STORE": str(root().absolute())}
        executor = submitit.SlurmExecutor(folder(), max_num_timeout=_RESUMPTIONS)
        executor.update_parameters(
            **parameters,
            stderr_to_stdout=True,
            srun_args=["--kill-on-bad-exit=1"],
            setup=[f"export PYTHONPATH={shlex.quote(str(self._code))}${{PYTHONPATH:+:$PYTHONPATH}}"],
            teardown=[
                "status=$?",
                f'if [ $status -eq 137 ] && [ "${{SLURM_RESTART_COUNT:-0}}" -lt {_DEATHS} ]; then',
                '    scontrol requeue "$SLURM_JOB_ID"',
                "fi",
                "exit $status",
            ],
            additional_parameters={"requeue": True},
        )
        try:
            return [job.job_id for job in executor.submit_array([Job(task, settings) for task in tasks])]
        except submitit.core.utils.FailedJobError as error:
            raise SlurmError(f"sbatch did not take the jobs for {tasks[0].step}: {str(error).strip()}") from None

    def _shape(self, together: bool) -> dict[str, Any]:
        if together:
            return self.parameters
        alone = self.parameters | {"nodes": 1, "ntasks_per_node": 1}
        if gpus := self.parameters.get("gpus_per_node"):
            alone["gpus_per_node"] = max(1, gpus // self.parameters["ntasks_per_node"])
        return alone

    def _is_done(self, task: Call, job: str) -> bool:
        """Whether the result is in the store. Raises SlurmError if the job has ended without one."""
        if task.find() is not None:
            return True
        if error := _error(job):
            raise self._failure(task, job, error)
        state, now = self._state(job), time.monotonic()
        if state not in _FAILED | _ENDED:
            self._missed.pop(job, None)
        elif now > self._missed.setdefault(job, now) + (_GRACE if state in _ENDED else _SETTLED):
            raise self._failure(task, job, f"Slurm says {state}, and no result is in {root()}: {_last_line(job)}")
        return False

    def _failure(self, task: Call, job: str, reason: str) -> SlurmError:
        return SlurmError(f"job {job}, which computed {task.label}, failed: {reason}\n  its log: {_log(job)}")

    def _state(self, job: str) -> str:
        """State of a job as in `states`; GONE if Slurm knows it no more."""
        if time.monotonic() > self._asked + _ASK:
            answer = states()
            self._asked, self._states = time.monotonic(), self._states if answer is None else answer
        return "PENDING" if self._states is None else self._states.get(job, "GONE")

    def _progress(self, running: Mapping[str, str], later: int) -> str:
        counts = Counter(self._state(job) for job in running.values())
        return ", ".join(f"{number} {state.lower()}" for state, number in [*counts.items(), ("later", later)] if number)

    def _still_running(self, todo: Mapping[str, Call]) -> dict[str, str]:
        """Jobs of an earlier command that are to compute one of these tasks, by result id."""
        jobs = {}
        for job, state in (states() or {}).items():
            path = folder() / f"{job}_for"
            if state not in _FAILED | _ENDED and path.exists() and path.read_text() in todo:
                jobs[path.read_text()] = job
        if jobs:
            say(f"{len(jobs)} results are being computed by jobs of an earlier command: {', '.join(jobs.values())}")
        return jobs

    def _let_go(self, jobs: Iterable[str]) -> None:
        """Cancel the jobs that are queued, and say which ones run on."""
        if not (jobs := list(jobs)):
            return
        subprocess.run(["scancel", "--quiet", "--state=PENDING", *jobs], capture_output=True)
        left = [job for job, state in (states() or {}).items() if job in jobs and state == "RUNNING"]
        running = f"; running and left to finish: {' '.join(left)} (scancel ends them)" if left else ""
        say(f"queued jobs were cancelled{running}")


def states() -> dict[str, str] | None:
    """States of this user's jobs by id, with the reason if pending; None where Slurm does not answer."""
    command = ["squeue", "--noheader", "--array", "--states=all", f"--user={os.getuid()}", "--format=%i|%T|%r"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if answer.returncode:
        return None
    lines = [line.split("|") for line in answer.stdout.splitlines()]
    return {job: f"{state} ({reason})" if state == "PENDING" else state for job, state, reason in lines}


def leftovers() -> list[Path]:
    """What jobs that have ended left in `folder`; nothing where Slurm cannot be asked."""
    files = list(folder().glob("*"))
    known = states() if files else {}
    if known is None:
        return []
    active = {job.partition("_")[0] for job, state in known.items() if state not in _FAILED | _ENDED}
    return [path for path in files if not (active if path.is_dir() else path.name.partition("_")[0] in active)]


def _copy_of_the_library() -> Path:
    """A folder on Python's path with this library, as this process runs it and computed the keys from it."""
    folder().mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="code-", dir=folder()))
    here = Path(__file__).parents[1]
    shutil.copytree(here, place / here.name, ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in source.AT_START.items():
        (place / here.name / Path(path).relative_to(here.resolve())).write_text(text, encoding="utf-8")
    return place


def _log(job: str) -> Path:
    return folder() / f"{job}_0_log.out"


def _last_line(job: str) -> str:
    lines = _log(job).read_text(errors="replace").split("\n") if _log(job).exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it has written nothing")


def _error(job: str) -> str | None:
    """The exception that ended a job, in one line; None if there is none, or not yet."""
    for path in sorted(folder().glob(f"{job}_*_result.pkl")):
        outcome, trace = pickle.loads(path.read_bytes())
        if outcome == "error":
            _, _, last = trace.rpartition("Traceback (most recent call last):\n")
            return next(line for line in last.splitlines() if not line.startswith(" "))
    return None

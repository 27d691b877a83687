"""Missing results in parallel worker processes, or on a cluster, in the order of what depends on what."""

from __future__ import annotations

import concurrent.futures
import contextlib
import hashlib
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from joblib.externals import loky
from joblib.externals.loky.process_executor import TerminatedWorkerError

from hazards import messages
from hazards.processes import processes
from hazards.store.context import computed_by, is_stating
from hazards.store.entries import Entry, StoreError
from hazards.store.steps import Call

_ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_package = ""
_elsewhere: Callable[[dict[str, Any], Any], None] | None = None


@contextlib.contextmanager
def elsewhere(function: Callable[[dict[str, Call], Any], None]) -> Iterator[None]:
    """Meanwhile let a function compute what is missing: tasks by result id, inputs first, and a progress bar."""
    global _elsewhere
    _elsewhere = function
    try:
        with computed_by(lambda call: compute([call], workers=1)):
            yield
    finally:
        _elsewhere = None


def gather(calls: Iterable[Call], workers: int | None = None) -> list[Entry]:
    """Run calls and whatever they depend on, each missing result once, in parallel processes; results in order.

    ``workers``: number of processes, default ``HAZARDS_WORKERS``, else one a GPU, or one a core where there is no GPU;
    with 1, all is computed in this process. An error in one is raised after those in flight have been stored.
    """
    calls = list(calls)
    if not is_stating():
        compute(calls, workers)
    return [call.run() for call in calls]


def compute(calls: list[Any], workers: int | None) -> None:
    """Compute what is missing of ``calls`` and of their inputs, each once, on ``workers`` processes.

    By default ``HAZARDS_WORKERS``, else one a GPU, or one a core where there is no GPU. Where several processes compute
    each result together, they do so one after the other.
    """
    todo = _missing(calls)
    if not todo:
        return
    with messages.bar(len(todo), "results", "result") as bar:
        if _elsewhere:
            _elsewhere(todo, bar)
            return
        workers = workers or _workers()
        if workers == 1 or processes().size > 1:
            for task in _depth_first(todo):
                task.run()
                bar.update(1)
        else:
            _in_processes(todo, workers, bar)


def _workers() -> int:
    if setting := os.environ.get("HAZARDS_WORKERS"):
        return int(setting)
    from hazards import devices  # with torch behind it, which takes long to import where nothing is missing

    return devices.gpus() or os.cpu_count() or 1


def _missing(calls: list[Any]) -> dict[str, Call]:
    """Calls to run, by result id, inputs before what needs them."""
    todo: dict[str, Call] = {}

    def visit(task: Any) -> None:
        if task.result_id in todo:
            return
        if task.find() is None:
            for needed in task.needed:
                visit(needed)
            todo[task.result_id] = task

    for call in calls:
        visit(call)
    return todo


class _Queue:
    """Calls that wait, those that follow from most others first: a training is evaluated before the next one begins."""

    def __init__(self, todo: Mapping[str, Call]) -> None:
        waiting = sorted(todo.values(), key=_depth, reverse=True)  # as they were asked for, where they are alike
        self._waiting = {call.result_id: call for call in waiting}
        self._unfinished = set(todo)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def take(self) -> Call | None:
        """The next call whose inputs are there; None where there is none yet."""
        for name, call in self._waiting.items():
            if self._unfinished.isdisjoint(item.result_id for item in call.inputs):
                return self._waiting.pop(name)
        return None

    def finish(self, call: Call) -> None:
        """Note that the result of a call is there."""
        self._unfinished.remove(call.result_id)


def _depth(call: Call) -> int:
    """How many calls follow from one another up to this one."""
    return 1 + max(map(_depth, call.needed), default=0)


def _depth_first(todo: Mapping[str, Call]) -> Iterator[Call]:
    """The calls, one after another; each counts as finished when the next one is asked for."""
    queue = _Queue(todo)
    while call := queue.take():
        yield call
        queue.finish(call)


def _in_processes(todo: dict[str, Call], workers: int, bar: Any) -> None:
    executor = _executor(min(workers, len(todo)))
    running: dict[Any, tuple[Call, int]] = {}
    queue, rows = _Queue(todo), set(range(1, workers + 1))
    failure: BaseException | None = None
    try:
        while running or (queue and not failure):
            while rows and not failure and (task := queue.take()):
                row = min(rows)
                rows.remove(row)
                with messages.inherited():  # a worker may have to be started
                    future = executor.submit(_work, task, settings(), row)
                running[future] = (task, row)
            done, _ = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                task, row = running.pop(future)
                queue.finish(task)
                rows.add(row)
                failure = failure or _error(future, task)
                bar.update(1)
    except BaseException:  # interrupted: what runs can be resumed
        executor.shutdown(wait=False, kill_workers=True)
        raise
    if failure:
        raise failure


def _error(future: concurrent.futures.Future[None], task: Call) -> BaseException | None:
    error = future.exception()
    if isinstance(error, TerminatedWorkerError):
        again = "run the same command again to go on, with fewer workers if memory was short"
        return StoreError(f"a worker process was killed while computing {task.label}; {again}")
    return error


def ignore_restarts() -> None:
    """Let loky replace a worker whose memory has grown, without a line of warning: nothing is lost by it."""
    warnings.filterwarnings("ignore", "A worker stopped while some jobs were given", UserWarning)


def _executor(workers: int) -> Any:
    """Worker processes, kept between calls unless the package was edited since they were started."""
    global _package
    ignore_restarts()
    package = content(Path(__file__).parents[1])
    fresh = package != _package
    _package = package
    return loky.get_reusable_executor(
        max_workers=workers, timeout=60, reuse=not fresh, kill_workers=fresh, env=dict.fromkeys(_ONE_THREAD, "1")
    )


def content(folder: Path) -> str:
    """Hash of all files of a package, code and data: no clock says whether one was edited since another moment."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("[!.]*")):
        if path.is_file() and path.parent.name != "__pycache__":
            digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def settings() -> dict[str, str]:
    """What another process has to know of this one's environment."""
    return {name: value for name, value in os.environ.items() if name.startswith(("HAZARDS_", "QUARTO_"))}


def take_over(others: Mapping[str, str]) -> None:
    """Let this process have the settings of another one, and none of those that it was itself started with."""
    for name in settings():
        del os.environ[name]
    os.environ.update(others)


def _work(task: Call, settings: dict[str, str], row: int) -> None:
    """In a worker: one task, with a progress bar on a row of its own and, where there are several, a GPU."""
    from hazards import devices  # with torch behind it, which the process that hands out tasks may do without

    os.dup2(2, 1)  # what a step prints is no output of the chapter
    take_over(settings | {"HAZARDS_BAR_ROW": str(row)})
    devices.use_gpu(row - 1)
    task.run()

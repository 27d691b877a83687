"""Several processes that compute one result together: data-parallel training on several GPUs or machines.

    torchrun --nproc-per-node 8 -m hazards.cli run baseline
    srun --kill-on-bad-exit --ntasks-per-node 8 python -m hazards.cli run baseline    # inside a Slurm allocation

All processes start alike. The first one, rank 0, does the work of a single process: chapters, store, locks. The
others wait until it calls a function `together` with them. They form torch's default process group, which Fabric
finds and uses, and talk through the same key-value store that formed it.
"""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import cloudpickle

from hazards.errors import HazardsError
from hazards.processes import Processes, processes

if TYPE_CHECKING:
    from torch.distributed import Store

_LOOK = 0.05
"""Seconds between two looks for a message of another process."""
_GRACE = 5.0
"""Seconds that a failed process waits for the first one to report its error, before it ends and all with it."""
_END = "end"
Result = TypeVar("Result")


class DistributedError(HazardsError):
    """Processes cannot work together, or one of them failed; the message names it."""


def _address() -> str:
    """Where the first process hosts the store, unless torchrun does."""
    if "TORCHELASTIC_RUN_ID" in os.environ:
        return f"tcp://{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}"
    from submitit.slurm.slurm import SlurmJobEnvironment

    job, step = int(os.environ["SLURM_JOB_ID"]), int(os.environ["SLURM_STEP_ID"])
    return f"tcp://{SlurmJobEnvironment().hostnames[0]}:{20000 + (16 * job + step) % 10000}"


@dataclass
class _Team:
    """The processes while they work together."""

    store: Store
    place: Processes
    calls: int = 0
    busy: bool = False

    def wait(self, *keys: str, seconds: float = float("inf")) -> bool:
        """Wait until these messages are there; False if time runs out, or another process fails, before they are."""
        until = time.monotonic() + seconds
        while not self.store.check(list(keys)):
            if time.monotonic() > until or (self.place.rank == 0 and self.store.check(["error"])):
                return False
            time.sleep(_LOOK)
        return True

    def fails(self, error: BaseException) -> int:
        """Record the error unless there is an earlier one; returns the rank of the process that failed first."""
        text = f"{self.place.rank} {type(error).__name__}: {error}"
        return int(self.store.compare_set("error", "", text).decode().split()[0])

    def error(self) -> DistributedError:
        rank, _, text = self.store.get("error").decode().partition(" ")
        return DistributedError(f"process {rank} of {self.place.size} failed: {text}")


_team: _Team | None = None


def lead(function: Callable[[], Result]) -> Result | None:
    """Call a function on the first process, while the others follow it; returns its result there, None elsewhere."""
    global _team
    place = processes()
    if place.size == 1:
        return function()
    _team = _join(place)
    if place.rank:
        follow()
        return None
    try:
        result = function()
    except BaseException:
        _team.store.set(f"call {_team.calls}", _END)
        raise
    _team.store.set(f"call {_team.calls}", _END)
    _team.wait(*(f"left {rank}" for rank in range(1, place.size)), seconds=_GRACE)  # this process may host the store
    return result


def _join(place: Processes) -> _Team:
    import torch
    from torch import distributed

    has_gpu = torch.cuda.is_available()
    if has_gpu:
        torch.cuda.set_device(place.local_rank)
    store, rank, size = next(distributed.rendezvous(_address(), place.rank, place.size))
    group = distributed.PrefixStore("group", store)
    backend = "cpu:gloo,cuda:nccl" if has_gpu else "gloo"
    distributed.init_process_group(backend, store=group, rank=rank, world_size=size)
    return _Team(distributed.PrefixStore("team", store), place)


def together(function: Callable[..., Result], *arguments: Any) -> Result:
    """Call a function on all processes with the same arguments; returns the first one's result.

    With one process, or from within such a call, this is a plain call. Functions and arguments travel by cloudpickle,
    those of chapter cells included. Where a process fails, all end.

    Raises:
        DistributedError: where another process failed first, or where `lead` has not brought them together.
    """
    if processes().size == 1 or (_team and _team.busy):
        return function(*arguments)
    if _team is None:
        raise DistributedError("several processes were started, but not by `lead`: use `hazards run`")
    number, message = _team.calls, cloudpickle.dumps((function, arguments)).hex()
    _team.store.set(f"call {number}", message)
    _team.calls, _team.busy = number + 1, True
    try:
        result = function(*arguments)
    except Exception as error:
        if _team.fails(error) and not isinstance(error, HazardsError):  # a lost connection, say
            raise _team.error() from error
        raise
    finally:
        _team.busy = False
    if not _team.wait(*(f"done {number} {rank}" for rank in range(1, _team.place.size))):
        raise _team.error()
    return result


def follow() -> None:
    """Take part in all that the first process does `together`, until it ends.

    An error ends this process, and is shown here where the first one cannot report it.
    """
    assert _team is not None
    rank = _team.place.rank
    while True:
        message = _next(_team)
        if message == _END:
            _team.store.set(f"left {rank}", "left")
            return
        _team.busy = True
        try:
            function, arguments = cloudpickle.loads(bytes.fromhex(message))
            function(*arguments)
        except Exception as error:
            _end(_team, error)
        _team.store.set(f"done {_team.calls - 1} {rank}", "done")


def _next(team: _Team) -> str:
    """The first process's next message."""
    from torch.distributed import DistError

    try:
        team.wait(f"call {team.calls}")
        message = team.store.get(f"call {team.calls}").decode()
    except DistError as error:  # it hosted the store
        raise DistributedError("the first process has ended without a word") from error
    team.calls += 1
    return message


def _end(team: _Team, error: Exception) -> None:
    """End this process after a failed call: in silence if the failure, or the report of it, is another's."""
    from torch.distributed import DistError

    try:
        if team.fails(error) != team.place.rank:
            raise SystemExit(1)
        if not isinstance(error, HazardsError):
            traceback.print_exception(error)
        if team.wait(f"call {team.calls}", seconds=_GRACE):
            raise SystemExit(1)
    except DistError:
        raise SystemExit(1) from None
    raise error

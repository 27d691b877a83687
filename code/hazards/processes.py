"""This process among several that torchrun or Slurm's srun started together."""

from __future__ import annotations

import os
from typing import NamedTuple


class Processes(NamedTuple):
    """This process among those that were started together.

    Args:
        rank: its number, 0 for the one that leads.
        size: number of processes on all machines.
        local_rank: its number on its own machine, which chooses its GPU.
        nodes: number of machines; each runs equally many processes.
    """

    rank: int
    size: int
    local_rank: int
    nodes: int


def processes() -> Processes:
    """What torchrun or Slurm's srun says about this process; without either it is alone."""
    alone = Processes(rank=0, size=1, local_rank=0, nodes=1)
    if "TORCHELASTIC_RUN_ID" in os.environ:
        names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "GROUP_WORLD_SIZE")
    elif "SLURM_STEP_NUM_TASKS" in os.environ:  # set by srun only: an allocation alone starts no processes
        names = ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", "SLURM_STEP_NUM_NODES")
    else:
        return alone
    together = Processes(*[int(os.environ[name]) for name in names])
    return together if together.size > 1 else alone

"""Where computations run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


def best_device() -> torch.device:
    """The first GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@contextmanager
def one_thread_on_cpu(device: torch.device) -> Iterator[None]:
    """Keep to one thread on the CPU: sums run in one order, so results do not depend on the number of cores.

    Cores are put to use by running several experiments side by side.
    """
    threads = torch.get_num_threads()
    if device.type == "cpu":
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)

"""What makes a computation give the same bits again: seeded generators, and one thread where sums are taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


def seed(number: int) -> None:
    """Seed torch's generators, those of GPUs only where these are in use.

    ``torch.manual_seed`` notes each seed for GPUs that may be used later, which takes a millisecond an image and
    memory that is never given back.
    """
    torch.default_generator.manual_seed(number)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed_all(number)


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

"""Where computations run. None of it is part of a result's key.

``HAZARDS_DEVICE``: ``auto`` (the GPU where there is one; the default), ``cpu`` or ``cuda``.
``HAZARDS_CACHE``: GiB of decoded images that a split of a training may keep in memory, 0 for none; by default 8, or an
eighth of the machine's memory where that is less.
``HAZARDS_COMPILE``: 1 compiles networks for training by torch.compile, which pays on a GPU; 0 by default.
The number of processes and machines is up to torchrun or Slurm's srun, see processes.py.
"""

from __future__ import annotations

import ctypes
import os
import platform
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from hazards.errors import HazardsError
from hazards.processes import processes

if TYPE_CHECKING:
    from lightning_fabric import Fabric

_MALLOC_SETTINGS = {-1: 1 << 30, -2: 64 << 20, -3: 32 << 20}
"""Bytes by the number of a setting of glibc's `mallopt`, see malloc.h: freed memory kept at the end of the heap
(M_TRIM_THRESHOLD), memory that the heap grows by (M_TOP_PAD), pieces that are had from the system one by one and given
back (M_MMAP_THRESHOLD, at most 32 MiB)."""
_DEVICES = ("auto", "cpu", "cuda")
_MOST_READERS = 8
_MOST_CACHED = 8
"""GiB; StreetHazards' train split at 512×512 takes 5."""


class DeviceError(HazardsError):
    """A setting asks for a device that does not exist, or for what it cannot do."""


def best_device() -> torch.device:
    """The device of ``HAZARDS_DEVICE``: by default the first GPU where there is one, else the CPU.

    Raises:
        DeviceError: for a name that is no device, or for a GPU that is not there.
    """
    name = os.environ.get("HAZARDS_DEVICE") or "auto"
    if name not in _DEVICES:
        raise DeviceError(f"HAZARDS_DEVICE is {name!r}: choose one of {', '.join(_DEVICES)}")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    elif name == "cuda" and not torch.cuda.is_available():
        raise DeviceError("HAZARDS_DEVICE is 'cuda', but PyTorch finds no GPU here: unset it, or set it to cpu")
    return torch.device(name)


def name() -> str:
    """What `best_device` is called in the provenance of results."""
    return torch.cuda.get_device_name() if best_device().type == "cuda" else "cpu"


def gpus() -> int:
    """How many GPUs there are to compute on; 0 where that is done on the CPU."""
    return torch.cuda.device_count() if best_device().type == "cuda" else 0


def use_gpu(number: int) -> None:
    """Let this process compute on one of the machine's GPUs, if there are any: on this one, counted round."""
    if torch.cuda.is_available():
        torch.cuda.set_device(number % torch.cuda.device_count())


def fabric(precision: str, all_parameters: bool = True) -> Fabric:
    """This process's part in a training: its device, and its connection to the other processes where there are any.

    Args:
        precision: ``32-true``, ``bf16-mixed`` or ``16-mixed``.
        all_parameters: whether every parameter has a part in the loss. To find out which have takes time.

    Raises:
        DeviceError: see `best_device`; also for 16-mixed on the CPU, which knows bf16-mixed alone.
    """
    from lightning_fabric import Fabric  # takes seconds to import, which a render from the store does not need
    from lightning_fabric.plugins.environments import LightningEnvironment
    from lightning_fabric.strategies import DDPStrategy

    device = best_device()
    if device.type == "cpu" and precision == "16-mixed":
        raise DeviceError("precision 16-mixed needs a GPU: choose bf16-mixed or 32-true, or another HAZARDS_DEVICE")
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = True  # sizes never change, so the search for the fastest kernels pays
    place = processes()
    if place.size == 1:
        alone = LightningEnvironment()  # else Fabric would ask for srun wherever Slurm is installed
        number = [torch.cuda.current_device()] if device.type == "cuda" else 1
        return Fabric(accelerator=device.type, devices=number, precision=precision, plugins=[alone])  # type: ignore[arg-type]
    joint = DDPStrategy(find_unused_parameters=not all_parameters)
    fabric = Fabric(
        accelerator=device.type,
        devices=place.size // place.nodes,
        num_nodes=place.nodes,
        strategy=joint,
        precision=precision,  # type: ignore[arg-type]
    )
    fabric.launch()
    return fabric


def compiled(network: nn.Module) -> nn.Module:
    """The network, compiled if ``HAZARDS_COMPILE`` says so; its parameters are those of the original."""
    if os.environ.get("HAZARDS_COMPILE", "0") in ("", "0"):
        return network
    return cast(nn.Module, torch.compile(network))


def keep_freed_memory() -> None:
    """Let this process keep the memory that tensors on the CPU free, where its C library is glibc.

    By default that gives large pieces back to the system, which clears them before it hands them out again: a tenth of
    the time of a training's step, in thousands of page faults.
    """
    if platform.libc_ver()[0] == "glibc":
        library = ctypes.CDLL(None)
        for setting, size in _MALLOC_SETTINGS.items():
            library.mallopt(setting, size)


def cache_bytes() -> int:
    """How many bytes of decoded images may be kept of a split.

    Raises:
        DeviceError: where ``HAZARDS_CACHE`` is no number of GiB.
    """
    setting = os.environ.get("HAZARDS_CACHE")
    if not setting:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return min(_MOST_CACHED << 30, memory // 8)
    try:
        return round(max(0.0, float(setting)) * 2**30)
    except (ValueError, OverflowError):
        raise DeviceError(f"HAZARDS_CACHE is {setting!r}: a number of GiB, 0 to keep nothing") from None


def readers(device: torch.device) -> int:
    """How many processes read images for a training on `device`.

    None on the CPU, where trainings side by side use all cores already; for a GPU its share of the machine's cores.
    """
    if device.type == "cpu":
        return 0
    place = processes()
    return min(_MOST_READERS, max(1, (os.cpu_count() or 1) * place.nodes // place.size))

"""What is there on this machine and what is missing, and what each gap costs: `hazards doctor`."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hazards import processors, profiles
from hazards.errors import HazardsError, in_a_line
from hazards.store import entries, shipped

_LEAST_FREE = 5
"""GiB of free disk below which a run may end for want of it: the packages, a profile's results, the images."""
_ENVIRONMENT = "`make env` makes the environment with all packages"


class Finding(NamedTuple):
    """What was looked for, what was found, and what it costs that it is missing: empty where nothing is."""

    what: str
    state: str
    gap: str = ""


def examine() -> list[Finding]:
    """All findings, those that everything else needs first."""
    return [_told(what, look) for what, look in _LOOKS.items()]


def lines(findings: list[Finding]) -> list[str]:
    """Findings for people: one a line, and below it what its gap costs."""
    shown = []
    for what, state, gap in findings:
        mark = "--" if gap else "ok"
        shown.append(f"{mark}  {what:<15}  {state}")
        if gap:
            shown.append(f"{'':<21}{gap}")
    return shown


def _told(what: str, look: Callable[[], tuple[str, str]]) -> Finding:
    """What a look finds; what keeps it from looking is a gap, too."""
    try:
        return Finding(what, *look())
    except (HazardsError, OSError) as error:
        return Finding(what, "not to be told", in_a_line(error))


def _python() -> tuple[str, str]:
    suitable = (3, 11) <= sys.version_info < (3, 14)
    gap = "" if suitable else "the packages are for 3.11, 3.12 and 3.13: make env PYTHON=python3.12"
    return f"{platform.python_version()}, {sys.prefix}", gap


def _torch() -> tuple[str, str]:
    if importlib.util.find_spec("torch") is None:
        return "missing", f"nothing is computed; {_ENVIRONMENT}"
    return importlib.metadata.version("torch"), ""


def _device() -> tuple[str, str]:
    if importlib.util.find_spec("torch") is None:
        return "missing", "see PyTorch"
    from hazards import devices

    if devices.best_device().type == "cuda":
        return f"{devices.gpus()} × {devices.name()}", ""
    return (
        f"{os.cpu_count()} cores, {processors.name()}",
        "no GPU: profiles smoke, mini and study are made for that, world and streethazards are not",
    )


def _bfloat16() -> tuple[str, str]:
    from hazards import devices

    if devices.best_device().type == "cuda":
        import torch

        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        native = processors.has_bfloat16()
    return ("native", "") if native else ("emulated", "precision='bf16-mixed' trains slower here than 32-true")


def _embree() -> tuple[str, str]:
    from hazards.world.rendering.rays import has_embree

    return ("there", "") if has_embree() else ("no package here", "the embedded world is rendered some 50 times slower")


def _quarto() -> tuple[str, str]:
    gap = "make report builds the same book with code/book/offline; quarto render needs 1.9 or newer"
    path = shutil.which("quarto") or shutil.which(".quarto-env/bin/quarto")
    if not path:
        return "not on PATH", gap
    version = subprocess.run([path, "--version"], capture_output=True, text=True).stdout.strip()
    numbers = [int(number) for number in re.findall(r"\d+", version)]
    return version or "no version", "" if numbers[:2] >= [1, 9] else gap


def _chromium() -> tuple[str, str]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    return (path, "") if path else ("not on PATH", "make test and make test-pages skip the tests in a browser")


def _slurm() -> tuple[str, str]:
    path = shutil.which("sbatch")
    return (path, "") if path else ("not on PATH", "hazards run --where slurm cannot be used")


def _onnx() -> tuple[str, str]:
    missing = [name for name in ("onnx", "onnxruntime", "onnxscript") if importlib.util.find_spec(name) is None]
    if missing:
        return f"without {', '.join(missing)}", "hazards export writes weights, no ONNX: uv pip install --group export"
    return "there", ""


def _data() -> tuple[str, str]:
    from hazards.data import DataSet

    root = os.environ.get("HAZARDS_DATA")
    if not root:
        return "HAZARDS_DATA is not set", "the embedded world stands in; profile streethazards cannot run"
    data = DataSet(Path(root))
    counts = [f"{len(data.split(split))} {split}" for split in data.SPLITS]
    return f"{root}: {', '.join(counts)}", ""


def _store() -> tuple[str, str]:
    root = entries.root()
    results = sum(1 for _ in root.glob("[!.]*/[!.]*/manifest.json"))
    place = next(folder for folder in (root.absolute(), *root.absolute().parents) if folder.exists())
    gap = "" if place.is_dir() and os.access(place, os.W_OK) else "nothing can be kept there: set HAZARDS_STORE"
    return f"{root}: {results} results", gap


def _shipped() -> tuple[str, str]:
    profile = profiles.current().name
    archive = shipped.archive()
    if not entries.takes_shipped():
        return "HAZARDS_SHIPPED=no", "all is computed here: hazards run --dry-run says how long"
    if not archive.exists():
        gap = f"profile {profile} is computed here: hazards run --dry-run says how long"
        return "none for this profile", gap
    return f"{archive.name}, {archive.stat().st_size / 2**20:.1f} MiB", ""


def _weights() -> tuple[str, str]:
    networks = sum(1 for _ in entries.root().glob("train/[!.]*/value/weights.safetensors"))
    gap = "hazards predict and export take one that was shipped; hazards run baseline --cold trains more"
    return f"of {networks} networks in the store", "" if networks else gap


def _disk() -> tuple[str, str]:
    free = entries.free_bytes() / 2**30
    gap = "" if free >= _LEAST_FREE else f"under {_LEAST_FREE} GiB: a long run may end for want of room"
    return f"{free:.0f} GiB free", gap


_LOOKS: dict[str, Callable[[], tuple[str, str]]] = {
    "Python": _python,
    "PyTorch": _torch,
    "device": _device,
    "bfloat16": _bfloat16,
    "Embree": _embree,
    "Quarto": _quarto,
    "Chromium": _chromium,
    "Slurm": _slurm,
    "ONNX": _onnx,
    "data set": _data,
    "store": _store,
    "shipped results": _shipped,
    "weights": _weights,
    "disk": _disk,
}

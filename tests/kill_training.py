"""Kill trainings at random moments, resume them, and compare what they end with to an unbroken training, byte by byte.

    python tests/kill_training.py                                  # at least 20 kills on the smallest embedded world
    python tests/kill_training.py --kills 3 --data FOLDER --seed 1

Each training is a process of its own that gets SIGKILL up to three times, while it begins, trains, validates or saves;
states are saved after every step or only now and then. Ends with status 1 if a single byte differs.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import torch

from hazards import profiles
from hazards.data import DataSet, current_data_set
from hazards.networks.models import deeplabv3_mini
from hazards.training import Recipe, checkpoints, train

RECIPE = Recipe(
    model=deeplabv3_mini, size=(32, 48), epochs=6, batch_size=4, learning_rate=4e-3, keep_best=True, clipping=1.0
)
for name in ("lightning_fabric", "timm.models.resnet", "torchvision.models.segmentation"):
    importlib.import_module(name)  # a training would when it begins: done here, so that kills come later than that
FILES = ("weights.safetensors", "best_weights.safetensors", "log.parquet")


def _train(data: DataSet, store: Path, save_interval: float) -> None:
    """In a process of its own: train in `store`."""
    output = os.open(store.with_suffix(".log"), os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(output, 2)
    os.environ["HAZARDS_STORE"] = str(store)
    checkpoints._SAVE_INTERVAL = save_interval
    train(RECIPE, data, seed=3)


def start(*arguments: object) -> multiprocessing.Process:
    """Begin a training; forked, so that it need not import anything."""
    process = multiprocessing.get_context("fork").Process(target=_train, args=arguments)
    process.start()
    return process


def finish(data: DataSet, store: Path, save_interval: float = 0.0) -> dict[str, bytes]:
    """Train to the end; the bytes of what the store then holds, by file."""
    process = start(data, store, save_interval)
    process.join()
    if process.exitcode:
        raise SystemExit(store.with_suffix(".log").read_text())
    return {path.name: path.read_bytes() for path in store.glob("train/*/value/*")}


def kill(data: DataSet, store: Path, seconds: float, save_interval: float) -> str | None:
    """Kill a training after so many seconds; says how far it had got, None if it was done before."""
    process = start(data, store, save_interval)
    process.join(seconds)
    if process.exitcode is not None:
        return None
    process.kill()
    process.join()
    states = list(store.glob(".work/train/*/state.pt"))
    return f"step {torch.load(states[0], weights_only=True)['step']}" if states else "nothing saved"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--data", type=Path, help="a data set; the smallest embedded world by default")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    options = parser.parse_args()
    data = DataSet(options.data) if options.data else current_data_set(profiles.PROFILES["smoke"])
    moments, kills, trainings, wrong = random.Random(options.seed), 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        expected = finish(data, Path(folder) / "unbroken")
        seconds = time.monotonic() - begun
        while kills < options.kills:
            store, interval = Path(folder) / f"killed-{trainings}", moments.choice((0.0, seconds / 5))
            wanted = [moments.uniform(0, seconds) for _ in range(moments.randint(1, 3))]
            reached = [kill(data, store, moment, interval) for moment in wanted]
            same = finish(data, store, interval) == expected and expected.keys() >= set(FILES)
            killed = [place for place in reached if place]
            kills += len(killed)
            trainings += 1
            wrong += not same
            print(
                f"training {trainings}: killed at {', '.join(killed) or 'no time'}: {'same' if same else 'OTHER'} bytes"
            )
            shutil.rmtree(store)
    print(f"{kills} kills in {trainings} trainings of {seconds:.1f} s: {wrong} ended with other bytes")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

"""Training in float32 and in bfloat16, side by side: how long a step takes, and what the networks reach.

    taskset -c 1 python benchmarks/precision.py                       # profile smoke, three seeds
    python benchmarks/precision.py --profile mini --models deeplabv3_mini

Steps of both precisions alternate in one process, on one thread; their time is the processor's, median of 16. The
networks are trained by the recipe of the profile's baseline, but for the architecture; differences in val mIoU are
paired by seed, with their 95 % interval. Trainings are kept in the store.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import torch

from hazards import devices, profiles
from hazards.data import current_data_set
from hazards.store import provenance
from hazards.studies.verdicts import interval
from hazards.training import loop, train
from hazards.training.optimisation import label_weights
from reference import profile_recipe

PRECISIONS = ("32-true", "bf16-mixed")
MODELS = ("deeplabv3_mini", "deeplabv3plus_mini", "segformer_mini", "hiera_mini")
WARMING, STEPS = 4, 16


def milliseconds(model: str, profile: profiles.Profile) -> dict[str, float]:
    """Processor time of a step, by precision."""
    data = current_data_set(profile)
    long_enough = replace(profile_recipe(model, profile), epochs=WARMING + STEPS)
    weights = label_weights(data, long_enough.balance)
    devices.keep_freed_memory()
    with tempfile.TemporaryDirectory() as folder:
        trainings = {}
        for precision in PRECISIONS:
            recipe, fabric = replace(long_enough, precision=precision), devices.fabric(precision)
            trainings[precision] = loop.Training(recipe, data, 0, weights, fabric, Path(folder))
        batches = {precision: training.feed.batches(0) for precision, training in trainings.items()}
        times: dict[str, list[float]] = {precision: [] for precision in PRECISIONS}
        for _ in range(WARMING + STEPS):
            for precision, training in trainings.items():
                batch = next(batches[precision])
                begun = time.process_time()
                training.settle(training.optimise(batch), batch)
                times[precision].append(1000 * (time.process_time() - begun))
    return {precision: statistics.median(values[WARMING:]) for precision, values in times.items()}


def reached(model: str, profile: profiles.Profile, seeds: int) -> pd.DataFrame:
    """Val mIoU in points, a row a seed and a column a precision."""
    data, recipe = current_data_set(profile), profile_recipe(model, profile)
    rows = []
    for seed in range(seeds):
        results = {precision: train(replace(recipe, precision=precision), data, seed) for precision in PRECISIONS}
        rows.append({name: 100 * result.value["log"]["val_miou"].iloc[-1] for name, result in results.items()})
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", default="smoke", choices=profiles.PROFILES)
    parser.add_argument("--models", nargs="+", default=MODELS, help="constructors in models.py")
    parser.add_argument("--seeds", type=int, default=3, help="0: time alone")
    options = parser.parse_args()
    os.environ["HAZARDS_DEVICE"] = "cpu"
    torch.set_num_threads(1)
    profile = profiles.PROFILES[options.profile]
    print(f"profile {profile.name}; bfloat16 is {provenance.record(0, {})['bfloat16']} here")
    print(
        f"{'':<22}{'float32':>10}{'bf16':>8}{'ratio':>7}   val mIoU: float32, bf16, difference and interval in points"
    )
    for model in options.models:
        steps = milliseconds(model, profile)
        full, mixed = steps["32-true"], steps["bf16-mixed"]
        line = f"{model:<22}{full:>7.1f} ms{mixed:>8.1f}{full / mixed:>7.2f}"
        if options.seeds:
            points = reached(model, profile, options.seeds)
            gain = interval(points["bf16-mixed"] - points["32-true"])
            means = points.mean()
            line += f"   {means['32-true']:>14.1f}{means['bf16-mixed']:>6.1f}"
            line += f"{gain.mean:>+8.2f} ({gain.low:+.2f} to {gain.high:+.2f})"
        print(line, flush=True)


if __name__ == "__main__":
    main()

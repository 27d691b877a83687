"""Images a second and peak memory of training beside a plain loop as in torchvision's references/segmentation.

    python benchmarks/training.py                                   # a small network on the `mini` world
    python benchmarks/training.py --profile smoke --repeats 1
    python benchmarks/training.py --model deeplabv3_resnet50 --profile world

Same network, images, size, batch, augmentation and optimiser (SGD); float32 but where said otherwise. The plain loop
reads, decodes and augments its images anew each epoch, as the reference does, and enlarges the auxiliary head's logits,
as torchvision's networks do. Time is that of all epochs without validation, start-up left out; processor time is of all
threads and reading processes, and tells the subjects apart on a busy machine, too; memory is the process's peak, on a
GPU the peak of what tensors take there. Every subject runs in a process of its own, in turns.

Two comparisons on the CPU: one core each; and the whole machine, on which this project runs a training a core side by
side, while the plain loop has a thread a core, without and with as many processes that read ahead. Aims: not slower in
either; on a GPU, with bfloat16, at least twice as fast as the plain loop.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hazards import profiles
from hazards.data import current_data_set

LEARNING_RATE, MOMENTUM, WEIGHT_DECAY, AUXILIARY = 0.02, 0.9, 1e-4, 0.4
SUBJECTS = ("plain", "ours")


def plain(options: argparse.Namespace) -> tuple[float, list[float]]:
    """Torchvision's reference in short; seconds, and losses of the steps."""
    import torch
    from torchvision.transforms import v2

    from hazards.networks import models
    from reference import Images, criterion, with_library_parts

    profile = profiles.PROFILES[options.profile]
    samples = current_data_set(profile).split("train")
    joint = v2.Compose(
        [
            v2.Resize(profile.size, antialias=True),
            v2.RandomHorizontalFlip(),
            v2.ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2),
        ]
    )
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = True
    device = torch.device(options.device)
    loader = torch.utils.data.DataLoader(
        Images(samples, joint), batch_size=profile.batch_size, shuffle=True, num_workers=options.readers, drop_last=True
    )
    network = with_library_parts(getattr(models, options.model)).to(device)
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
    scheduler = torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=len(loader) * options.epochs, power=0.9)
    network.train()
    losses, begun = [], time.perf_counter()
    for _ in range(options.epochs):
        for image, target in loader:
            loss = criterion(network(image.to(device)), target.to(device), AUXILIARY)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
            losses.append(loss.item())
    return time.perf_counter() - begun, losses


def ours(options: argparse.Namespace) -> tuple[float, list[float]]:
    """This project's training; seconds, and mean losses of the epochs."""
    from hazards import determinism, devices
    from hazards.networks import models
    from hazards.training import Recipe, loop

    profile = profiles.PROFILES[options.profile]
    recipe = Recipe(
        model=getattr(models, options.model),
        size=profile.size,
        epochs=options.epochs,
        batch_size=profile.batch_size,
        learning_rate=LEARNING_RATE,
        auxiliary_weight=AUXILIARY,
        weight_decay=WEIGHT_DECAY,
        validations=0,
        optimiser="sgd",
        momentum=MOMENTUM,
        precision=options.precision,
    )
    fabric = devices.fabric(recipe.precision)
    with tempfile.TemporaryDirectory() as folder, determinism.one_thread_on_cpu(fabric.device):
        training = loop.Training(recipe, current_data_set(profile), 0, None, fabric, Path(folder))
        begun = time.perf_counter()
        training.finish()
        seconds = time.perf_counter() - begun
    return seconds, [row["loss"] for row in training.log]


def measure(options: argparse.Namespace) -> None:
    """In a process of its own: print images a second, MiB, processor time an image (ms), and the last epoch's loss."""
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    import torch
    import torchvision.transforms.v2  # noqa: F401 # part of the start-up

    torch.set_num_threads(options.threads)
    before = sum(os.times()[:4])
    seconds, losses = {"plain": plain, "ours": ours}[options.subject](options)
    used = sum(os.times()[:4]) - before
    profile = profiles.PROFILES[options.profile]
    steps = len(current_data_set(profile).split("train")) // profile.batch_size
    last = losses[-steps:] if options.subject == "plain" else losses[-1:]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    if options.device == "cuda":
        memory = torch.cuda.max_memory_allocated() / 2**20
    images = steps * profile.batch_size * options.epochs
    measured = {
        "rate": images / seconds,
        "memory": memory,
        "processor": 1000 * used / images,
        "loss": sum(last) / len(last),
    }
    print(json.dumps(measured))


def together(*commands: list[str], device: str) -> dict[str, float]:
    """Run processes side by side: their rates and memories added up, of the rest the mean."""
    whole = [sys.executable, __file__, *sys.argv[1:], "--device", device]
    settings = os.environ | {"HAZARDS_DEVICE": device}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    running = [subprocess.Popen([*whole, *command], env=settings, text=True, **pipes) for command in commands]
    results = []
    for process in running:
        output, errors = process.communicate()
        if process.returncode:
            raise SystemExit(errors)
        results.append(json.loads(output.splitlines()[-1]))
    total = {name: sum(result[name] for result in results) for name in ("rate", "memory")}
    return total | {name: statistics.mean(result[name] for result in results) for name in ("processor", "loss")}


def compare(title: str, device: str, repeats: int, **rows: list[list[str]]) -> None:
    """Print a table of subjects, each given by the arguments of its processes, and ratios to the first one."""
    results: dict[str, list[dict[str, float]]] = {name: [] for name in rows}
    for _ in range(repeats):
        for name, commands in rows.items():
            results[name].append(together(*commands, device=device))
    units = {"rate": "images/s", "processor": "ms/image", "memory": "MiB"}
    print(f"\n{title}\n{'':<14}" + "".join(f"{unit:>10}{'ratio':>7}" for unit in units.values()) + f"{'loss':>8}")
    medians = {
        name: {key: statistics.median(result[key] for result in repeated) for key in repeated[0]}
        for name, repeated in results.items()
    }
    first = next(iter(medians.values()))
    for name, row in medians.items():
        cells = "".join(f"{row[key]:>10.1f}{row[key] / first[key]:>7.2f}" for key in units)
        print(f"{name:<14}{cells}{row['loss']:>8.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="deeplabv3_mini", help="a constructor in models.py")
    parser.add_argument("--profile", default="mini", choices=profiles.PROFILES)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3, help="medians of so many measurements are shown")
    for name, kind in (("subject", str), ("device", str), ("threads", int), ("readers", int), ("core", int)):
        parser.add_argument(f"--{name}", type=kind, help=argparse.SUPPRESS)
    parser.add_argument("--precision", default="32-true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.subject:
        measure(options)
        return
    import torch

    current_data_set(profiles.PROFILES[options.profile])  # rendered first, if it is not there
    cores = sorted(os.sched_getaffinity(0))
    print(f"{options.model}, profile {options.profile}, {options.epochs} epochs, medians of {options.repeats}")

    def subject(name: str, threads: int, readers: int = 0, core: int | None = None, precision: str = "") -> list[str]:
        command = ["--subject", name, "--threads", str(threads), "--readers", str(readers)]
        command += ["--core", str(core)] if core is not None else []
        return command + (["--precision", precision] if precision else [])

    one = {name: [subject(name, 1, core=cores[0])] for name in SUBJECTS}
    compare("CPU, one core", "cpu", options.repeats, **one)
    whole = {
        "plain": [subject("plain", len(cores))],
        "plain, readers": [subject("plain", len(cores), len(cores))],
        "ours": [subject("ours", 1, core=core) for core in cores],
    }
    compare(f"CPU, all {len(cores)} cores; ours: {len(cores)} trainings", "cpu", options.repeats, **whole)
    if not torch.cuda.is_available():
        print("\nGPU: there is none here, nothing was measured")
        return
    gpu = {
        "plain": [subject("plain", 1, min(16, len(cores)))],
        "ours": [subject("ours", 1)],
        "ours bfloat16": [subject("ours", 1, precision="bf16-mixed")],
    }
    compare(f"GPU, {torch.cuda.get_device_name()}", "cuda", options.repeats, **gpu)


if __name__ == "__main__":
    main()

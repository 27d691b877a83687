"""Images a second from files of 1280×720 pixels to batches of 512×512, beside plain loaders of Pillow and torchvision.

    python benchmarks/reader.py                  # of the embedded world
    python benchmarks/reader.py --data FOLDER    # of StreetHazards, say

The plain loaders open both files with Pillow and resize the image by torchvision, with antialiasing, as a Pillow image
or as a tensor. All read the same files into uint8 batches with equally many processes, in turns, by medians; files come
from the system's cache. Ours is shown twice: in the first epoch, when it decodes as well, and in later ones, when it
takes what it kept. Processor time is of all processes. Aim: twice as fast in the first epoch.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from hazards.data import DataSet, Sample
from hazards.data.batches import Decoded
from hazards.data.decoding import open_picture
from hazards.data.transforms import read_resized, resize_labels
from hazards.world.build import build

SIZE, BATCH = (512, 512), 8


class Plain(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Pillow and torchvision alone."""

    def __init__(self, samples: list[Sample], as_tensor: bool):
        self.samples = samples
        steps: list[v2.Transform] = [v2.PILToTensor(), v2.Resize(SIZE, antialias=True)]
        self.image = v2.Compose(steps if as_tensor else steps[::-1])
        self.labels = v2.Compose([v2.PILToTensor(), v2.Resize(SIZE, v2.InterpolationMode.NEAREST_EXACT)])

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        sample = self.samples[index]
        return self.image(Image.open(sample.image).convert("RGB")), self.labels(Image.open(sample.labels))[0] - 1


@contextmanager
def world(images: int) -> Iterator[Path]:
    """A folder with as many train images of the embedded world."""
    with tempfile.TemporaryDirectory() as folder:
        build(folder, height=720, width=1280, counts={"train": images, "val": 1, "test": 1})
        yield Path(folder)


def timed(loader: DataLoader, images: int) -> tuple[float, float]:
    """Images a second, and processor time an image in ms."""
    begun, used = time.perf_counter(), sum(os.times()[:4])
    assert sum(len(part) for part, _ in loader) == images
    return images / (time.perf_counter() - begun), 1000 * (sum(os.times()[:4]) - used) / images


def compare(samples: list[Sample], processes: int, repeats: int) -> None:
    """Print a row a loader."""
    measured: dict[str, list[tuple[float, float]]] = {}
    chosen = [list(range(len(samples)))[start : start + BATCH] for start in range(0, len(samples), BATCH)]
    for _ in range(repeats):
        images = Decoded(samples, SIZE)
        loaders = {
            "plain, resized as a Pillow image": DataLoader(Plain(samples, False), BATCH, num_workers=processes),
            "plain, resized as a tensor": DataLoader(Plain(samples, True), BATCH, num_workers=processes),
            "ours, first epoch": DataLoader(images, sampler=chosen, batch_size=None, num_workers=processes),
            "ours, later epochs": DataLoader(images, sampler=chosen, batch_size=None),
        }
        for name, loader in loaders.items():
            measured.setdefault(name, []).append(timed(loader, len(samples)))
    print(f"\n{len(samples)} images, {processes} reading processes, medians of {repeats}")
    print(f"{'':<34}{'images/s':>10}{'ratio':>8}{'ms/image':>10}{'ratio':>8}")
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in measured.items()
    }
    first = next(iter(medians.values()))
    for name, (rate, used) in medians.items():
        print(f"{name:<34}{rate:>10.1f}{rate / first[0]:>8.2f}{used:>10.2f}{used / first[1]:>8.2f}", flush=True)


def stages(samples: list[Sample]) -> None:
    """Print where the time of one process goes, in ms of processor time an image."""

    def spent(work: Callable[[Sample], object]) -> float:
        times = []
        for sample in samples:
            begun = time.process_time()
            work(sample)
            times.append(1000 * (time.process_time() - begun))
        return statistics.median(times)

    pictures = {sample: sample.read() for sample in samples[:BATCH]}
    samples = list(pictures)
    images = {s: torch.from_numpy(image).permute(2, 0, 1) for s, (image, _) in pictures.items()}
    labels = {s: torch.from_numpy(labels) for s, (_, labels) in pictures.items()}
    rows = {
        "image, by Pillow": lambda s: Image.open(s.image).convert("RGB"),
        "image, ours": lambda s: open_picture(s.image).pixels("RGB"),
        "labels, by Pillow": lambda s: Image.open(s.labels).load(),
        "labels, ours, values checked": lambda s: s.read_labels(),
        "image resized": lambda s: v2.functional.resize(images[s], list(SIZE)),
        "labels resized": lambda s: resize_labels(labels[s], SIZE),
        "all of ours": lambda s: read_resized(s, SIZE),
    }
    print("\nms of processor time an image")
    for name, work in rows.items():
        print(f"{name:<34}{spent(work):>10.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a data set of 1280×720 images")
    parser.add_argument("--images", type=int, default=64, help="read in each turn; fewer images are read repeatedly")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with nullcontext(options.data) if options.data else world(min(32, options.images)) as folder:
        listed = [sample for split in DataSet.SPLITS for sample in DataSet(folder).split(split)]
        samples = (listed * (options.images // len(listed) + 1))[: options.images]
        stages(samples)
        for processes in (0, os.cpu_count() or 1):
            compare(samples, processes, options.repeats)


if __name__ == "__main__":
    main()

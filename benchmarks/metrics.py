"""Time and peak memory of anomaly metrics, side by side with four packages, and image by image as evaluation has it.

    python benchmarks/metrics.py            # packages that are not installed are named and left out
    python benchmarks/metrics.py ours       # one subject, in this process
    python benchmarks/metrics.py images     # ours alone, image by image: distributions, sizes, busy cores

Every subject runs in a process of its own. Its time is that of the metrics alone, its memory the peak above what the
process held before. The packages are the dependency group `bench`. Aims: 100 times faster than scikit-learn, 60 times
faster than torchmetrics and pytorch-ood; 80 images of 512x512 in at most 0.25 s with one thread, with all cores but one
busy too, and within 1.3 times the best whatever the distribution; 1,500 in at most 10 s and 400 MiB; memory flat from
10 to 1,000 images; no leap where pixels are no longer kept but counted, at 4 million.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

PIXELS = 20_000_000
IMAGE = 512 * 512
SIZES = (4, 8, 15, 17, 31, 80)
"""Images: 1, 2, just under and just over 4, 8 and 20 million pixels."""
ROUNDS = 3
Figures = tuple[float, float, float]


DISTRIBUTIONS: dict[str, Callable[[np.random.Generator, np.ndarray], np.ndarray]] = {
    "all negative": lambda rng, anomaly: rng.standard_normal(len(anomaly)) * 4 + 6 * anomaly - 12,
    "around zero": lambda rng, anomaly: rng.standard_normal(len(anomaly)) * 4 + 6 * anomaly,
    "uniform": lambda rng, anomaly: rng.random(len(anomaly)) * (1 - 0.3 * anomaly) + 0.3 * anomaly,
    "heavy-tailed": lambda rng, anomaly: rng.standard_cauchy(len(anomaly)) + 3 * anomaly,
    "many ties": lambda rng, anomaly: np.round(rng.standard_normal(len(anomaly)) * 4 + 6 * anomaly, 1),
}
"""Scores of pixels, 1 % of them anomalous; the first are like negated largest logits."""


def pixels(count: int, seed: int = 0, distribution: str = "all negative") -> tuple[np.ndarray, np.ndarray]:
    """Scores, float32 (count,), and the mask of 1 % anomalous ones."""
    rng = np.random.default_rng(seed)
    anomaly = rng.random(count, np.float32) < 0.01
    return DISTRIBUTIONS[distribution](rng, anomaly).astype(np.float32), anomaly


def sklearn_(scores: np.ndarray, anomaly: np.ndarray) -> Figures:
    from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

    fpr, tpr, _ = roc_curve(anomaly, scores)
    return roc_auc_score(anomaly, scores), average_precision_score(anomaly, scores), fpr[np.argmax(tpr >= 0.95)]


def torchmetrics_(scores: np.ndarray, anomaly: np.ndarray) -> Figures:
    import torch
    from torchmetrics.functional.classification import binary_auroc, binary_average_precision, binary_roc

    # Outside of 0-1 torchmetrics applies a sigmoid, which would tie many scores: they are scaled in its place.
    values, truth = torch.from_numpy(scores), torch.from_numpy(anomaly).long()
    values = (values - values.min()) / (values.max() - values.min())
    fpr, tpr, _ = binary_roc(values, truth)
    rate = fpr[(tpr >= 0.95).nonzero()[0]]
    return binary_auroc(values, truth).item(), binary_average_precision(values, truth).item(), rate.item()


def torcheval_(scores: np.ndarray, anomaly: np.ndarray) -> Figures:
    import torch
    from torcheval.metrics.functional import binary_auprc, binary_auroc

    values, truth = torch.from_numpy(scores), torch.from_numpy(anomaly).long()
    return binary_auroc(values, truth).item(), binary_auprc(values, truth).item(), float("nan")


def pytorch_ood_(scores: np.ndarray, anomaly: np.ndarray) -> Figures:
    import torch
    from pytorch_ood.metrics import OODMetrics

    metrics = OODMetrics()
    metrics.update(torch.from_numpy(scores), -torch.from_numpy(anomaly).long())
    values = metrics.compute()
    return values["AUROC"], values["AUPR-OUT"], values["FPR95TPR"]


def ours(scores: np.ndarray, anomaly: np.ndarray, exact_up_to: int | None = 1 << 22) -> Figures:
    from hazards.metrics.anomaly import AnomalyMetrics

    metrics = AnomalyMetrics(exact_up_to=exact_up_to)
    metrics.update(scores, anomaly)
    figures = metrics.compute().figures
    return figures.auroc, figures.aupr, figures.fpr95


def ours_exact(scores: np.ndarray, anomaly: np.ndarray) -> Figures:
    return ours(scores, anomaly, None)


SUBJECTS: dict[str, tuple[str, Callable[[np.ndarray, np.ndarray], Figures]]] = {
    "sklearn": ("sklearn", sklearn_),
    "torchmetrics": ("torchmetrics", torchmetrics_),
    "torcheval": ("torcheval", torcheval_),
    "pytorch-ood": ("pytorch_ood", pytorch_ood_),
    "ours": ("torch", ours),
    "ours, exact": ("torch", ours_exact),
}


def peak() -> float:
    """The largest memory that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << (10 if sys.platform == "linux" else 20))


def measure(name: str) -> dict[str, object]:
    """One subject's time in seconds, memory in MiB and figures."""
    module, subject = SUBJECTS[name]
    try:
        importlib.import_module(module)
    except ImportError as error:
        return {"missing": str(error)}
    subject(*pixels(10_000))  # imports and warms up
    scores, anomaly = pixels(PIXELS)
    before, start = peak(), time.perf_counter()
    figures = subject(scores, anomaly)
    return {"time": time.perf_counter() - start, "memory": peak() - before, "figures": [float(f) for f in figures]}


def stream(images: int, distribution: str) -> dict[str, object]:
    """Time in the metrics, memory above the start and bounds, for images of 512x512 given one by one."""
    from hazards.metrics.anomaly import AnomalyMetrics

    ours(*pixels(10_000))
    pixels(IMAGE)
    before, times = peak(), []
    for _ in range(ROUNDS if images <= max(SIZES) else 1):
        spent, metrics = 0.0, AnomalyMetrics()
        for index in range(images):
            scores, anomaly = pixels(IMAGE, index, distribution)
            start = time.perf_counter()
            metrics.update(scores.reshape(512, 512), anomaly.reshape(512, 512))
            spent += time.perf_counter() - start
        start = time.perf_counter()
        bounds = metrics.compute().bounds
        times.append(spent + time.perf_counter() - start)
    memory = peak() - before
    return {"time": min(times), "memory": memory, "bounds": [bounds.auroc, bounds.aupr, bounds.fpr95]}


def image_by_image() -> None:
    """Print what images cost one by one: distributions, on quiet and on busy cores, and numbers of pixels."""
    last = str(max(SIZES))
    quiet = {name: in_own_process("stream", last, name)["time"] for name in DISTRIBUTIONS}
    with busy_cores():
        busy = {name: in_own_process("stream", last, name)["time"] for name in DISTRIBUTIONS}
    print(f"{last} images of 512x512 {'':<10} {'s':>6} {'/ best':>7}   {'all cores but one busy, s':>25}")
    for name, spent in quiet.items():
        print(f"{name:<31} {spent:>6.2f} {spent / min(quiet.values()):>6.1f}x   {busy[name]:>25.2f}")
    for images in SIZES:
        spent = in_own_process("stream", str(images), "all negative")["time"]
        count = images * IMAGE
        print(f"{count / 1e6:>5.1f} million pixels: {spent:.3f} s, {spent / count * 1e9:.1f} ns a pixel", flush=True)


@contextmanager
def busy_cores() -> Iterator[None]:
    """Keep all cores but one busy meanwhile."""
    command = [sys.executable, "-c", "while True: pass"]
    spinning = [subprocess.Popen(command) for _ in range(max((os.cpu_count() or 1) - 1, 1))]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def in_own_process(*arguments: str) -> dict[str, object]:
    done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {"missing": done.stderr[-300:]}


def main() -> None:
    results = {name: in_own_process(name) for name in SUBJECTS}
    reference, ours_too = results["sklearn"], results["ours"]
    print(f"{PIXELS:,} scores, 1 % anomalous; errors against scikit-learn in float64")
    print(f"{'':>13} {'s':>7} {'MiB':>7} {'/ ours':>7} {'AUROC':>9} {'AUPR':>9} {'FPR95':>9}")
    for name, result in results.items():
        if "missing" in result:
            print(f"{name:>13} left out: {result['missing']}")
            continue
        pairs = zip(result["figures"], reference.get("figures", [np.nan] * 3), strict=True)
        errors = " ".join(f"{abs(a - b):>9.1e}" for a, b in pairs)
        ratio = result["time"] / ours_too["time"]
        print(f"{name:>13} {result['time']:>7.2f} {result['memory']:>7.0f} {ratio:>6.1f}x {errors}")
    image_by_image()
    for images in (10, 1000, 1500):
        result = in_own_process("stream", str(images), "all negative")
        bounds = " ".join(f"{bound:.1e}" for bound in result["bounds"])
        print(
            f"{images:>5} images of 512x512: {result['time']:.2f} s, {result['memory']:.0f} MiB, bounds {bounds}",
            flush=True,
        )


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            main()
        case ["images"]:
            image_by_image()
        case ["stream", images, distribution]:
            print(json.dumps(stream(int(images), distribution)))
        case [name]:
            print(json.dumps(measure(name)))

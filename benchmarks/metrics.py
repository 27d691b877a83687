"""Time and peak memory of anomaly metrics, side by side with four packages on the same 20 million scores.

    python benchmarks/metrics.py            # packages that are not installed are named and left out
    python benchmarks/metrics.py ours       # one subject, in this process

Every subject runs in a process of its own. Its time is that of the metrics alone, its memory the peak above what the
process held before. The packages are the dependency group `bench`. Aims: 60 times faster than scikit-learn,
torchmetrics and pytorch-ood; 1,500 images of 512x512 in at most 10 s and 400 MiB; memory flat from 10 to 1,000 images.
"""

from __future__ import annotations

import importlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

PIXELS = 20_000_000
Figures = tuple[float, float, float]


def pixels(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores like negated largest logits, float32 (count,), and the mask of 1 % anomalous ones."""
    rng = np.random.default_rng(seed)
    anomaly = rng.random(count, np.float32) < 0.01
    scores = rng.standard_normal(count, np.float32)
    scores *= 4
    scores += np.where(anomaly, np.float32(-6), np.float32(-12))
    return scores, anomaly


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
    found = metrics.compute()
    return found["AUROC"], found["AUPR-OUT"], found["FPR95TPR"]


def ours(scores: np.ndarray, anomaly: np.ndarray, exact_up_to: int | None = 1 << 22) -> Figures:
    from hazards.metrics.anomaly import AnomalyMetrics

    metrics = AnomalyMetrics(exact_up_to=exact_up_to)
    metrics.update(scores, anomaly)
    found = metrics.compute().figures
    return found.auroc, found.aupr, found.fpr95


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


def stream(images: int) -> dict[str, object]:
    """Time in the metrics, memory above the start and bounds, for images of 512x512 given one by one."""
    from hazards.metrics.anomaly import AnomalyMetrics

    ours(*pixels(10_000))
    pixels(512 * 512)
    before, spent, metrics = peak(), 0.0, AnomalyMetrics()
    for index in range(images):
        image = pixels(512 * 512, index)
        start = time.perf_counter()
        metrics.update(*image)
        spent += time.perf_counter() - start
    start = time.perf_counter()
    bounds = metrics.compute().bounds
    spent += time.perf_counter() - start
    return {"time": spent, "memory": peak() - before, "bounds": [bounds.auroc, bounds.aupr, bounds.fpr95]}


def in_own_process(*arguments: str) -> dict[str, object]:
    done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {"missing": done.stderr[-300:]}


def main() -> None:
    found = {name: in_own_process(name) for name in SUBJECTS}
    reference, own = found["sklearn"], found["ours"]
    print(f"{PIXELS:,} scores, 1 % anomalous; errors against scikit-learn in float64")
    print(f"{'':>13} {'s':>7} {'MiB':>7} {'/ ours':>7} {'AUROC':>9} {'AUPR':>9} {'FPR95':>9}")
    for name, each in found.items():
        if "missing" in each:
            print(f"{name:>13} left out: {each['missing']}")
            continue
        pairs = zip(each["figures"], reference.get("figures", [np.nan] * 3), strict=True)
        errors = " ".join(f"{abs(a - b):>9.1e}" for a, b in pairs)
        print(f"{name:>13} {each['time']:>7.2f} {each['memory']:>7.0f} {each['time'] / own['time']:>6.1f}x {errors}")
    for images in (10, 1000, 1500):
        each = in_own_process("stream", str(images))
        bounds = " ".join(f"{bound:.1e}" for bound in each["bounds"])
        print(
            f"{images:>5} images of 512x512: {each['time']:.2f} s, {each['memory']:.0f} MiB, bounds {bounds}",
            flush=True,
        )


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            main()
        case ["stream", images]:
            print(json.dumps(stream(int(images))))
        case [name]:
            print(json.dumps(measure(name)))

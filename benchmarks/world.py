"""How fast the embedded world renders on one core, in images per second of processor time, and where it goes.

    OMP_NUM_THREADS=1 python benchmarks/world.py [images]

Aim: at least 15 images/s at 256x144 and 2 at 1280x720, building each scene included.
"""

from __future__ import annotations

import io
import os
import sys
import time

import numpy as np
from PIL import Image

from hazards.world.build import IMAGE_PNG, LABEL_PNG
from hazards.world.rendering.image import shoot
from hazards.world.rendering.tracer import Tracer
from hazards.world.scene import scene

SIZES = ((256, 144, 15.0), (1280, 720, 2.0))


def main(images: int) -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # Embree builds its trees on all cores otherwise
    for split in ("train", "val", "test"):
        for index in range(12):
            scene(split, index)  # fills the stock of trees and buildings, as any long run would
    print(
        f"{'size':>10} {'images/s':>9} {'of aim':>7} {'scene':>6} {'load':>6} {'trace':>6} {'PNG':>6} {'triangles':>10}"
    )
    for width, height, aim in SIZES:
        count = images if width < 1000 else max(3, images // 6)
        spent, triangles = np.zeros(4), 0
        for index in range(count):
            times = [time.process_time()]
            setting = scene(("train", "val", "test")[index % 3], 1000 + index)
            times.append(time.process_time())
            tracer = Tracer(setting)
            times.append(time.process_time())
            image, labels = shoot(setting, height, width, np.random.default_rng(0), tracer)
            times.append(time.process_time())
            for pixels, packing in ((image, IMAGE_PNG), (labels, LABEL_PNG)):
                Image.fromarray(pixels).save(io.BytesIO(), "PNG", **packing)
            times.append(time.process_time())
            spent += np.diff(times)
            triangles += len(setting.mesh.faces)
        speed, shares = count / spent.sum(), spent / spent.sum()
        stages = " ".join(f"{share:>6.0%}" for share in shares)
        print(
            f"{width:>5}x{height:<4} {speed:>9.2f} {speed / aim:>6.2f}x {stages} {triangles // count:>10}", flush=True
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 48)

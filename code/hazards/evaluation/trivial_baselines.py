"""What segmentation is worth without looking at an image: the predictors that a network has to beat."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from hazards.data.layout import DataSet
from hazards.data.transforms import read_labels_resized
from hazards.messages import bar
from hazards.metrics.segmentation import confusion_matrix, mean_iou
from hazards.store import step


@step(name="predictors")
def simple_predictors(data: DataSet, size: tuple[int, int]) -> pd.DataFrame:
    """What segmentation is worth without looking at the image: predictors learned from train labels alone.

    Returns:
        A data frame with predictor (`constant`: the most frequent label everywhere; `position`: the most frequent
        label of each pixel's position), split and miou over the labels that occur in the split.
    """
    known = data.labels.known
    counts = np.zeros((known, *size), np.int32)
    rows, columns = np.indices(size)
    for labels in _label_maps(data, "train", size):
        counts[labels.numpy().clip(max=known - 1), rows, columns] += 1
    predictors = {"constant": np.full(size, counts.sum((1, 2)).argmax()), "position": counts.argmax(0)}
    found = []
    for split in ("val", "test"):
        confusions = dict.fromkeys(predictors, np.zeros((known, known), np.int64))
        for labels in _label_maps(data, split, size):
            for name, predicted in predictors.items():
                confusions[name] = (
                    confusions[name] + confusion_matrix(torch.from_numpy(predicted), labels, known).numpy()
                )
        found += [{"predictor": name, "split": split, "miou": mean_iou(c)} for name, c in confusions.items()]
    return pd.DataFrame(found)


def _label_maps(data: DataSet, split: str, size: tuple[int, int]) -> Iterator[Tensor]:
    samples = data.split(split)
    with bar(len(samples), f"label maps of {split}", "image") as progress:
        for sample in samples:
            yield read_labels_resized(sample, size).long()
            progress.update(1)

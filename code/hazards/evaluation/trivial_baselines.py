"""What segmentation is worth without looking at an image: the predictors that a network has to beat."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from hazards.data.layout import DataSet
from hazards.data.transforms import read_labels_resized
from hazards.messages import tracked
from hazards.metrics.segmentation import confusion_matrix, mean_iou, occurring
from hazards.store import step


@step(name="predictors")
def simple_predictors(data: DataSet, size: tuple[int, int]) -> pd.DataFrame:
    """What segmentation is worth without looking at the image: predictors learned from train's known labels alone.

    Returns:
        A data frame with predictor (`constant`: the most frequent label everywhere; `position`: the most frequent
        label of each pixel's position), split, miou over the labels that occur in the split and common, mIoU over those
        that occur in val and test.
    """
    known = data.labels.known
    counts = np.zeros((known, *size), np.int32)
    row, column = np.indices(size)
    for labels in _label_maps(data, "train", size):
        known_here = labels.numpy() < known
        counts[labels.numpy()[known_here], row[known_here], column[known_here]] += 1
    predictors = {"constant": np.full(size, counts.sum((1, 2)).argmax()), "position": counts.argmax(0)}
    splits = ("val", "test")
    confusions = {(split, name): np.zeros((known, known), np.int64) for split in splits for name in predictors}
    for split in splits:
        for labels in _label_maps(data, split, size):
            for name, predicted in predictors.items():
                confusions[split, name] += confusion_matrix(torch.from_numpy(predicted), labels, known).numpy()
    common = occurring(list(confusions.values()))
    rows = []
    for (split, name), confusion in confusions.items():
        figures = {"miou": mean_iou(confusion), "common": mean_iou(confusion, common)}
        rows.append({"predictor": name, "split": split} | figures)
    return pd.DataFrame(rows)


def _label_maps(data: DataSet, split: str, size: tuple[int, int]) -> Iterator[Tensor]:
    samples = data.split(split)
    for sample in tracked(samples, len(samples), f"label maps of {split}"):
        yield read_labels_resized(sample, size).long()

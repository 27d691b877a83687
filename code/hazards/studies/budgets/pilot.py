"""The pilot from which profile `study` was planned: trainings by seeds that no study has, measured once and kept."""

from __future__ import annotations

from importlib import resources

import pandas as pd

_HEADS = {
    "network": "network",
    "start": "start",
    "pixels": "pixels",
    "images": "images",
    "epochs": "epochs",
    "factor": "rate",
    "precision": "precision",
    "cropped": "cropped",
    "minutes": "minutes",
    "train_miou": "train",
    "val_miou": "val",
    "last_fifth": "last fifth",
    "auroc": "AUROC",
    "aupr": "AUPR",
}


def trainings() -> pd.DataFrame:
    """The pilot's trainings, a row each, as benchmarks/pilot.py wrote them; figures in per cent or points."""
    with (resources.files("hazards.studies.budgets") / "pilot.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def table() -> pd.DataFrame:
    """The same for readers: what was trained, minutes of one core, mIoU, its rise in the last fifth, and MaxLogit."""
    rows = trainings().sort_values(["network", "width", "images", "epochs", "factor"], kind="stable")
    pixels = rows["width"].astype(str) + "×" + rows["height"].astype(str)
    return rows.assign(pixels=pixels)[list(_HEADS)].rename(columns=_HEADS)

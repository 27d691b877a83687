"""What lies in the store for the present profile: which result each chapter used, and how it came about."""

from __future__ import annotations

import pandas as pd

from hazards.store import chapter_records
from hazards.store.entries import read_json, root, size

_FACTS = ("seconds", "peak_memory_mib", "device", "torch", "python", "platform", "created", "resumed")


def inventory() -> pd.DataFrame:
    """One row a chapter and result that it used when it last ran, in the order of the results' making.

    Columns: chapter, step, key, the facts of its provenance (see `provenance.record`), and mib, its size on disk. A
    result that several chapters used has a row for each.
    """
    rows = []
    for chapter, names in chapter_records.by_chapter().items():
        for name in names:
            folder = root() / name
            if (folder / "provenance.json").exists():
                place = {"chapter": chapter, "step": folder.parent.name, "key": folder.name}
                rows.append(read_json(folder / "provenance.json") | place | {"mib": size(folder) / 2**20})
    table = pd.DataFrame(rows, columns=["chapter", "step", "key", *_FACTS, "mib"])
    return table.sort_values("created", kind="stable", ignore_index=True)


def results(table: pd.DataFrame) -> pd.DataFrame:
    """An inventory with each result once, under the chapter that comes first in the table."""
    return table.drop_duplicates(["step", "key"])


def totals(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Each result counted once, by `chapter` or `step`: results, minutes of computing, median seconds, MiB of memory.

    What several chapters use counts for the one that comes first in the table. Minutes of a result that was resumed
    are those since it was resumed.
    """
    groups = results(table).groupby(by, sort=False)
    sums = groups.agg(
        results=("key", "size"),
        memory=("peak_memory_mib", "max"),
        median=("seconds", "median"),
        disk=("mib", "sum"),
        seconds=("seconds", "sum"),
    )
    return sums.assign(minutes=sums.pop("seconds") / 60).reset_index()

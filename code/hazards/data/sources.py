"""Where the data set of a profile comes from: rendered into the store, or the real one on disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hazards.data.errors import DataSetError
from hazards.data.layout import DataSet
from hazards.labels import STREETHAZARDS, LabelSet
from hazards.profiles import Profile
from hazards.store import is_stating, step, workdir
from hazards.world.build import build


@step(name="world")
def embedded_world(
    native: tuple[int, int], images: tuple[int, int, int], seed: int = 0, workers: int | None = None
) -> dict[str, Any]:
    """Render the embedded world of `images` train, val and test images at height and width `native`.

    An interrupted rendering continues with the images that are missing.
    """
    counts = dict(zip(("train", "val", "test"), images, strict=True))
    build(workdir() / "files", height=native[0], width=native[1], counts=counts, seed=seed, workers=workers)
    return {"counts": counts, "height": native[0], "width": native[1], "seed": seed}


def current_data_set(profile: Profile) -> DataSet:
    """The data set that `profile`, see `profiles.current`, asks for; the embedded world is rendered if it is not there.

    While results are only stated, it need not be there, see `context.stating`.

    Raises:
        DataSetError: where the profile wants a data set on disk and ``HAZARDS_DATA`` does not name its folder.
    """
    if profile.world:
        entry = embedded_world(profile.native, profile.images)
        return DataSet(entry.path / "files", key=entry.key)
    root = os.environ.get("HAZARDS_DATA")
    if not root and is_stating():
        return DataSet(Path("StreetHazards"), key="not there yet")
    if not root:
        raise DataSetError(
            f"profile {profile.name!r} needs the real data set: set HAZARDS_DATA to the folder that holds "
            "train/ and test/; `hazards download FOLDER` fills one"
        )
    return DataSet(Path(root))


def described(profile: Profile) -> str:
    """One line for people: which data, where they are, and which profile."""
    height, width = profile.size
    sizes = (
        f"profile {profile.name}: networks see {width}×{height} pixels, {profile.epochs} epochs, {profile.replicates}"
    )
    root = os.environ.get("HAZARDS_DATA")
    if profile.world:
        return f"{sizes}; data: the embedded world"
    return f"{sizes}; data: {os.path.abspath(root) if root else 'StreetHazards, which is not here'}"


def current_labels(profile: Profile) -> LabelSet:
    """The labels of that data set, without rendering one; StreetHazards' where no folder is named."""
    root = os.environ.get("HAZARDS_DATA")
    return STREETHAZARDS if profile.world or not root else DataSet(Path(root)).labels

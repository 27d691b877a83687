"""Whether a data set on disk is whole: its lists, and every image and label map, each read as it will be in use.

hazards verify ROOT          # everything
hazards verify ROOT --quick  # all lists and the names of all files, the content of some
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hazards.data.decoding import open_picture
from hazards.data.errors import DataSetError, NoDataSetError
from hazards.data.files import rgb
from hazards.data.layout import DataSet, Sample
from hazards.messages import tracked
from hazards.profiles import FULL_SIZE

QUICK = 50
"""Samples of each split that a quick look reads."""
_PER_PROCESS = 64
"""Samples for which it pays to start a process."""
_PICTURES = {".png", ".jpg", ".jpeg"}


@dataclass(frozen=True)
class Report:
    """What was found.

    Args:
        table: one row a split: images (in its list), read (how many of them), size (width×height) and mode of the
            images, labels not seen, and problems.
        problems: one line each, which names the file.
        notes: lines about what is no problem but good to know.
    """

    table: pd.DataFrame
    problems: list[str]
    notes: list[str]


@dataclass(frozen=True)
class _Content:
    """What a sample's files hold, as far as they could be read.

    Args:
        problems: one line each.
        image: its path, and the hash of its file's content.
        size: of the image, width×height.
        mode: of the image, Pillow's.
        labels: that occur in the label map.
    """

    problems: list[str]
    image: tuple[Path, str] | None
    size: str
    mode: str
    labels: frozenset[int]


def verify(root: Path, quick: bool = False) -> Report:
    """Check a data set: lists, missing and unlisted files, damage, sizes, values of labels, images that are alike.

    Two images of one content are a problem if they are of two splits, as networks are then judged on what they were
    trained on; within a split, where the camera may have stood still, they are noted.

    Args:
        quick: whether only `QUICK` samples of each split are read, evenly spread.

    Raises:
        DataSetError: where there is no such folder, and where its ``labels.toml`` does not say what labels it has.
    """
    if not root.is_dir():
        raise NoDataSetError(f"no data set at {root}: no such folder")
    data = DataSet(root)
    names = data.labels.names
    problems: dict[str, list[str]] = {split: [] for split in (*DataSet.SPLITS, "")}
    samples: dict[str, list[Sample]] = {split: [] for split in DataSet.SPLITS}
    for split in samples:
        with _noted(problems[split]):
            samples[split] = data.split(split)
    present = {path for path in root.rglob("*") if path.suffix.lower() in _PICTURES and path.name[0] != "."}
    for split, listed in samples.items():
        lost = [path for path in _files(listed) if path not in present]
        problems[split] += [f"{path} is missing, though its data set's list names it" for path in lost]
    problems[""] += _listed_twice(samples.values())
    if all(samples.values()):
        unlisted = present.difference(*map(_files, samples.values()))
        problems[""] += [f"{path} is in no list" for path in sorted(unlisted)]
    contents = _read_all(samples, present, quick)
    for split, read in contents.items():
        problems[split] += [line for content in read for line in content.problems]
    between, within = _alike(contents)
    problems[""] += between
    notes = within
    if tuple(map(len, samples.values())) != FULL_SIZE:
        sizes = " / ".join(f"{count:,}" for count in FULL_SIZE)
        notes = [f"not the full StreetHazards, which has {sizes} images", *within]
    rows = [_row(split, len(samples[split]), contents[split], len(problems[split]), names) for split in samples]
    return Report(pd.DataFrame(rows), [line for lines in problems.values() for line in lines], notes)


@contextmanager
def _noted(problems: list[str]) -> Iterator[None]:
    """Whatever cannot be read meanwhile becomes a problem."""
    try:
        yield
    except DataSetError as error:
        problems.append(str(error))


def _files(samples: Iterable[Sample]) -> list[Path]:
    return [path for sample in samples for path in (sample.image, sample.labels)]


def _listed_twice(splits: Iterable[list[Sample]]) -> list[str]:
    counts = Counter(path for listed in splits for path in _files(listed))
    return [f"{path} is listed {count} times" for path, count in counts.items() if count > 1]


def _read_all(samples: dict[str, list[Sample]], present: set[Path], quick: bool) -> dict[str, list[_Content]]:
    """Contents by split of the samples whose files are present, read by as many processes as there are cores."""
    from joblib.externals import loky  # as in parallel.py: joblib's own front end cannot share its processes

    jobs = []
    for split, listed in samples.items():
        whole = [sample for sample in listed if {sample.image, sample.labels} <= present]
        count = min(QUICK, len(whole)) if quick else len(whole)
        jobs += [(split, whole[index * len(whole) // count]) for index in range(count)]
    workers = max(1, min(os.cpu_count() or 1, len(jobs) // _PER_PROCESS))
    contents: dict[str, list[_Content]] = {split: [] for split in samples}
    results = map(_read, jobs) if workers == 1 else loky.get_reusable_executor(workers).map(_read, jobs)
    for (split, _), content in tracked(zip(jobs, results, strict=True), len(jobs), "reading"):
        contents[split].append(content)
    return contents


def _read(job: tuple[str, Sample]) -> _Content:
    """Read a sample, given with its split."""
    split, sample = job
    problems: list[str] = []
    names, anomaly = sample.label_set.names, sample.label_set.anomaly
    content, size, mode, seen = None, "", "", frozenset[int]()
    with _noted(problems):
        picture = open_picture(sample.image)
        image = rgb(picture)
        size = f"{image.shape[1]}×{image.shape[0]}"
        mode = picture.header.mode
        content = sample.image, hashlib.sha256(picture.data).hexdigest()
    with _noted(problems):
        labels = sample.read_labels()
        seen = frozenset(label for label in range(len(names)) if (labels == label).any())
    if not problems:
        with _noted(problems):
            sample.require_one_size(image, labels)
    if split != "test" and anomaly in seen:
        problems.append(f"{sample.labels} holds the label {names[anomaly]}, which only the test split may have")
    return _Content(problems, content, size, mode, seen)


def _alike(contents: dict[str, list[_Content]]) -> tuple[list[str], list[str]]:
    """Lines about images of one content: in different splits, and within one."""
    places: dict[str, dict[Path, str]] = defaultdict(dict)
    for split, read in contents.items():
        for content in read:
            if content.image:
                path, digest = content.image
                places[digest][path] = split
    between: list[str] = []
    within: list[str] = []
    for alike in places.values():
        (first, split), *others = alike.items()
        for path, other in others:
            lines = within if other == split else between
            lines.append(f"{path} ({other}) has the content of {first} ({split})")
    return between, within


def _row(
    split: str, listed: int, contents: list[_Content], problems: int, names: tuple[str, ...]
) -> dict[str, str | int]:
    seen = set[int]().union(*(content.labels for content in contents))
    return {
        "split": split,
        "images": listed,
        "read": len(contents),
        "size": _counted(content.size for content in contents),
        "mode": _counted(content.mode for content in contents),
        "labels not seen": ", ".join(name for label, name in enumerate(names) if label not in seen) or "none",
        "problems": problems,
    }


def _counted(values: Iterable[str]) -> str:
    """A value that all share, or all with their numbers: ``1280×720``, ``RGB (5124), L (1)``."""
    counts = Counter(value for value in values if value).most_common()
    return ", ".join(value if len(counts) == 1 else f"{value} ({count})" for value, count in counts) or "unknown"

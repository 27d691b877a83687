"""Whether a data set on disk is whole: its lists, and every image and label map, each read as it will be in use.

What is not there, or is in no list, is summed up; whatever else is there is read all the same.

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

import numpy as np
import pandas as pd

from hazards.data.decoding import SUFFIXES, open_picture
from hazards.data.errors import DataSetError, NoDataSetError
from hazards.data.files import rgb
from hazards.data.layout import DataSet, Sample
from hazards.labels import NO_LABEL, LabelSet
from hazards.messages import tracked
from hazards.profiles import FULL_SIZE

QUICK = 50
"""Samples of each split that a quick look reads."""
_PER_PROCESS = 64
"""Samples for which it pays to start a process."""
_NAMED = 3
"""Files that lack the same that are named one by one."""


@dataclass(frozen=True)
class Report:
    """What was found.

    Args:
        table: one row a split: images (in its list), read (how many of them or of their label maps), size
            (width×height) and mode of the images, labels not seen, and problems.
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
        labels: that occur in the label map; None where it was not read.
    """

    problems: list[str]
    image: tuple[Path, str] | None
    size: str
    mode: str
    labels: frozenset[int] | None


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
    present = {path for listed in samples.values() for path in _files(listed) if path.is_file()}
    for split, listed in samples.items():
        for kind in ("image", "label map"):
            paths = [sample.image if kind == "image" else sample.labels for sample in listed]
            lost = [path for path in paths if path not in present]
            problems[split] += _summed(lost, "missing, though its data set's list names it", f"{kind}s of {split}")
    problems[""] += _listed_twice(samples.values())
    if all(samples.values()):
        problems[""] += _summed(_unlisted(root, present), "in no list", "pictures")
    contents = _read_all(samples, present, quick)
    for split, read in contents.items():
        problems[split] += [line for content in read for line in content.problems]
    problems["train"] += _nothing_to_learn(contents["train"], data.labels.known)
    between, within = _alike(contents)
    problems[""] += between
    notes = [*_anomalies_in_training(contents, data.labels), *within]
    if tuple(map(len, samples.values())) != FULL_SIZE:
        sizes = " / ".join(f"{count:,}" for count in FULL_SIZE)
        notes = [f"not the full StreetHazards, which has {sizes} images", *notes]
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


def _summed(paths: list[Path], what: str, kind: str) -> list[str]:
    """Lines about files that are all `what`: one each for a few, one for many."""
    if len(paths) <= _NAMED:
        return [f"{path} is {what}" for path in paths]
    return [f"{len(paths):,} {kind}: each is {what}; the first is {paths[0]}"]


def _unlisted(root: Path, listed: Iterable[Path]) -> list[Path]:
    """Pictures under a folder that no list names, by whatever links; hidden files and folders do not count."""
    known = {os.path.realpath(path) for path in listed}
    visited: set[str] = set()
    unlisted = []
    for folder, folders, names in os.walk(root, followlinks=True):
        visited.add(os.path.realpath(folder))
        folders[:] = [name for name in sorted(folders) if not _is_hidden(name)]
        folders[:] = [name for name in folders if os.path.realpath(os.path.join(folder, name)) not in visited]
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix.lower() in SUFFIXES and not _is_hidden(name) and os.path.realpath(path) not in known:
                unlisted.append(path)
    return sorted(unlisted)


def _is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is of a file manager or an archiver, such as ``._1.png``."""
    return name.startswith(".") or name == "__MACOSX"


def _nothing_to_learn(contents: list[_Content], known: int) -> list[str]:
    """A line where label maps were read and hold no known label."""
    seen = [content.labels for content in contents if content.labels is not None]
    if not seen or any(label < known for labels in seen for label in labels):
        return []
    return ["no label map of train that was read holds a known label: nothing can be learned"]


def _anomalies_in_training(contents: dict[str, list[_Content]], label_set: LabelSet) -> list[str]:
    """Lines about label maps of other splits than test that hold the anomaly."""
    lines = []
    for split in ("train", "val"):
        count = sum(label_set.anomaly in (content.labels or ()) for content in contents[split])
        if count:
            name = label_set.names[label_set.anomaly]
            lines.append(
                f"the anomaly, {name}, is in {count:,} label maps of {split}: it teaches and counts nothing there"
            )
    return lines


def _read_all(samples: dict[str, list[Sample]], present: set[Path], quick: bool) -> dict[str, list[_Content]]:
    """Contents by split of the samples of which a file is present, read by as many processes as there are cores."""
    from joblib.externals import loky  # as in parallel.py: joblib's own front end cannot share its processes

    jobs: list[Sample] = []
    splits: list[str] = []
    for split, listed in samples.items():
        there = [sample for sample in listed if {sample.image, sample.labels} & present]
        count = min(QUICK, len(there)) if quick else len(there)
        jobs += [there[index * len(there) // count] for index in range(count)]
        splits += [split] * count
    workers = max(1, min(os.cpu_count() or 1, len(jobs) // _PER_PROCESS))
    contents: dict[str, list[_Content]] = {split: [] for split in samples}
    results = map(_read, jobs) if workers == 1 else loky.get_reusable_executor(workers).map(_read, jobs)
    for split, content in tracked(zip(splits, results, strict=True), len(jobs), "reading"):
        contents[split].append(content)
    return contents


def _read(sample: Sample) -> _Content:
    """Read what is there of a sample."""
    problems: list[str] = []
    image, labels = None, None
    content, size, mode, seen = None, "", "", None
    with _noted(problems):
        if sample.image.is_file():
            picture = open_picture(sample.image)
            image = rgb(picture)
            size = f"{image.shape[1]}×{image.shape[0]}"
            mode = picture.header.mode
            content = sample.image, hashlib.sha256(picture.data).hexdigest()
    with _noted(problems):
        if sample.labels.is_file():
            labels = sample.read_labels()
            seen = frozenset(np.unique(labels).tolist()) - {NO_LABEL}
    if image is not None and labels is not None:
        with _noted(problems):
            sample.require_one_size(image, labels)
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
    seen = set[int]().union(*(content.labels or () for content in contents))
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

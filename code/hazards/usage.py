"""Which results are in use, what may go, and why a result was computed again."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hazards import entries, locks, profiles, values
from hazards.entries import DamagedError, StoreError, read_json, root


class Record(NamedTuple):
    """What a chapter was made from and what it left: results of the store, and files by their paths."""

    chapter: str
    sources: str
    results: set[str]
    files: set[str]


_recordings: list[Record] = []
_note: Callable[[Any], None] | None = None
_SEED = "config", "seed"


@contextlib.contextmanager
def stating(note: Callable[[Any], None]) -> Iterator[None]:
    """Meanwhile no result is computed: each call that is run is noted, and the result that is missing has no value.

    To ask for such a value raises MissingError, see `entries.Missing`.
    """
    global _note
    _note = note
    try:
        yield
    finally:
        _note = None


def is_stating() -> bool:
    """Whether results are asked for without computing any, see `stating`."""
    return _note is not None


def state(call: Any) -> None:
    """Note a call whose result was asked for while results are only stated."""
    assert _note is not None
    _note(call)


def touch(result_id: str) -> None:
    """Note that a result was asked for."""
    for record in _recordings:
        record.results.add(result_id)


@contextlib.contextmanager
def recording(chapter: str, sources: str = "") -> Iterator[Record]:
    """Record what a chapter uses, in ``.used/<profile>/<chapter>.json``; nothing new if the chapter fails.

    It is not current before `complete` is called.

    Args:
        chapter: its name.
        sources: hash of the text and code that it is made from.
    """
    with contextlib.suppress(DamagedError):  # from now on its files are of two makings
        path = _record_path(chapter)
        _write(path, _read(path) | {"sources": ""})
    record = Record(chapter, sources, set(), set())
    _recordings.append(record)
    try:
        yield record
    finally:
        _recordings.remove(record)
    _save(record, "")


def complete(record: Record, sources: str) -> None:
    """Note that all files of a chapter are written; `sources` as in `recording`, where a change meanwhile shows."""
    _save(record, record.sources if sources == record.sources else "")


def is_current(chapter: str, sources: str) -> bool:
    """Whether a chapter made from these sources has left all its results and files, and they are still there."""
    try:
        record = _read(_record_path(chapter))
    except DamagedError:
        return False
    return (
        record["sources"] == sources
        and all(Path(file).exists() and Path(file).stat().st_size for file in record["files"])
        and all(entries.find(*result.split("/")) for result in record["results"])
    )


def used(step: str) -> list[str]:
    """Results of a step that the chapters used when they last ran with the present profile."""
    return sorted({name for results in by_chapter().values() for name in results if name.startswith(f"{step}/")})


def by_chapter() -> dict[str, list[str]]:
    """The results that each chapter used when it last ran with the present profile, by its name."""
    records = sorted(_record_path("").parent.glob("*.json"))
    return {path.stem: _read(path)["results"] for path in records}


def forget_all_but(chapters: Collection[str]) -> None:
    """Forget what other chapters used with the present profile: they were renamed, or left the book."""
    for path in _record_path("").parent.glob("*.json"):
        if path.stem not in chapters:
            path.unlink(missing_ok=True)


def _record_path(chapter: str) -> Path:
    return root() / ".used" / profiles.current().name / f"{chapter}.json"


def _read(path: Path) -> dict[str, Any]:
    """A chapter's record. Raises DamagedError where there is none."""
    record = read_json(path)
    if not isinstance(record, dict) or record.keys() != {"sources", "results", "files"}:
        raise DamagedError(f"{path} is no record of a chapter: remove it and build the report again")
    return record


def _save(record: Record, sources: str) -> None:
    parts = {"sources": sources, "results": sorted(record.results), "files": sorted(record.files)}
    _write(_record_path(record.chapter), parts)


def _write(path: Path, record: dict[str, Any]) -> None:
    draft = path.with_suffix(f".{os.getpid()}")
    entries.write_file(draft, values.to_json(record))
    draft.replace(path)


class Garbage(NamedTuple):
    """What ``gc`` removes: paths inside the store, and their size in MiB."""

    paths: list[str]
    mib: float


def gc(delete: bool = False) -> Garbage:
    """List, and with ``delete`` remove, the results that no chapter uses, and leftovers of finished work.

    A result is used if a chapter's record names it or if a used one was computed from it. Raises StoreError where
    no chapter has recorded anything, and while results are being computed.
    """
    from hazards import slurm  # with all that runs jobs: to see that a chapter is current should take no time

    ledgers = sorted((root() / ".used").rglob("*.json"))
    if not ledgers:
        raise StoreError(f"no chapter has recorded what it uses in {root()}; build the report once, then collect")
    for path in (root() / ".work").glob("*/*.lock"):
        holder = locks.owner(path)
        if holder and not locks.is_dead(holder):
            raise StoreError(f"process {holder['pid']} is computing {path.parent.name}/{path.stem}; try again later")
    used = with_inputs({name for ledger in ledgers for name in _read(ledger)["results"]})
    garbage = list((root() / ".damaged").glob("*/*"))
    for step in root().iterdir():
        if step.is_dir() and not step.name.startswith("."):
            unused = [path for path in step.iterdir() if f"{step.name}/{path.name}" not in used]
            garbage += [path for path in unused if not _came_with_project(path)]
    for path in (root() / ".work").glob("*/*"):
        if ".lock" in path.name or (root() / path.parent.name / path.name).exists():
            garbage.append(path)
    garbage += slurm.leftovers()
    size = sum(_size(path) for path in garbage)
    if delete:
        for path in garbage:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return Garbage(sorted(str(path.relative_to(root())) for path in garbage), size / 2**20)


def _came_with_project(path: Path) -> bool:
    """Whether a result came with the project: once removed it would not come back, see shipped.py."""
    with contextlib.suppress(DamagedError):
        return entries.Entry(path.parent.name, path.name, path).withheld is not None
    return False


def with_inputs(used: set[str]) -> set[str]:
    """These results and all that they were computed from."""
    todo, found = list(used), set()
    while todo:
        name = todo.pop()
        path = root() / name / "key.json"
        if name not in found and path.exists():
            todo += read_json(path)["inputs"]
        found.add(name)
    return found


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(item.lstat().st_size for item in files if not item.is_dir())


def why(step: str) -> str:
    """What changed in the key between a step's latest or pending result and the most similar earlier one.

    Of its own seed, where there are some: that of another seed is always similar, and says nothing of the change.
    """
    found = {}
    for folder in (root() / ".work" / step, root() / step):
        for path in folder.glob("*/key.json"):
            found[path.parent.name] = read_json(path)
    if not found:
        return f"{step}: no result yet"
    *earlier, latest = sorted(found, key=lambda key: found[key]["created"])
    if not earlier:
        return f"{step} {latest}: the first result of this name, nothing to compare"
    parts = {key: _flat(found[key]) for key in found}
    own_seed = [key for key in earlier if parts[key].get(_SEED) == parts[latest].get(_SEED)]
    earlier = own_seed or earlier
    changes = {key: _changes(parts[key], parts[latest]) for key in earlier}
    nearest = min(reversed(earlier), key=lambda key: len(changes[key]))
    state = "" if (root() / step / latest).exists() else " (not finished)"
    lines = [f"{step} {latest}{state}, compared with {nearest} of {found[nearest]['created'][:19]}:"]
    return "\n".join([*lines, *(f"  {change}" for change in changes[nearest])])


def _flat(key: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """A key's parts on one level: ("config", dotted name), ("input", ...) or ("code", ...) to a plain value."""
    flat: dict[tuple[str, str], Any] = {("code", name): code for name, code in key["code"].items()}

    def visit(value: Any, name: str) -> None:
        if isinstance(value, dict) and "@result" in value:
            flat["input", name] = value["@result"]
        elif isinstance(value, (dict, list)) and value:
            for inner, item in value.items() if isinstance(value, dict) else enumerate(value):
                if inner != "code" or ("@function" not in value and "@class" not in value):  # listed as code
                    visit(item, ".".join(part for part in (name, str(inner)) if part and part[0] != "@"))
        else:
            flat["config", name] = value

    visit(key["config"], "")
    return flat


def _changes(old: dict[tuple[str, str], Any], new: dict[tuple[str, str], Any]) -> list[str]:
    lines = []
    for part in sorted(old.keys() | new.keys()):
        before, after = old.get(part, "(none)"), new.get(part, "(none)")
        if json.dumps(before) != json.dumps(after):
            kind, name = part
            if kind == "code":
                state = "added" if part not in old else "removed" if part not in new else "changed"
                lines.append(f"code of {name} {state}")
            else:
                lines.append(f"{kind} {name} {before} -> {after}")
    return lines

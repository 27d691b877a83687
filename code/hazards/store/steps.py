"""Results by content: each is computed once and found again by what it depends on.

    @step
    def train(recipe, data, seed, device="cpu"): ...

    call = train.call(recipe, data, seed=0)   # lazy: call.key and call.config are known without computing
    entry = train(recipe, data, seed=0)       # computed, or loaded if it is there: entry.value, entry.path

The key covers the step's name, every argument with defaults, the keys of the results given as arguments, and the
code (see keys). The directory is described in checkpoints/README.md.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, overload

from hazards.store import chapter_records, entries, formats, provenance, shipped
from hazards.store.context import NOTE, RUNNER, WORKDIR, set_to
from hazards.store.entries import DamagedError, Entry, Missing, StoreError, WithheldError, root
from hazards.store.keys import digest, fingerprint
from hazards.store.locks import lock

_CODE = "(code)"


@overload
def step(function: Callable[..., Any], /) -> Step: ...
@overload
def step(
    *, name: str | None = None, ignore: tuple[str, ...] = ("device", "workers"), collective: bool = False
) -> Callable[..., Step]: ...
def step(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    ignore: tuple[str, ...] = ("device", "workers"),
    collective: bool = False,
) -> Any:
    """Make a function a step, whose results are kept.

    Args:
        ignore: names of arguments that do not change a result.
        collective: whether it lets several processes compute together, where there are several; see data_parallel.py.
    """
    if function is None:
        return functools.partial(Step, name=name, ignore=ignore, collective=collective)
    return Step(function, name, ignore, collective)


class Step:
    """A function whose results are kept; calling it computes or loads one."""

    def __init__(
        self, function: Callable[..., Any], name: str | None, ignore: tuple[str, ...], collective: bool
    ) -> None:
        functools.update_wrapper(self, function)
        self.function, self.collective = function, collective
        self.name, self.ignore = name or function.__name__, ignore
        if not re.fullmatch(r"\w[\w-]*", self.name):
            raise StoreError(f"{self.name!r} cannot name a step; use letters, digits, - and _")
        self.signature = inspect.signature(function)

    def call(self, *args: Any, **kwargs: Any) -> Call:
        """The result that this call stands for, not computed yet."""
        return Call(self, args, kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Entry:
        return self.call(*args, **kwargs).run()

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Pickle by name where the name leads here, so that workers import it; a chapter's step travels whole."""
        module = self.function.__module__
        if module != "__main__" and getattr(sys.modules.get(module), self.function.__qualname__, None) is self:
            return self.function.__qualname__
        return super().__reduce_ex__(protocol)


class Call:
    """A call of a step: its arguments with defaults, its key, and its configuration as JSON."""

    _whole = False

    def __init__(self, step: Step, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.step, self.collective = step.name, step.collective
        self._function = step
        try:
            self.arguments = step.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{step.name}: {error}") from None
        self.arguments.apply_defaults()
        counted = {name: value for name, value in self.arguments.arguments.items() if name not in step.ignore}
        parts = {**counted, _CODE: [step.function, formats.encode, formats.decode]}
        self.config: dict[str, Any]
        self.code: dict[str, str]
        self.config, self._counted, self.code = fingerprint(parts, f"step {step.name}, argument")
        del self.config[_CODE], self._counted[_CODE]
        self.key = digest([step.name, self._counted, self.code])

    def __repr__(self) -> str:
        return f"Call({self.result_id})"

    @property
    def result_id(self) -> str:
        """``<step>/<key>``, by which other results refer to this one."""
        return f"{self.step}/{self.key}"

    @functools.cached_property
    def inputs(self) -> list[Call | Entry]:
        """Calls and entries among the arguments, also inside lists, tuples, dicts and dataclasses."""
        return [item for value in self.arguments.arguments.values() for item in _results(value)]

    @property
    def needed(self) -> list[Call]:
        """The calls that give the inputs, weights and all."""
        calls = [item if isinstance(item, Call) else item.call for item in self.inputs]
        return [call.whole() for call in calls if call]

    @property
    def label(self) -> str:
        """One short line for people: step, start of the key, and the plain arguments."""
        plain = {name: item for name, item in self.config.items() if isinstance(item, (bool, int, float, str))}
        shown = ", ".join(f"{name}={item}" for name, item in plain.items())
        return f"{self.step} {self.key[:8]}" + (f" ({shown[:80]})" if shown else "")

    def whole(self) -> Call:
        """The same call, for which a result without its weights does not count, see shipped.py."""
        call = copy.copy(self)
        call._whole = True
        return call

    def find(self) -> Entry | None:
        """The stored result, if it is there and undamaged; also one that came with the project, see shipped.py."""
        entry = entries.find(self.step, self.key)
        if not entry and shipped.unpack():
            entry = entries.find(self.step, self.key)
        if not entry or (self._whole and entry.withheld):
            return None
        return _Entry(self)

    def run(self) -> Entry:
        """Load the result, or compute it once, with its inputs, and load it; see `computed_by`."""
        entry = self.find()
        if note := NOTE.get():
            note(self)
            return entry or Missing(self)
        runner = RUNNER.get()
        if runner and not entry:
            runner(self)
        entry = entry or self._compute()
        chapter_records.touch(self.result_id)
        return entry

    def _compute(self) -> Entry:
        arguments = inspect.BoundArguments(self.arguments.signature, _run_calls(self.arguments.arguments))
        work = root() / ".work" / self.step / self.key
        entry = _Entry(self)
        with (
            entries.full_disk_says(f"computing {self.label}", entry.path),
            lock(work.with_name(f"{self.key}.lock"), self.label),
        ):
            if stored := self.find():
                return stored  # computed by another process meanwhile
            resumed = work.exists()
            work.mkdir(parents=True, exist_ok=True)
            entries.recover(entry, work / "files")
            entries.write_file(work / "key.json", formats.to_json(self._parts()))
            value, circumstances = self._execute(arguments, work)
            circumstances["resumed"] = resumed
            entry.path.parent.mkdir(parents=True, exist_ok=True)
            documents = {"config": self.config, "key": self._parts(), "provenance": circumstances}
            entries.write(entry, value, documents, work / "files")
            shutil.rmtree(work, ignore_errors=True)
        return entry

    def _execute(self, arguments: inspect.BoundArguments, work: Path) -> tuple[Any, dict[str, Any]]:
        """What the function returns, and the provenance of that."""
        provenance.reset_peak()
        began = time.perf_counter()
        with set_to(WORKDIR, work):
            try:
                value = self._function.function(*arguments.args, **arguments.kwargs)
            except Exception as error:
                error.add_note(f"in step {self.label}")
                raise
        seconds = time.perf_counter() - began
        ignored = {name: str(value) for name, value in arguments.arguments.items() if name in self._function.ignore}
        labels = provenance.labels_of(arguments.arguments)
        return value, provenance.record(seconds, ignored) | {"labels": labels}

    def _parts(self) -> dict[str, Any]:
        """The key, taken apart: what ``why`` compares."""
        inputs = [item.result_id for item in self.inputs]
        created = datetime.now(UTC).isoformat()
        return {"step": self.step, "created": created, "config": self.config, "inputs": inputs, "code": self.code}


class _Entry(Entry):
    """An entry that knows its call, and so can compute itself again if it turns out damaged."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.step, call.key, root() / call.step / call.key)
        self.call = call

    def _manifest(self) -> Any:
        return self._healed(super()._manifest)

    def _read(self, name: str) -> bytes:
        return self._healed(functools.partial(super()._read, name))

    def _healed(self, read: Callable[[], Any]) -> Any:
        """What there is to read, computed again if it is damaged or did not come with the project."""
        try:
            return read()
        except WithheldError:
            self.call.whole().run()
        except DamagedError:
            try:
                return read()  # another process may just have put a whole result in the place of this one
            except DamagedError as error:
                entries.set_aside(self, error)
                self.call.run()
        return read()


def _results(value: Any) -> Iterator[Call | Entry]:
    """Calls and entries in a value, also inside lists, tuples and dicts."""
    if isinstance(value, (Call, Entry)):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _results(item)
    elif isinstance(value, dict):
        yield from _results(list(value.values()))
    elif _is_record(value):
        yield from _results(_fields(value))


def _is_record(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _fields(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def _run_calls(value: Any) -> Any:
    """The same value with each call in it, and each entry that was missing, replaced by the entry that there is."""
    if isinstance(value, Call):
        return value.run()
    if isinstance(value, Missing):
        return value.call.run()
    if isinstance(value, dict):
        return {name: _run_calls(item) for name, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(_run_calls, value))
    if _is_record(value) and any(isinstance(result, (Call, Missing)) for result in _results(value)):
        return dataclasses.replace(value, **_run_calls(_fields(value)))
    return value

"""The command line: ``hazards --help`` lists the commands.

Each command imports what it needs when it runs, so that none waits for the others' libraries.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hazards import profiles
from hazards.errors import HazardsError, in_a_line
from hazards.options import parser
from hazards.processes import processes

if TYPE_CHECKING:
    from hazards.prediction.trained_networks import Trained


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = parser().parse_args(arguments)
    if options.profile:
        os.environ["QUARTO_PROFILE"] = options.profile
    if options.seeds:
        os.environ["HAZARDS_SEEDS"] = options.seeds
    try:
        profiles.current()
        if processes().size == 1:
            _COMMANDS[options.command](options)
        else:
            from hazards.jobs import data_parallel

            data_parallel.lead(lambda: _COMMANDS[options.command](options))
    except (HazardsError, OSError) as error:  # an OSError names the file: a full disk, a folder that is not ours
        print(f"hazards: {in_a_line(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("hazards: interrupted; what is finished is kept, and the same command goes on", file=sys.stderr)
        return 130
    return 0


def _run(options: argparse.Namespace) -> None:
    from book import chapters, execution
    from hazards.data.sources import described
    from hazards.messages import say

    paths = chapters.to_run(options.chapters)
    say(described(profiles.current()))
    if options.cold:
        os.environ["HAZARDS_SHIPPED"] = "no"
    if options.dry_run:
        _show_plan(paths)
        return
    with _place(options):
        if options.rounds:
            from book import rounds

            rounds.run(paths)
        else:
            execution.run(paths)


def _show_plan(paths: list[Path]) -> None:
    from book import planning

    plan = planning.plan(planning.state(paths))
    table = plan.table
    table.loc[len(table)] = {"chapter": "all", "step": ""} | plan.total.to_dict()
    counts = ["there", "missing"]
    print(table.astype(dict.fromkeys(counts, int)).to_string(index=False, float_format="{:.2f}".format))
    for note in plan.notes:
        print(note)


def _place(options: argparse.Namespace) -> contextlib.AbstractContextManager[None]:
    """Where the chapters' missing results are computed."""
    if options.where == "local" and not options.slurm:
        return contextlib.nullcontext()
    from hazards.jobs import slurm, workers

    if options.where == "local":
        raise slurm.SlurmError("--slurm says what jobs ask for: it needs --where slurm")
    return workers.elsewhere(slurm.Cluster(slurm.parameters(options.slurm)).compute)


def _world(options: argparse.Namespace) -> None:
    from hazards.world.build import WorldError, build

    if options.out is None:
        from hazards.data import embedded_world

        profile = profiles.current()
        print(embedded_world(profile.native, profile.images).path / "files")
        return
    try:
        width, height = (int(side) for side in options.size.split("x"))
    except ValueError:
        raise WorldError(f"--size {options.size!r} is not WIDTHxHEIGHT, for example 1280x720") from None
    counts = dict(zip(("train", "val", "test"), options.images, strict=True))
    build(options.out, height=height, width=width, counts=counts, seed=options.seed)
    print(options.out)


def _download(options: argparse.Namespace) -> None:
    from hazards.data.download import OFFICIAL, download

    try:
        data = download(options.root, options.source or OFFICIAL, options.keep)
    except KeyboardInterrupt:
        print("hazards: interrupted; what has come in is kept, and the same command goes on", file=sys.stderr)
        sys.exit(130)
    counts = ", ".join(f"{len(data.split(split))} {split}" for split in data.SPLITS)
    root = shlex.quote(str(data.root))
    print(f"{data.root} holds StreetHazards: {counts}. Next:\n  hazards verify {root}\n  export HAZARDS_DATA={root}")


def _verify(options: argparse.Namespace) -> None:
    from hazards.data import DataSetError
    from hazards.data.verify import verify

    report = verify(options.root, options.quick)
    print(report.table.to_string(index=False))
    for line in report.notes:
        print(f"note: {line}")
    for line in report.problems:
        print(line)
    if count := len(report.problems):
        raise DataSetError(f"{count} problem{'s' * (count > 1)} in the data set at {options.root}, listed above")
    print("no problem found")


def _predict(options: argparse.Namespace) -> None:
    from hazards.messages import say
    from hazards.prediction import inference, map_files, methods, pictures, pipeline

    if options.list:
        print(methods.listed().to_string(index=False, float_format="{:.2f}".format))
        return
    if not options.pictures or not options.out:
        raise inference.PredictionError("predict takes pictures and --out DIR, or --list")
    paths = pictures.find(options.pictures, map_files.places(options.out))
    predictor = pipeline.predictor(_network(options), options.method, options.threshold)
    if predictor.threshold is None:
        say("no regions without --threshold: the store has no evaluation of this network and method by this code")
    pipeline.predict(paths, predictor, options.out)
    print(options.out / "summary.json")


def _export(options: argparse.Namespace) -> None:
    from hazards.prediction.export import export

    export(_network(options), options.out)
    print(options.out)


def _network(options: argparse.Namespace) -> Trained:
    """The network that ``--network`` and ``--model`` choose; says which one it is."""
    from hazards.messages import say
    from hazards.prediction import trained_networks

    network = trained_networks.choose(options.network, options.model, options.labels)
    say(f"network: {network.description}")
    return network


def _results(options: argparse.Namespace) -> None:
    from hazards.store.inventory import inventory

    table = inventory()
    if options.step and len(table):
        steps = sorted({*table["step"]})
        if options.step not in steps:
            raise HazardsError(f"no chapter uses a result of {options.step}: there are {', '.join(steps)}")
        table = table[table["step"] == options.step]
    shown = ["chapter", "step", "key", "seconds", "peak_memory_mib", "device", "created"]
    print(table[shown].to_string(index=False) if len(table) else "no chapter has used a result yet")


def _why(options: argparse.Namespace) -> None:
    from hazards import store

    print(store.why(options.step))


def _pack(options: argparse.Namespace) -> None:
    from book import chapters, shipping

    archive = shipping.pack(chapters.to_run([]))
    print(f"{archive}: {archive.stat().st_size / 2**20:.1f} MiB")


def _check(options: argparse.Namespace) -> None:
    from book import chapters, reproduction
    from hazards.messages import say
    from hazards.store import StoreError

    seed = random.randrange(10**6) if options.seed is None else options.seed
    say(f"chosen with --seed {seed}")
    report = reproduction.check(chapters.to_run([]), options.sample, seed, options.within)
    reproduction.tell(report)
    for line in report.problems:
        print(line)
    if count := len(report.problems):
        raise StoreError(f"{count} problem{'s' * (count > 1)} in the results that come with the project, listed above")
    print("no problem found")


def _gc(options: argparse.Namespace) -> None:
    from hazards import store
    from hazards.jobs import slurm

    removed, mebibytes = store.gc(options.delete, slurm.leftovers())
    for path in removed:
        print(path)
    verb = "removed" if options.delete else "would remove (with --delete)"
    print(f"{verb} {len(removed)} results, {mebibytes:.0f} MiB")


def _doctor(options: argparse.Namespace) -> None:
    from book import doctor

    for line in doctor.lines(doctor.examine()):
        print(line)


_COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "run": _run,
    "world": _world,
    "download": _download,
    "verify": _verify,
    "predict": _predict,
    "export": _export,
    "results": _results,
    "why": _why,
    "check": _check,
    "gc": _gc,
    "doctor": _doctor,
    "pack": _pack,
}


if __name__ == "__main__":
    sys.exit(main())

"""The command line: ``hazards --help`` lists the commands.

Each command imports what it needs when it runs, so that none waits for the others' libraries.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hazards import profiles
from hazards.errors import HazardsError
from hazards.processes import processes

if TYPE_CHECKING:
    from hazards.prediction.trained_networks import Trained


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    if options.profile:
        os.environ["QUARTO_PROFILE"] = options.profile
    try:
        profiles.current()
        if processes().size == 1:
            options.command(options)
        else:
            from hazards.jobs import data_parallel

            data_parallel.lead(lambda: options.command(options))
    except (HazardsError, OSError) as error:  # an OSError names the file: a full disk, a folder that is not ours
        print(f"hazards: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hazards", description=__doc__)
    parser.add_argument("--profile", help=f"one of {', '.join(profiles.PROFILES)} (default: QUARTO_PROFILE, else mini)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(function: Callable[[argparse.Namespace], None], **texts: Any) -> argparse.ArgumentParser:
        """A parser for the command that bears the function's name."""
        added = commands.add_parser(function.__name__.removeprefix("_"), **texts)
        added.set_defaults(command=function)
        return added

    run = command(_run, help="execute chapters without rendering: fill the store, export the figures")
    run.add_argument("chapters", nargs="*", metavar="CHAPTER", help="name of a chapter, e.g. baseline (default: all)")
    run.add_argument(
        "--where", choices=("local", "slurm"), default="local", help="where missing results are computed (%(default)s)"
    )
    run.add_argument(
        "--slurm",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        help="what a job asks for, for example partition=gpu gpus_per_node=1 cpus_per_task=8 time=240 (minutes)",
    )
    run.add_argument(
        "--dry-run", action="store_true", help="compute nothing: say what is missing, and the hours and disk for it"
    )
    run.add_argument(
        "--cold", action="store_true", help="compute here, too, what came with the project (as HAZARDS_SHIPPED=no does)"
    )

    world = command(_world, help="render the embedded world, into the store or into a folder")
    world.add_argument("--out", type=Path, help="folder to write to (default: the store, at the profile's size)")
    world.add_argument("--size", default="1280x720", help="width x height in pixels, with --out (default: %(default)s)")
    world.add_argument(
        "--images", type=int, nargs=3, default=(8, 4, 8), metavar=("TRAIN", "VAL", "TEST"), help="with --out"
    )
    world.add_argument("--seed", type=int, default=0, help="with --out")

    download = command(_download, help="bring the real data set, StreetHazards, into a folder")
    download.add_argument("root", type=Path, metavar="ROOT", help="folder to hold train/ and test/")
    download.add_argument(
        "--from",
        dest="source",
        metavar="URL_OR_FOLDER",
        help="where streethazards_train.tar and streethazards_test.tar lie: a mirror, or a folder on this machine "
        "(default: their authors' server)",
    )
    download.add_argument("--keep", action="store_true", help="leave the archives in ROOT once they are unpacked")

    verify = command(_verify, help="check a data set on disk: lists, files, pixels and labels")
    verify.add_argument("root", type=Path, metavar="ROOT", help="the folder that holds train/ and test/")
    verify.add_argument("--quick", action="store_true", help="read some images of each split, not all")

    predict = command(
        _predict,
        help="segment pictures and show what fits no label",
        description="Segmentation, overlay, confidence and anomaly map of each picture, and summary.json. The network "
        "sees a picture at the size that it was trained at; the maps have the picture's own. Earlier ones in DIR "
        "are overwritten.",
    )
    predict.add_argument("pictures", nargs="*", type=Path, metavar="IMAGE", help="picture, or folder with pictures")
    predict.add_argument("--out", type=Path, metavar="DIR", help="folder to write to")
    _add_network(predict)
    predict.add_argument("--list", action="store_true", help="list the methods, what they need and what they cost")
    predict.add_argument("--method", default="max_logit", metavar="NAME", help="anomaly score (default: %(default)s)")
    predict.add_argument(
        "--threshold", type=float, help="from which a score is anomalous (default: the test split's best)"
    )

    export = command(
        _export,
        help="write a network as ONNX, compared with PyTorch, or its weights as safetensors",
        description="Both say in their metadata what the labels are. The graph takes images (batch, 3, height, width), "
        "RGB in 0–1, and gives logits (batch, labels, height, width). A large transformer takes many minutes.",
    )
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="network.onnx or network.safetensors")
    _add_network(export)

    results = command(_results, help="list the results that the chapters use, and how they came about")
    results.add_argument("step", nargs="?", help="one step alone, for example train")

    why = command(_why, help="say how the last result of a step differs from the most similar one before")
    why.add_argument("step", help="for example train")

    gc = command(_gc, help="list the results that no chapter uses, and remove them on request")
    gc.add_argument("--delete", action="store_true", help="remove them")

    command(_pack, help="put the profile's results, without weights, into an archive to ship")
    return parser


def _add_network(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--network",
        metavar="KEY|FILE",
        help="key of a training or its beginning, or a file of weights (default: the profile's best by val mIoU)",
    )
    parser.add_argument("--model", help="architecture of a file that does not say it, for example deeplabv3_mini")
    parser.add_argument(
        "--labels",
        metavar="FILE",
        help="what its labels are called: a labels.toml, or streethazards (default: it says so)",
    )


def _run(options: argparse.Namespace) -> None:
    from book import chapters, execution

    paths = chapters.to_run(options.chapters)
    if options.cold:
        os.environ["HAZARDS_SHIPPED"] = "no"
    if options.dry_run:
        _show_plan(paths)
        return
    with _place(options):
        execution.run(paths)


def _show_plan(paths: list[Path]) -> None:
    from book import planning

    table, notes = planning.plan(paths)
    total = table.drop(columns=["chapter", "step"]).sum()
    table.loc[len(table)] = {"chapter": "all", "step": ""} | total.to_dict()
    counts = ["there", "missing"]
    print(table.astype(dict.fromkeys(counts, int)).to_string(index=False, float_format="{:.2f}".format))
    for note in notes:
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
        from hazards.data import current_data_set

        print(current_data_set(profiles.current()).root)
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
    if options.step:
        table = table[table["step"] == options.step]
    shown = ["chapter", "step", "key", "seconds", "peak_memory_mib", "device", "created"]
    print(table[shown].to_string(index=False) if len(table) else "no chapter has used a result yet")


def _why(options: argparse.Namespace) -> None:
    from hazards import store

    print(store.why(options.step))


def _pack(options: argparse.Namespace) -> None:
    from hazards.store import shipped

    archive = shipped.pack()
    print(f"{archive}: {archive.stat().st_size / 2**20:.1f} MiB")


def _gc(options: argparse.Namespace) -> None:
    from hazards import store
    from hazards.jobs import slurm

    removed, mebibytes = store.gc(options.delete, slurm.leftovers())
    for path in removed:
        print(path)
    verb = "removed" if options.delete else "would remove (with --delete)"
    print(f"{verb} {len(removed)} results, {mebibytes:.0f} MiB")


if __name__ == "__main__":
    sys.exit(main())

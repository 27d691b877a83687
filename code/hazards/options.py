"""The options of the command `hazards`."""

from __future__ import annotations

import argparse
from pathlib import Path

from hazards import profiles


def parser() -> argparse.ArgumentParser:
    """The parser of the command line; ``command`` of what it gives is the command's name."""
    result = argparse.ArgumentParser(prog="hazards", description="The report's experiments from the command line.")
    result.add_argument("--profile", help=f"one of {', '.join(profiles.PROFILES)} (default: QUARTO_PROFILE, else mini)")
    result.add_argument(
        "--seeds",
        metavar="N",
        help="the first N seeds of everything (default: HAZARDS_SEEDS, else as the profile says)",
    )
    commands = result.add_subparsers(required=True, dest="command", metavar="COMMAND")

    run = commands.add_parser("run", help="execute chapters without rendering: fill the store, export the figures")
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
        "--rounds",
        action="store_true",
        help="all with one seed first, then with two, and so on: for a run of many hours",
    )
    run.add_argument(
        "--cold", action="store_true", help="compute here, too, what came with the project (as HAZARDS_SHIPPED=no does)"
    )

    world = commands.add_parser("world", help="render the embedded world, into the store or into a folder")
    world.add_argument("--out", type=Path, help="folder to write to (default: the store, at the profile's size)")
    world.add_argument("--size", default="1280x720", help="width x height in pixels, with --out (default: %(default)s)")
    world.add_argument(
        "--images", type=int, nargs=3, default=(8, 4, 8), metavar=("TRAIN", "VAL", "TEST"), help="with --out"
    )
    world.add_argument("--seed", type=int, default=0, help="with --out")

    download = commands.add_parser("download", help="bring the real data set, StreetHazards, into a folder")
    download.add_argument("root", type=Path, metavar="ROOT", help="folder to hold train/ and test/")
    download.add_argument(
        "--from",
        dest="source",
        metavar="URL_OR_FOLDER",
        help="where streethazards_train.tar and streethazards_test.tar lie: a mirror, or a folder on this machine "
        "(default: their authors' server)",
    )
    download.add_argument("--keep", action="store_true", help="leave the archives in ROOT once they are unpacked")

    verify = commands.add_parser("verify", help="check a data set on disk: lists, files, pixels and labels")
    verify.add_argument("root", type=Path, metavar="ROOT", help="the folder that holds train/ and test/")
    verify.add_argument("--quick", action="store_true", help="read some images of each split, not all")

    predict = commands.add_parser(
        "predict",
        help="segment pictures and show what fits no label",
        description="Segmentation, overlay, confidence and anomaly map of each picture, and summary.json. The network "
        "sees a picture at the size that it was trained at; the maps have the picture's own. Earlier ones in DIR "
        "are overwritten.",
    )
    predict.add_argument(
        "pictures", nargs="*", type=Path, metavar="IMAGE", help="picture, or folder with pictures, of any size"
    )
    predict.add_argument("--out", type=Path, metavar="DIR", help="folder to write to")
    _add_network(predict)
    predict.add_argument("--list", action="store_true", help="list the methods, what they need and what they cost")
    predict.add_argument("--method", default="max_logit", metavar="NAME", help="anomaly score (default: %(default)s)")
    predict.add_argument(
        "--threshold",
        type=float,
        help="score from which a pixel is anomalous (default: the best on the test split, where the store knows it)",
    )

    export = commands.add_parser(
        "export",
        help="write a network as ONNX, compared with PyTorch, or its weights as safetensors",
        description="Both say in their metadata what the labels are. The graph takes images (batch, 3, height, width), "
        "RGB in 0–1, and gives logits (batch, labels, height, width). A large transformer takes many minutes.",
    )
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="network.onnx or network.safetensors")
    _add_network(export)

    results = commands.add_parser("results", help="list the results that the chapters use, and how they came about")
    results.add_argument("step", nargs="?", help="one step alone, for example train")

    why = commands.add_parser("why", help="say how the last result of a step differs from the most similar one before")
    why.add_argument("step", help="for example train")

    gc = commands.add_parser("gc", help="list the results that no chapter uses, and remove them on request")
    gc.add_argument("--delete", action="store_true", help="remove them")

    check = commands.add_parser(
        "check",
        help="compare the results that came with the project with what chapters ask for, and compute some again",
        description="Fails where a result is missing or superfluous, and where one that is computed again differs from "
        "what a processor of the same family made. Computes in a store apart.",
    )
    check.add_argument("--sample", type=int, default=1, metavar="N", help="results to compute again (%(default)s)")
    check.add_argument("--seed", type=int, metavar="S", help="of the choice (default: another one each time)")
    check.add_argument(
        "--within",
        type=float,
        default=float("inf"),
        metavar="MINUTES",
        help="choose among results that took at most so long, with what they need",
    )

    commands.add_parser("doctor", help="say what is there on this machine, what is missing, and what each gap costs")
    commands.add_parser("pack", help="put the profile's results, without weights, into an archive to ship")
    return result


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

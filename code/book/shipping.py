"""Which results come with the project: those that the chapters ask for, with few seeds and with all of the profile."""

from __future__ import annotations

from pathlib import Path

from book import planning, quoting
from book.parsing import BookError
from book.planning import Stated
from hazards import profiles
from hazards.messages import say
from hazards.store import shipped, stating
from hazards.store.entries import Entry

_NETWORK = "baseline"
"""The chapter, and its recipe, whose best network comes with its weights."""


def asked(paths: list[Path]) -> list[Stated]:
    """The results that chapters ask for with few seeds and with all, those of all seeds first; each once."""
    stated = planning.state(paths)
    most = profiles.current().seeds
    if most > profiles.FEW_SEEDS:  # results are one a seed, but for a few
        with profiles.with_seeds(profiles.FEW_SEEDS):
            stated += planning.state(paths)
    return list({result.call.result_id: result for result in reversed(stated)}.values())[::-1]


def pack(paths: list[Path]) -> Path:
    """Pack what chapters ask for and is there: all that is finished of a run that still goes on; says what is missing.

    Raises:
        StoreError: where nothing is there.
    """
    stated = asked(paths)
    network = best_network(stated)
    archive = shipped.pack([result.call.result_id for result in stated if result.entry], network)
    lacking = planning.plan([result for result in stated if result.call.step not in shipped.LOCAL]).total
    if lacking["missing"]:
        say(f"{lacking['missing']:.0f} results are still missing, about {lacking['hours']:.1f} hours of one core")
    say(f"with the weights of {network}" if network else "without weights: those of the best baseline are not here")
    return archive


def best_network(stated: list[Stated]) -> str:
    """The training by the recipe of the baseline with the highest last val mIoU, where its weights are here."""
    try:
        with stating(lambda call: None):
            recipe = quoting.variables(_NETWORK)[_NETWORK]
    except (BookError, KeyError):  # a book without a baseline
        return ""
    trainings = [
        entry
        for _, call, entry in stated
        if entry and call.step == "train" and call.arguments.arguments["recipe"] == recipe
    ]
    best = max(trainings, key=_val_miou, default=None)
    return best.result_id if best and not best.withheld else ""


def _val_miou(training: Entry) -> float:
    """The last val mIoU of a training, 0–1."""
    return float(training.value["log"]["val_miou"].dropna().iloc[-1])

"""What the chapter on architectures concludes: which network is ahead, in segmentation and in finding hazards."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from hazards.profiles import Profile
from hazards.prose import NOTHING, share
from hazards.studies import tables
from hazards.studies.claims import Finding
from hazards.studies.differences import gain
from hazards.studies.experiment import Study
from hazards.studies.verdicts import Interval, Verdict, all_of, met

_FIRST = "DeepLabV3"
_TRANSFORMERS = ("SegFormer", "Hiera")
_SMALL_BATCH = "SegFormer, batch of 1"
_DISCARDED = 0.715
"""Share of the pixels that the log says are discarded from 1280×720 to 512×512."""


@dataclass(frozen=True)
class Conclusions:
    """What the networks show, compared with DeepLabV3.

    Args:
        means: mean val mIoU of each family, 0–1, the best first.
        grid: see `tables.anomaly_grid`; `best` and `purest` are its rows with the highest AUROC and AUPR.
        spread: by how much the mean AUROC differs between networks and between scores, in points, the larger last.
        deeper, decoder: gains in val mIoU of the deeper network and of DeepLabV3+.
        over: DeepLabV3 minus each transformer, val mIoU.
        gap: gap between train and val of each transformer minus that of DeepLabV3.
        small_batch, falls: SegFormer with one image a step minus that with more: val mIoU, and falls of val mIoU.
        convolutions, unstable: verdicts on convolutions being ahead of both, and on a batch of one.
        findings: by claim.
        texts: sentences, by what they are about.
    """

    means: pd.Series
    grid: pd.DataFrame
    best: pd.Series
    purest: pd.Series
    spread: pd.Series
    deeper: Interval
    decoder: Interval
    over: dict[str, Interval]
    gap: dict[str, Interval]
    small_batch: Interval
    falls: Interval
    convolutions: Verdict
    unstable: Verdict
    findings: dict[str, Finding]
    texts: dict[str, str]


def conclude(networks: Study, families: Collection[str], profile: Profile) -> Conclusions:
    """Compare networks, trained alike, with DeepLabV3, and SegFormer with itself at a batch of one image.

    Args:
        families: recipes that are ranked, each with another network.
    """
    summary, trainings, grid = networks.summary, tables.trainings(networks), tables.anomaly_grid(networks)
    means = summary.query("split == 'val'").groupby("recipe")["miou"].mean()[list(families)]
    deeper = gain(summary, "miou", of="DeepLabV3, deeper", over=_FIRST)
    decoder = gain(summary, "miou", of="DeepLabV3+", over=_FIRST)
    over = {name: gain(summary, "miou", of=_FIRST, over=name) for name in _TRANSFORMERS}
    gap = {name: gain(trainings, "gap", of=name, over=_FIRST) for name in _TRANSFORMERS}
    convolutions = all_of(difference.verdict() for difference in over.values())
    falls = gain(trainings, "falls", of=_SMALL_BATCH, over="SegFormer")
    fell = trainings[trainings["recipe"].str.startswith("SegFormer")]["falls"].any()
    unstable: Verdict = falls.verdict() if fell else "undecided"
    fallen = f"{falls.text()} points of falls" if fell else "val mIoU never fell in a training"
    ahead = f"{over['SegFormer'].text()} points over SegFormer, {over['Hiera'].text()} over Hiera"
    return Conclusions(
        means=means.sort_values(ascending=False),
        grid=grid,
        best=grid.loc[grid["auroc"].idxmax()],
        purest=grid.loc[grid["aupr"].idxmax()],
        spread=pd.Series({axis: _range(grid, axis) for axis in ("network", "score")}).sort_values(kind="stable"),
        deeper=deeper,
        decoder=decoder,
        over=over,
        gap=gap,
        small_batch=gain(summary, "miou", of=_SMALL_BATCH, over="SegFormer"),
        falls=falls,
        convolutions=convolutions,
        unstable=unstable,
        findings={
            "C06": Finding(f"{deeper.text()} points of val mIoU", deeper.no_gain()),
            "C09": Finding(f"{gap['Hiera'].text()} points of gap", gap["Hiera"].verdict()),
            "C10": Finding(f"{gap['SegFormer'].text()} points of gap", gap["SegFormer"].verdict()),
            "C11": Finding(ahead, convolutions),
            "C12": Finding(fallen, unstable),
        },
        texts=_on_profile(profile)
        | {
            "decoder": decoder.say(
                "it is worth having.",
                "it does not help here.",
                "whether it helps cannot be told from so few seeds.",
            ),
            "falls": NOTHING if fell else "In no training did val mIoU ever fall, so there is nothing to decide from.",
        },
    )


def _range(grid: pd.DataFrame, axis: str) -> float:
    """Highest minus lowest mean AUROC along an axis of the grid, in points."""
    means = grid.groupby(axis)["auroc"].mean()
    return (means.max() - means.min()) * 100


def _on_profile(profile: Profile) -> dict[str, str]:
    sizes = "All are at full size."
    limits = "Each architecture is represented by one network of its family."
    if profile.networks == "mini":
        sizes = (
            "At this profile all are small siblings of the named networks, with the same parts and fewer layers and "
            "channels."
        )
        limits = (
            "What holds for small siblings, trained for a few epochs from random weights, need not hold for the full "
            "networks with weights from ImageNet."
        )
    hiera = "Hiera, too, is trained at the native size here, as in the log, with a batch of one."
    return {"sizes": sizes, "limits": limits, "hiera": NOTHING if profile.size == profile.native else hiera}


@dataclass(frozen=True)
class Resolution:
    """What the deeper network shows at the native and the reduced size.

    Args:
        discarded, dropped: share of the pixels, 0–1, that the log's reduced size discards, and the profile's.
        full: gain in val mIoU by the native size.
        slower: seconds that a training takes more there.
        trade: verdict on the native size being slower and no gain.
        findings: by claim.
    """

    discarded: float
    dropped: float
    full: Interval
    slower: Interval
    trade: Verdict
    findings: dict[str, Finding]


def conclude_resolution(resolution: Study, profile: Profile) -> Resolution:
    """Compare the recipes `native` and `reduced`, both judged at the native size."""
    discarded = 1 - 512 * 512 / (1280 * 720)
    kept = profile.reduced[0] * profile.reduced[1] / (profile.native[0] * profile.native[1])
    full = gain(resolution.summary, "miou", of="native", over="reduced")
    slower = gain(tables.trainings(resolution), "seconds", of="native", over="reduced")
    trade = all_of([full.no_gain(), slower.verdict()])
    finding = Finding(f"{full.text()} points of val mIoU; {slower.text(1, 0)} s slower", trade)
    pixels = Finding(share(discarded), met(abs(discarded - _DISCARDED) < 0.001))
    findings = {"C07": finding, "C08": pixels, "C23": finding}
    return Resolution(discarded, 1 - kept, full, slower, trade, findings)

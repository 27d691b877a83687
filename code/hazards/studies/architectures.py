"""What the chapter on architectures concludes: which network is ahead, and what resolution and a start are worth."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from hazards.profiles import Profile
from hazards.prose import share
from hazards.studies import tables
from hazards.studies.claims import decide
from hazards.studies.conclusions import Conclusions, Finding, sentences
from hazards.studies.experiment import Study
from hazards.studies.rules import margin
from hazards.studies.verdicts import gain, met

_DISCARDED = 0.715
"""Share of the pixels that the log says are discarded from 1280×720 to 512×512."""

_NEVER_FELL = Finding(
    "val mIoU never fell in a training",
    "undecided",
    "The claim is about falls, and there are none to compare.",
)


def conclude(networks: Study, families: Collection[str], profile: Profile) -> Conclusions:
    """Compare networks, trained alike, with DeepLabV3, and SegFormer with itself at a batch of one image.

    Args:
        families: recipes that are ranked, each with another network.

    Returns:
        Gains in val mIoU: ``deeper`` and ``decoder`` over DeepLabV3, DeepLabV3 over ``SegFormer`` and over ``Hiera``,
        ``small batch`` over SegFormer. In the gap between train and val: ``SegFormer gap``, ``Hiera gap`` over that of
        DeepLabV3. In falls of val mIoU: ``falls`` of the small batch over those of SegFormer.
        Values: ``means``, mean val mIoU of each family, 0–1, the best first; ``grid``, see `tables.anomaly_grid`;
        ``best`` and ``purest``, its rows with the highest AUROC and AUPR; ``spread``, the range of the mean AUROC over
        networks and over scores, in points, the larger one last.
    """
    summary, trainings, grid = networks.summary, tables.trainings(networks), tables.anomaly_grid(networks)
    gains = {
        "deeper": gain(summary, "miou", of="DeepLabV3, deeper", over="DeepLabV3"),
        "decoder": gain(summary, "miou", of="DeepLabV3+", over="DeepLabV3"),
        "SegFormer": gain(summary, "miou", of="DeepLabV3", over="SegFormer"),
        "Hiera": gain(summary, "miou", of="DeepLabV3", over="Hiera"),
        "SegFormer gap": gain(trainings, "gap", of="SegFormer", over="DeepLabV3"),
        "Hiera gap": gain(trainings, "gap", of="Hiera", over="DeepLabV3"),
        "small batch": gain(summary, "miou", of="SegFormer, batch of 1", over="SegFormer"),
        "falls": gain(trainings, "falls", of="SegFormer, batch of 1", over="SegFormer"),
    }
    fell = trainings[trainings["recipe"].str.startswith("SegFormer")]["falls"].any()
    pairs = {name: [(networks, ["DeepLabV3", name])] for name in ("DeepLabV3, deeper", "SegFormer", "Hiera")}
    transformers = [(networks, ["DeepLabV3", "SegFormer", "Hiera"])]
    findings = {
        "C06": decide("C06", gains["deeper"], compared=pairs["DeepLabV3, deeper"]),
        "C09": decide("C09", gains["Hiera gap"], compared=pairs["Hiera"]),
        "C10": decide("C10", gains["SegFormer gap"], compared=pairs["SegFormer"]),
        "C11": decide("C11", gains["SegFormer"], gains["Hiera"], compared=transformers),
        "C12": decide("C12", gains["falls"]) if fell else _NEVER_FELL,
    }
    means = summary[summary["split"] == "val"].groupby("recipe")["miou"].mean()[list(families)]
    values = {
        "means": means.sort_values(ascending=False),
        "grid": grid,
        "best": grid.loc[grid["auroc"].idxmax()],
        "purest": grid.loc[grid["aupr"].idxmax()],
        "spread": pd.Series({axis: _range(grid, axis) for axis in ("network", "score")}).sort_values(kind="stable"),
    }
    cases = {
        "decoder": gains["decoder"].verdict(),
        "falls": "some" if fell else "none",
        "sizes": profile.networks,
        "limits": profile.networks,
        "hiera": "native" if profile.size == profile.native else "smaller",
    }
    return Conclusions(gains, values, sentences("architectures", cases), findings)


def _range(grid: pd.DataFrame, axis: str) -> float:
    """Highest minus lowest mean AUROC along an axis of the grid, in points."""
    means = grid.groupby(axis)["auroc"].mean()
    return (means.max() - means.min()) * 100


def conclude_resolution(resolution: Study, profile: Profile) -> Conclusions:
    """Compare the recipes `native` and `reduced`, both judged at the native size.

    Returns:
        Gains by the native size: ``full``, in val mIoU; ``slower``, in seconds of a training.
        Values: ``discarded`` and ``dropped``, share of the pixels, 0–1, that the log's reduced size discards, and the
        profile's.
    """
    discarded = 1 - 512 * 512 / (1280 * 720)
    kept = profile.reduced[0] * profile.reduced[1] / (profile.native[0] * profile.native[1])
    full = gain(resolution.summary, "miou", of="native", over="reduced")
    slower = gain(tables.trainings(resolution), "seconds", of="native", over="reduced")
    compared = [(resolution, ["native", "reduced"])]
    pixels = Finding(share(discarded), met(abs(discarded - _DISCARDED) < margin("C08")))
    values = {"discarded": discarded, "dropped": 1 - kept}
    findings = {
        "C07": decide("C07", full, slower, compared=compared),
        "C08": pixels,
        "C23": decide("C23", full, slower, compared=compared),
    }
    return Conclusions({"full": full, "slower": slower}, values, findings=findings)


def conclude_start(started: Study, others: pd.Series, profile: Profile) -> Conclusions:
    """Compare the recipes `Lite0 from ImageNet` and `Lite0 from scratch`, which differ in their first weights alone.

    No claim of the log is about them: it compares networks that all start from ImageNet.

    Args:
        others: mean val mIoU of other networks, 0–1, the best first: ``means`` of `conclude`.

    Returns:
        Gains by ImageNet, paired by seed: ``miou`` on val, ``test``, mIoU on test, and on test ``auroc`` and ``aupr``
        of MaxLogit.
        Values: ``by score``, the gain in AUROC of each score, as `verdicts.effects`; ``reached``, mean val mIoU of
        both, 0–1; ``ahead``, val mIoU from ImageNet minus the best of the others, in points.
    """
    pretrained, control = "Lite0 from ImageNet", "Lite0 from scratch"
    rows = tables.outcome(started, "MaxLogit")
    gains = {
        "miou": gain(rows, "miou", pretrained, control),
        "test": gain(rows, "miou", pretrained, control, "test"),
        "auroc": gain(rows, "auroc", pretrained, control, "test"),
        "aupr": gain(rows, "aupr", pretrained, control, "test"),
    }
    pooled = started.anomaly.query("convention == 'pooled'")
    by_score = {
        name: gain(pooled[pooled["score"] == name], "auroc", pretrained, control, "test") for name in started.scores
    }
    reached = tables.means(started.summary)["val"]
    values = {
        "by score": pd.DataFrame([{"effect": name} | interval.row() for name, interval in by_score.items()]),
        "reached": reached,
        "ahead": (reached[pretrained] - others.iloc[0]) * 100,
    }
    cases = {
        "segmentation": gains["miou"].verdict(),
        "hazards": gains["auroc"].verdict(),
        "weights": profile.networks,
    }
    return Conclusions(gains, values, sentences("architectures", cases))

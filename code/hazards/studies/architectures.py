"""What the chapter on architectures concludes: which network is ahead, for what computing, and what a start gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

import pandas as pd

from hazards.profiles import Profile
from hazards.prose import listed, number, share
from hazards.studies import tables
from hazards.studies.budgets import compute
from hazards.studies.budgets.search import Search
from hazards.studies.claims import decide
from hazards.studies.claims.gates import Compared
from hazards.studies.claims.rules import margin
from hazards.studies.conclusions import Conclusions, Finding, sentences
from hazards.studies.decisions import Decision, Joint
from hazards.studies.experiment import Study
from hazards.studies.verdicts import gain, interval, met, paired

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
        ``best`` and ``purest``, its rows with the highest AUROC and AUPR.
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
        "C09": decide("C09", gains["Hiera gap"], compared=pairs["Hiera"], witnesses=_others(networks, "Hiera")),
        "C10": decide(
            "C10", gains["SegFormer gap"], compared=pairs["SegFormer"], witnesses=_others(networks, "SegFormer")
        ),
        "C11": decide("C11", gains["SegFormer"], gains["Hiera"], compared=transformers),
        "C12": decide("C12", gains["falls"]) if fell else _NEVER_FELL,
    }
    means = summary[summary["split"] == "val"].groupby("recipe")["miou"].mean()[list(families)]
    values = {
        "means": means.sort_values(ascending=False),
        "grid": grid,
        "best": grid.loc[grid["auroc"].idxmax()],
        "purest": grid.loc[grid["aupr"].idxmax()],
    }
    cases = {
        "decoder": gains["decoder"].verdict(),
        "falls": "some" if fell else "none",
        "sizes": profile.networks,
        "limits": profile.networks,
        "hiera": "native" if profile.size == profile.native else "smaller",
    }
    return Conclusions(gains, values, sentences("architectures", cases), findings)


def _others(networks: Study, rival: str) -> Compared:
    """The networks but DeepLabV3 and a rival: whether these data can be overfitted is not told by what is compared."""
    others = [name for name in networks.recipes if name != "DeepLabV3" and not name.startswith(rival)]
    return [(networks, others)]


def conclude_search(search: Search) -> Conclusions:
    """Say which learning rates the networks are given.

    Returns:
        Texts: ``chosen``, the rates; ``lowest`` and ``highest``, which of them lie at this end of those that were
        tried.
    """
    names = defaultdict[float, list[str]](list)
    for name, recipe in search.tuned.items():
        names[recipe.learning_rate].append(f"“{name}”")
    chosen = listed(f"{rate:g} for {listed(names[rate])}" for rate in sorted(names))
    texts = sentences("architectures", {"chosen": "rates"}, chosen=chosen)
    for end, at_end in search.at_ends.items():
        case = {end: "some" if at_end else "none"}
        texts |= sentences("architectures", case, names=listed(f"“{name}”" for name in at_end))
    return Conclusions(texts=texts)


def _epochs(number: int) -> str:
    return "1 epoch" if number == 1 else f"{number} epochs"


def conclude_compute(lengths: Mapping[int, Study], images: int) -> Conclusions:
    """Compare networks by what they reach with the computing of their training.

    Args:
        lengths: see `compute.by_length`.
        images: of the train split.

    Returns:
        Gains in val mIoU of DeepLabV3 over ``SegFormer`` and ``Hiera``, see `compute.at_equal_compute`.
        Values: ``points``, see `compute.points`; ``front``, those on the Pareto front of operations; ``leaders``, the
        recipes on it, the cheapest first; ``matched``, the epochs that were compared and DeepLabV3's computing over
        that of the rival, as text.
    """
    points = compute.points(lengths, images)
    front = points[compute.on_front(points["TFLOP"], points["miou"])].sort_values("TFLOP")
    operations = points.set_index(["recipe", "epochs"])["TFLOP"]
    least = operations["DeepLabV3"].min()
    gains, matched, dearer = {}, [], []
    for rival in ("SegFormer", "Hiera"):
        gains[rival], here, there = compute.at_equal_compute(lengths, points, "DeepLabV3", rival)
        ratio = operations["DeepLabV3", here] / operations[rival, there]
        matched.append(f"{_epochs(here)} against {_epochs(there)} of {rival}, {number(ratio)} times its computing")
        if least > operations[rival].max():
            dearer.append(rival)
    values = {
        "points": points,
        "front": front,
        "leaders": list(front["recipe"].unique()),
        "matched": listed(matched),
    }
    cases = {
        "compute": Joint(tuple(Decision(gain, "gain", 0) for gain in gains.values())).verdict(),
        "dearer": "some" if dearer else "none",
    }
    return Conclusions(gains, values, sentences("architectures", cases, names=listed(dearer)))


def conclude_resolution(resolution: Study, profile: Profile) -> Conclusions:
    """Compare the recipes `native`, `reduced` and `reduced, longer`, all judged at the native size.

    The last one takes as much computing as `native`.

    Returns:
        Gains by the native size in val mIoU: ``full``, at equal epochs, and ``full, equal computing``; ``slower``, in
        seconds of a training at equal epochs.
        Values: ``discarded`` and ``dropped``, share of the pixels, 0–1, that the log's reduced size discards, and the
        profile's.
    """
    discarded = 1 - 512 * 512 / (1280 * 720)
    kept = profile.reduced[0] * profile.reduced[1] / (profile.native[0] * profile.native[1])
    full = gain(resolution.summary, "miou", of="native", over="reduced")
    traded = gain(resolution.summary, "miou", of="native", over="reduced, longer")
    slower = gain(tables.trainings(resolution), "seconds", of="native", over="reduced")
    at_equal_epochs = [(resolution, ["native", "reduced"])]
    at_equal_computing = [(resolution, ["native", "reduced, longer"])]
    values = {"discarded": discarded, "dropped": 1 - kept}
    findings = {
        "C07": decide("C07", full, slower, compared=at_equal_epochs),
        "C08": Finding(share(discarded), met(abs(discarded - _DISCARDED) < margin("C08"))),
        "C23": decide("C23", traded, compared=at_equal_computing),
    }
    gains = {"full": full, "full, equal computing": traded, "slower": slower}
    return Conclusions(gains, values, findings=findings)


def conclude_start(started: Study, lengths: Mapping[int, Study], others: pd.Series, profile: Profile) -> Conclusions:
    """Compare the recipes `Lite0 from ImageNet` and `Lite0 from scratch`: other first weights, each its learning rate.

    No claim of the log is about them: it compares networks that all start from ImageNet.

    Args:
        lengths: the same recipes trained for other lengths, see `compute.by_length`.
        others: mean val mIoU of other networks, 0–1, the best first: ``means`` of `conclude`.

    Returns:
        Gains by ImageNet, paired by seed: ``miou`` on val, ``test``, mIoU on test, and on test ``auroc`` and ``aupr``
        of MaxLogit; ``narrowing``, the gain of ``miou`` after the shortest training minus that after the longest.
        Values: ``by score``, the gain in AUROC of each score, as `verdicts.effects`; ``by length``, that in val mIoU
        after each length; ``shortest`` and ``longest``, these lengths as text; ``reached``, mean val mIoU of both, 0–1;
        ``ahead``, val mIoU from ImageNet minus the best of the others, in points.
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
    by_length = {
        epochs: paired(study.summary, "miou", pretrained, control, split="val") for epochs, study in lengths.items()
    }
    gains["narrowing"] = interval(by_length[min(lengths)] - by_length[max(lengths)])
    after = [{"effect": _epochs(epochs)} | interval(by_seed).row() for epochs, by_seed in by_length.items()]
    reached = tables.means(started.summary)["val"]
    values = {
        "by length": pd.DataFrame(after),
        "shortest": _epochs(min(lengths)),
        "longest": _epochs(max(lengths)),
        "by score": pd.DataFrame([{"effect": name} | interval.row() for name, interval in by_score.items()]),
        "reached": reached,
        "ahead": (reached[pretrained] - others.iloc[0]) * 100,
    }
    cases = {
        "segmentation": gains["miou"].verdict(),
        "hazards": gains["auroc"].verdict(),
        "narrowing": gains["narrowing"].verdict(),
        "weights": profile.networks,
    }
    return Conclusions(gains, values, sentences("architectures", cases))

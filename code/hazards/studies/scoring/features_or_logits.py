"""Do the features of a network tell hazards better than its logits? Answered network by network.

Two rules, both fixed before results are seen. By the first, one score stands for each kind. By the second each kind is
represented by its best score, but the best is chosen on the other seeds than the one it is judged on: the best of
several on the same pixels is partly the luckiest. That takes out the luck of the seeds; that of the images, which all
seeds share, stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from hazards.networks.starts import IMAGENET
from hazards.studies.bootstrap import crossed, of_seeds_and_draws
from hazards.studies.conclusions import Conclusions, sentences
from hazards.studies.experiment import Study
from hazards.studies.verdicts import chosen_elsewhere
from hazards.training import Recipe

FIRST, SECOND = "declared score", "best on the other seeds"
"""The two rules."""
_ANSWERS = {"holds": "features", "does not hold": "logits", "undecided": "undecided"}

Kinds = Mapping[str, Sequence[str]]
"""Scores of the kinds ``logits`` and ``features``, by the names that studies show; the first is the declared one."""


def conclude(studies: Sequence[Study], networks: Sequence[str], kinds: Kinds) -> Conclusions:
    """Compare features with logits on the same networks and images, all test pixels pooled.

    Args:
        studies: with all scores of the kinds.
        networks: recipes of the studies, in the order in which they are shown.

    Returns:
        Values: ``reached``, AUROC by network, rule and kind: columns network, rule, kind, mean, low and high (lowest
        and highest seed);
        ``gains``, by network, rule and figure, AUROC and AUPR, the features minus the logits: columns network, rule,
        figure, mean, low, high, text, and answer: ``features`` or ``logits`` where the interval over seeds and images
        lies on one side of zero, else ``undecided``; ``table``, the same as text, a row a network; ``answers``, how
        often each answer is given for AUROC by the first rule.
    """
    reached, gains = [], []
    for network in networks:
        study = next(study for study in studies if network in study.recipes)
        for rule in (FIRST, SECOND):
            for figure in ("auroc", "aupr"):
                logits, logit_draws = _representative(study, network, figure, kinds["logits"], rule)
                features, feature_draws = _representative(study, network, figure, kinds["features"], rule)
                gain = crossed(features - logits, feature_draws - logit_draws)
                place = {"network": network, "rule": rule, "figure": figure}
                gains.append(place | gain.row() | {"answer": _ANSWERS[gain.verdict()], "text": gain.text()})
                reached.append(place | {"kind": "logits"} | _spread(logits))
                reached.append(place | {"kind": "features"} | _spread(features))
    by_network, gained = pd.DataFrame(reached), pd.DataFrame(gains)
    by_auroc = gained[gained["figure"] == "auroc"]
    answers = by_auroc[by_auroc["rule"] == FIRST]["answer"]
    cases = {"rules": _rules(by_auroc), "backbones": _backbones(set(answers))}
    return Conclusions(
        texts=sentences("features_or_logits", cases),
        values={
            "reached": by_network[by_network["figure"] == "auroc"].drop(columns="figure"),
            "gains": gained,
            "table": _table(by_network, gained, networks),
            "answers": answers.value_counts().reindex(list(_ANSWERS.values()), fill_value=0),
        },
    )


def groups(studies: Sequence[Study], names: Sequence[str], transformers: Collection[str]) -> dict[str, str]:
    """What kind of network each recipe trains, ``CNN`` or ``transformer``, and whether it starts from ImageNet.

    A recipe that an earlier name has, too, is left out: its networks are the same.

    Args:
        names: recipes of the studies.
        transformers: those whose network is one.
    """
    kinds: dict[str, str] = {}
    recipes: list[Recipe] = []
    for name in names:
        study = next(study for study in studies if name in study.recipes)
        if study.recipes[name] in recipes:
            continue
        recipes.append(study.recipes[name])
        architecture = "transformer" if name in transformers else "CNN"
        pretrained = study.trainings[name, 0].value["start"] == IMAGENET
        kinds[name] = f"{architecture}, pretrained" if pretrained else architecture
    return kinds


def _representative(
    study: Study, network: str, figure: str, scores: Sequence[str], rule: str
) -> tuple[np.ndarray, np.ndarray]:
    """A figure of what stands for a kind of scores: of each seed, (seeds,), and of each draw, (seeds, draws)."""
    candidates = scores[:1] if rule == FIRST else scores
    parts = [of_seeds_and_draws(study, figure, score, network) for score in candidates]
    values = np.stack([of_seeds for of_seeds, _ in parts])
    draws = np.stack([of_draws for _, of_draws in parts])
    seeds = np.arange(values.shape[1])
    chosen = chosen_elsewhere(values)
    return values[chosen, seeds], draws[chosen, seeds]


def _spread(values: np.ndarray) -> dict[str, float]:
    """Mean over seeds, lowest and highest seed."""
    return {"mean": values.mean(), "low": values.min(), "high": values.max()}


def _rules(gained: pd.DataFrame) -> str:
    """Whether both rules answer alike on each network: ``alike``, ``sure of other networks`` or ``opposite``."""
    answers = gained.groupby("network")["answer"].agg(set)
    if any({"features", "logits"} <= given for given in answers):
        return "opposite"
    return "alike" if all(len(given) == 1 for given in answers) else "sure of other networks"


def _backbones(answers: set[str]) -> str:
    """What the answers for all networks say about their choice."""
    decided = answers - {"undecided"}
    if len(decided) == 2:
        return "both"
    return decided.pop() if decided else "none"


def _table(reached: pd.DataFrame, gained: pd.DataFrame, networks: Sequence[str]) -> pd.DataFrame:
    """Columns network; logits and features, AUROC by the first rule in per cent; AUROC, AUPR, the gain by the features
    in points with its interval; best of each, that in AUROC by the second rule; better, the answers by both rules.
    """
    rows = []
    for network in networks:
        means = reached.query("network == @network and rule == @FIRST and figure == 'auroc'").set_index("kind")["mean"]
        gains = gained[gained["network"] == network].set_index(["rule", "figure"])
        answers = dict.fromkeys([gains.loc[(FIRST, "auroc"), "answer"], gains.loc[(SECOND, "auroc"), "answer"]])
        rows.append(
            {
                "network": network,
                "logits": means["logits"] * 100,
                "features": means["features"] * 100,
                "AUROC": gains.loc[(FIRST, "auroc"), "text"],
                "AUPR": gains.loc[(FIRST, "aupr"), "text"],
                "best of each": gains.loc[(SECOND, "auroc"), "text"],
                "better": " / ".join(answers),
            }
        )
    return pd.DataFrame(rows)


def grid_table(grid: pd.DataFrame) -> pd.DataFrame:
    """A row a score, a column a network: ``AUROC / AUPR`` in per cent.

    Args:
        grid: see `tables.anomaly_grid`.
    """
    cells = (grid["auroc"] * 100).map("{:.1f}".format) + " / " + (grid["aupr"] * 100).map("{:.1f}".format)
    table = grid.assign(cell=cells).pivot(index="score", columns="network", values="cell")
    return table.loc[grid["score"].unique(), grid["network"].unique()].reset_index().rename_axis(columns=None)

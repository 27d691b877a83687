"""Do the features of a network tell hazards better than its logits? Answered network by network.

Two rules, both fixed before results are seen. By the first, one score stands for each kind. By the second each kind is
represented by its best score, but the best is chosen on the other seeds than the one it is judged on: the best of
several on the same pixels is partly the luckiest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hazards.studies.conclusions import Conclusions, sentences
from hazards.studies.experiment import Study
from hazards.studies.verdicts import interval

FIRST, SECOND = "declared score", "best score on the other seeds"
"""The two rules."""
_ANSWERS = {"holds": "features", "does not hold": "logits", "undecided": "undecided"}


@dataclass(frozen=True)
class Kind:
    """Scores that look at the same thing.

    Args:
        declared: the one that stands for all by the first rule.
        scores: those to choose from by the second, by the names that the studies show.
    """

    declared: str
    scores: tuple[str, ...]


def conclude(studies: Sequence[Study], networks: Sequence[str], kinds: Mapping[str, Kind]) -> Conclusions:
    """Compare features with logits on the same networks, all test pixels pooled, paired by seed.

    Args:
        studies: with all scores of the kinds.
        networks: recipes of the studies, in the order in which they are shown.
        kinds: ``logits`` and ``features``.

    Returns:
        Values: ``reached``, AUROC by network, rule and kind: columns network, rule, kind, mean, low and high (lowest
        and highest seed);
        ``gains``, by network and rule, AUROC and AUPR of the features minus those of the logits: columns network,
        rule, figure, mean, low, high, and answer: ``features`` or ``logits`` where the interval lies on one side of
        zero, else ``undecided``; ``table``, the same as text, a row a network; ``answers``, how often each answer is
        given for AUROC by the first rule.
    """
    pooled = pd.concat([study.anomaly.query("convention == 'pooled'") for study in studies], ignore_index=True)
    reached, gains = [], []
    for network in networks:
        rows = pooled[pooled["recipe"] == network]
        for rule in (FIRST, SECOND):
            for figure in ("auroc", "aupr"):
                by_kind = {name: _by_seed(rows, figure, kind, rule) for name, kind in kinds.items()}
                gain = interval(by_kind["features"] - by_kind["logits"])
                place = {"network": network, "rule": rule, "figure": figure}
                ends = {"mean": gain.mean, "low": gain.low, "high": gain.high}
                gains.append(place | ends | {"answer": _ANSWERS[gain.verdict()], "text": gain.text()})
                reached += [place | {"kind": name} | _spread(values) for name, values in by_kind.items()]
    gained, by_network = pd.DataFrame(gains), pd.DataFrame(reached)
    answers = gained.query("figure == 'auroc' and rule == @FIRST")["answer"]
    cases = {"rules": _rules(gained.query("figure == 'auroc'")), "backbones": _backbones(set(answers))}
    return Conclusions(
        texts=sentences("features_or_logits", cases),
        values={
            "reached": by_network.query("figure == 'auroc'").drop(columns="figure"),
            "gains": gained,
            "table": _table(by_network, gained, networks),
            "answers": answers.value_counts().reindex(list(_ANSWERS.values()), fill_value=0),
        },
    )


def _by_seed(rows: pd.DataFrame, figure: str, kind: Kind, rule: str) -> pd.Series:
    """A figure of a network's scores of one kind, by seed, 0–1."""
    values = rows.pivot(index="seed", columns="score", values=figure)[list(kind.scores)]
    return values[kind.declared] if rule == FIRST else chosen_elsewhere(values)


def chosen_elsewhere(values: pd.DataFrame) -> pd.Series:
    """For each seed the figure of the score that has the highest mean on the other seeds; NaN where there is none.

    Args:
        values: a row a seed, a column a score.
    """
    figures = {}
    for seed in values.index:
        others = values.drop(index=seed).mean()
        figures[seed] = np.nan if others.isna().all() else values.loc[seed, others.idxmax()]
    return pd.Series(figures, dtype=float)


def _spread(values: pd.Series) -> dict[str, float]:
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


def crossed(grid: pd.DataFrame) -> pd.DataFrame:
    """A row a score, a column a network: ``AUROC / AUPR`` in per cent.

    Args:
        grid: see `tables.anomaly_grid`.
    """
    cells = (grid["auroc"] * 100).map("{:.1f}".format) + " / " + (grid["aupr"] * 100).map("{:.1f}".format)
    table = grid.assign(cell=cells).pivot(index="score", columns="network", values="cell")
    return table.loc[grid["score"].unique(), grid["network"].unique()].reset_index().rename_axis(columns=None)


def _table(reached: pd.DataFrame, gained: pd.DataFrame, networks: Sequence[str]) -> pd.DataFrame:
    """Columns network; logits and features, AUROC by the first rule in per cent; AUROC, AUPR, the gain by the features
    in points with its interval; best of each, that in AUROC by the second rule; better, the answers by both rules.
    """
    rows = []
    for network in networks:
        means = reached.query("network == @network and rule == @FIRST and figure == 'auroc'").set_index("kind")["mean"]
        gains = gained[gained["network"] == network].set_index(["rule", "figure"])
        answers = dict.fromkeys(gains.loc[[(FIRST, "auroc"), (SECOND, "auroc")], "answer"])
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

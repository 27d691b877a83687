"""The figure on features and logits shows what the study found, and says it where the pointer is."""

from __future__ import annotations

import pandas as pd
from matplotlib.colors import to_hex

from hazards.report.feature_figures import features_or_logits
from hazards.report.hover import marks

RULES = ("first", "second")
GROUPS = {"A": "CNN", "B": "transformer"}


def test_marks_say_network_kind_rule_and_interval_and_are_filled_where_decided():
    reached, gains = [], []
    for place, network in enumerate(GROUPS):
        for rule in RULES:
            for kind, mean in (("logits", 0.6), ("features", 0.7)):
                ends = {"mean": mean, "low": mean - 0.05, "high": mean + 0.05}
                reached.append({"network": network, "rule": rule, "kind": kind} | ends)
            answer = "features" if place == 0 else "undecided"
            low = 0.02 if place == 0 else -0.3
            gains.append({"network": network, "rule": rule, "mean": 0.1, "low": low, "high": 0.3, "answer": answer})
    figure = features_or_logits(pd.DataFrame(reached), pd.DataFrame(gains), GROUPS, "note")
    words = [words for _, _, words in marks(figure)]
    assert len(words) == 8 + 4
    assert "A\nCNN, logits, first\nAUROC 60.0 % (55.0 % to 65.0 %)" in words
    assert "B\ntransformer, second\nfeatures minus logits, points of AUROC 10.0 (−30.0 to 30.0)" in words
    right = figure.axes[1]
    filled = [to_hex(line.get_markerfacecolor()) != "#ffffff" for line in right.lines if line.get_marker() == "D"]
    assert filled == [True, False, True, False]

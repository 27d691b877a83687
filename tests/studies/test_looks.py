"""Whether colour gives hazards away: by the rule, and by how well colourful hazards are found."""

from __future__ import annotations

import pandas as pd
import pytest

from hazards import studies


def looks(chroma, rarity, contrast):
    """Figures of three scores by town; the pooled AUROC is the one given, those of two towns lie 0.1 beside it."""
    rows = []
    for score, auroc in {"chroma": chroma, "color rarity": rarity, "contrast": contrast}.items():
        for town, more in (("all", 0), ("t5", 0.1), ("t6", -0.1)):
            row = {"score": score, "town": town, "auroc": auroc + more, "aupr": 0.1, "fpr95": 0.5}
            rows.append(row | {"auroc per image": auroc})
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("figures", "best", "text"),
    [
        ((0.4, 0.64, 0.9), "rarity among the train colours", "By the rule colour is no shortcut here."),
        ((0.66, 0.6, 0.5), "how colourful the pixel is", "By the rule colour is a shortcut here"),
        ((0.34, 0.6, 0.5), "how colourful the pixel is", "By the rule colour is a shortcut here"),  # turned round, 66 %
        ((0.36, 0.6, 0.1), "how colourful the pixel is", "By the rule colour is no shortcut here."),
    ],
)
def test_colour_is_a_shortcut_where_the_best_colour_score_says_so(figures, best, text):
    result = studies.data_set.conclude_appearance(looks(*figures))
    assert result.values["best"] == best
    assert result.values["auroc"] == max(figures[:2], key=lambda auroc: abs(auroc - 0.5))
    assert result.texts["shortcut"].startswith(text)
    table = result.values["table"]
    assert len(table) == 3
    assert table["auroc"].to_numpy() == pytest.approx(figures)
    assert table["by town"].iloc[0].startswith(f"{100 * figures[0]:.1f} (")


@pytest.mark.parametrize(
    ("aurocs", "text"),
    [
        (range(60), "Colourful hazards are found better"),
        (range(60, 0, -1), "Colourful hazards are not found better"),
        ([1, 0, 0, 1] * 15, "Whether colourful hazards"),
    ],
)
def test_thirds_of_chroma_and_what_follows(aurocs, text):
    regions = pd.DataFrame({"chroma": range(60), "MaxLogit": [value / 60 for value in aurocs]})
    result = studies.anomaly_methods.conclude_chroma(regions.sample(frac=1, random_state=0), ["MaxLogit"])
    thirds = result.values["thirds"]
    assert list(thirds["third"]) == ["dullest", "middle", "most colourful"]
    assert list(thirds["hazards"]) == [20, 20, 20]
    assert list(thirds["chroma"]) == [9.5, 29.5, 49.5]
    assert result.texts["chroma"].startswith(text)
    assert result.gains["MaxLogit"].unit == "hazards"


def test_hazards_of_the_same_chroma_are_divided_all_the_same():
    regions = pd.DataFrame({"chroma": [3.0] * 6 + [4.0] * 3, "MaxLogit": [0.1, 0.9, 0.5] * 3})
    thirds = studies.anomaly_methods.conclude_chroma(regions, ["MaxLogit"]).values["thirds"]
    assert list(thirds["hazards"]) == [3, 3, 3]

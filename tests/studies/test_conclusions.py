"""What chapters conclude from studies with known figures: gains, verdicts, findings and the sentences beside them."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hazards import profiles, studies
from hazards.data.statistics import streethazards_pixels
from hazards.labels import STREETHAZARDS, LabelSet
from hazards.profiles import FULL_SIZE
from hazards.prose import NOTHING
from hazards.studies.claims import rules
from hazards.studies.conclusions import sentences
from small_studies import RECIPE, small_study

SMOKE, FULL = profiles.PROFILES["smoke"], profiles.PROFILES["streethazards"]
PREDICTORS = pd.DataFrame(
    [
        {"predictor": name, "split": split, "miou": value}
        for name, value in (("constant", 0.05), ("position", 0.2))
        for split in ("val", "test")
    ]
)


def baseline(with_loss: float = 0.45, profile: profiles.Profile = SMOKE, **recipe: float) -> studies.Conclusions:
    figures = {
        "with auxiliary loss": {"val": with_loss, "test": 0.3, "recipe": replace(RECIPE, **recipe)},
        "without": {"val": 0.4},
    }
    return studies.baseline.conclude(small_study(figures, splits=("val", "test")), PREDICTORS, profile)


def test_baseline():
    result = baseline()
    assert result.gains["auxiliary"].mean == pytest.approx(0.05)
    assert result.gains["fall"].mean == pytest.approx(0.15)
    assert {name: finding.verdict for name, finding in result.findings.items()} == {"C03": "holds", "C05": "undecided"}
    assert result.findings["C05"].why.startswith("With 2 towns and these seeds")
    assert "towns differ" in result.texts["fall"]
    assert result.findings["C03"].measured == "5.0 (5.0 to 5.0) points of val mIoU"
    assert result.texts["in short"] == "The auxiliary loss is worth having"
    assert "explains" in result.texts["auxiliary"]
    assert result.values["network"]["val mIoU"] == pytest.approx(45.1)
    assert result.values["position"]["test mIoU"] == 20
    assert result.values["headline"]["network"].tolist()[2:] == [
        "most frequent label at each position",
        "most frequent label everywhere",
    ]
    assert result.values["per image"]["val"] == "45.1 ± 14.1"
    assert result.values["counted"] == {"val": 2, "test": 2}
    assert result.values["common"] == 2
    assert result.values["target"] == studies.Finding("45.1 % on other data", "not testable")


def test_what_is_said_about_a_claim_is_its_verdict():
    figures = {"with auxiliary loss": {"val": 0.45, "log": [0.1, 0.2, 0.3]}, "without": {"val": 0.4}}
    result = studies.baseline.conclude(small_study(figures, splits=("val", "test")), PREDICTORS, SMOKE)
    assert result.findings["C03"].verdict == "not testable"
    assert "have not converged" in result.texts["in short"]
    assert "still improve" in result.texts["auxiliary"]


def test_each_label_with_what_it_is_mistaken_for():
    study = small_study({"with auxiliary loss": {}}, seeds=2)
    for (_, seed, split), entry in study.evaluations.items():
        counts = np.zeros((13, 13), np.int64)
        counts[0, :2] = counts[1, 1:3] = 6, 2
        if split == "val":
            counts[3, :3] = 0, 1 + seed, 0
        entry.value["confusion"] = counts
    rows = studies.baseline.by_label(study).set_index("label")
    names = STREETHAZARDS.names
    assert rows.loc[names[0], ["recall", "precision"]].tolist() == [75, 100]
    assert rows.loc[names[1], "precision"] == pytest.approx(100 * 12 / 19)
    assert rows.loc[names[1], "IoU val"] == pytest.approx(100 * (6 / 11 + 6 / 12) / 2)
    assert rows.loc[names[3], ["recall", "IoU val", "mistaken for"]].tolist() == [0, 0, names[1]]
    assert rows.loc[names[4], "mistaken for"] == "–"
    assert rows["share"].sum() == pytest.approx(100)
    assert rows[["IoU val", "IoU test"]].isna().sum().tolist() == [10, 11]


def test_a_loss_that_hurts_and_a_recipe_as_the_logs():
    result = baseline(with_loss=0.35, balance=0.5, warmup=0.15)
    assert result.findings["C03"].verdict == "does not hold"
    assert "does not help here" in result.texts["auxiliary"]
    assert "power of −0.5" in result.texts["weights"]
    assert "first 15 % of the steps" in result.texts["rate"]
    assert baseline().texts["weights"] == "All pixels weigh alike in the loss, as in the log."
    assert baseline().texts["rate"].startswith("The learning rate falls")


@pytest.mark.parametrize(("reached", "verdict"), [(0.3747, "holds"), (0.45, "does not hold")])
def test_only_the_real_data_test_the_logs_level(reached, verdict):
    result = baseline(reached, FULL)
    assert result.findings["C04"].verdict == verdict
    assert result.values["target"] is result.findings["C04"]


def networks(**changed: dict[str, object]) -> studies.Study:
    figures = {
        "DeepLabV3": {"train": 0.6, "val": 0.5, "MaxLogit": 0.7},
        "DeepLabV3, deeper": {"val": 0.503},
        "DeepLabV3+": {"val": 0.55, "MaxLogit": 0.9, "MSP aupr": 0.3},
        "SegFormer": {"train": 0.7, "val": 0.4},
        "Hiera": {"train": 0.34, "val": 0.3},
        "SegFormer, batch of 1": {"val": 0.35, "log": [0.2, 0.1, 0.35]},
    }
    return small_study(figures | changed, scores=("MaxLogit", "MSP"))


def test_architectures():
    families = ["DeepLabV3", "DeepLabV3, deeper", "DeepLabV3+", "SegFormer", "Hiera"]
    result = studies.architectures.conclude(networks(), families, SMOKE)
    assert {name: finding.verdict for name, finding in result.findings.items()} == {
        "C06": "holds",  # it gains less than half a point
        "C09": "does not hold",  # others overfit: SegFormer
        "C10": "not testable",  # none of the others does, whatever its own gap is
        "C11": "holds",
        "C12": "holds",
    }
    assert result.findings["C12"].measured == "10.0 (10.0 to 10.0) points of falls"
    over_segformer, over_hiera = result.findings["C11"].measured.split("; ")
    assert over_segformer == "10.0 (10.0 to 10.0) points of val mIoU over SegFormer"
    assert over_hiera == "20.0 (20.0 to 20.0) points of val mIoU over Hiera"
    assert list(result.values["means"].index) == ["DeepLabV3+", "DeepLabV3, deeper", "DeepLabV3", "SegFormer", "Hiera"]
    assert result.values["best"][["network", "score"]].tolist() == ["DeepLabV3+", "MaxLogit"]
    assert result.values["purest"][["network", "score"]].tolist() == ["DeepLabV3+", "MSP"]
    assert result.texts["decoder"] == "it is worth having."
    assert result.texts["falls"] == result.texts["hiera"] == NOTHING
    assert "small siblings" in result.texts["sizes"]
    assert "one network of its family" in studies.architectures.conclude(networks(), families, FULL).texts["limits"]


def test_where_no_training_ever_fell_there_is_nothing_to_decide_from():
    study = networks(**{"SegFormer, batch of 1": {"val": 0.35}})
    result = studies.architectures.conclude(study, ["DeepLabV3", "Hiera"], FULL)
    assert result.findings["C12"].verdict == "undecided"
    assert "falls" in result.findings["C12"].why
    assert "nothing to decide from" in result.texts["falls"]
    assert "native size" in result.texts["hiera"]


def test_a_start_from_imagenet():
    others = pd.Series({"DeepLabV3": 0.45, "Hiera": 0.4})
    figures = {
        "Lite0 from scratch": {"val": 0.4, "test": 0.3, "MaxLogit": 0.7, "MSP": 0.8, "recipe": RECIPE},
        "Lite0 from ImageNet": {"val": 0.5, "test": 0.36, "MaxLogit": 0.9, "MSP": 0.75},
    }
    study = small_study(figures, scores=("MaxLogit", "MSP"), splits=("val", "test"))
    short = small_study({"Lite0 from scratch": {"val": 0.2}, "Lite0 from ImageNet": {"val": 0.45}}, splits=("val",))
    lengths = {3: study, 1: short}
    result = studies.architectures.conclude_start(study, lengths, others, SMOKE)
    means = {name: interval.mean for name, interval in result.gains.items()}
    assert means == pytest.approx({"miou": 0.1, "test": 0.06, "auroc": 0.2, "aupr": 0.02, "narrowing": 0.15})
    assert result.values["by length"].set_index("effect")["mean"].to_dict() == pytest.approx(
        {"3 epochs": 0.1, "1 epoch": 0.25}
    )
    assert "makes up for a part" in result.texts["narrowing"]
    assert result.values["by score"]["effect"].tolist() == ["MaxLogit", "MSP"]
    assert result.values["by score"]["mean"].tolist() == pytest.approx([0.2, -0.05])
    assert result.values["ahead"] == pytest.approx(5.1)
    assert result.texts["segmentation"] == "The start helps segmentation."
    assert result.texts["hazards"] == "It helps MaxLogit to find hazards."
    assert "random weights" in result.texts["weights"]
    assert not result.findings
    full = studies.architectures.conclude_start(study, lengths, others, FULL)
    assert full.texts["weights"].startswith("The other networks of this profile start from ImageNet, too")


@pytest.mark.parametrize(
    ("native", "seconds", "verdict"), [(0.5, 30, "holds"), (0.6, 30, "does not hold"), (0.5, 5, "does not hold")]
)
def test_full_resolution_is_no_gain_and_slower(native, seconds, verdict):
    figures = {"native": {"val": native, "seconds": seconds}, "reduced": {"val": 0.5}, "reduced, longer": {"val": 0.55}}
    result = studies.architectures.conclude_resolution(small_study(figures, splits=("val",)), FULL)
    assert result.findings["C07"].verdict == verdict
    assert result.findings["C08"] == studies.Finding("71.6 %", "holds")
    assert result.values["dropped"] == result.values["discarded"]


@pytest.mark.parametrize(("longer", "verdict"), [(0.6, "holds"), (0.5, "does not hold")])
def test_the_best_trade_off_is_at_equal_computing_whatever_equal_epochs_say(longer, verdict):
    figures = {"native": {"val": 0.58}, "reduced": {"val": 0.5}, "reduced, longer": {"val": longer}}
    result = studies.architectures.conclude_resolution(small_study(figures, splits=("val",)), FULL)
    assert result.findings["C07"].verdict == "does not hold"
    assert result.findings["C23"].verdict == verdict


def test_networks_are_compared_for_the_same_computing(monkeypatch):
    """DeepLabV3 computes four times as much as SegFormer and a tenth more than Hiera."""
    costs = pd.DataFrame({"recipe": ["DeepLabV3", "SegFormer", "Hiera"], "GFLOPs": [4.0, 1.0, 3.6], "seconds": 1.0})

    def counted(study: studies.Study) -> pd.DataFrame:
        val = study.summary.groupby("recipe")["miou"].agg(miou="mean", low="min", high="max")
        return costs.join(val, on="recipe")

    monkeypatch.setattr(studies.compute, "spread_and_cost", counted)
    short = {"DeepLabV3": {"val": 0.3}, "SegFormer": {"val": 0.2}, "Hiera": {"val": 0.1}}
    long = {"DeepLabV3": {"val": 0.5}, "SegFormer": {"val": 0.4}, "Hiera": {"val": 0.25}}
    lengths = {1: small_study(short, splits=("val",)), 3: small_study(long, splits=("val",))}
    result = studies.architectures.conclude_compute(lengths, images=100)
    assert result.gains["SegFormer"].mean == pytest.approx(-0.1)  # its three epochs are cheaper than one of the other
    assert result.gains["Hiera"].mean == pytest.approx(0.05)  # two epochs would be as dear; there is one
    ratios = ["1 epoch against 3 epochs of SegFormer, 1.3 times its computing"]
    ratios.append("1 epoch against 3 epochs of Hiera, 0.4 times its computing")
    assert result.values["matched"] == " and ".join(ratios)
    assert result.values["leaders"] == ["SegFormer", "DeepLabV3"]
    points = result.values["points"].set_index(["recipe", "epochs"])
    assert points.loc[("SegFormer", 3), "TFLOP"] == pytest.approx(1e9 * 3 * 100 * 3 / 1e12)
    assert "is not ahead of both" in result.texts["compute"]
    assert "the longest of SegFormer, which favours" in result.texts["dearer"]


PARTS = ("crop", "flip")
COMPARED = ("none", "crop alone", "flip alone", "all but crop", "all but flip", "all", "padded crop")


def augmentations(**changed: dict[str, object]) -> studies.Conclusions:
    figures = {
        name: {"val": 0.4, "MaxLogit": 0.7} for name in (*COMPARED, "flip and jitter", "flip and jitter, longer")
    }
    figures |= {"none": {"train": 0.5, "val": 0.3, "MaxLogit": 0.6}, "all": {"val": 0.5, "MaxLogit": 0.8}}
    figures |= {"all, longer": {"val": 0.55, "MaxLogit": 0.85}, "crop alone": {"val": 0.45, "MaxLogit": 0.75}}
    architectures = small_study({"DeepLabV3": {"val": 0.4}, "Hiera": {"val": 0.43}, "Hiera, batch of 1": {"val": 0.9}})
    return studies.augmentation.conclude(small_study(figures | changed), architectures, PARTS, COMPARED, SMOKE)


def test_augmentation():
    result = augmentations()
    assert {name: finding.verdict for name, finding in result.findings.items()} == {
        "C13": "holds",
        "C14": "holds",
        "C22": "holds",
    }
    means = {name: interval.mean for name, interval in result.gains.items()}
    assert means["crop"] == means["padding"] == pytest.approx(0.1)
    assert means["whole"] == pytest.approx(0.15)
    assert means["patience"] == pytest.approx(0)
    assert means["gap"] == pytest.approx(0.2)
    assert means["matters"] == pytest.approx(0.1 - 0.03)  # the best augmentation against the best architecture
    assert (result.texts["augmentation"], result.texts["architecture"]) == ("“all”", "Hiera")
    effects = result.values["effects"].set_index("effect")
    assert effects.loc["crop alone", "mean"] == pytest.approx(0.15)
    assert effects.loc["flip, added last", "mean"] == pytest.approx(0.1)
    assert (result.values["above"], result.values["below"]) == (5, 0)
    assert result.gains["auroc"].n == 10
    assert set(result.values["points"]["study"]) == {"augmentations", "architectures"}
    assert result.values["labels"].tolist() == pytest.approx([10, 10], abs=0.1)
    assert "more than five points" in result.texts["gap"]
    assert "2 epochs" in result.texts["limits"]


def test_the_best_is_picked_by_the_other_seeds():
    rows = [("a", 0, 0.9), ("a", 1, 0.3), ("b", 0, 0.5), ("b", 1, 0.5), ("usual", 0, 0.4), ("usual", 1, 0.4)]
    summary = pd.DataFrame(rows, columns=["recipe", "seed", "miou"]).assign(split="val")
    summary = pd.concat([summary, summary.assign(split="test", miou=0.0)])
    gains, chosen = studies.augmentation.by_other_seeds(summary, ["usual", "a", "b"], "usual")
    # by seed 1 alone b is best, by seed 0 alone a is: the mean of a, 0.6, owes its lead to the seed that it is best on
    assert gains.to_dict() == pytest.approx({0: 0.1, 1: -0.1})
    assert chosen == ["a", "b"]


def test_networks_are_judged_by_those_that_the_figure_is_of(monkeypatch):
    """For one seed another augmentation may be the best of the others: it is in the figure, and has to converge."""
    rising = {"padded crop": {"val": 0.4, "log": [0.1, 0.2, 0.3]}}
    assert augmentations(**rising).findings["C22"].verdict == "holds"
    picked = pd.Series([0.1, 0.11, 0.1]), ["all", "padded crop"]
    rivals = pd.Series([0.03, 0.03, 0.03]), ["Hiera"]
    monkeypatch.setattr(
        studies.augmentation, "by_other_seeds", lambda *given: picked if given[2] != "DeepLabV3" else rivals
    )
    finding = augmentations(**rising).findings["C22"]
    assert finding.verdict == "not testable"
    assert "“padded crop”" in finding.why


def test_crops_are_judged_squeezed_in_proportion_and_each_as_trained():
    aspects = {
        "squeezed": small_study({"all": {"val": 0.3}, "all but crop": {"val": 0.4}}, splits=("val",)),
        "in proportion": small_study({"all": {"val": 0.45}, "all but crop": {"val": 0.2}}, splits=("val",)),
    }
    result = studies.augmentation.conclude_aspect(aspects)
    means = {name: interval.mean for name, interval in result.gains.items()}
    assert means == pytest.approx({"squeezed": -0.1, "in proportion": 0.25, "as trained": 0.05})
    table = result.values["table"].set_index("recipe")
    assert table.loc["all"].to_dict() == pytest.approx({"squeezed": 0.301, "in proportion": 0.451})
    assert result.texts["aspect"] == "Judged as each was trained, the crop helps."


def test_augmentation_is_judged_only_where_networks_have_converged_and_overfit():
    rising = augmentations(all={"val": 0.5, "log": [0.1, 0.2, 0.3]})
    assert rising.findings["C13"].verdict == "not testable"
    assert "“all”" in rising.findings["C13"].why
    assert rising.texts["crop"] == "Whether the crop helps cannot be told from these networks:"
    assert rising.findings["C14"].verdict == "not testable"
    assert set(rising.findings["C14"].by_measure) == {
        f"{convention} {figure}" for convention in ("pooled", "per-image") for figure in ("AUROC", "AUPR", "FPR95")
    }
    close = augmentations(all={"train": 0.5, "val": 0.49}, **{"all but crop": {"train": 0.45, "val": 0.42}})
    assert close.findings["C13"].verdict == "not testable"
    assert "widest gap" in close.findings["C13"].why


def test_augmentation_that_hurts():
    result = augmentations(none={"train": 0.5, "val": 0.6}, all={"val": 0.39})
    assert result.findings["C13"].verdict == "does not hold"
    assert result.texts["augmentation"] == "no augmentation at all"
    assert result.texts["crop"] == "The crop does not help here:"
    assert "no more than five points" in result.texts["gap"]


SCORES = {"Energy": 0.839, "MaxLogit": 0.838, "HEAT of the log": 0.82, "MSP": 0.8, "SML, val statistics": 0.7}
SCORES |= {"log MSP": 0.8, "SML, test oracle": 0.75, "HEAT of the log aupr": 0.2}


def scored(**changed: float) -> studies.Conclusions:
    names = [name for name in SCORES if "aupr" not in name]
    known = SCORES | changed
    rows = [
        {"score": name, "seed": seed, "town": town, "aupr": 0.1, "fpr95": 0.5, "auroc": known[name] + more}
        for name in ("SML, val statistics", "SML, test oracle")
        for seed in (0, 1)
        for town, more in (("t5", 0.0), ("t6", 0.05), ("t7", 0.1))
    ]
    return studies.anomaly_methods.conclude(small_study({"a": known}, names), "a", pd.DataFrame(rows))


def test_anomaly_scores():
    result = scored()
    assert {name: finding.verdict for name, finding in result.findings.items()} == dict.fromkeys(
        ("C15", "C16", "C17", "C18", "C19", "C24"), "holds"
    )
    assert result.gains["softmax"].mean == result.gains["level"].mean == pytest.approx(0.038)
    assert result.gains["squash"].mean == pytest.approx(0)
    assert result.gains["rest"].mean == pytest.approx(0.088)
    assert result.gains["heat aupr"].mean == pytest.approx(0.2 - 0.0838)
    assert list(result.values["order"]) == ["Energy", "MaxLogit", "HEAT of the log", "MSP", "SML, val statistics"]
    assert result.values["ranking"].index[0] == "Energy"
    assert result.values["purity"].index[0] == "HEAT of the log"
    assert result.values["prevalence"] == pytest.approx(0.02)
    assert (result.gains["oracle by town"].n, result.gains["oracle by town"].unit) == (3, "towns")
    assert result.findings["C17"].joint.parts[0].interval == result.gains["oracle by town"]
    assert result.texts["cause"].startswith("They do not")


def test_the_best_score_is_compared_with_maxlogit():
    result = scored()
    assert result.gains["lead auroc"].mean == pytest.approx(0.001)
    assert result.gains["lead aupr"].mean == pytest.approx(0.2 - 0.0838)
    assert result.texts["lead aupr"].startswith("It is ahead of MaxLogit")
    assert scored(MaxLogit=0.95).texts["lead auroc"] == "No score has a higher AUROC than MaxLogit."


def test_a_score_that_has_seen_the_test_split_is_not_called_the_best():
    result = scored(**{"SML, test oracle": 0.99})
    assert result.values["ranking"].index[0] == "Energy"
    assert "SML, test oracle" in set(result.values["methods"]["score"])


def test_claims_about_scores_are_decided_by_every_measure():
    result = scored()
    for name in ("C15", "C16", "C17", "C18", "C19", "C24"):
        assert set(result.findings[name].by_measure) >= {"pooled AUROC", "per-image FPR95"}
    assert result.findings["C15"].by_measure["pooled AUROC"] == "holds, 3.8"
    assert result.findings["C19"].by_measure["pooled AUROC"] == "does not hold, −1.8"
    assert result.findings["C24"].by_measure["pooled FPR95"] == "does not hold"


def test_anomaly_scores_in_another_order():
    result = scored(**{"SML, val statistics": 0.9, "SML, test oracle": 0.9, "HEAT of the log": 0.85, "Energy": 0.8})
    verdicts = {name: finding.verdict for name, finding in result.findings.items()}
    assert verdicts == {"C15": "holds"} | dict.fromkeys(("C16", "C17", "C18", "C19", "C24"), "does not hold")
    assert result.texts["cause"] == "SML is not behind MaxLogit here, so there is no failure to explain."
    mended = scored(**{"SML, test oracle": 0.9})
    assert mended.texts["cause"].startswith("They do:")


@pytest.mark.parametrize(
    ("half", "drawn", "verdict"),
    [(0.801, 0.804, "holds"), (0.806, 0.804, "does not hold"), (0.8, 0.81, "does not hold")],
)
def test_a_sample_is_judged_by_its_largest_error_and_half_precision(half, drawn, verdict):
    rows = [
        ("all", 1000, 0.8),
        ("float16", 1000, half),
        ("sample", 10, 0.5),
        ("sample", 100, 0.799),
        ("sample", 100, drawn),
    ]
    sampled = pd.DataFrame(rows, columns=["kind", "pixels", "auroc"]).assign(aupr=0.1, fpr95=0.3)
    result = studies.anomaly_methods.conclude_sampling(sampled)
    assert result.findings["C21"].verdict == verdict
    assert result.values["worst"].loc[10, "auroc"] == pytest.approx(30)
    assert result.values["largest"] == pytest.approx(100 * (max(half, drawn) - 0.8))


def ablations(
    *temperatures: float, nothing: float = 0.8, places: tuple[str, ...] = ("a", "b"), **changed: dict[str, float]
) -> studies.Conclusions:
    names = ("MaxLogit", "T = 1", "T = 2")
    study = small_study({"a": {"MaxLogit": 0.8, "T = 1": 0.8, "T = 2": 0.85}}, names)
    counted = {
        "nothing": small_study({"a": {"MaxLogit": nothing}}),
        "other": study,
        "both": small_study({"a": {"MaxLogit": 0.7}}),
    }
    shown = {"24×16": {}, "12×8": {"val": 0.4, "MaxLogit": 0.9}, "48×32": {"val": 0.6}, "flips averaged": {"val": 0.51}}
    test_time = {name: small_study({"a": figures}) for name, figures in (shown | changed).items()}
    figures = {
        f"balance {value:g}": {"val": 0.5 + value / 10, "recipe": replace(RECIPE, balance=value)} for value in (0, 0.5)
    }
    figures |= {f"{value:.0%}": {"val": value / 2, "recipe": replace(RECIPE, share=value)} for value in (0.25, 0.5, 1)}
    towns = (("a", "b"), ("b", "a"), ("a", "a"), ("b", "b"))
    rows = [("MaxLogit", seed, of, to, 0.5 if of == to else 0.4) for seed in (0, 1) for of, to in towns]
    columns = ["score", "seed", "chosen", "applied", "f1"]
    applied = pd.DataFrame(rows, columns=columns).assign(recall=0.5, precision=0.5)
    applied = applied[applied["applied"].isin(places) & applied["chosen"].isin(places)]
    heated = {f"T = {value:g}": value for value in temperatures or (1.0, 2.0)}
    paces = {"rate × 0.3": (0.3, 3, 0.45), "rate × 1": (1, 3, 0.5), "rate × 3": (3, 3, 0.52)}
    paces |= {"1 epochs": (1, 1, 0.3), "3 epochs": (1, 3, 0.5)}
    scheduled = {
        name: {"val": val, "recipe": replace(RECIPE, learning_rate=rate * 1e-3, epochs=epochs)}
        for name, (rate, epochs, val) in paces.items()
    }
    trained = small_study(figures)
    return studies.ablations.conclude(study, heated, applied, counted, test_time, trained, small_study(scheduled), 8)


def test_a_default_that_is_the_best_choice_is_no_change():
    result = ablations(1.0)
    assert not [choice for choice in result.values["choices"] if choice.startswith("Energy")]
    texts = [result.texts[about] for about in ("hottest auroc", "hottest aupr", "temperature")]
    assert "points" not in " ".join(texts)  # nothing is compared with itself
    assert texts[0].startswith("the default itself has the highest")


def test_in_one_town_no_threshold_is_carried_over():
    result = ablations(places=("a",))
    assert "town" not in result.gains
    assert result.values["carried"].empty
    assert result.texts["carried"].startswith("All test images with hazards lie in one town")
    assert result.texts["town"] == NOTHING


def test_ablations():
    result = ablations()
    means = {name: round(interval.mean, 6) for name, interval in result.gains.items()}
    assert means["town"] == 0.1
    assert means["temperature auroc"] == 0.05
    assert (means["flips miou"], means["flips auroc"]) == (0.01, 0)
    assert (means["size miou"], means["size auroc"]) == (0.1, 0.1)
    assert (means["other size miou"], means["other size auroc"]) == (-0.1, 0.1)
    assert means["weights miou"] == 0.05
    assert (means["doubled miou"], means["quadrupled miou"]) == (0.25, 0.375)
    assert (means["lower miou"], means["higher miou"], means["longer miou"]) == (-0.05, 0.02, 0.2)
    assert means["convention auroc"] == 0.05  # 0.8 per image is 0.75, and pooled without two labels 0.7
    assert result.values["sizes"] == {"miou": "48×32", "auroc": "12×8"}
    assert result.values["hottest"] == {"auroc": "T = 2", "aupr": "T = 2"}
    assert result.values["widest"] == {
        "miou": "all train images instead of half",
        "auroc": "images shown at 12×8 instead of 24×16",
    }
    assert result.values["exceeds"] == {"auroc": "holds", "aupr": "does not hold", "fpr95": "does not hold"}
    assert sorted(result.values["by balance"]["setting"].unique()) == [0, 0.5]
    assert sorted(result.values["by images"]["setting"].unique()) == [2, 4, 8]
    assert sorted(result.values["by rate"]["setting"].unique()) == pytest.approx([3e-4, 1e-3, 3e-3])
    assert sorted(result.values["by length"]["setting"].unique()) == [1, 3]
    assert result.values["choices"]["learning rate 0.003 instead of 0.001"] == "higher"
    assert result.values["choices"]["3 epochs instead of 1"] == "longer"
    assert result.texts["lower miou"] == "The lower rate is no better for segmentation."
    assert result.values["window"].best == 0.5
    assert result.values["prevalence"] == 0.1
    assert result.values["limit"]["auroc"] == pytest.approx(0.801)
    assert result.texts["labels"] == "Of the two labels, the data of this rendering have other."
    assert result.texts["town"].startswith("That is more than a point")
    assert (
        result.texts["hottest auroc"]
        == "the highest mean AUROC is that of T = 2, 5.00 (5.00 to 5.00) points over the default, T = 1"
    )
    assert result.texts["temperature"].startswith("By AUROC the gain is more than")
    assert result.texts["size"] == "by AUROC it is 12×8,"
    assert result.texts["flips auroc"] == "It does not help to find hazards."
    assert result.texts["convention"].endswith("only if both were counted alike.")
    table = studies.change_table(result.gains, result.values["choices"]).set_index("choice")
    assert table.loc["mean with the mirror image"].tolist() == ["1.0 (1.0 to 1.0)", "0.0 (0.0 to 0.0)"]
    assert table["val mIoU"].iloc[0] == "–"


@pytest.mark.parametrize(("nothing", "verdict"), [(0.5, "holds"), (0.76, "does not hold")])
def test_what_a_convention_changes_is_compared_with_a_published_difference_whatever_its_sign(nothing, verdict):
    result = ablations(nothing=nothing)  # 0.05 less per image, beside 0.7: 25 points less, or 1 point more
    assert result.gains["convention auroc"].mean == pytest.approx(nothing - 0.75)
    assert result.values["exceeds"]["auroc"] == verdict


def test_one_size_may_be_best_by_both_figures():
    result = ablations(**{"48×32": {"val": 0.6, "MaxLogit": 0.95}})
    assert result.texts["size"] == "by AUROC it does best, too,"
    assert result.gains["size auroc"].mean == pytest.approx(0.15)


def test_calibration_in_a_new_town():
    bins = {"middle": 0.5, "pixels": 100.0, "confident": 50.0}
    right = {("val", False): 50, ("test", False): 40, ("test", True): 0}
    counts = pd.DataFrame(
        [
            bins | {"recipe": "a", "seed": seed, "split": split, "anomalous": anomalous, "right": value}
            for seed in (0, 1)
            for (split, anomalous), value in right.items()
        ]
    )
    result = studies.ablations.conclude_calibration(counts, "a")
    assert result.gains["shifted"].mean == pytest.approx(0.1)
    assert result.texts["shifted"].startswith("Confidence means less")
    errors = result.values["errors"].set_index(["seed", "split"])
    assert errors.loc[(0, "test"), "ece with hazards"] == pytest.approx(0.3)
    assert result.values["bins"]["test"]["accuracy"].item() == pytest.approx(0.4)
    assert result.values["bins"]["test with hazards"]["accuracy"].item() == pytest.approx(0.2)


def counts(labels: LabelSet, **pixels: dict[int, int]) -> dict[str, dict[str, object]]:
    """Statistics of two images of 100 pixels in each split, each with so many pixels of some labels."""
    result = {}
    for split, numbers in pixels.items():
        row = {f"label {label}": numbers.get(label, 0) for label in range(len(labels.names))}
        images = pd.DataFrame([{"image": name, "height": 10, "width": 10} | row for name in "ab"])
        hazards = pd.DataFrame({"image": ["a", "b"], "share": [0.01, 0.02]})
        result[split] = {"images": images, "prior": np.zeros((len(labels.names), 2, 2)), "hazards": hazards}
    return result


def test_data():
    labels = {0: 50, 1: 30, 2: 15, 3: 5}
    split = {"train": labels, "val": {0: 100}, "test": {1: 96, 13: 4}}
    result = studies.data_set.conclude(counts(STREETHAZARDS, **split), STREETHAZARDS, is_world=True)
    assert result.findings["C01"].verdict == "holds"
    assert result.findings["C01"].measured.startswith("5,125 / 1,031 / 1,500 label maps;")
    names = STREETHAZARDS.names
    assert list(result.values["common"].index) == list(names[:2])
    assert list(result.values["rare"].index) == [names[3], names[2], names[1]]
    assert f"{names[1]} in val" in result.values["absent"]
    assert f"{names[0]} in train" not in result.values["absent"]
    assert result.values["hazards"].tolist() == [0.04, 0.04]
    assert result.values["regions"].tolist() == [0.01, 0.02]
    assert result.values["pixel"] == 0.01
    assert result.texts["labels"] == NOTHING


@pytest.mark.parametrize(
    ("label", "split", "count", "verdict"),
    [("car", "test", 0, "holds"), ("anomaly", "val", 1, "does not hold"), ("car", "train", 0, "does not hold")],
)
def test_the_labels_of_the_splits_are_judged_by_single_pixels(label, split, count, verdict):
    pixels = streethazards_pixels()
    pixels.loc[label, split] = count
    assert studies.data_set.decide_labels(pixels).verdict == verdict


def test_labels_of_another_data_set_are_named():
    labels = replace(STREETHAZARDS, names=tuple(f"label {number}" for number in range(14)))
    result = studies.data_set.conclude(
        counts(labels, train={0: 100}, val={0: 100}, test={13: 4}), labels, is_world=False
    )
    assert result.texts["labels"].endswith("and label 13 is the anomaly.")


@pytest.mark.parametrize(
    ("is_world", "images", "splits", "likeness"),
    [
        (True, (2, 2, 2), "houses, plants, colours", "The embedded world is not a copy of StreetHazards."),
        (False, (2, 2, 2), "Where the images of a split come from places", "These data are not StreetHazards."),
        (False, FULL_SIZE, "towns of their own", "These data are StreetHazards itself."),
    ],
)
def test_what_is_said_of_the_data_is_true_of_them(is_world, images, splits, likeness):
    split = {name: {0: 100} for name in ("train", "val", "test")}
    statistics = counts(STREETHAZARDS, **split)
    for name, number in zip(split, images, strict=True):
        table = statistics[name]["images"]
        statistics[name]["images"] = table.iloc[[0] * number].reset_index(drop=True)
    texts = studies.data_set.conclude(statistics, STREETHAZARDS, is_world).texts
    assert splits in texts["splits"]
    assert texts["likeness"] == likeness
    assert ("Street scenes" in texts["order"]) == (likeness != "These data are not StreetHazards.")


def test_priors_are_alike_where_both_have_the_label():
    here, real = np.zeros((3, 2, 2)), np.zeros((3, 2, 2))
    here[:2, 0], real[0, 0], real[1, 1] = 1, 1, 1
    assert studies.data_set.likeness(here, real, [0, 1, 2], ("road", "sky", "car")) == "road 1.00, sky −1.00"
    assert studies.data_set.likeness(here, real, [2], ("road", "sky", "car")) == "no label has the same name"


def test_the_chapters_find_something_about_every_claim_that_can_be_tested():
    resolution = small_study({"native": {}, "reduced": {}, "reduced, longer": {}}, splits=("val",))
    sampled = pd.DataFrame(
        {"kind": ["all", "float16", "sample"], "pixels": [9, 9, 3], "auroc": 0.5, "aupr": 0.1, "fpr95": 1}
    )
    split = {name: {0: 100} for name in ("train", "val", "test")}
    conclusions = [
        studies.data_set.conclude(counts(STREETHAZARDS, **split), STREETHAZARDS, is_world=True),
        baseline(),
        studies.architectures.conclude(networks(), ["DeepLabV3"], SMOKE),
        studies.architectures.conclude_resolution(resolution, SMOKE),
        augmentations(),
        scored(),
        studies.anomaly_methods.conclude_sampling(sampled),
    ]
    findings = {name: finding for result in conclusions for name, finding in result.findings.items()}
    assert sum(len(result.findings) for result in conclusions) == len(findings)
    result = studies.claims.conclude(findings, SMOKE)
    assert result.values["claims"] == 26
    assert sum(result.values["tally"].values()) == 29
    assert set(result.values["tested"]["id"]) == findings.keys() - {"C10"}  # its witnesses do not overfit
    assert result.values["verdict"]["C08"] == "holds"
    without = [name for name in rules.claims() if name not in findings and not name.startswith("R")]
    assert result.values["tally"]["not testable"] == len(without) + 1
    assert "result about that world" in result.texts["data"]
    assert result.texts["images"] == "Images of 512×512 pixels, here 48×48,"
    full = studies.claims.conclude(findings, replace(FULL, networks="full"))
    assert full.texts["networks"] == "The networks have the size of those in the log."
    assert full.texts["images"] == "Images of 512×512 pixels"


def test_what_depends_on_a_verdict_has_a_sentence_for_each():
    text = (Path(studies.__file__).parent / "sentences.toml").read_text(encoding="utf-8")
    verdicts = {"holds", "does not hold", "undecided"}
    for chapter, topics in tomllib.loads(text).items():
        assert list(Path(studies.__file__).parent.rglob(f"{chapter}*")), chapter
        for about, cases in topics.items():
            kinds = {case.partition(",")[0] for case in cases}
            assert not kinds & verdicts or verdicts <= kinds, f"{chapter}: {about}"


def test_sentences_are_those_of_the_case_with_words_in_their_places():
    texts = sentences("augmentation", {"augmentation": "some", "limits": "long"}, augmentation="crop alone")
    assert texts == {"augmentation": "“crop alone”", "limits": NOTHING}

"""The pilot is no part of the study: its seeds are others, and its table shows all that was tried."""

from __future__ import annotations

from hazards import profiles
from hazards.studies.budgets import pilot, search


def test_no_study_has_a_seed_of_the_pilot():
    seeds = pilot.trainings()["seed"]
    assert seeds.min() >= search.SEED
    assert seeds.min() >= max(profile.seeds for profile in profiles.PROFILES.values())


def test_the_table_shows_each_training_once():
    trainings, table = pilot.trainings(), pilot.table()
    assert len(table) == len(trainings)
    assert sorted(table["val"]) == sorted(trainings["val_miou"])
    assert table.notna().all(axis=None)

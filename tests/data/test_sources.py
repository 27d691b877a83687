"""Two dials: the profile, and a data set on disk in place of the embedded world."""

from __future__ import annotations

import pytest

from hazards import profiles
from hazards.data import DataSet, DataSetError, current_data_set
from hazards.data.sources import current_labels, described
from hazards.labels import STREETHAZARDS
from hazards.store import shipped

LABELS = """
[[label]]
value = 1
name = "lane"
color = [1, 2, 3]
"""


@pytest.mark.parametrize("name", ["smoke", "mini", "world", "streethazards"])
def test_a_named_folder_is_the_data_set_of_every_profile(name, stripes, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", name)
    monkeypatch.setenv("HAZARDS_DATA", f"{stripes.root}/")
    profile, usual = profiles.current(), profiles.PROFILES[name]
    assert current_data_set(profile).root.samefile(stripes.root)
    assert current_data_set(profile).fingerprint() == stripes.fingerprint()
    assert profile.data == f"data set {stripes.root.name}, profile {name}"
    assert not profile.world
    assert (profile.size, profile.epochs, profile.seeds) == (usual.size, usual.epochs, usual.seeds)


def test_a_line_says_which_data_and_which_profile(stripes, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "mini")
    assert described(profiles.current()).endswith("; data: the embedded world")
    monkeypatch.setenv("HAZARDS_DATA", str(stripes.root))
    line = described(profiles.current())
    assert line.startswith("profile mini: networks see ")
    assert line.endswith(f"; data: {stripes.root}")


def test_files_of_a_run_on_own_data_stand_apart(stripes, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "mini")
    assert profiles.current().edition == "mini"
    assert shipped.archive().name == "mini.tar.xz"
    monkeypatch.setenv("HAZARDS_DATA", str(stripes.root))
    assert profiles.current().edition == f"mini-{stripes.root.name}"
    assert shipped.archive().name == f"mini-{stripes.root.name}.tar.xz"


def test_labels_are_those_of_the_named_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "mini")
    assert current_labels(profiles.current()) == STREETHAZARDS
    (tmp_path / "labels.toml").write_text(LABELS)
    monkeypatch.setenv("HAZARDS_DATA", str(tmp_path))
    assert current_labels(profiles.current()).names == ("lane", "anomaly")


def test_a_folder_that_is_not_there_is_not_replaced_by_the_world(tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    monkeypatch.setenv("HAZARDS_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataSetError, match="nowhere"):
        current_data_set(profiles.current()).split("train")


def test_the_profile_of_the_real_data_insists_on_a_folder(monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "streethazards")
    for missing in (None, ""):
        if missing is None:
            monkeypatch.delenv("HAZARDS_DATA", raising=False)
        else:
            monkeypatch.setenv("HAZARDS_DATA", missing)
        with pytest.raises(DataSetError, match="set HAZARDS_DATA to the folder"):
            current_data_set(profiles.current())


def test_without_a_folder_the_embedded_world_is_stated(monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "mini")
    assert profiles.current() is profiles.PROFILES["mini"]
    assert profiles.current().data == "embedded world, profile mini"


def test_a_data_set_is_known_by_its_content_wherever_its_folder_is_linked(stripes, tmp_path):
    (tmp_path / "link").symlink_to(stripes.root)
    assert DataSet(tmp_path / "link").fingerprint() == stripes.fingerprint()

"""What each chapter used is known, and whether that is still there."""

from __future__ import annotations

import pytest

from hazards.store import chapter_records, gc, step
from hazards.store.inventory import inventory, results, totals


@step
def add(a, b=1):
    return (a.value if hasattr(a, "value") else a) + b


@step
def adder(a):
    return a


@pytest.fixture(autouse=True)
def profile(store, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")


def test_results_are_listed_by_chapter_and_step_and_with_all_that_they_came_from():
    source = add.call(1)
    add(add.call(source))
    with chapter_records.recording("one"):
        last = add(add.call(source))
        other = adder(1)
    with chapter_records.recording("two"):
        adder(1)
    assert chapter_records.by_chapter() == {
        "one": sorted([last.result_id, other.result_id]),
        "two": [other.result_id],
    }
    assert chapter_records.used("add") == [last.result_id]
    assert chapter_records.used() == sorted([last.result_id, other.result_id])
    inputs = {source.result_id, add.call(source).result_id}
    assert chapter_records.with_inputs([last.result_id]) == {last.result_id} | inputs
    table = inventory()
    assert sorted(zip(table["chapter"], table["step"], strict=True)) == [
        ("one", "add"),
        ("one", "adder"),
        ("two", "adder"),
    ]
    assert len(results(table)) == 2
    size = sum(path.stat().st_size for path in other.path.rglob("*"))
    assert table.set_index("chapter").loc["two", "mib"] == size / 2**20
    assert totals(table, "step").set_index("step")["results"].to_dict() == {"add": 1, "adder": 1}


def test_other_profiles_keep_their_own_records_and_both_keep_results(monkeypatch):
    with chapter_records.recording("one"):
        first = add(1)
    monkeypatch.setenv("QUARTO_PROFILE", "mini")
    assert chapter_records.used() == []
    with chapter_records.recording("one"):
        second = add(2)
    assert chapter_records.used() == [second.result_id]
    assert gc().paths == []
    assert chapter_records.used_with_any_profile() == {first.result_id, second.result_id}


def test_a_chapter_is_current_while_all_that_it_left_is_there(tmp_path):
    figure = tmp_path / "figure.png"

    def run() -> None:
        figure.write_bytes(b"x")
        with chapter_records.recording("one", "sources") as record:
            add(1)
            record.files.add(str(figure))
        assert not chapter_records.is_current("one", "sources")  # its figures may still be written
        chapter_records.complete(record, "sources")
        assert chapter_records.is_current("one", "sources")

    run()
    assert not chapter_records.is_current("one", "other sources")
    assert not chapter_records.is_current("two", "sources")
    figure.write_bytes(b"")
    assert not chapter_records.is_current("one", "sources")
    figure.unlink()
    assert not chapter_records.is_current("one", "sources")
    run()
    add(1).path.rename(tmp_path / "elsewhere")
    assert not chapter_records.is_current("one", "sources")


def test_a_chapter_whose_sources_changed_while_it_ran_or_that_begins_again_is_not_current():
    with chapter_records.recording("one", "sources") as record:
        add(1)
    chapter_records.complete(record, "edited")
    assert not chapter_records.is_current("one", "sources")
    assert not chapter_records.is_current("one", "edited")
    chapter_records.complete(record, "sources")
    with pytest.raises(KeyError), chapter_records.recording("one", "sources"):
        raise KeyError
    assert not chapter_records.is_current("one", "sources")
    assert chapter_records.used() == [add.call(1).result_id]

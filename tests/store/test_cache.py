"""What is known of source texts is kept for other processes, and never stands for another text."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from hazards.store.keys import cache, parsed

TEXT = "def f(x: int = 1):\n    return x + 1\n"
OTHER = TEXT.replace("+ 1", "+ 2")


@pytest.fixture
def kept(store: Path) -> Path:
    """The folder with what is kept, in an empty store."""
    store.mkdir()
    return store / ".cache"


def found_out(text: str) -> tuple[parsed.Parsed, list[str]]:
    """What is said of a text, and which texts were taken apart for it."""
    asked = []

    def find_out(asked_for: str) -> parsed.Parsed:
        asked.append(asked_for)
        return parsed._parsed(asked_for)

    return cache.kept(text, find_out), asked


def test_what_is_kept_is_what_was_found_out(kept):
    first, asked = found_out(TEXT)
    assert asked == [TEXT]
    again, asked = found_out(TEXT)
    assert asked == []
    assert again["codes"] == first["codes"]
    assert again["definitions"]["f:1"][0]["text"] == first["definitions"]["f:1"][0]["text"]
    assert [path.suffix for path in kept.iterdir()] == [".json"]


def test_another_text_of_the_same_size_is_found_out_anew(kept):
    first, _ = found_out(TEXT)
    other, asked = found_out(OTHER)
    assert asked == [OTHER]
    assert other["codes"] != first["codes"]


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: data.replace(b"f:1", b"g:1"), lambda data: b""]
)
def test_a_damaged_file_is_found_out_and_written_anew(damage, kept):
    first, _ = found_out(TEXT)
    (path,) = kept.iterdir()
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    again, asked = found_out(TEXT)
    assert asked == [TEXT]
    assert again["codes"] == first["codes"]
    assert path.read_bytes() == whole


def test_a_file_that_was_kept_for_another_text_is_not_taken(kept):
    found_out(TEXT)
    (path,) = kept.iterdir()
    found_out(OTHER)
    (other,) = set(kept.iterdir()) - {path}
    other.write_bytes(path.read_bytes())
    assert found_out(OTHER)[1] == [OTHER]


def test_what_another_version_of_the_code_has_kept_is_not_taken(kept, monkeypatch):
    found_out(TEXT)
    monkeypatch.setattr(cache, "_VERSION", "another")
    assert found_out(TEXT)[1] == [TEXT]
    assert len(list(kept.iterdir())) == 2


def test_the_version_is_that_of_python_and_of_what_takes_texts_apart():
    folder = Path(cache.__file__).parent
    sources = [(folder / name).read_text() for name in ("parsed.py", "scopes.py", "text.py")]
    assert cache.digest([sys.version, *sources]) == cache._VERSION


def test_without_a_store_nothing_is_kept(store):
    assert found_out(TEXT)[1] == found_out(TEXT)[1] == [TEXT]
    assert not store.exists()


def test_a_store_that_cannot_be_written_to_is_no_hindrance(kept):
    kept.write_text("a file where the folder should be")
    assert found_out(TEXT)[0]["codes"]


def test_two_processes_at_once_leave_whole_files_and_find_the_same(kept):
    script = """
        from hazards.store.keys import parsed, source
        for text in list(source.AT_START.values())[:30]:
            parsed.parsed(text)
        print(sorted(sum((parsed.parsed(text)["codes"] for text in list(source.AT_START.values())[:30]), [])))
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ, text=True) for _ in range(2)]
    outputs = [process.communicate()[0] for process in processes]
    assert outputs[0] == outputs[1] != ""
    assert {path.suffix for path in kept.iterdir()} == {".json"}
    for path in kept.iterdir():
        checksum, _, data = path.read_text().partition("\n")
        assert checksum == cache.digest(path.name + data)

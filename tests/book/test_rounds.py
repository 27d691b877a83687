"""A long run: few seeds of everything before many of anything, whatever happens to it on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from book import chapters, outcomes, rounds
from book.parsing import BookError
from hazards import profiles
from hazards.store import chapter_records

SETUP = """# {title}

```{{python}}
import os
from pathlib import Path
from types import SimpleNamespace
from hazards import profiles
from hazards.jobs import gather
from hazards.store import step

def note(line):
    with Path(os.environ["HAZARDS_TEST_LOG"]).open("a") as file:
        file.write(line + "\\n")

@step
def fitted(name, seed):
    note(f"{{name}} {{seed}}")
    return {{"figure": seed}}

@step
def judged(trained, name):
    note(f"{{name}} {{trained.value['figure']}} judged")
    return trained.value["figure"]
```
"""
FIRST = (
    SETUP.format(title="First")
    + """
```{python}
#| label: study
search = gather([fitted.call("search", 100)], workers=1)
calls = [fitted.call(name, seed) for name in "ab" for seed in range(profiles.current().seeds)]
studied = gather([*calls, *[judged.call(call, call.config["name"]) for call in calls]], workers=1)
```

```{python}
#| label: findings
findings = {"one": SimpleNamespace(verdict="holds")}
```
"""
)
SECOND = (
    SETUP.format(title="Second")
    + """
```{python}
#| label: study
more = gather([fitted.call("c", seed) for seed in range(profiles.current().seeds)], workers=1)
late = judged(more[0], "late").value
```

```{python}
#| label: findings
findings = {"two": SimpleNamespace(verdict="undecided")}
```
"""
)


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Path) -> Path:
    """The folder of a book of two chapters, the second of which decides nothing; three seeds."""
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    monkeypatch.setenv("HAZARDS_SEEDS", "3")
    monkeypatch.setenv("HAZARDS_WORKERS", "1")
    monkeypatch.setenv("HAZARDS_TEST_LOG", str(tmp_path / "log"))
    monkeypatch.setattr(chapters, "ROOT", tmp_path)
    (tmp_path / "_quarto.yml").write_text("book: {title: Small, chapters: [chapters/first.qmd, chapters/second.qmd]}\n")
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters/first.qmd").write_text(FIRST)
    (tmp_path / "chapters/second.qmd").write_text(SECOND)
    return tmp_path


@pytest.fixture
def lines(book: Path) -> Callable[[], list[str]]:
    """What the steps have noted since the last call."""

    def lines() -> list[str]:
        log = book / "log"
        found = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return found

    return lines


def test_few_seeds_of_all_come_before_many_of_one_and_what_is_undecided_first(book, lines):
    rounds.run(chapters.chapter_paths())
    assert lines() == [
        *["search 100"],
        *["a 0", "a 0 judged", "b 0", "b 0 judged", "c 0", "late 0 judged"],
        *["c 1", "a 1", "a 1 judged", "b 1", "b 1 judged"],
        *["c 2", "a 2", "a 2 judged", "b 2", "b 2 judged"],
    ]


def test_a_run_in_rounds_leaves_the_book_as_a_plain_run_does_and_each_round_its_own(book, lines, capsys):
    rounds.run(chapters.chapter_paths())
    lines()
    assert all(outcomes.is_current(chapters.read(path)) for path in chapters.chapter_paths())
    assert profiles.current().seeds == 3
    used = [len(chapter_records.used())]
    for seeds in (2, 1):
        with profiles.with_seeds(seeds):
            used.append(len(chapter_records.used()))
    assert used == [17, 12, 7]
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("round ")]
    assert [line.partition(" results")[0] for line in said] == [
        "round 1 of 3: 7",
        "round 2 of 3: 5",
        "round 3 of 3: 5",
    ]
    assert "0 are missing" in said[-1]
    rounds.run(chapters.chapter_paths())
    assert not lines()


def test_a_cell_that_fails_with_few_seeds_is_said_and_more_seeds_are_computed(book, lines, capsys):
    with (book / "chapters/second.qmd").open("a") as file:
        file.write("\n```{python}\nmore[1]\n```\n")
    rounds.run(chapters.chapter_paths())
    assert "round 1 of 3 failed: chapters/second.qmd:" in capsys.readouterr().err
    assert "a 2 judged" in lines()
    with (book / "chapters/second.qmd").open("a") as file:
        file.write("\n```{python}\nmore[3]\n```\n")
    with pytest.raises(BookError, match="IndexError"):
        rounds.run(chapters.chapter_paths())


def test_a_run_that_was_killed_goes_on_where_it_was(book, lines):
    """Two workers; one result is never finished by the run that is killed."""
    text = (book / "chapters/first.qmd").read_text()
    wait = (
        '    import time\n    while name == "b" and seed == 1 and os.path.exists("wait"):\n        time.sleep(0.01)\n'
    )
    text = text.replace('    return {"figure": seed}\n', f'{wait}    return {{"figure": seed}}\n')
    (book / "chapters/first.qmd").write_text(text)
    (book / "wait").touch()
    code = f"import pathlib; from book import chapters, rounds; chapters.ROOT = pathlib.Path({str(book)!r}); "
    code += "rounds.run(chapters.chapter_paths())"
    settings = os.environ | {"HAZARDS_WORKERS": "2"}
    killed = subprocess.Popen([sys.executable, "-c", code], env=settings, cwd=book, start_new_session=True)
    while "b 1" not in ((book / "log").read_text().splitlines() if (book / "log").exists() else []):
        assert killed.poll() is None
        time.sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    done = lines()
    (book / "wait").unlink()
    subprocess.run([sys.executable, "-c", code], env=settings, cwd=book, check=True)
    again = lines()
    assert "b 1" in again
    assert "c 0" in done
    in_flight = set(done) & set(again)
    assert len(in_flight) <= 2  # one a worker
    assert {*done, *again} == {
        *["search 100", "late 0 judged"],
        *[f"{recipe} {seed}" for recipe in "abc" for seed in range(3)],
        *[f"{recipe} {seed} judged" for recipe in "ab" for seed in range(3)],
    }

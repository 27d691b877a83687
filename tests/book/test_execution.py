"""What makes a chapter run again, and what its outcome holds: counted by a file to which a cell adds a line."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from book import chapters, execution, markdown, outcomes
from book.parsing import BookError

FIRST = """
# First

```{python}
number = 7
```

```{python}
#| label: recipes
recipe = {"rate": 1}
```

```{python}
#| label: other
other = 1
```
"""
SECOND = """
# Second

```{python}
from pathlib import Path
from book import quoting
from hazards.store import step
from matplotlib.figure import Figure

@step
def double(number: int) -> int:
    return 2 * number

first = quoting.variables("first")
Path("runs").open("a").write("x")
twice = double(first["number"]).value
```

The rate is `{python} first["recipe"]["rate"]`, twice seven `{python} f"{twice}"`.

```{python}
#| label: fig-line
#| fig-cap: "A line."
print("drawn")
figure = Figure()
figure.add_subplot().plot([0, 1])
figure
```
"""


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Path) -> Path:
    """The folder of a book of two chapters, the second of which quotes the first."""
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    monkeypatch.setattr(chapters, "ROOT", tmp_path)
    (tmp_path / "_quarto.yml").write_text("book: {title: Small, chapters: [chapters/first.qmd, chapters/second.qmd]}\n")
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters/first.qmd").write_text(FIRST)
    (tmp_path / "chapters/second.qmd").write_text(SECOND)
    execution.run(chapters.chapter_paths())
    return tmp_path


@pytest.fixture
def runs(book: Path) -> Callable[[], bool]:
    """Whether a run executes the second chapter."""

    def runs() -> bool:
        before = (book / "runs").stat().st_size
        execution.run([book / "chapters/second.qmd"])
        return (book / "runs").stat().st_size > before

    return runs


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text in a file, once."""
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def page(book: Path, name: str = "second") -> str:
    """The markdown of a chapter."""
    lines = markdown.lines(chapters.read(book / f"chapters/{name}.qmd"))
    return "\n".join(line.text for line in lines)


def test_a_page_has_its_text_as_it_is_now_and_what_the_cells_gave(book, runs):
    assert "The rate is 1, twice seven 14." in page(book)
    assert "![](/figures/smoke/fig-line.svg)" in page(book)
    assert "drawn" in page(book)
    edit(book / "chapters/second.qmd", "The rate is", "One more is `{python} twice + 1`, the rate is")
    assert runs()
    edit(book / "chapters/second.qmd", ", twice seven", ", as before")
    edit(book / "chapters/second.qmd", "A line.", "Another line.")
    assert not runs()
    assert "One more is 15, the rate is 1, as before 14." in page(book)
    assert "Another line." in page(book)


EDITS = {
    "a cell": ("chapters/second.qmd", "[0, 1]", "[1, 0]", True),
    "an option of how a cell is shown": ("chapters/second.qmd", "#| fig-cap", "#| echo: false\n#| fig-cap", False),
    "a value that is quoted": ("chapters/first.qmd", '"rate": 1', '"rate": 2', True),
    "a value that is not": ("chapters/first.qmd", "other = 1", "other = 2", False),
    "the text of another chapter": ("chapters/first.qmd", "# First", "# The first", False),
    "the size of figures": ("_quarto.yml", "book:", "format: {html: {fig-width: 3}}\nbook:", True),
    "what is folded": ("_quarto.yml", "book:", "format: {html: {code-fold: true}}\nbook:", False),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_runs_what_depends_on_it(book, runs, name):
    assert not runs()
    file, old, new, is_run = EDITS[name]
    edit(book / file, old, new)
    assert runs() == is_run
    assert not runs()


def test_packages_profile_library_and_results_count(book, runs, monkeypatch, store):
    (book / "requirements.lock").write_text("numpy==1")
    assert runs()
    assert not runs()
    monkeypatch.setattr(outcomes, "_code", lambda: "after an edit of a colour")
    assert runs()
    assert not runs()
    result = next((store / "double").iterdir())
    os.utime(result / "provenance.json", ns=(1, 1))  # it was computed again
    assert runs()
    assert not runs()
    monkeypatch.setenv("QUARTO_PROFILE", "mini")
    assert runs()
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    assert not runs()


def test_the_library_is_all_that_it_reads(tmp_path, monkeypatch):
    for file in ("hazards/report/style.py", "hazards/report/explorer.js", "hazards/studies/claims.toml", "book/a.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("blue")
    monkeypatch.setattr(outcomes, "CODE", tmp_path)
    hashes = {outcomes._code.__wrapped__()}
    for count, file in enumerate(sorted(path for path in tmp_path.rglob("*.*")), 2):
        file.write_text("red")
        hashes.add(outcomes._code.__wrapped__())
        assert len(hashes) == count


def test_a_chapter_that_shows_what_others_used_follows_their_records(book, tmp_path, monkeypatch, store):
    config = "book: {title: Small, chapters: [chapters/first.qmd, chapters/second.qmd, chapters/third.qmd]}\n"
    (book / "_quarto.yml").write_text(config)
    cell = "from hazards.store import inventory, step\nused = inventory.inventory()\n"
    cell += "@step\ndef half(number: int) -> float:\n    return number / 2\n\nhalf(3).value"
    (book / "chapters/third.qmd").write_text(
        f"---\nshows-records: true\n---\n\n# Third\n\n```{{python}}\n{cell}\n```\n\nThere are `{{python}} len(used)`.\n"
    )
    execution.run(chapters.chapter_paths())
    assert "There are 2." in page(book, "third")  # its own, too
    edit(book / "chapters/second.qmd", "\ntwice =", "\nthrice = double(3).value\ntwice =")
    execution.run(chapters.chapter_paths())
    assert "There are 3." in page(book, "third")


def test_chapters_say_whether_they_show_records():
    readers = ("inventory", "chapter_records", "costs.plan")
    for chapter in map(chapters.read, chapters.chapter_paths()):
        assert chapter.shows_records == any(name in cell.code for cell in chapter.cells for name in readers)


def test_a_chapter_with_a_missing_result_is_executed_where_it_can_be_computed(book, store, capsys):
    for result in (store / "double").iterdir():
        result.rename(store / "elsewhere")
    edit(book / "chapters/first.qmd", "other = 1", "other = 3")  # two chapters, so that they run side by side
    execution.run(chapters.chapter_paths())
    assert list((store / "double").iterdir())
    assert "twice seven 14" in page(book)
    assert "[2/2] second\n" in capsys.readouterr().err


def test_a_process_has_the_settings_of_now_and_none_of_before(book, monkeypatch):
    monkeypatch.delenv("QUARTO_PROFILE")  # it was set when the first process started, and `mini` is what remains
    execution.run(chapters.chapter_paths())
    assert "twice seven 14" in page(book)


def test_what_has_changed_since_it_was_executed_is_not_shown(book):
    edit(book / "chapters/second.qmd", "[0, 1]", "[1, 0]")
    with pytest.raises(BookError, match="has changed since it was executed"):
        page(book)


def test_an_outcome_is_whole_or_not_there(book, runs):
    path = outcomes.place(chapters.read(book / "chapters/second.qmd"))
    path.write_text(path.read_text()[:-20])
    assert runs()
    path.unlink()
    assert runs()


def test_a_failing_cell_is_named_by_the_line_of_its_statement(book):
    source = textwrap.dedent("""
        ```{python}
        def fail():
            return 1 / 0
        ```

        ```{python}
        #| label: failing
        x = 1
        fail()
        ```
    """)
    path = book / "chapters/second.qmd"
    path.write_text(f"# Second\n{source}")
    with pytest.raises(BookError, match=r"chapters/second.qmd:11: ZeroDivisionError"):
        execution.run([path])

"""Commands and profiles, as a user meets them: one clear line for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from hazards import chapters, profiles
from hazards.cli import main

CHAPTER = """# Title

```{python}
#| label: fig-line
from matplotlib import pyplot as plt
plt.plot([0, 1]);
```

```{python}
#| label: fig-own
from matplotlib.figure import Figure
figure = Figure()
figure
```
"""


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Path) -> Path:
    (tmp_path / "chapters").mkdir()
    (tmp_path / "_quarto.yml").write_text("book: {chapters: [chapters/one.qmd]}\n")
    (tmp_path / "chapters/one.qmd").write_text(CHAPTER)
    monkeypatch.setattr(chapters, "ROOT", tmp_path)
    return tmp_path


def test_unknown_profile_lists_the_known_ones(capsys, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "minni")
    assert main(["run"]) == 1
    assert capsys.readouterr().err == (
        "hazards: unknown profile 'minni': choose one of smoke, mini, world, streethazards\n"
    )


def test_mini_is_the_default(monkeypatch):
    monkeypatch.delenv("QUARTO_PROFILE", raising=False)
    assert profiles.current().name == "mini"


def test_real_profile_without_data_says_what_to_set(capsys, monkeypatch, store):
    monkeypatch.delenv("HAZARDS_DATA", raising=False)
    assert main(["--profile", "streethazards", "world"]) == 1
    assert "set HAZARDS_DATA to the folder" in capsys.readouterr().err


def test_unknown_chapter_lists_the_known_ones(capsys, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    assert main(["run", "basline"]) == 1
    assert "no chapter basline: the book has index, data, baseline" in capsys.readouterr().err


def test_bad_size_is_named(capsys, tmp_path):
    assert main(["world", "--out", str(tmp_path / "w"), "--size", "big"]) == 1
    assert "--size 'big' is not WIDTHxHEIGHT" in capsys.readouterr().err


def test_run_exports_labelled_figures_of_both_kinds(book, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    chapters.run(book / "chapters/one.qmd")
    names = sorted(path.relative_to(book / "figures").as_posix() for path in (book / "figures").rglob("*.*"))
    assert names == ["smoke/fig-line.pdf", "smoke/fig-line.png", "smoke/fig-own.pdf", "smoke/fig-own.png"]


def test_run_does_again_what_is_out_of_date_only(book, capsys, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    path = book / "chapters/one.qmd"

    def runs() -> bool:
        assert main(["run"]) == 0
        return "up to date" not in capsys.readouterr().err

    assert runs()
    assert not runs()
    (book / "figures/smoke/fig-own.pdf").unlink()
    assert runs()
    path.write_text(path.read_text() + "\nMore prose.\n")
    assert runs()
    assert not runs()


def test_failing_cell_is_named_with_file_and_line(book, capsys, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    path = book / "chapters/one.qmd"
    path.write_text(CHAPTER + "\n```{python}\n1 / 0\n```\n")
    assert main(["run"]) == 1
    assert "chapters/one.qmd:17: ZeroDivisionError: division by zero" in capsys.readouterr().err

"""Commands and profiles, as a user meets them: one clear line for what is wrong."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from book import chapters, execution, outcomes
from hazards import profiles
from hazards.cli import main
from hazards.data import DataSetError, current_data_set

CHAPTER = """# Title

```{python}
#| label: fig-line
#| fig-cap: "A line."
from matplotlib import pyplot as plt
plt.plot([0, 1]);
```

```{python}
#| label: fig-own
#| fig-cap: "Nothing."
from matplotlib.figure import Figure
figure = Figure()
figure.add_subplot()
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
        "hazards: unknown profile 'minni': choose one of smoke, mini, study, world, streethazards\n"
    )


def test_mini_is_the_default(monkeypatch):
    monkeypatch.delenv("QUARTO_PROFILE", raising=False)
    assert profiles.current().name == "mini"


@pytest.mark.parametrize("setting", ["0", "-1", "two", "1.5", "101", "²"])
def test_what_is_no_number_of_seeds_is_one_clear_error(setting, capsys):
    assert main([f"--seeds={setting}", "run"]) == 1
    assert capsys.readouterr().err == f"hazards: {setting!r} is no number of seeds: choose one from 1 to 100\n"


def test_the_dial_sets_the_seeds_and_nothing_else(monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "mini")
    whole = profiles.current()
    for seeds in (1, 2, whole.seeds + 1):
        monkeypatch.setenv("HAZARDS_SEEDS", str(seeds))
        assert replace(profiles.current(), seeds=whole.seeds) == whole
        assert profiles.current().seeds == seeds
    monkeypatch.setenv("HAZARDS_SEEDS", "")
    assert profiles.current() == whole


def test_no_two_settings_of_the_dials_share_their_files(monkeypatch):
    editions = []
    for profile in ("smoke", "mini"):
        monkeypatch.setenv("QUARTO_PROFILE", profile)
        for data in ("", "/data/streets", "/data/others"):
            monkeypatch.setenv("HAZARDS_DATA", data)
            for seeds in ("1", "7"):
                monkeypatch.setenv("HAZARDS_SEEDS", seeds)
                editions.append(profiles.current().edition)
    assert len(set(editions)) == 12


def test_runs_with_other_seeds_have_files_and_records_of_their_own(book, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "mini")
    (path,) = chapters.chapter_paths()
    assert main(["run"]) == 0
    assert (book / "figures/mini/fig-line.png").exists()
    assert main(["--seeds", "7", "run"]) == 0
    assert (book / "figures/mini-7-seeds/fig-line.png").exists()
    assert outcomes.is_current(chapters.read(path))
    before = outcomes.surroundings(chapters.read(path))
    monkeypatch.setenv("HAZARDS_SEEDS", str(profiles.PROFILES["mini"].seeds))
    assert outcomes.surroundings(chapters.read(path)) != before
    assert outcomes.is_current(chapters.read(path))  # the profile's own number is no other edition


def test_real_profile_without_data_says_what_to_set(monkeypatch):
    monkeypatch.delenv("HAZARDS_DATA", raising=False)
    with pytest.raises(DataSetError, match="set HAZARDS_DATA to the folder"):
        current_data_set(profiles.PROFILES["streethazards"])


def test_unknown_chapter_lists_the_known_ones(capsys, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    assert main(["run", "basline"]) == 1
    assert "no chapter basline: the book has index, data, baseline" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["baseline", "baseline.qmd", "chapters/baseline.qmd", "./chapters/baseline.qmd"])
def test_a_chapter_is_named_by_its_name_or_its_file(name):
    (path,) = chapters.to_run([name])
    assert path == chapters.ROOT / "chapters/baseline.qmd"
    assert chapters.to_run([name, "baseline", "index.qmd", "data"])[0] == path
    assert len(chapters.to_run([name, "baseline"])) == 1


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("world --out FILE", "FILE/train/.*: a file stands where a folder is needed: name another folder"),
        ("world --out FOLDER --size big", "--size 'big' is not WIDTHxHEIGHT, for example 1280x720"),
        ("download FILE --from nowhere", ".*/FILE: a file stands where a folder is needed"),
        ("download FOLDER --from nowhere", "nowhere/streethazards_train.tar is missing: --from names a folder"),
        ("verify nowhere", "no data set at nowhere: no such folder"),
        ("run nonsense", "no chapter nonsense: the book has index, data, baseline"),
        ("predict FILE --out FILE --network FILE --model unet", "FILE is no safetensors file"),
        ("predict nowhere.png --out FOLDER", "nowhere.png: there is no such picture or folder"),
        ("export --out FOLDER --network nowhere", "nowhere: neither a file of weights nor the beginning of a key"),
        ("gc", "no chapter has recorded what it uses in .*; build the report once"),
        ("pack", "nothing that chapters ask for is in .*; `hazards run` computes it"),
    ],
)
def test_errors_are_one_line_with_what_where_and_what_to_do(command, line, book, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    monkeypatch.chdir(tmp_path)
    Path("FILE").touch()
    Path("FOLDER").mkdir()
    if command == "run nonsense":
        monkeypatch.undo()
    assert main(command.split()) == 1
    *_, last = capsys.readouterr().err.splitlines()
    assert re.match(f"hazards: ({line})", last), last


def test_an_interrupted_command_says_that_it_can_go_on(capsys, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(chapters, "to_run", interrupted)
    assert main(["run"]) == 130
    assert capsys.readouterr().err == "hazards: interrupted; what is finished is kept, and the same command goes on\n"


def test_a_step_that_no_chapter_uses_is_named_with_those_that_are(book, capsys, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    (book / "chapters/one.qmd").write_text(
        "# One\n\n```{python}\nfrom hazards.networks.complexity import complexity\n"
        "from hazards.networks.models import deeplabv3_mini\ncomplexity(deeplabv3_mini, (16, 16), 13);\n```\n"
    )
    assert main(["run"]) == 0
    assert main(["results", "trian"]) == 1
    assert "no chapter uses a result of trian: there are complexity" in capsys.readouterr().err
    assert main(["results", "complexity"]) == 0


def test_bad_size_is_named(capsys, tmp_path):
    assert main(["world", "--out", str(tmp_path / "w"), "--size", "big"]) == 1
    assert "--size 'big' is not WIDTHxHEIGHT" in capsys.readouterr().err


def test_run_exports_labelled_figures_of_both_kinds(book, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    execution.run([book / "chapters/one.qmd"])
    names = sorted(path.relative_to(book / "figures").as_posix() for path in (book / "figures").rglob("*.*"))
    assert names == [f"smoke/{label}.{kind}" for label in ("fig-line", "fig-own") for kind in ("pdf", "png", "svg")]


@pytest.fixture
def runs(book, capsys, monkeypatch):
    """Whether the command executes the chapter, rather than say that it is up to date."""
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")

    def runs() -> bool:
        status, err = main(["run"]), capsys.readouterr().err
        assert status == ("ZeroDivisionError" in err)
        return "up to date" not in err

    return runs


def test_run_does_again_what_is_out_of_date_only(book, runs):
    assert runs()
    assert not runs()
    (book / "figures/smoke/fig-own.pdf").unlink()
    assert runs()
    (book / "figures/smoke/fig-own.png").write_bytes(b"")
    assert runs()
    path = book / "chapters/one.qmd"
    path.write_text(path.read_text() + "\nMore prose.\n")
    assert not runs()
    path.write_text(path.read_text() + "\n`{python} figure.dpi`\n")
    assert runs()
    assert not runs()


def test_figures_of_a_failed_run_do_not_count_when_the_edit_is_undone(book, runs):
    runs()
    path = book / "chapters/one.qmd"
    path.write_text(CHAPTER.replace("figure\n```", "1 / 0\n```").replace("[0, 1]", "[1, 0]"))
    assert runs()  # leaves a new fig-line and fails
    path.write_text(CHAPTER)
    assert runs()
    assert not runs()


def test_chapters_before_one_that_fails_are_done_with_their_figures(book, capsys, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    (book / "_quarto.yml").write_text("book: {chapters: [chapters/one.qmd, chapters/two.qmd]}\n")
    two = book / "chapters/two.qmd"
    two.write_text("# Two\n\n```{python}\n1 / 0\n```\n")
    assert main(["run"]) == 1
    assert "chapters/two.qmd:4: ZeroDivisionError" in capsys.readouterr().err
    assert outcomes.is_current(chapters.read(book / "chapters/one.qmd"))
    assert not outcomes.is_current(chapters.read(two))


def test_a_figure_that_cannot_be_drawn_is_named_and_the_next_chapter_runs(book, capsys, monkeypatch, store):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    (book / "_quarto.yml").write_text("book: {chapters: [chapters/one.qmd, chapters/two.qmd]}\n")
    (book / "chapters/one.qmd").write_text(
        CHAPTER.replace("\nfigure\n```", '\nfigure.suptitle("$\\\\frac{$")\nfigure\n```')
    )
    (book / "chapters/two.qmd").write_text(CHAPTER.replace("label: fig-", "label: fig-two-"))
    assert main(["run"]) == 1
    assert "chapters/one.qmd:13: " in capsys.readouterr().err
    assert not outcomes.is_current(chapters.read(book / "chapters/one.qmd"))
    assert outcomes.is_current(chapters.read(book / "chapters/two.qmd"))
    (book / "chapters/two.qmd").write_text("# Two\n\n```{python}\n1 / 0\n```\n")
    assert main(["run"]) == 1
    said = capsys.readouterr().err
    assert "chapters/two.qmd:4: ZeroDivisionError" in said
    assert "chapters/one.qmd:13: " in said


def test_an_edit_during_the_run_counts_for_the_next(book, runs):
    path = book / "chapters/one.qmd"
    edit = f"from pathlib import Path\nPath({str(path)!r}).write_text({CHAPTER!r})\n```"
    path.write_text(CHAPTER + f"\n```{{python}}\n{edit}\n")
    assert runs()
    assert runs()
    assert not runs()


def test_the_default_profile_and_its_name_are_one(runs, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "mini")
    assert runs()
    monkeypatch.delenv("QUARTO_PROFILE")
    assert not runs()


def test_a_copy_of_the_project_makes_its_own_figures(book, runs, tmp_path, monkeypatch):
    runs()
    copy = tmp_path / "copy"
    shutil.copytree(book / "chapters", copy / "chapters")
    shutil.copy(book / "_quarto.yml", copy)
    monkeypatch.setattr(chapters, "ROOT", copy)
    assert runs()
    assert (copy / "figures/smoke/fig-own.png").exists()


@pytest.mark.parametrize("record", ["", "{", "[]", '["add/1"]', '{"results": []}', '{"sources": "", "files": 1}'])
def test_a_damaged_record_or_one_of_another_version_means_a_new_run(runs, store, record, capsys):
    runs()
    path = store / ".used/smoke/one.json"
    path.write_text(record)
    assert main(["gc"]) == 1
    assert str(path) in capsys.readouterr().err
    assert runs()
    assert not runs()
    assert main(["gc"]) == 0


def test_failing_cell_is_named_with_file_and_line(book, capsys, monkeypatch):
    monkeypatch.setenv("QUARTO_PROFILE", "smoke")
    path = book / "chapters/one.qmd"
    path.write_text(CHAPTER + "\n```{python}\n1 / 0\n```\n")
    assert main(["run"]) == 1
    assert "chapters/one.qmd:20: ZeroDivisionError: division by zero" in capsys.readouterr().err

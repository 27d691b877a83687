"""Cells of chapters are checked as the library is, and what is wrong is named with its line in the chapter."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from book import chapters, lint_cells

CHAPTER = """# One

```{python}
#| label: first
#| fig-cap: "A caption that is longer than any line of code may be, which is nobody's concern in a cell, of course."
import json
import math

import numpy as np

a = math.pi
```

Some text with `{python} np.abs(a)` and `{python} json.dumps(a)`, and `code` that is none.

```
not_python = "at all"
```

::: {.callout-note}
```{python}
a + 1
```
:::
"""


@pytest.fixture
def chapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A chapter in which nothing is wrong, of a project with this one's rules."""
    monkeypatch.setattr(chapters, "ROOT", tmp_path)
    rules = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(rules, encoding="utf-8")
    path = tmp_path / "one.qmd"
    path.write_text(CHAPTER, encoding="utf-8")
    return path


def said(path: Path, old: str, new: str, capsys: pytest.CaptureFixture[str], fix: bool = False) -> list[str]:
    """What is said about the chapter after an edit of it."""
    assert old in CHAPTER
    path.write_text(CHAPTER.replace(old, new), encoding="utf-8")
    assert lint_cells.main([path], fix) == 1
    return capsys.readouterr().out.splitlines()


def test_lines_stay_where_they_are(chapter):
    python = lint_cells.as_python(chapter)
    assert len(python.splitlines()) == len(CHAPTER.splitlines())
    assert python.splitlines()[13] == "[np.abs(a), json.dumps(a)]  # noqa: E501"
    assert len(ast.parse(python).body) == 6


def test_nothing_is_wrong(chapter, capsys):
    assert lint_cells.main([chapter], fix=True) == 0
    assert capsys.readouterr().out == "All cells passed!\n"
    assert chapter.read_text(encoding="utf-8") == CHAPTER


def test_a_badly_formatted_cell_is_named_with_its_line_and_mended_on_request(chapter, capsys):
    assert said(chapter, "a + 1", "a+1", capsys) == ["one.qmd:22: not formatted"]
    assert lint_cells.main([chapter], fix=True) == 0
    assert chapter.read_text(encoding="utf-8") == CHAPTER


def test_a_name_that_no_cell_defines_is_found_in_cells_and_in_the_text(chapter, capsys):
    (line,) = said(chapter, "a + 1", "b + 1", capsys)
    assert line.startswith("one.qmd:22:1: F821 Undefined name `b`")
    (line,) = said(chapter, "np.abs(a)", "np.abs(c)", capsys)
    assert line.startswith("one.qmd:14:9: F821 Undefined name `c`")


def test_an_import_is_used_where_a_cell_or_the_text_uses_it(chapter, capsys):
    (line,) = said(chapter, "json.dumps(a)", "str(a)", capsys)
    assert line.startswith("one.qmd:6:8: F401")


def test_a_line_of_code_has_its_length(chapter, capsys):
    (line,) = said(chapter, "a + 1", f'a = "{"long " * 20}"', capsys)
    assert line.startswith("one.qmd:22:89: E501")


def test_a_cell_that_is_no_python_is_named(chapter, capsys):
    lines = said(chapter, "a + 1", "a +", capsys, fix=True)
    assert lines[0].startswith("one.qmd:22:")
    assert "invalid-syntax" in lines[0]
